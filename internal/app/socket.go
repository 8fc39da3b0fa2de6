package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"strongroom/internal/ops"
)

// The server listens on admin.sock in its data folder (mode 0600, and only for
// its own user or root). A command line that finds it there hands its
// arguments over, and what the command changed is visible in the next request.

const socketName = "admin.sock"

// call is what the command line sends in a header; the body is its standard
// input.
type call struct {
	Args  []string `json:"args"`
	Dir   string   `json:"dir"`
	Width int      `json:"width"`
}

// frame is one line of the answer.
type frame struct {
	Out  []byte `json:"out,omitempty"`
	Err  []byte `json:"err,omitempty"`
	Done bool   `json:"done,omitempty"`
	Code int    `json:"code,omitempty"`
}

// listenSocket makes the socket, so that commands find it from the moment the
// server says that it listens.
func (a *App) listenSocket() (l net.Listener, err error) {
	path := filepath.Join(a.Config.Data, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	err = withShortPath(path, func(short string) (err error) {
		l, err = listenPrivate(short)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	return l, nil
}

// serveSocket answers commands until the context ends.
func (a *App) serveSocket(ctx context.Context, l net.Listener) error {
	defer os.Remove(filepath.Join(a.Config.Data, socketName))
	srv := &http.Server{Handler: http.HandlerFunc(a.answerCall), ConnContext: rememberPeer}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type peerKey struct{}

func rememberPeer(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, trustedPeer(c))
}

func (a *App) answerCall(w http.ResponseWriter, r *http.Request) {
	if trusted, _ := r.Context().Value(peerKey{}).(bool); !trusted {
		http.Error(w, "this socket is for the user who runs the server", http.StatusForbidden)
		return
	}
	var c call
	if err := json.Unmarshal([]byte(r.Header.Get("Strongroom-Call")), &c); err != nil {
		http.Error(w, "malformed call", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	out := &frames{enc: json.NewEncoder(w), control: http.NewResponseController(w), gone: cancel}
	// A terminal as standard input does not end; the answer must not wait for it.
	if err := out.control.EnableFullDuplex(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	console := ops.Console{Stdin: r.Body, Stdout: out.stream(false), Stderr: out.stream(true), Dir: c.Dir, Width: c.Width}
	out.send(frame{Done: true, Code: a.carryOut(ctx, c.Args, console)})
}

// carryOut runs a command line inside the server.
func (a *App) carryOut(ctx context.Context, args []string, console ops.Console) int {
	_, command, code, done := parse(args, console)
	if done {
		return code
	}
	c, ok := command.Selected().Target.Addr().Interface().(ops.Command)
	if !ok {
		fmt.Fprintln(console.Stderr, "strongroom: this command cannot run inside the server")
		return 1
	}
	return exitCode(c.Run(ctx, a.Operator(console)), console)
}

// frames writes the two output streams into one answer. gone is called when
// the caller left, such as by Ctrl-C: the command is cut short then.
type frames struct {
	mu      sync.Mutex
	enc     *json.Encoder
	control *http.ResponseController
	gone    func()
}

func (f *frames) send(fr frame) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := errors.Join(f.enc.Encode(fr), f.control.Flush()); err != nil {
		f.gone()
	}
}

func (f *frames) stream(isErr bool) io.Writer { return stream{f, isErr} }

type stream struct {
	frames *frames
	isErr  bool
}

// Write implements io.Writer.
func (s stream) Write(b []byte) (int, error) {
	if s.isErr {
		s.frames.send(frame{Err: b})
	} else {
		s.frames.send(frame{Out: b})
	}
	return len(b), nil
}

// remote is a running server.
type remote struct{ conn net.Conn }

func dialServer(data string) (*remote, error) {
	var conn net.Conn
	err := withShortPath(filepath.Join(data, socketName), func(short string) (err error) {
		conn, err = net.Dial("unix", short)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &remote{conn}, nil
}

func (r *remote) close() { r.conn.Close() }

// run hands the command over and copies what it says. Standard input goes along
// only where the command reads it: without a body the server sees at once when
// the caller is gone.
func (r *remote) run(ctx context.Context, command ops.Command, args []string, console ops.Console) error {
	var input io.Reader
	if c, ok := command.(ops.Asker); ok && c.Asks() {
		input = console.Stdin
	}
	header, err := json.Marshal(call{Args: args, Dir: console.Dir, Width: console.Width})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin/", input)
	if err != nil {
		return err
	}
	req.Header.Set("Strongroom-Call", string(header))
	client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return r.conn, nil }}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the running server: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return fmt.Errorf("ask the running server: %s", text)
	}
	return copyFrames(resp.Body, console)
}

func copyFrames(body io.Reader, console ops.Console) error {
	dec := json.NewDecoder(body)
	for {
		var f frame
		if err := dec.Decode(&f); err != nil {
			return fmt.Errorf("the server went away while it carried out the command: %w", err)
		}
		if _, err := console.Stdout.Write(f.Out); err != nil {
			return err
		}
		if _, err := console.Stderr.Write(f.Err); err != nil {
			return err
		}
		if f.Done && f.Code != 0 {
			return ops.ExitError{Code: f.Code}
		}
		if f.Done {
			return nil
		}
	}
}
