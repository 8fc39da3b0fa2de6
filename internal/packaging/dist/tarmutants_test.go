package dist

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// tarMutants makes archives that our reader accepts, always the same: half of
// them put together at random by the builder, half of them the corpus's with
// some bytes changed.
func tarMutants(t *testing.T, count int) [][]byte {
	t.Helper()
	m := mutator{rand.New(rand.NewPCG(20260724, 24))}
	var tars [][]byte
	for _, c := range tarCorpus() {
		if _, err := tarRead(t, c.archive, Default()); err == nil && len(c.archive) < 20_000 {
			if tar := gunzip(t, c.archive); len(tar) < 100_000 {
				tars = append(tars, tar)
			}
		}
	}
	var kept [][]byte
	tried := 0
	for ; len(kept) < count; tried++ {
		tar := m.built()
		if len(kept)%2 == 1 {
			tar = m.spoiled(tars[m.IntN(len(tars))])
		}
		archive := m.packed(tar)
		if _, err := tarRead(t, archive, Default()); err == nil {
			kept = append(kept, archive)
		}
		if tried > 200*count {
			t.Fatalf("only %d of %d mutants are accepted", len(kept), tried)
		}
	}
	t.Logf("%d of %d mutants are accepted", len(kept), tried)
	return kept
}

// mutator makes archives at random.
type mutator struct{ *rand.Rand }

// pick returns one of the choices.
func pick[T any](m mutator, choices ...T) T { return choices[m.IntN(len(choices))] }

// built puts a tar together from members of all kinds.
func (m mutator) built() []byte {
	tar := pick(m, tarTop(), tarTop(), gnuSdist(), slices.Concat(tarPaxGlobally("comment=x"), tarTop()))
	for range m.IntN(6) {
		tar = append(tar, m.member()...)
	}
	return append(tar, pick(m, tarEnd(), tarEnd(), make([]byte, 10_240), make([]byte, 512), nil)...)
}

// member is a member with a name of any form, in either format.
func (m mutator) member() []byte {
	name := "foo-1.0"
	for range 1 + m.IntN(4) {
		name += "/" + pick(m, "a", "b", "src", "caf\u00e9", "cafe\u0301", "\U0001F40D", "x y", "...", long("long", 60), long("n", m.IntN(255)+1), "PKG-INFO", "A")
	}
	name = pick(m, "", "", "", "./") + name
	kind := pick(m, byte(tarFile), tarFile, tarFile, tarFileOld, tarFolder, tarSymlink, tarHardLink)
	var link, body string
	switch kind {
	case tarFolder:
		name += pick(m, "/", "/", "")
	case tarSymlink:
		link = pick(m, "a", "../a", "./b", "src/", long("l/", 120)+"x", "caf\u00e9", "..", "a/../b")
	case tarHardLink:
		link = pick(m, "", "./") + pick(m, "foo-1.0/PKG-INFO", "foo-1.0/pyproject.toml")
	default:
		body = long("content", m.IntN(1500))
	}
	return m.headed(tarMember(kind, name, link, body), name, link)
}

// headed gives a member's name and target room in extension headers.
func (m mutator) headed(member []byte, name, link string) []byte {
	gnu := m.IntN(2) == 0
	var before []byte
	var records []string
	if len(name) > 100 || m.IntN(4) == 0 {
		before, records = append(before, tarLong('L', name)...), append(records, "path="+name)
	}
	if link != "" && (len(link) > 100 || m.IntN(4) == 0) {
		before, records = append(before, tarLong('K', link)...), append(records, "linkpath="+link)
	}
	if gnu {
		return append(before, tarGNU(member)...)
	}
	if m.IntN(2) == 0 {
		records = append(records, pick(m, "mtime=1.5", "SCHILY.dev=1", "uname=\u00e9", "comment=x", "LIBARCHIVE.xattr.a=YQ", "atime=-1", "gid=99999999"))
	}
	if len(records) > 0 {
		before = tarPaxed(records...)
		return append(before, member...)
	}
	if at := strings.LastIndexByte(name, '/'); at > 0 && m.IntN(3) == 0 && at < 155 && name[at+1:] != "" {
		return tarPatched(tarPatched(member, 0, name[at+1:]+strings.Repeat("\x00", 100-len(name[at+1:]))), 345, name[:at])
	}
	return member
}

// spoiled changes a tar in one to three places, mostly within headers, whose
// checksums it mostly mends.
func (m mutator) spoiled(tar []byte) []byte {
	tar = slices.Clone(tar)
	for range 1 + m.IntN(3) {
		if len(tar) < tarBlock {
			return tar
		}
		at := m.IntN(len(tar)/tarBlock) * tarBlock
		block := tar[at : at+tarBlock]
		header := tarChecksum(block) == mustOctal(block[148:156])
		switch n := m.IntN(12); {
		case n == 0:
			tar = slices.Concat(tar[:at], block, tar[at:])
		case n == 1:
			tar = slices.Delete(tar, at, at+tarBlock)
		case header:
			field := pick(m, [2]int{0, 100}, [2]int{0, 100}, [2]int{100, 8}, [2]int{108, 8}, [2]int{124, 12}, [2]int{136, 12}, [2]int{156, 1}, [2]int{157, 100}, [2]int{257, 8}, [2]int{265, 64}, [2]int{345, 167})
			block[field[0]+m.IntN(field[1])] = m.odd()
			if m.IntN(20) > 0 {
				tarSum(block)
			}
		default:
			block[m.IntN(tarBlock)] = m.odd()
		}
	}
	return tar
}

// odd is a byte that means something in a tar, or any.
func (m mutator) odd() byte {
	return pick(m, 0, ' ', '/', '.', '0', '1', '5', '7', '=', '\n', '\\', 'a', 0x80, 0xFF, byte(m.IntN(256)))
}

// mustOctal is a number field, or -1.
func mustOctal(field []byte) int64 {
	n, ok := tarOctal(field)
	if !ok {
		return -1
	}
	return n
}

// packed compresses a tar in one of many ways.
func (m mutator) packed(tar []byte) []byte {
	g := gzipPart{level: m.IntN(10)}
	switch m.IntN(6) {
	case 0:
		g.flags, g.fields = gzipHasName, fmt.Sprintf("foo-%d.tar\x00", m.IntN(1000))
	case 1:
		g = withHeaderCRC("a\x00b\x00", 0)
	case 2:
		cut := m.IntN(len(tar) + 1)
		return slices.Concat(g.of(tar[:cut]), gzipPart{level: m.IntN(10)}.of(tar[cut:]))
	}
	return g.of(tar)
}
