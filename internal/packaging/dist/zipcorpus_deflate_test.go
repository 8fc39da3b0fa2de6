package dist

import (
	"math/bits"
	"slices"
	"strings"
)

// bitWriter writes deflate streams by hand (RFC 1951).
type bitWriter struct {
	out  []byte
	held uint64
	n    uint
}

// bits appends the n low bits of v, lowest first.
func (w *bitWriter) bits(v uint64, n uint) *bitWriter {
	w.held |= v << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.held))
		w.held >>= 8
	}
	return w
}

// code appends a Huffman code, highest bit first.
func (w *bitWriter) code(code uint64, n uint) *bitWriter {
	return w.bits(bits.Reverse64(code)>>(64-n), n)
}

// end fills up the last byte with the bits of padding.
func (w *bitWriter) end(padding uint64) []byte {
	if w.n > 0 {
		w.bits(padding&(1<<(8-w.n)-1), 8-w.n)
	}
	return w.out
}

// stored appends a block that is not compressed.
func (w *bitWriter) stored(final uint64, text string) *bitWriter {
	w.bits(final, 3)
	w.out = le(w.end(0), uint16(len(text)), ^uint16(len(text)))
	w.out = append(w.out, text...)
	return w
}

// symbol appends a symbol in the canonical code of the lengths.
func (w *bitWriter) symbol(lengths []uint, symbol int) *bitWriter {
	code := uint64(0)
	for n := uint(1); n <= 15; n++ {
		for s, length := range lengths {
			if length != n {
				continue
			}
			if s == symbol {
				return w.code(code, n)
			}
			code++
		}
		code <<= 1
	}
	panic("the symbol has no code")
}

// fixedLengths are the lengths of the fixed code for literals and lengths.
func fixedLengths() []uint {
	return slices.Concat(slices.Repeat([]uint{8}, 144), slices.Repeat([]uint{9}, 112), slices.Repeat([]uint{7}, 24), slices.Repeat([]uint{8}, 8))
}

// fixed appends a block of literals in the fixed code, without its end.
func (w *bitWriter) fixed(final uint64, text string) *bitWriter {
	w.bits(final|1<<1, 3)
	for _, c := range []byte(text) {
		w.symbol(fixedLengths(), int(c))
	}
	return w
}

// over ends a block in the fixed code.
func (w *bitWriter) over() *bitWriter { return w.code(0, 7) }

// dynamic appends the begin of a block with codes of these lengths, each
// length written in four bits.
func (w *bitWriter) dynamic(final uint64, literals, distances []uint) *bitWriter {
	w.bits(final|2<<1, 3).bits(uint64(len(literals)-257), 5).bits(uint64(len(distances)-1), 5).bits(15, 4)
	w.bits(0, 9) // no code for the three repetitions
	for range 16 {
		w.bits(4, 3)
	}
	for _, length := range slices.Concat(literals, distances) {
		w.code(uint64(length), 4)
	}
	return w
}

// literals are the lengths of a code for some symbols.
func literals(lengths map[int]uint) []uint {
	out := make([]uint, 257)
	for symbol, length := range lengths {
		if symbol >= len(out) {
			out = append(out, make([]uint, symbol+1-len(out))...)
		}
		out[symbol] = length
	}
	return out
}

// oddDeflate are deflate streams, good and bad, in correct archives (Malo's
// deflate folder, and the edges of RFC 1951).
func oddDeflate(c *corpus) {
	add := func(class, name, why, text string, body []byte) {
		c.add(class, "deflate/"+name, why, func(s *zipSpec) { s.member(packedFile).pack(zipDeflated, body, text) })
	}
	stream := func() *bitWriter { return &bitWriter{} }
	const good = "every inflater agrees"
	add("accept", "empty-stored", good, "", stream().stored(1, "").out)
	add("accept", "empty-fixed", good, "", stream().fixed(1, "").over().end(0))
	add("accept", "stored", good, "hello", stream().stored(1, "hello").out)
	add("accept", "stored-two", good, "hello world", stream().stored(0, "hello").stored(1, " world").out)
	add("accept", "fixed", good, "hello", stream().fixed(1, "hello").over().end(0))
	add("accept", "fixed-nine-bits", good, "gr\xfc\xdfe", stream().fixed(1, "gr\xfc\xdfe").over().end(0))
	add("accept", "mixed", good, "hello world", stream().stored(0, "hello ").fixed(1, "world").over().end(0))
	add("accept", "empty-blocks", good, "x", stream().stored(0, "").stored(0, "").fixed(0, "").over().fixed(0, "x").over().fixed(1, "").over().end(0))
	add("accept", "overlapping-copy", good, "aaaa", stream().fixed(1, "a").symbol(fixedLengths(), 257).code(0, 5).over().end(0))
	add("accept", "longest-copy", good, strings.Repeat("a", 259), stream().fixed(1, "a").symbol(fixedLengths(), 285).code(0, 5).over().end(0))
	two := literals(map[int]uint{'a': 1, 256: 1})
	add("accept", "dynamic", good, "aa", stream().dynamic(1, two, []uint{1, 1}).symbol(two, 'a').symbol(two, 'a').symbol(two, 256).end(0))
	three := literals(map[int]uint{'a': 1, 256: 2, 257: 2})
	add("accept", "one-distance", "a single distance code of one bit", "aaaa", stream().dynamic(1, three, []uint{1}).symbol(three, 'a').symbol(three, 257).code(0, 1).symbol(three, 256).end(0))
	add("accept", "no-distance", "literals only need no distance code", "aa", stream().dynamic(1, two, []uint{0}).symbol(two, 'a').symbol(two, 'a').symbol(two, 256).end(0))
	add("iffy", "padding", "Malo nonzero_padding: bits behind the last block", "hello", stream().fixed(1, "hello").over().end(0xFF))
	add("iffy", "stored-padding", "bits between a stored block's head and length", "x", append([]byte{0xF9}, stream().stored(1, "x").out[1:]...))
	add("malicious", "two-streams", "Malo two_streams: a second stream behind the first", "hello", slices.Concat(stream().stored(1, "hello").out, stream().stored(1, "world").out))
	brokenDeflate(add)
}

