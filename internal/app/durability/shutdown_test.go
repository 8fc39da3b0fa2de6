//go:build slow

package durability

import (
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
)

// TestShutdown asks the server to end while a slow client is uploading: the upload is finished and acknowledged, balancers
// hear meanwhile that no more requests are wanted, and the program ends well (P19).
func TestShutdown(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) { shutdown(t, newPlace(t.TempDir(), database(t))) })
	}
}

func shutdown(t *testing.T, p place) {
	srv, err := p.start(t)
	if err != nil {
		t.Fatal(err)
	}
	token := p.token(t)
	c := newClient(srv.url, token)
	l, d := newLedger(), apptest.Wheel("slow", "1.0", "x")
	l.send(d)
	finish := slowUpload(t, c, d)
	if err := srv.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	becomesUnready(t, newClient(srv.url, ""))
	if status := finish(); status != http.StatusOK {
		t.Errorf("the upload under way is answered with %d", status)
	}
	l.acknowledge(d)
	began := time.Now()
	if code := srv.stop(t); code != 0 {
		t.Errorf("the server exits with %d\n%s", code, srv.tail())
	}
	if waited := time.Since(began); waited > 5*time.Second {
		t.Errorf("the server ended %v after its last request", waited)
	}
	if srv, err = p.start(t); err != nil {
		t.Fatal(err)
	}
	l.verifyAll(t.Context(), newClient(srv.url, token))
	l.settle(t)
}

// slowUpload sends half of an upload; finish sends the rest and gives the status of the answer.
func slowUpload(t *testing.T, c *client, d apptest.Dist) (finish func() int) {
	contentType, form := d.Form(d.Fields())
	body := form.Bytes()
	reader, writer := io.Pipe()
	req, err := http.NewRequest(http.MethodPost, c.base+"/legacy/", reader)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+c.token)
	status := make(chan int, 1)
	go func() {
		a, err := c.do(req)
		if err != nil {
			t.Errorf("the upload under way: %v", err)
		}
		status <- a.status
	}()
	write := func(part []byte) {
		if _, err := writer.Write(part); err != nil {
			t.Errorf("the upload under way is not read any more: %v", err)
		}
	}
	write(body[:len(body)/2])
	time.Sleep(100 * time.Millisecond) // the first half has left this process; now let it arrive
	return func() int {
		write(body[len(body)/2:])
		writer.Close()
		return <-status
	}
}

// becomesUnready waits until /_ready/ says 503. It must say so: a refused connection tells a balancer nothing.
func becomesUnready(t *testing.T, c *client) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		a, err := c.get(t.Context(), "/_ready/")
		if err != nil {
			t.Errorf("GET /_ready/ while an upload is under way: %v", err)
			return
		}
		if a.status == http.StatusServiceUnavailable {
			return
		}
	}
	t.Error("/_ready/ never says 503 though the server was told to end")
}
