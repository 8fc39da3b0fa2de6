package sandbox

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// serverDescriptor is where a child finds its end of the socket to the server; below stand /dev/null twice and a pipe
// for what it says when it crashes.
const serverDescriptor = 3

// socket is a child's end. It does without Go's poller, which a waiting child need not start.
type socket int

func openServer() socket { return serverDescriptor }

// Read implements io.Reader.
func (s socket) Read(p []byte) (int, error) {
	n, err := retry(func() (int, error) { return unix.Read(int(s), p) })
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

// Write implements io.Writer.
func (s socket) Write(p []byte) (written int, err error) {
	for written < len(p) && err == nil {
		var n int
		n, err = retry(func() (int, error) { return unix.Write(int(s), p[written:]) })
		written += n
	}
	return written, err
}

func (s socket) Close() error { return unix.Close(int(s)) }

// retry makes a call again that a signal interrupted, and counts an error as nothing done.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// receive waits for the request; its header brings the file.
func receive(s socket) (request []byte, file *os.File, err error) {
	head, control := make([]byte, headerSize), make([]byte, unix.CmsgSpace(4))
	var controls int
	n, err := retry(func() (n int, err error) {
		n, controls, _, _, err = unix.Recvmsg(int(s), head, control, unix.MSG_CMSG_CLOEXEC)
		return n, err
	})
	if err != nil || n == 0 {
		return nil, nil, fmt.Errorf("waiting for the request: %w", err)
	}
	if file, err = receivedFile(control[:controls]); err != nil {
		return nil, nil, err
	}
	if _, err := io.ReadFull(s, head[n:]); err != nil {
		return nil, nil, err
	}
	request, err = readBody(s, head, mostRequest)
	return request, file, err
}

// receivedFile takes the descriptor out of a control message; none is nil.
func receivedFile(control []byte) (*os.File, error) {
	if len(control) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil, err
	}
	descriptors, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(descriptors[0]), "file"), nil
}

// sendRequest writes the request to a waiting child. The file goes along with the header, as a new descriptor that is
// open for reading only and has a position of its own, whatever the given one is open for.
func (p *process) sendRequest(request []byte, file *os.File) error {
	var rights []byte
	if file != nil {
		reader, err := openForReading(file)
		if err != nil {
			return &sendError{err}
		}
		defer reader.Close()
		rights = unix.UnixRights(int(reader.Fd()))
	}
	conn, err := p.link.(*os.File).SyscallConn()
	if err != nil {
		return err
	}
	head, sent := header(frameRequest, len(request)), 0
	var failed error
	err = conn.Write(func(fd uintptr) bool {
		sent, failed = unix.SendmsgN(int(fd), head, rights, nil, unix.MSG_NOSIGNAL)
		return failed != unix.EAGAIN && failed != unix.EINTR
	})
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	_, err = p.link.Write(append(head[sent:], request...))
	return err
}

// openForReading opens a file once more, through the kernel's name for the descriptor, because the file itself may have
// no name.
func openForReading(file *os.File) (reader *os.File, err error) {
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	controlErr := conn.Control(func(fd uintptr) {
		reader, err = os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", fd), os.O_RDONLY, 0)
	})
	if controlErr != nil {
		return nil, controlErr
	}
	return reader, err
}
