//go:build !linux

package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

// ahead says that a child gets its file when it is started, so none can be started before the file is known.
const ahead = false

// starter starts children; no thread is special here.
type starter struct{ options Options }

func newStarter(o Options) *starter { return &starter{o} }

func (*starter) close() {}

// pipes are two pipes used as one connection, on both sides.
type pipes struct {
	io.Reader
	io.Writer
}

// Close closes both.
func (p pipes) Close() error {
	return errors.Join(p.Reader.(io.Closer).Close(), p.Writer.(io.Closer).Close())
}

func openServer() pipes { return pipes{os.Stdin, os.Stdout} }

// receive reads the request. The file is there already; its descriptor follows the limits among the arguments.
func receive(server pipes) (request []byte, file *os.File, err error) {
	kind, request, err := readFrame(server, mostRequest)
	if err != nil || kind != frameRequest {
		return nil, nil, fmt.Errorf("waiting for the request: kind %q, %w", kind, err)
	}
	if len(os.Args) < 5 {
		return request, nil, nil
	}
	descriptor, err := strconv.ParseUint(os.Args[4], 10, 64)
	if err != nil {
		return nil, nil, err
	}
	return request, os.NewFile(uintptr(descriptor), "file"), nil
}

func (p *process) sendRequest(request []byte, _ *os.File) error {
	return writeFrame(p.link, frameRequest, request)
}

// launch starts a child with its file.
func (s *starter) launch(file *os.File) (*process, error) {
	var all []*os.File
	for range 3 {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, errors.Join(err, closeAll(all))
		}
		all = append(all, r, w)
	}
	in, ours, back, out, stderr, theirStderr := all[0], all[1], all[2], all[3], all[4], all[5]
	started, err := startProcess(s.options, file, []*os.File{in, out, theirStderr})
	if err != nil {
		return nil, errors.Join(err, closeAll(all))
	}
	_ = closeAll([]*os.File{in, out, theirStderr})
	return newProcess(started, pipes{back, ours}, stderr), nil
}

func closeAll(files []*os.File) (err error) {
	for _, f := range files {
		err = errors.Join(err, f.Close())
	}
	return err
}
