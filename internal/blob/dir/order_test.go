package dir

import (
	"fmt"
	"strings"
	"testing"

	"strongroom/internal/blob"
)

// The order of calls is the promise P1: bytes before name, name before answer.
func TestCallsOfAnUpload(t *testing.T) {
	b, rec := openTape(t)
	const opened = `mkdir .
fsync ..
mkdir blobs
fsync .
mkdir B
fsync blobs
mkdir staging
fsync .`
	if got := rec.since(); got != opened {
		t.Errorf("opening a bucket:\n%s\nwant\n%s", got, opened)
	}
	if err := store(t, b, abc); err != nil {
		t.Fatal(err)
	}
	const first = `create staging/*.part
write staging/*.part
fsync staging/*.part
link KEY
mkdir B/ba
link KEY
fsync B
fsync B/ba
remove staging/*.part`
	if got := strings.ReplaceAll(rec.since(), strings.Replace(abcPath, "blobs/sha256", "B", 1), "KEY"); got != first {
		t.Errorf("the first blob of a folder:\n%s\nwant\n%s", got, first)
	}
	steady := "create staging/*.part\nwrite staging/*.part\nfsync staging/*.part\n" +
		"link KEY\nfsync B/ba\nremove staging/*.part"
	data := sibling("ba")
	if err := store(t, b, data); err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(rec.since(), "B/ba/"+string(blob.KeyOf(data)), "KEY"); got != steady {
		t.Errorf("the next blob, one fsync of the file and one of the folder:\n%s\nwant\n%s", got, steady)
	}
	if err := b.Delete(t.Context(), blob.KeyOf(data)); err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(rec.since(), "B/ba/"+string(blob.KeyOf(data)), "KEY"); got != "remove KEY\nfsync B/ba" {
		t.Errorf("deleting:\n%s", got)
	}
}

// sibling returns bytes whose key begins with prefix.
func sibling(prefix string) []byte {
	for i := 0; ; i++ {
		data := fmt.Appendf(nil, "sibling %d", i)
		if strings.HasPrefix(string(blob.KeyOf(data)), prefix) {
			return data
		}
	}
}
