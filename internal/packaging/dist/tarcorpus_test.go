package dist

import (
	"flag"
	"os"
	"strings"
	"testing"
)

// The corpus is made by rules: Malo's tar classes (fastzip/malo, CC0), the
// topics of the test data of Go's archive/tar and of libarchive, published
// vulnerabilities, the rules of crates.io and PEP 721, and oddities of gzip and
// deflate. No foreign bytes are in it. testdata/tarcorpus.tsv says what has to
// become of each archive and why (AV-10, P23); after a change on purpose,
//
//	go test ./internal/packaging/dist -run TestTarCorpus -update-corpus
//
// writes it anew, to be read line by line.
var updateCorpus = flag.Bool("update-corpus", false, "write testdata/tarcorpus.tsv anew")

const tarCorpusFile = "testdata/tarcorpus.tsv"

// tarCase is an archive of the corpus.
type tarCase struct {
	name, class, reason string
	archive             []byte
}

// The classes: what every reader should accept; what a careful reader may
// refuse; what is made to be read in two ways or to do harm; what is broken.
const (
	classAccept    = "accept"
	classIffy      = "iffy"
	classMalicious = "malicious"
	classReject    = "reject"
)

// tarCases collects the cases of one class and topic.
type tarCases struct {
	all   *[]tarCase
	class string
	topic string
}

// tar adds a case whose tar is plainly compressed.
func (c tarCases) tar(name, reason string, tar ...[]byte) {
	var whole []byte
	for _, part := range tar {
		whole = append(whole, part...)
	}
	c.gzip(name, reason, gzipped(whole))
}

// sdist adds a case of a good sdist with further members.
func (c tarCases) sdist(name, reason string, more ...[]byte) {
	c.tar(name, reason, tarSdistOf(more...))
}

// gzip adds a case by its bytes.
func (c tarCases) gzip(name, reason string, archive []byte) {
	*c.all = append(*c.all, tarCase{c.topic + "/" + name, c.class, reason, archive})
}

// tarCorpus builds all cases, always the same.
func tarCorpus() []tarCase {
	var all []tarCase
	for _, topic := range []struct {
		name  string
		build func(class func(string) tarCases)
	}{
		{"good", goodCases},
		{"malo", maloCases},
		{"header", headerCases},
		{"pax", paxCases},
		{"gnu", gnuCases},
		{"type", typeCases},
		{"name", nameCases},
		{"link", linkCases},
		{"end", endCases},
		{"sdist", sdistCases},
		{"gzip", gzipCases},
		{"deflate", deflateCases},
	} {
		topic.build(func(class string) tarCases { return tarCases{&all, class, topic.name} })
	}
	return all
}

func TestTarCorpus(t *testing.T) {
	var table strings.Builder
	table.WriteString("# archive\tclass\tverdict\treason; made by tarcorpus_test.go, which says from what\n")
	count, seen := map[string]int{}, map[string]bool{}
	for _, c := range tarCorpus() {
		contents, err := tarRead(t, c.archive, Default())
		verdict := tarVerdict(contents, err)
		table.WriteString(c.name + "\t" + c.class + "\t" + verdict + "\t" + c.reason + "\n")
		count[c.class]++
		switch accepted := err == nil; {
		case seen[c.name]:
			t.Errorf("%s stands twice in the corpus", c.name)
		case accepted && (c.class == classMalicious || c.class == classReject):
			t.Errorf("%s (%s, %s) is accepted", c.name, c.class, c.reason)
		case !accepted && (c.class == classAccept || verdict == ""):
			t.Errorf("%s (%s, %s) is refused: %v", c.name, c.class, c.reason, err)
		}
		seen[c.name] = true
	}
	t.Logf("%d archives: %v", len(seen), count)
	if len(seen) < 250 {
		t.Errorf("the corpus has %d archives, fewer than 250", len(seen))
	}
	compareTable(t, tarCorpusFile, table.String())
}

// compareTable compares a table with the one checked in, line by line.
func compareTable(t *testing.T, file, got string) {
	t.Helper()
	if *updateCorpus {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(text), "\n")
	lines := strings.Split(got, "\n")
	for i := range max(len(want), len(lines)) {
		if i >= len(want) || i >= len(lines) || want[i] != lines[i] {
			t.Fatalf("%s, line %d: got\n%s\nwant\n%s", file, i+1, strings.Join(lines[min(i, len(lines)):min(i+1, len(lines))], ""), strings.Join(want[min(i, len(want)):min(i+1, len(want))], ""))
		}
	}
}
