package password

import (
	"encoding/binary"
	"math/bits"

	"golang.org/x/crypto/blake2b"
)

// Argon2id (RFC 9106) over memory that is reused: golang.org/x/crypto/argon2 makes new memory for each hash and leaves
// it to the garbage collector, so that a flood of sign-ins holds several times what it works with. A test holds both
// against each other.

const argonVersion = 0x13

// block is 1 KiB, Argon2's unit of memory.
type block [128]uint64

// arena is the memory of one hash at a time. run calls its steps until none is
// left; nil does it here.
type arena struct {
	blocks []block
	run    func(step func() (more bool))
}

// filling is one hash under way (§3.2), and where it has come to.
type filling struct {
	cost
	blocks  []block // lane after lane
	columns uint32  // blocks of a lane
	segment uint32  // blocks of a quarter of a lane

	pass, slice, lane, index uint32
	places                   addresses // of this segment
}

// bite is how many blocks are filled in one step: less than a millisecond's work.
const bite = 512

// derive is Argon2id's tag of a password and a salt.
func (a *arena) derive(password, salt []byte, c cost, size int) []byte {
	segment := c.memory / (4 * c.lanes)
	f := filling{cost: c, columns: 4 * segment, segment: segment}
	f.blocks = a.take(f.columns * c.lanes)
	f.begin(password, salt, size)
	if a.run == nil {
		a.run = func(step func() bool) {
			for step() {
			}
		}
	}
	a.run(f.step)
	return f.finish(size)
}

// step goes on with the segment, or to the next one: lane, slice and pass, in
// this order.
func (f *filling) step() (more bool) {
	if f.index < f.segment {
		f.fill(min(f.index+bite, f.segment))
		return true
	}
	f.index = 0
	if f.lane++; f.lane == f.lanes {
		f.lane = 0
		if f.slice++; f.slice == 4 {
			f.slice = 0
			f.pass++
		}
	}
	return f.pass < f.time
}

// take makes room for n blocks. What was there does not matter: the first pass writes every block before it reads it.
func (a *arena) take(n uint32) []block {
	if uint32(len(a.blocks)) < n {
		a.blocks = make([]block, n)
	}
	return a.blocks[:n]
}

// begin hashes the inputs into the first two blocks of each lane.
func (f *filling) begin(password, salt []byte, size int) {
	var in []byte
	for _, v := range []uint32{f.lanes, uint32(size), f.memory, f.time, argonVersion, 2, uint32(len(password))} {
		in = binary.LittleEndian.AppendUint32(in, v)
	}
	in = append(in, password...)
	in = append(binary.LittleEndian.AppendUint32(in, uint32(len(salt))), salt...)
	in = append(in, make([]byte, 8)...) // neither secret nor associated data
	h0 := blake2b.Sum512(in)
	var seed [72]byte
	copy(seed[:], h0[:])
	for lane := range f.lanes {
		binary.LittleEndian.PutUint32(seed[68:], lane)
		for column := range uint32(2) {
			binary.LittleEndian.PutUint32(seed[64:], column)
			f.blocks[lane*f.columns+column].set(stretch(seed[:], 1024))
		}
	}
}

// finish folds the last column into the tag.
func (f *filling) finish(size int) []byte {
	last := f.blocks[f.columns-1]
	for lane := uint32(1); lane < f.lanes; lane++ {
		for i, v := range f.blocks[lane*f.columns+f.columns-1] {
			last[i] ^= v
		}
	}
	return stretch(last.bytes(), size)
}

// fill goes on with a quarter of a lane, up to a block of it. In the first half of the first pass the places it reads do
// not depend on the password (Argon2id, §3.4.1.3).
func (f *filling) fill(end uint32) {
	pass, slice, lane := f.pass, f.slice, f.lane
	blind := pass == 0 && slice < 2
	if f.index == 0 && blind {
		f.places = addresses{input: block{uint64(pass), uint64(lane), uint64(slice), uint64(len(f.blocks)), uint64(f.time), 2}}
	}
	if f.index == 0 && pass == 0 && slice == 0 {
		f.index = 2 // begin made these
		f.places.next()
	}
	for ; f.index < end; f.index++ {
		index, column := f.index, slice*f.segment+f.index
		at := lane*f.columns + column
		before := at - 1
		if column == 0 {
			before = at + f.columns - 1
		}
		random := f.blocks[before][0]
		if blind {
			random = f.places.at(index)
		}
		compress(&f.blocks[at], &f.blocks[before], &f.blocks[f.reference(pass, slice, lane, index, random)], pass > 0)
	}
}

// reference chooses the block that is mixed in (§3.4.2).
func (f *filling) reference(pass, slice, lane, index uint32, random uint64) uint32 {
	other := uint32(random>>32) % f.lanes
	if pass == 0 && slice == 0 {
		other = lane
	}
	area, start := slice*f.segment, uint32(0)
	if pass > 0 {
		area, start = f.columns-f.segment, (slice+1)%4*f.segment
	}
	if other == lane {
		area += index
	}
	if other == lane || index == 0 {
		area--
	}
	x := random & 0xffffffff
	y := uint64(area) * (x * x >> 32) >> 32
	return other*f.columns + (start+area-1-uint32(y))%f.columns
}

