package dist

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// acceptedZips returns the accepted archives of the corpus, and so many
// accepted mutants. Those that are accepted with a warning that tools see
// their names differently are left out; they occur in sdists only.
func acceptedZips(t *testing.T, mutants int) []*agreeing {
	var out []*agreeing
	corpus := zipCorpus()
	for _, c := range corpus {
		archive, filename := c.build()
		contents, err := read(t, filename, archive)
		differ := slices.ContainsFunc(contents.Warnings, func(w *ArchiveError) bool { return w.Kind == NameClash || w.Kind == BadName })
		if err == nil && !(c.sdist && differ) {
			out = append(out, &agreeing{c.name, archive, ours(contents)})
		}
	}
	found := map[string]bool{}
	for seed := uint64(0); len(found) < mutants && seed < uint64(60*mutants); seed++ {
		what, archive := mutant(rand.New(rand.NewPCG(seed, 24)), corpus)
		if archive == nil || found[string(archive)] {
			continue
		}
		if contents, err := read(t, fooWhl, archive); err == nil {
			found[string(archive)] = true
			out = append(out, &agreeing{fmt.Sprintf("mutant %d: %s", seed, what), archive, ours(contents)})
		}
	}
	if len(found) < mutants {
		t.Errorf("only %d mutants are accepted", len(found))
	}
	return out
}

// mutant makes a wheel of random members, applies some of the corpus' changes
// to it and then changes bytes; nil if the changes do not fit each other.
func mutant(r *rand.Rand, corpus []zipCase) (what string, archive []byte) {
	defer func() {
		if recover() != nil { // a change looked for a member that another one took away
			archive = nil
		}
	}()
	s := corpusSpec(false)
	var did []string
	for range r.IntN(4) {
		s.parts = append(s.parts, randomPart(r))
	}
	for range r.IntN(4) {
		c := corpus[r.IntN(len(corpus))]
		for c.sdist || c.class != "accept" && r.IntN(8) > 0 || strings.HasPrefix(c.name, "shape/members") {
			c = corpus[r.IntN(len(corpus))] // mostly changes that are accepted
		}
		c.edit(s)
		did = append(did, c.name)
	}
	if r.IntN(3) == 0 {
		change := randomChange(r)
		s.parts[r.IntN(len(s.parts))].both(change)
		did = append(did, "a field of both headers")
	}
	archive = s.build()
	if len(archive) > 0 && r.IntN(2) == 0 {
		at := r.IntN(len(archive))
		archive[at] = byte(r.Uint32())
		did = append(did, fmt.Sprintf("byte %d", at))
	}
	return strings.Join(did, ", "), archive
}

// randomPart makes a member of random name, content and attributes.
func randomPart(r *rand.Rand) *zipPart {
	content := strings.Repeat(fmt.Sprint(r.Uint64()), r.IntN(200))
	name := fmt.Sprintf("r%d/%s%d", r.IntN(3), string(rune('a'+r.IntN(600))), r.IntN(50))
	p := part(name, content, uint16(zipDeflated*r.IntN(2)))
	p.central.madeBy = []uint16{0, 3, 10, 11, 14, 19}[r.IntN(6)]<<8 | uint16(r.IntN(64))
	p.central.internal = uint16(r.IntN(4))
	p.central.attributes = uint32(0o100000|r.IntN(0o10000))<<16 | uint32(r.IntN(256))
	for range r.IntN(3) {
		extra := extraField(uint16(r.Uint32()), strings.Repeat("\x01", r.IntN(40)))
		p.local.extra = append(p.local.extra, extra...)
		if r.IntN(2) == 0 {
			p.central.extra = append(p.central.extra, extra...)
		}
	}
	return p
}

// randomChange changes one field of a header.
func randomChange(r *rand.Rand) func(h *zipHead) {
	v := r.Uint32()
	return []func(h *zipHead){
		func(h *zipHead) { h.version = uint16(v) & 0x033F },
		func(h *zipHead) { h.flags = uint16(v) },
		func(h *zipHead) { h.flags ^= 1 << (v % 16) },
		func(h *zipHead) { h.time, h.date = uint16(v), uint16(v>>16) },
		func(h *zipHead) { h.crc ^= 1 << (v % 32) },
		func(h *zipHead) { h.packed ^= 1 << (v % 32) },
		func(h *zipHead) { h.expanded ^= 1 << (v % 32) },
		func(h *zipHead) {
			if h.name != "" {
				b := []byte(h.name)
				b[int(v>>8)%len(b)] = byte(v)
				h.name = string(b)
			}
		},
	}[r.IntN(8)]
}
