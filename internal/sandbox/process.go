package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// process is a child as the server sees it: started, used once, and gone.
type process struct {
	os     *os.Process
	link   io.ReadWriteCloser
	layers []Layer
	said   []byte           // the beginning of its stderr; read it after gone
	gone   chan struct{}    // closed when the process has ended and was waited for
	state  *os.ProcessState // how it ended; read it after gone
}

// Bounds of what goes between server and child beside the reply.
const (
	mostRequest = 64 << 20
	mostLayers  = 64 << 10
	mostSaid    = 8 << 10
)

// newProcess follows a process that was just started: it keeps what the child says on stderr and waits for its end.
func newProcess(started *os.Process, link io.ReadWriteCloser, stderr io.ReadCloser) *process {
	p := &process{os: started, link: link, gone: make(chan struct{})}
	go func() {
		defer close(p.gone)
		p.said, _ = io.ReadAll(io.LimitReader(stderr, mostSaid))
		_, _ = io.Copy(io.Discard, stderr)
		stderr.Close()
		p.state, _ = started.Wait()
	}()
	return p
}

// kill ends the child; it may have ended before.
func (p *process) kill() { _ = p.os.Kill() }

// discard ends a child that is not needed, or whose use is over. Nothing reads what it may have written.
func (p *process) discard() {
	p.kill()
	p.link.Close()
}

// awaitReady waits until the child is locked down.
func (p *process) awaitReady(o Options) error {
	timer := time.AfterFunc(o.Wall, p.kill)
	defer timer.Stop()
	kind, text, err := readFrame(p.link, mostLayers)
	if err == nil && kind != frameReady {
		err = fmt.Errorf("%w: kind %q before the first request", errRubbish, kind)
	}
	if err == nil {
		p.layers, err = decodeLayers(text)
	}
	if err != nil {
		p.discard()
		<-p.gone
		return fmt.Errorf("sandbox: the child does not start: %w (%s)", err, firstLine(p.said))
	}
	return nil
}

// errWall ends a call that took too long.
var errWall = errors.New("the time is over")

// sendError is a fault on our side, before the child was told anything.
type sendError struct{ error }

// Unwrap gives the cause.
func (e *sendError) Unwrap() error { return e.error }

// untaken is a child that was killed from outside before it had the request: nobody has looked at the file.
type untaken struct{ *Failure }

// errUntaken is in the error of an exchange in which the child never said that it has the request.
var errUntaken = errors.New("the request was not taken")

// run has the child handle its one request. Whatever comes of it, the child has ended or been killed afterwards.
func (p *process) run(ctx context.Context, request []byte, file *os.File, o Options) ([]byte, error) {
	timed, cancel := context.WithTimeoutCause(ctx, o.Wall, errWall)
	defer cancel()
	stop := context.AfterFunc(timed, p.kill)
	defer stop()
	defer p.discard()
	reply, err := p.exchange(request, file, o.Reply)
	if err == nil {
		return reply, nil
	}
	if errors.Is(err, errRubbish) || errors.As(err, new(*sendError)) || errors.As(err, new(*Failure)) {
		p.kill() // how it would end by itself does not matter any more
	}
	<-p.gone
	return nil, p.failure(timed, err, o)
}

// failure finds the cause of an exchange that failed, the certain ones first.
func (p *process) failure(ctx context.Context, err error, o Options) error {
	var our *sendError
	var told *Failure
	switch {
	case errors.As(err, &our):
		return fmt.Errorf("sandbox: handing over the file: %w", err)
	case errors.As(err, &told):
		return told
	case context.Cause(ctx) == errWall:
		return &Failure{OutOfTime, fmt.Sprintf("no reply within %s", o.Wall)}
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errRubbish):
		return &Failure{Rubbish, err.Error()}
	}
	why := verdict(p.state, p.said, o)
	if errors.Is(err, errUntaken) && why.Reason == Killed {
		return &untaken{why}
	}
	return why
}

// exchange sends the request and reads the whole reply, after which nothing more may come.
func (p *process) exchange(request []byte, file *os.File, most int64) ([]byte, error) {
	sending := p.sendRequest(request, file)
	if our := (*sendError)(nil); errors.As(sending, &our) {
		return nil, sending
	}
	// A child that ended while we were writing may have said why; only reading tells.
	kind, _, err := readFrame(p.link, 0)
	if err != nil {
		return nil, errors.Join(err, sending, errUntaken)
	}
	if kind != frameTaken {
		return nil, fmt.Errorf("%w: kind %q where the request is taken", errRubbish, kind)
	}
	kind, reply, err := readFrame(p.link, most)
	if err != nil {
		return nil, errors.Join(err, sending)
	}
	if n, _ := p.link.Read(make([]byte, 1)); n > 0 {
		return nil, fmt.Errorf("%w: more follows the reply", errRubbish)
	}
	switch kind {
	case frameReply:
		return reply, nil
	case frameError:
		return nil, &Failure{Refused, string(reply)}
	}
	return nil, fmt.Errorf("%w: a reply of kind %q", errRubbish, kind)
}
