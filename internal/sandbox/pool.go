package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// Pool runs requests in children. Its methods may be called at the same time.
type Pool struct {
	options Options
	layers  []Layer
	inside  atomic.Int64  // calls at work or waiting
	slots   chan struct{} // one token for each call at work
	idle    chan *process // children that wait for a request
	starts  chan start    // to the starter
	mu      sync.Mutex    // held when work begins, and when the pool closes
	closed  chan struct{}
	ended   sync.WaitGroup // everything that must be over when Close returns
}

// start asks the starter for a child.
type start struct {
	file   *os.File
	result chan<- started
}

type started struct {
	*process
	err error
}

// New makes a pool, starts its first child and looks whether it works, which takes some milliseconds. The error says
// that no child can be started, or that the options make no sense.
func New(o Options) (*Pool, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Pool{
		options: o, slots: make(chan struct{}, o.Parallel), idle: make(chan *process, max(o.Idle, 0)),
		starts: make(chan start), closed: make(chan struct{}),
	}
	p.begin(p.starter)
	first, err := p.launch(nil)
	if err != nil {
		p.Close()
		return nil, err
	}
	p.layers = first.layers
	p.keep(first)
	for range o.Idle - 1 {
		p.refill()
	}
	return p, nil
}

// Layers says what holds the children on this machine.
func (p *Pool) Layers() []Layer { return append([]Layer(nil), p.layers...) }

// Run has a child handle the request, looking at the file, which may be nil, and gives back its reply. The errors are
// ErrBusy, ErrNoChild, ErrClosed, a *Failure, the context's, and what else is wrong on the server's side. The file stays open and
// keeps its position.
func (p *Pool) Run(ctx context.Context, request []byte, file *os.File) ([]byte, error) {
	if p.inside.Add(1) > int64(p.options.Parallel+p.options.Queue) {
		p.inside.Add(-1)
		return nil, ErrBusy
	}
	defer p.inside.Add(-1)
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, ErrClosed
	}
	defer func() { <-p.slots }()
	reply, err := p.runOne(ctx, request, file)
	lost := (*untaken)(nil)
	if errors.As(err, &lost) {
		reply, err = p.runOne(ctx, request, file)
	}
	if errors.As(err, &lost) {
		return nil, unavailable(lost.Failure) // somebody kills children: not the file's doing
	}
	return reply, err
}

// runOne runs the request in the next child.
func (p *Pool) runOne(ctx context.Context, request []byte, file *os.File) ([]byte, error) {
	child, err := p.take(file)
	if err != nil {
		return nil, err
	}
	reply, err := child.run(ctx, request, file, p.options)
	if err != nil && p.isClosed() {
		return nil, ErrClosed // the child was killed with the pool, which says nothing about the file
	}
	return reply, err
}

// take gives a child that waits, and sees to the next one; or starts one, when none waits.
func (p *Pool) take(file *os.File) (*process, error) {
	for {
		select {
		case child := <-p.idle:
			p.refill()
			select {
			case <-child.gone: // killed while it waited: nobody's fault
				child.discard()
				continue
			default:
				return child, nil
			}
		default:
			return p.launch(file)
		}
	}
}

// begin runs work in the background, unless the pool is closed.
func (p *Pool) begin(work func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.isClosed() {
		p.ended.Go(work)
	}
}

func (p *Pool) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

// refill starts a child in the background, to wait for a request. Should that fail, the next call starts its own and
// hears of it.
func (p *Pool) refill() {
	p.begin(func() {
		if child, err := p.launch(nil); err == nil {
			p.keep(child)
		}
	})
}

// keep lets a child wait for a request, unless enough are waiting.
func (p *Pool) keep(child *process) {
	select {
	case p.idle <- child:
	default:
		child.discard()
	}
}

// launch has the starter start a child and waits until it is locked down. The error is ErrNoChild or ErrClosed.
func (p *Pool) launch(file *os.File) (*process, error) {
	result := make(chan started, 1)
	select {
	case p.starts <- start{file, result}:
	case <-p.closed:
		return nil, ErrClosed
	}
	child := <-result
	err := child.err
	if err == nil {
		err = child.awaitReady(p.options)
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return child.process, nil
}

// unavailable is ErrNoChild with its cause in words, for the log: a Failure would say that the file is to blame.
func unavailable(cause error) error { return fmt.Errorf("%w: %s", ErrNoChild, cause.Error()) }

// starter starts all children, one at a time, until the pool is closed.
func (p *Pool) starter() {
	from := newStarter(p.options)
	defer from.close()
	for {
		select {
		case s := <-p.starts:
			child, err := from.launch(s.file)
			if err == nil {
				p.ended.Go(func() { p.watch(child) })
			} else {
				err = fmt.Errorf("sandbox: starting %s: %w", p.options.Program, err)
			}
			s.result <- started{child, err}
		case <-p.closed:
			return
		}
	}
}

// watch ends a child with the pool.
func (p *Pool) watch(child *process) {
	select {
	case <-p.closed:
		child.discard()
		<-child.gone
	case <-child.gone:
	}
}

// Close ends all children, those at work included, and waits until they are gone.
func (p *Pool) Close() {
	p.mu.Lock()
	if !p.isClosed() {
		close(p.closed)
	}
	p.mu.Unlock()
	p.ended.Wait()
	for {
		select {
		case child := <-p.idle:
			child.discard()
		default:
			return
		}
	}
}
