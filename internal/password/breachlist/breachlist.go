// Package breachlist keeps the hashes of breached passwords in one compact file that is read without loading it.
//
// A list of kind Sorted holds every hash, 17 to 18 bytes each, and lists ranges. A list of kind Filter holds nine bits
// that depend on each hash, 1.24 bytes an entry all in all: it finds every breached password, and calls one in 512 of
// the others breached too.
//
// The file is a header, blocks, and an index of the blocks. A block holds up to some thousand neighbours in the order of
// the hashes; the index has the first of them, which is all that is kept in memory (24 bytes a block). Looking a hash up
// reads one block, checks its checksum and searches it, so the time does not grow with the list.
//
//	header   64 bytes: "SRBREACH", version, kind, entries, blocks, offset and checksum of the index, checksum of these
//	blocks   as sorted.go and filter.go say
//	index    20 bytes a block: first eight bytes of the first hash, size, entries, checksum
//
// Numbers are little-endian but for the hashes; checksums are CRC-32C.
package breachlist

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Hash is the SHA-1 of a password.
type Hash [20]byte

// key is what blocks are found by: the first eight bytes, in order.
func (h Hash) key() uint64 { return binary.BigEndian.Uint64(h[:]) }

// Kind is what a list can do.
type Kind uint32

// The kinds of lists.
const (
	Sorted Kind = 1 // exact; lists ranges
	Filter Kind = 2 // small; one in 512 is wrongly found
)

const (
	magic      = "SRBREACH"
	version    = 1
	headerSize = 64
	rowSize    = 20
)

// header is the beginning of a file.
type header struct {
	kind        Kind
	entries     uint64
	blocks      uint64
	indexOffset uint64
	indexSum    uint32
}

// row is a block in the index.
type row struct {
	first   uint64 // key of the first hash
	size    uint32 // bytes
	entries uint32
	sum     uint32
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

func (h header) bytes() []byte {
	b := append(make([]byte, 0, headerSize), magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint32(b, uint32(h.kind))
	b = binary.LittleEndian.AppendUint64(b, h.entries)
	b = binary.LittleEndian.AppendUint64(b, h.blocks)
	b = binary.LittleEndian.AppendUint64(b, h.indexOffset)
	b = binary.LittleEndian.AppendUint32(b, h.indexSum)
	b = append(b, make([]byte, headerSize-4-len(b))...)
	return binary.LittleEndian.AppendUint32(b, checksum(b))
}

// parseHeader reads the beginning of a file; size is that of the whole file.
func parseHeader(b []byte, size int64) (h header, err error) {
	if string(b[:8]) != magic {
		return h, fmt.Errorf("it is no list of breached passwords; make one with: strongroom admin breach-list build")
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != version {
		return h, fmt.Errorf("it has the format %d and this program reads %d; build it again", v, version)
	}
	if binary.LittleEndian.Uint32(b[headerSize-4:]) != checksum(b[:headerSize-4]) {
		return h, damaged("the checksum of its header is wrong")
	}
	h.kind = Kind(binary.LittleEndian.Uint32(b[12:]))
	h.entries, h.blocks = binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:])
	h.indexOffset, h.indexSum = binary.LittleEndian.Uint64(b[32:]), binary.LittleEndian.Uint32(b[40:])
	if h.kind != Sorted && h.kind != Filter {
		return h, fmt.Errorf("its kind %d is unknown to this program; build it again", h.kind)
	}
	room := uint64(size) - headerSize
	if h.blocks > room/rowSize || h.indexOffset < headerSize || h.indexOffset+h.blocks*rowSize != uint64(size) {
		return h, damaged(fmt.Sprintf("it has %d bytes and should have %d", size, h.indexOffset+h.blocks*rowSize))
	}
	return h, nil
}

func (r row) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, r.first)
	b = binary.LittleEndian.AppendUint32(b, r.size)
	b = binary.LittleEndian.AppendUint32(b, r.entries)
	return binary.LittleEndian.AppendUint32(b, r.sum)
}

func parseRow(b []byte) row {
	return row{
		first: binary.LittleEndian.Uint64(b), size: binary.LittleEndian.Uint32(b[8:]),
		entries: binary.LittleEndian.Uint32(b[12:]), sum: binary.LittleEndian.Uint32(b[16:]),
	}
}

// DamagedError says in which way a file is not what was written.
type DamagedError struct{ Detail string }

// Error implements error.
func (e *DamagedError) Error() string { return "it is damaged: " + e.Detail + "; build it again" }

func damaged(detail string) error { return &DamagedError{detail} }
