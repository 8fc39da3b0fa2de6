package dist

import "io"

// zipWindow reads an archive forwards through one buffer.
type zipWindow struct {
	src    io.ReaderAt
	buf    []byte // at least as long as the longest part asked of take
	unread []byte // what of buf was read and not yet taken
	at     int64  // where in the archive unread begins
	end    int64  // where reading ends
}

// windowBytes is the size of the buffer: a name or an extra field has at most
// 65,535 bytes.
const windowBytes = 64 << 10

// newZipWindow returns a window on an archive of so many bytes.
func newZipWindow(src io.ReaderAt, size int64) *zipWindow {
	return &zipWindow{src: src, buf: make([]byte, min(size, windowBytes))}
}

// move lets the window read the bytes from at to end.
func (w *zipWindow) move(at, end int64) { w.unread, w.at, w.end = nil, at, end }

// take returns the next n bytes, valid until the next call of a method, or
// [io.ErrUnexpectedEOF] if fewer are left.
func (w *zipWindow) take(n int) ([]byte, error) {
	if n > len(w.unread) {
		if err := w.fill(n); err != nil {
			return nil, err
		}
	}
	return w.cut(n), nil
}

// some returns between 1 and most of the next bytes, likewise.
func (w *zipWindow) some(most int64) ([]byte, error) {
	if len(w.unread) == 0 {
		if err := w.fill(1); err != nil {
			return nil, err
		}
	}
	return w.cut(int(min(most, int64(len(w.unread))))), nil
}

func (w *zipWindow) cut(n int) []byte {
	taken := w.unread[:n:n]
	w.unread = w.unread[n:]
	w.at += int64(n)
	return taken
}

// fill reads on until at least n bytes are there.
func (w *zipWindow) fill(n int) error {
	if int64(n) > w.end-w.at || n > len(w.buf) {
		return io.ErrUnexpectedEOF
	}
	have := copy(w.buf, w.unread)
	got, err := w.src.ReadAt(w.buf[have:min(int64(len(w.buf)), w.end-w.at)], w.at+int64(have))
	w.unread = w.buf[:have+got]
	if have+got >= n {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// zipPayload is the stored or compressed bytes of one member. As an
// [io.ByteReader] it lets a decompressor take no byte more than it needs.
type zipPayload struct {
	window *zipWindow
	chunk  []byte
	next   int   // in chunk
	beyond int64 // bytes of the member behind chunk
}

// open begins with the next so many bytes of the window.
func (p *zipPayload) open(size int64) { p.chunk, p.next, p.beyond = nil, 0, size }

// left is how many bytes were not read.
func (p *zipPayload) left() int64 { return int64(len(p.chunk)-p.next) + p.beyond }

// more fetches the next chunk.
func (p *zipPayload) more() (err error) {
	if p.beyond == 0 {
		return io.EOF
	}
	p.next = 0
	p.chunk, err = p.window.some(p.beyond)
	p.beyond -= int64(len(p.chunk))
	return err
}

// skip passes over what was not read, so that the window stands behind the
// member.
func (p *zipPayload) skip() error {
	for p.next = len(p.chunk); p.beyond > 0; p.next = len(p.chunk) {
		if err := p.more(); err != nil {
			return err
		}
	}
	return nil
}

// ReadByte implements [io.ByteReader].
func (p *zipPayload) ReadByte() (byte, error) {
	if p.next == len(p.chunk) {
		if err := p.more(); err != nil {
			return 0, err
		}
	}
	b := p.chunk[p.next]
	p.next++
	return b, nil
}

// Read implements [io.Reader].
func (p *zipPayload) Read(b []byte) (int, error) {
	if p.next == len(p.chunk) && len(b) > 0 {
		if err := p.more(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.chunk[p.next:])
	p.next += n
	return n, nil
}