// brokenDeflate are streams that no inflater may accept.
func brokenDeflate(add func(class, name, why, text string, body []byte)) {
	bad := func(name, why, text string, w *bitWriter) { add("reject", name, why, text, w.end(0)) }
	stream := func() *bitWriter { return &bitWriter{} }
	two := literals(map[int]uint{'a': 1, 256: 1})
	three := literals(map[int]uint{'a': 1, 256: 2, 257: 2})
	bad("nothing", "no block at all", "", stream())
	bad("reserved-block", "block type 3", "", stream().bits(7, 3))
	bad("no-last-block", "Malo non_final_flush", "hello", stream().stored(0, "hello"))
	bad("length-check", "Malo nlen_mismatch", "", stream().bits(1, 8).bits(0, 16).bits(0, 16))
	bad("cut-stored", "Malo truncated_stored", "hello", stream().bits(1, 8).bits(5, 16).bits(0xFFFA, 16).bits('h', 8))
	bad("cut-fixed", "Malo truncated_fixed", "hello", stream().fixed(1, "hello"))
	bad("cut-dynamic", "Malo truncated_dynamic", "a", stream().dynamic(1, two, []uint{1, 1}))
	bad("cut-header", "the block's code is not all there", "", stream().bits(5, 3).bits(0, 5))
	bad("before-start", "Malo distance_before_start", "aaa", stream().fixed(1, "").symbol(fixedLengths(), 257).code(0, 5).over())
	bad("distance-30", "no such distance", "aaaa", stream().fixed(1, "a").symbol(fixedLengths(), 257).code(30, 5).over())
	bad("length-286", "Malo bad_symbol", "a", stream().fixed(1, "a").symbol(fixedLengths(), 286).code(0, 5).over())
	bad("no-code-lengths", "Malo dynamic_empty_clen", "", stream().bits(5, 3).bits(0, 5).bits(0, 5).bits(0, 4).bits(0, 12).bits(0, 64))
	bad("many-code-lengths", "Malo dynamic_oversubscribed_clen", "", stream().bits(5, 3).bits(0, 5).bits(0, 5).bits(0, 4).bits(0x249, 12).bits(0, 64))
	bad("nothing-to-repeat", "Malo dynamic_rle_no_prev", "", stream().bits(5, 3).bits(0, 5).bits(0, 5).bits(0, 4).bits(1|1<<3, 12).bits(0, 64))
	bad("too-many-literals", "more symbols than there are", "a", stream().dynamic(1, append(slices.Clone(two), make([]uint, 31)...), []uint{1, 1}).symbol(two, 'a').symbol(two, 256))
	bad("too-many-distances", "more distances than there are", "a", stream().dynamic(1, two, make([]uint, 32)).symbol(two, 'a').symbol(two, 256))
	bad("no-block-end", "no code for the end of the block", "a", stream().dynamic(1, literals(map[int]uint{'a': 1, 'b': 1}), []uint{1, 1}).bits(0, 40))
	full := literals(map[int]uint{'a': 1, 'b': 1, 256: 1})
	bad("oversubscribed", "more codes than there is room for", "a", stream().dynamic(1, full, []uint{1, 1}).bits(0, 8))
	part := literals(map[int]uint{'a': 2, 'b': 2, 256: 2})
	bad("incomplete", "a code with a gap", "a", stream().dynamic(1, part, []uint{1, 1}).symbol(part, 'a').symbol(part, 256))
	bad("distances-oversubscribed", "more codes than there is room for", "a", stream().dynamic(1, two, []uint{1, 1, 1}).symbol(two, 'a').symbol(two, 256))
	bad("distances-incomplete", "a code with a gap", "a", stream().dynamic(1, two, []uint{2, 2, 2}).symbol(two, 'a').symbol(two, 256))
	bad("distance-unused-code", "the other half of a single distance code", "aaaa", stream().dynamic(1, three, []uint{1}).symbol(three, 'a').symbol(three, 257).code(1, 1).symbol(three, 256))
}
