package binaries

import "io"

// chunkSize is the size of the pieces in which a file is held: memory grows with the file, without copying.
const chunkSize = 1 << 20

// buffer holds one file after the other in the same memory.
type buffer struct {
	chunks [][]byte
	size   int64 // bytes of the current file
}

// reset forgets the current file and keeps its memory.
func (b *buffer) reset() { b.size = 0 }

// write appends bytes to the current file.
func (b *buffer) write(data []byte) {
	for len(data) > 0 {
		index, from := int(b.size/chunkSize), int(b.size%chunkSize)
		if index == len(b.chunks) {
			b.chunks = append(b.chunks, make([]byte, chunkSize))
		}
		n := copy(b.chunks[index][from:], data)
		data, b.size = data[n:], b.size+int64(n)
	}
}

// ReadAt reads from the current file.
func (b *buffer) ReadAt(p []byte, offset int64) (n int, err error) {
	for n < len(p) && offset >= 0 && offset < b.size {
		chunk := b.chunks[offset/chunkSize]
		from := offset % chunkSize
		end := min(chunkSize, from+b.size-offset)
		copied := copy(p[n:], chunk[from:end])
		n, offset = n+copied, offset+int64(copied)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
