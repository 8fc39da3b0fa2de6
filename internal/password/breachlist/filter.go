package breachlist

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A block of a filter is a binary fuse filter (Graf and Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters",
// 2022): a table of nine-bit numbers such that for each key in the set the numbers at four places, which the key and a
// seed decide, give the key's fingerprint by XOR. For other keys they do so by chance, once in 512.
// The block is the seed (8 bytes) and the table, packed, with a byte of padding.

const (
	filterBlock = 1 << 18 // hashes; fewer make the table larger, more cost time to read
	fingerBits  = 9
	places      = 4
	mostSeeds   = 200
)

// fuse is the shape of a table for a number of keys.
type fuse struct {
	segment uint32 // places that a key's n-th choice falls in; a power of two
	starts  uint32 // first choices: all but the last three segments
	slots   uint32
}

// shape follows the paper's figures for four places.
func shape(keys int) fuse {
	n := math.Max(float64(keys), 4)
	segment := uint32(1) << max(2, int(math.Log(n)/math.Log(2.91)-0.5))
	factor := math.Max(1.075, 0.77+0.305*math.Log(600_000)/math.Log(n))
	segments := uint32(max(1, math.Ceil(n*factor/float64(segment))-(places-1)))
	return fuse{segment: segment, starts: segments * segment, slots: (segments + places - 1) * segment}
}

func (f fuse) bytes() int { return 8 + (int(f.slots)*fingerBits+7)/8 + 1 }

// mix spreads a key over 64 bits, differently for each seed.
func mix(key, seed uint64) uint64 {
	x := key ^ seed
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// at are the four places of a mixed key, all different.
func (f fuse) at(mixed uint64) [places]uint32 {
	high, _ := bits.Mul64(mixed, uint64(f.starts))
	start, mask := uint32(high), f.segment-1
	return [places]uint32{
		start, (start + f.segment) ^ uint32(mixed)&mask, (start + 2*f.segment) ^ uint32(mixed>>16)&mask, (start + 3*f.segment) ^ uint32(mixed>>32)&mask,
	}
}

func finger(mixed uint64) uint16 { return uint16(mix(mixed, 0) >> (64 - fingerBits)) }

// packFilter builds a block. It fails only for keys that are not all different.
func packFilter(keys []uint64) ([]byte, error) {
	f := shape(len(keys))
	for try := range uint64(mostSeeds) {
		seed := mix(try+1, 0x9e3779b97f4a7c15)
		if order, ok := f.peel(keys, seed); ok {
			return f.assign(order, seed), nil
		}
	}
	return nil, damaged("its hashes are not those of different passwords")
}

// peeled is a key that can be made right by one place, after all keys peeled before it.
type peeled struct {
	mixed uint64
	place uint32
}

// peel takes away key after key that is alone at one of its places.
func (f fuse) peel(keys []uint64, seed uint64) (order []peeled, ok bool) {
	users, sums := make([]uint8, f.slots), make([]uint64, f.slots)
	for _, key := range keys {
		mixed := mix(key, seed)
		for _, p := range f.at(mixed) {
			if users[p]++; users[p] == 0 {
				return nil, false // 256 keys at one place
			}
			sums[p] ^= mixed
		}
	}
	var alone []uint32
	for p, n := range users {
		if n == 1 {
			alone = append(alone, uint32(p))
		}
	}
	order = make([]peeled, 0, len(keys))
	for len(alone) > 0 {
		place := alone[len(alone)-1]
		alone = alone[:len(alone)-1]
		if users[place] != 1 {
			continue
		}
		mixed := sums[place]
		order = append(order, peeled{mixed, place})
		for _, p := range f.at(mixed) {
			sums[p] ^= mixed
			if users[p]--; users[p] == 1 {
				alone = append(alone, p)
			}
		}
	}
	return order, len(order) == len(keys)
}

// assign fills the table, the last peeled key first: its place is used by no key after it.
func (f fuse) assign(order []peeled, seed uint64) []byte {
	table := make([]uint16, f.slots)
	for i := len(order) - 1; i >= 0; i-- {
		value := finger(order[i].mixed)
		for _, p := range f.at(order[i].mixed) {
			value ^= table[p]
		}
		table[order[i].place] = value
	}
	out := make([]byte, f.bytes())
	binary.LittleEndian.PutUint64(out, seed)
	for p, value := range table {
		bit := p * fingerBits
		at := out[8+bit/8:]
		binary.LittleEndian.PutUint16(at, binary.LittleEndian.Uint16(at)|value<<(bit%8))
	}
	return out
}

// hasFilter says whether a key of a block with so many entries is (probably) among them.
func hasFilter(block []byte, entries uint32, key uint64) (bool, error) {
	f := shape(int(entries))
	if entries > filterBlock || len(block) != f.bytes() {
		return false, damaged("a block has the wrong size")
	}
	mixed := mix(key, binary.LittleEndian.Uint64(block))
	value := finger(mixed)
	for _, p := range f.at(mixed) {
		bit := int(p) * fingerBits
		value ^= binary.LittleEndian.Uint16(block[8+bit/8:]) >> (bit % 8) & (1<<fingerBits - 1)
	}
	return value == 0, nil
}
