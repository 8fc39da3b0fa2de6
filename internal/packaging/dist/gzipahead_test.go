package dist

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestGzipAhead: an archive that begins like a bomb is looked through to its end before more of it is hashed. It is read
// as any other if it is none, and refused for what it is if it is one, whatever else is wrong behind its begin.
func TestGzipAhead(t *testing.T) {
	opt := Default()
	opt.RatioFloor = 64 << 10
	zeros, noise := strings.Repeat("\x00", 1<<20), make([]byte, 64<<10)
	rand.NewChaCha8([32]byte{}).Read(noise) // never fails
	broken := hello()
	broken[0] ^= 1
	first, last := tarFileOf("foo-1.0/zeros", zeros), tarFileOf("foo-1.0/noise", string(noise))
	more := tarFileOf("foo-1.0/more", strings.Repeat(zeros, 5))

	c, err := tarRead(t, gzipped(tarSdistOf(first, last)), opt)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(noise)
	if m := c.Members[len(c.Members)-1]; m.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("the last member is %+v", m)
	}
	damaged := gzipped(tarSdistOf(first, last))
	damaged[len(damaged)-8] ^= 1 // the checksum in the trailer
	for name, c := range map[string]struct {
		archive []byte
		want    string
	}{
		"a bomb":                        {gzipped(tarSdistOf(first, last, more)), "ratio-exceeded"},
		"a bomb, broken in the middle":  {gzipped(tarSdistOf(first, last, broken, more)), "ratio-exceeded"},
		"no bomb, broken in the middle": {gzipped(tarSdistOf(first, broken, last)), "not-an-archive"},
		"no bomb, a wrong checksum":     {damaged, "not-an-archive"},
	} {
		if _, err := tarRead(t, c.archive, opt); !strings.HasPrefix(kinds(err), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
