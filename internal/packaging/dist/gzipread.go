package dist

import (
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
)

// gzipMembers is how many gzip members one file may have. Parallel packers
// write one for each 64 KiB, so a file of 100 MiB stays far below.
const gzipMembers = 20_000

// gzipReader expands a gzip file (RFC 1952) by rules of our own (AV-6, AV-11):
// one or more members from the first byte of the file to the last, each with
// a plain header, the right CRC and the right size. compress/flate inflates.
// Its errors are [*ArchiveError] with the offset in the gzip file.
type gzipReader struct {
	in      *gzipInput
	inflate io.ReadCloser // of the member under way; also a flate.Resetter
	crc     uint32        // of what the member expanded to so far
	length  uint32        // of the same, modulo 2^32 as the trailer states it
	members int           // begun so far
	padding bool          // zeros after the last member are accepted
	err     error         // what reading ended with
}

// newGzipReader reads the first member's header. padding permits zeros after
// the last member.
func newGzipReader(file io.ReaderAt, size int64, padding bool) (*gzipReader, error) {
	in := &gzipInput{file: file, size: size}
	z := &gzipReader{in: in, inflate: flate.NewReader(in), padding: padding}
	if err := z.begin(); err != nil {
		return nil, err
	}
	return z, nil
}

// Read implements io.Reader. The end comes only after the whole file was
// found to be right, to its last byte.
func (z *gzipReader) Read(p []byte) (int, error) {
	for z.err == nil {
		n, err := z.inflate.Read(p)
		z.crc = crc32.Update(z.crc, crc32.IEEETable, p[:n])
		z.length += uint32(n)
		switch {
		case errors.Is(err, io.EOF):
			z.err = z.finish()
		case err != nil:
			z.err = refuseAt(NotAnArchive, z.in.pos(), "the compressed data are damaged or end too early: %v", err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, z.err
}

// begin reads a member's header and makes ready for its content.
func (z *gzipReader) begin() error {
	if z.members++; z.members > gzipMembers {
		return refuseAt(GzipHeader, z.in.pos(), "the file consists of more than %d gzip members", gzipMembers)
	}
	if err := readGzipHeader(z.in, z.members == 1); err != nil {
		return err
	}
	z.crc, z.length = 0, 0
	return z.inflate.(flate.Resetter).Reset(z.in, nil)
}

// finish checks the trailer of the member that ends here and goes on to the
// next one. io.EOF says that there is none and nothing else either.
func (z *gzipReader) finish() error {
	at := z.in.pos()
	var trailer [8]byte
	if _, err := io.ReadFull(z.in, trailer[:]); err != nil {
		return refuseAt(NotAnArchive, at, "the file ends within the gzip trailer")
	}
	if crc := uint32At(trailer[:]); crc != z.crc {
		return refuseAt(NotAnArchive, at, "the content's checksum is %08x, the gzip trailer says %08x: the file is damaged", z.crc, crc)
	}
	if length := uint32At(trailer[4:]); length != z.length {
		return refuseAt(NotAnArchive, at+4, "the content has %d bytes (modulo 2^32), the gzip trailer says %d: the file is damaged", z.length, length)
	}
	switch next, err := z.in.peek(); {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return err
	case next == gzipMagic[0]:
		return z.begin()
	}
	return z.tail()
}

// tail refuses what stands after the last member, unless it is zeros and
// those are accepted.
func (z *gzipReader) tail() error {
	at := z.in.pos()
	for {
		switch b, err := z.in.ReadByte(); {
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil:
			return err
		case b != 0 || !z.padding:
			return refuseAt(TrailingData, at, "%d bytes stand after the end of the gzip data; nothing may", z.in.size-at)
		}
	}
}

// gzipInput reads the compressed file byte by byte, as flate needs it to stop
// where a member stops, and knows its place.
type gzipInput struct {
	file  io.ReaderAt
	size  int64
	read  int64 // bytes of the file in buf and before it
	buf   [32 << 10]byte
	ready []byte // of buf, not yet taken
}

// pos is the offset of the next byte.
func (in *gzipInput) pos() int64 { return in.read - int64(len(in.ready)) }

// peek returns the next byte without taking it.
func (in *gzipInput) peek() (byte, error) {
	if len(in.ready) == 0 {
		if err := in.fill(); err != nil {
			return 0, err
		}
	}
	return in.ready[0], nil
}

// ReadByte implements io.ByteReader.
func (in *gzipInput) ReadByte() (byte, error) {
	b, err := in.peek()
	if err == nil {
		in.ready = in.ready[1:]
	}
	return b, err
}

// Read implements io.Reader.
func (in *gzipInput) Read(p []byte) (int, error) {
	if _, err := in.peek(); err != nil {
		return 0, err
	}
	n := copy(p, in.ready)
	in.ready = in.ready[n:]
	return n, nil
}

// fill reads on in the file, never past its size.
func (in *gzipInput) fill() error {
	want := min(int64(len(in.buf)), in.size-in.read)
	if want <= 0 {
		return io.EOF
	}
	n, err := in.file.ReadAt(in.buf[:want], in.read)
	if n == 0 {
		if err == nil {
			err = io.ErrNoProgress
		}
		return err
	}
	in.ready = in.buf[:n]
	in.read += int64(n)
	return nil
}

// uint32At reads the little-endian number at the start of b.
func uint32At(b []byte) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}