// addresses are the random numbers of a segment that do not depend on the password.
type addresses struct{ input, block, zero block }

func (a *addresses) at(index uint32) uint64 {
	if index%128 == 0 {
		a.next()
	}
	return a.block[index%128]
}

func (a *addresses) next() {
	a.input[6]++
	compress(&a.block, &a.zero, &a.input, false)
	once := a.block
	compress(&a.block, &a.zero, &once, false)
}

// compress is the function G (§3.5): out becomes G(x, y), or out XOR G(x, y). Under the race detector it would take five
// times as long, with permute; its callers touch the same blocks and are watched.
//
//go:norace
func compress(out, x, y *block, xor bool) {
	var r, z block
	for i := range r {
		r[i] = x[i] ^ y[i]
	}
	z = r
	for i := 0; i < 128; i += 16 {
		permute(&z, i, 2)
	}
	for i := 0; i < 16; i += 2 {
		permute(&z, i, 16)
	}
	if xor {
		for i := range out {
			out[i] ^= r[i] ^ z[i]
		}
		return
	}
	for i := range out {
		out[i] = r[i] ^ z[i]
	}
}

// permute is P (§3.6) over eight pairs of words that lie step apart.
//
//go:norace
func permute(b *block, at, step int) {
	p := func(k int) (*uint64, *uint64) { i := (at + k*step) & 126; return &b[i], &b[i+1] }
	a0, a1 := p(0)
	a2, a3 := p(1)
	b0, b1 := p(2)
	b2, b3 := p(3)
	c0, c1 := p(4)
	c2, c3 := p(5)
	d0, d1 := p(6)
	d2, d3 := p(7)
	v0, v4, v8, v12 := half(*a0, *b0, *c0, *d0, 32, 40)
	v1, v5, v9, v13 := half(*a1, *b1, *c1, *d1, 32, 40)
	v2, v6, v10, v14 := half(*a2, *b2, *c2, *d2, 32, 40)
	v3, v7, v11, v15 := half(*a3, *b3, *c3, *d3, 32, 40)
	v0, v4, v8, v12 = half(v0, v4, v8, v12, 48, 1)
	v1, v5, v9, v13 = half(v1, v5, v9, v13, 48, 1)
	v2, v6, v10, v14 = half(v2, v6, v10, v14, 48, 1)
	v3, v7, v11, v15 = half(v3, v7, v11, v15, 48, 1)
	v0, v5, v10, v15 = half(v0, v5, v10, v15, 32, 40)
	v1, v6, v11, v12 = half(v1, v6, v11, v12, 32, 40)
	v2, v7, v8, v13 = half(v2, v7, v8, v13, 32, 40)
	v3, v4, v9, v14 = half(v3, v4, v9, v14, 32, 40)
	*a0, *b1, *c2, *d3 = half(v0, v5, v10, v15, 48, 1)
	*a1, *b2, *c3, *d0 = half(v1, v6, v11, v12, 48, 1)
	*a2, *b3, *c0, *d1 = half(v2, v7, v8, v13, 48, 1)
	*a3, *b0, *c1, *d2 = half(v3, v4, v9, v14, 48, 1)
}

// half is half of BLAKE2b's quarter round with multiplications (Figure 19).
func half(a, b, c, d uint64, first, second int) (uint64, uint64, uint64, uint64) {
	a += b + 2*uint64(uint32(a))*uint64(uint32(b))
	d = bits.RotateLeft64(d^a, first)
	c += d + 2*uint64(uint32(c))*uint64(uint32(d))
	b = bits.RotateLeft64(b^c, second)
	return a, b, c, d
}

func (b *block) set(from []byte) {
	for i := range b {
		b[i] = binary.LittleEndian.Uint64(from[8*i:])
	}
}

func (b *block) bytes() []byte {
	out := make([]byte, 0, 1024)
	for _, v := range b {
		out = binary.LittleEndian.AppendUint64(out, v)
	}
	return out
}

// stretch is the hash of variable length H' (§3.3).
func stretch(in []byte, size int) []byte {
	in = append(binary.LittleEndian.AppendUint32(nil, uint32(size)), in...)
	if size <= blake2b.Size {
		return blake2(in, size)
	}
	v := blake2(in, blake2b.Size)
	out := append([]byte{}, v[:32]...)
	for size-len(out) > blake2b.Size {
		v = blake2(v, blake2b.Size)
		out = append(out, v[:32]...)
	}
	return append(out, blake2(v, size-len(out))...)
}

func blake2(in []byte, size int) []byte {
	h, err := blake2b.New(size, nil)
	if err != nil { // sizes are 1 to 64
		panic(err)
	}
	h.Write(in)
	return h.Sum(nil)
}
