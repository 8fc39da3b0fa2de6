package load

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// maxHead bounds what a server may send as headers.
const maxHead = 64 << 10

// response reads one answer piece by piece. The usual case, an answer that
// arrives in one read, copies nothing.
type response struct {
	head    []byte // headers so far, when they came in pieces
	status  int
	left    int64 // bytes of body still to come; -1: until the server closes
	size    int64 // bytes of body so far
	inBody  bool
	chunks  *chunks
	closes  bool // the server closes the connection after this answer
	excerpt []byte
}

// feed takes the next bytes and says whether the answer is complete.
func (r *response) feed(b []byte) (bool, error) {
	if r.inBody {
		return r.body(b)
	}
	if len(r.head) > 0 {
		b = append(r.head, b...)
	}
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		if len(b) > maxHead {
			return false, errors.New("headers without end")
		}
		r.head = append([]byte(nil), b...)
		return false, nil
	}
	if err := r.parseHead(b[:end+2]); err != nil {
		return false, err
	}
	if r.status == 100 {
		*r = response{}
		return r.rest(b[end+4:])
	}
	r.inBody = true
	return r.body(b[end+4:])
}

// rest goes on after an interim answer, which may be all that has come.
func (r *response) rest(b []byte) (bool, error) {
	if len(b) == 0 {
		return false, nil
	}
	return r.feed(b)
}

func (r *response) body(b []byte) (bool, error) {
	if len(r.excerpt) == 0 && r.status >= 400 {
		r.excerpt = append(r.excerpt, b[:min(len(b), 200)]...)
	}
	if r.chunks != nil {
		n, done, err := r.chunks.feed(b)
		r.size += n
		return done, err
	}
	r.size += int64(len(b))
	if r.left < 0 {
		return false, nil
	}
	r.left -= int64(len(b))
	if r.left < 0 {
		return false, fmt.Errorf("%d bytes after the body", -r.left)
	}
	return r.left == 0, nil
}

// parseHead reads the status line and the three headers that frame a body. b
// ends with the line end of the last header.
func (r *response) parseHead(b []byte) error {
	if len(b) < 12 || !bytes.HasPrefix(b, []byte("HTTP/1.")) {
		return fmt.Errorf("not an HTTP/1 answer: %q", b[:min(len(b), 40)])
	}
	r.status = int(b[9]-'0')*100 + int(b[10]-'0')*10 + int(b[11]-'0')
	r.closes = b[7] == '0'
	r.left = -1
	b = b[bytes.IndexByte(b, '\n')+1:]
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n')
		if err := r.header(b[:end-1]); err != nil {
			return err
		}
		b = b[end+1:]
	}
	if r.status == 304 || r.status == 204 || r.status == 100 {
		r.left, r.chunks = 0, nil
	}
	return nil
}

func (r *response) header(line []byte) error {
	if len(line) < 11 || (line[0]|0x20 != 'c' && line[0]|0x20 != 't') {
		return nil
	}
	key, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	var err error
	switch {
	case len(key) == 14 && bytes.EqualFold(key, []byte("Content-Length")):
		r.left, err = strconv.ParseInt(string(value), 10, 64)
	case len(key) == 17 && bytes.EqualFold(key, []byte("Transfer-Encoding")):
		r.chunks = &chunks{}
	case len(key) == 10 && bytes.EqualFold(key, []byte("Connection")):
		r.closes = !bytes.EqualFold(value, []byte("keep-alive"))
	}
	return err
}
