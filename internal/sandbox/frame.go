package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The kinds of frames. A child says what holds it (frameReady) before it reads its only frameRequest, that it has it and
// the file (frameTaken), and answers with a frameReply or with the text of the handler's error.
const (
	frameReady   = 'L'
	frameRequest = 'Q'
	frameTaken   = 'T'
	frameReply   = 'R'
	frameError   = 'E'
)

// headerSize is one byte of kind and eight of length, big endian. The request's header takes the file along.
const headerSize = 9

func header(kind byte, size int) []byte {
	return binary.BigEndian.AppendUint64([]byte{kind}, uint64(size))
}

func writeFrame(w io.Writer, kind byte, body []byte) error {
	if _, err := w.Write(header(kind, len(body))); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}

// errRubbish says that the other side does not speak our protocol.
var errRubbish = errors.New("not a frame")

// readFrame reads one frame of at most most bytes. The memory for it grows with what really comes.
func readFrame(r io.Reader, most int64) (kind byte, body []byte, err error) {
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, nil, err
	}
	body, err = readBody(r, head, most)
	return head[0], body, err
}

func readBody(r io.Reader, head []byte, most int64) ([]byte, error) {
	size := binary.BigEndian.Uint64(head[1:])
	if size > uint64(most) {
		return nil, fmt.Errorf("%w: it announces %d bytes, %d are allowed", errRubbish, size, most)
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err == nil && uint64(len(body)) < size {
		err = io.ErrUnexpectedEOF
	}
	return body, err
}
