package pages

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"

	"strongroom/internal/database"
)

// segmentMax bounds what one changed project makes dirty.
const segmentMax = 1000

// segment is an immutable run of the sorted names with their serials; parts
// are its compressed forms, made when first asked for.
type segment struct {
	names   names
	serials []int64
	parts   [2]*part // by format
	first   bool     // the parts were made for the first segment
}

// put returns the segment with one project brought up to date.
func (s *segment) put(p database.ListedProject, sum *digestSum) *segment {
	i, there := s.names.search(p.Name)
	if !there && !p.Listed {
		return s
	}
	next := &segment{names: s.names, serials: slices.Clone(s.serials)}
	if there {
		sum.remove(p.Name, s.serials[i])
	}
	switch {
	case p.Listed && there:
		next.serials[i] = p.Serial
	case p.Listed:
		next.names, next.serials = s.names.with(i, p.Name), slices.Insert(next.serials, i, p.Serial)
	default:
		next.names, next.serials = s.names.without(i), slices.Delete(next.serials, i, i+1)
	}
	if p.Listed {
		sum.add(p.Name, p.Serial)
	}
	return next
}

func (s *segment) split() (a, b *segment) {
	half := s.names.len() / 2
	a, b = &segment{serials: slices.Clone(s.serials[:half])}, &segment{serials: slices.Clone(s.serials[half:])}
	a.names, b.names = s.names.split(half)
	return a, b
}

// part is the segment's compressed form. first says that no entry comes before
// it, which decides about the comma.
func (s *segment) part(f Format, first bool) *part {
	if s.first != first {
		s.parts, s.first = [2]*part{}, first
	}
	if s.parts[f] == nil {
		s.parts[f] = compressPart(func() []byte { return f.entries(s, first) })
	}
	return s.parts[f]
}

// digestSum identifies the content of the list whatever its segmentation: the
// sum, modulo 2^128, of the hashes of its entries.
type digestSum [16]byte

func (d *digestSum) add(name string, serial int64)    { d.shift(name, serial, false) }
func (d *digestSum) remove(name string, serial int64) { d.shift(name, serial, true) }

func (d *digestSum) shift(name string, serial int64, negate bool) {
	h := sha256.Sum256(append(strconv.AppendInt(nil, serial, 10), name...))
	lo, hi := binary.LittleEndian.Uint64(h[:8]), binary.LittleEndian.Uint64(h[8:16])
	if negate {
		lo, hi = ^lo+1, ^hi
		if lo == 0 {
			hi++
		}
	}
	a, b := binary.LittleEndian.Uint64(d[:8]), binary.LittleEndian.Uint64(d[8:])
	sum := a + lo
	if sum < a {
		b++
	}
	binary.LittleEndian.PutUint64(d[:8], sum)
	binary.LittleEndian.PutUint64(d[8:], b+hi)
}

// builder fills segments from a sorted stream, leaving room to grow.
type builder struct {
	segments []*segment
	sum      digestSum

	text    []byte
	ends    []uint32
	serials []int64
}

func (b *builder) add(name string, serial int64) {
	if len(b.ends) == segmentMax*3/4 {
		b.flush()
	}
	b.text = append(b.text, name...)
	b.ends, b.serials = append(b.ends, uint32(len(b.text))), append(b.serials, serial)
	b.sum.add(name, serial)
}

// flush ends a segment. It must be called once after the last name.
func (b *builder) flush() {
	if len(b.ends) == 0 {
		return
	}
	serials := append(make([]int64, 0, len(b.serials)), b.serials...)
	b.segments = append(b.segments, &segment{names: namesOf(b.text, b.ends), serials: serials})
	b.text, b.ends, b.serials = b.text[:0], b.ends[:0], b.serials[:0]
}
