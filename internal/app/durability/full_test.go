//go:build slow && linux

package durability

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
)

const (
	fullRounds = 10
	fullSize   = 12 << 20 // of the disk, in bytes
)

// TestFullDisk fills the disk of a server in many ways. Uploads are refused with 507 or 503 and a text that says why,
// reading goes on, nothing acknowledged is lost, and when there is space again uploads succeed without a restart (P15).
func TestFullDisk(t *testing.T) {
	rng := rand.New(rand.NewPCG(newSeed(t), 0))
	began, refused, files, orphans := time.Now(), map[int]int{}, 0, 0
	for round := range rounds(fullRounds) {
		accepted, stored := fillUp(t, rng, refused)
		files, orphans = files+accepted, orphans+stored-2*accepted // with a metadata file each
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	if refused[http.StatusInsufficientStorage] == 0 {
		t.Errorf("the answers on a full disk were %v, want 507 among them", refused)
	}
	if orphans == 0 {
		t.Error("all uploads were refused before the database was asked: it was never full")
	}
	t.Logf("%d rounds, %d files acknowledged, refusals by status: %v, %d blobs for which there were no rows, %.0f s",
		rounds(fullRounds), files, refused, orphans, time.Since(began).Seconds())
}

// fillUp is one round on a new disk. It gives the number of files accepted and of blobs stored.
func fillUp(t *testing.T, rng *rand.Rand, refused map[int]int) (accepted, stored int) {
	disk := smallDisk(t)
	p := newPlace(filepath.Join(disk, "data"), "")
	srv, err := p.start(t)
	if err != nil {
		t.Fatal(err)
	}
	f := &filler{ledger: newLedger(), client: newClient(srv.url, p.token(t)), t: t, refused: refused, rng: rng}
	for i := range 8 {
		f.push(fmt.Sprintf("before%d", i), 40_000)
	}
	ballast := filepath.Join(disk, "ballast")
	for range 4 {
		f.fill(ballast)
		f.leave(ballast, rng.Int64N(400<<10)) // enough for the file, and perhaps for some of its rows
		for i := range 12 {
			f.push(fmt.Sprintf("during%d", i), 1_000+rng.IntN(20_000))
		}
		f.compareAll(t.Context(), f.client, f.names())
		f.settle(t)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	f.recovers(p, srv)
	err = filepath.WalkDir(filepath.Join(p.data, "blobs"), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			stored++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.acknowledged(), stored
}

// filler uploads to a disk that has no space.
type filler struct {
	*ledger
	client  *client
	t       *testing.T
	refused map[int]int
	rng     *rand.Rand
	sent    int
}

// push uploads a file of about that size. It may be refused for want of space, and not for anything else.
func (f *filler) push(project string, size int) (accepted bool) {
	f.t.Helper()
	f.sent++
	d := apptest.Wheel(project, fmt.Sprintf("1.%d", f.sent), strings.Repeat("x", size)+fmt.Sprint(f.rng.Uint64()))
	f.send(d)
	a, err := f.client.upload(f.t.Context(), d)
	switch {
	case err != nil:
		f.t.Errorf("upload to a full disk: %v", err)
	case a.status == http.StatusOK:
		f.acknowledge(d)
		return true
	case a.status != http.StatusInsufficientStorage && a.status != http.StatusServiceUnavailable:
		f.t.Errorf("upload to a full disk: %s", a)
	}
	f.refused[a.status]++
	return false
}

// fill takes all space there is.
func (f *filler) fill(path string) {
	f.t.Helper()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		f.t.Fatal(err)
	}
	defer file.Close()
	for page := make([]byte, 4096); ; {
		if _, err := file.Write(page); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			f.t.Fatal(err)
		}
	}
}

// leave gives so many bytes free again.
func (f *filler) leave(path string, size int64) {
	f.t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, max(0, info.Size()-size))
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

// recovers wants everything in order once there is space: the next upload, all files, the check, and a clean end.
func (f *filler) recovers(p place, srv *server) {
	f.t.Helper()
	if !f.push("after", 1000) {
		f.t.Error("there is space again, and an upload is refused")
	}
	f.verifyAll(f.t.Context(), f.client)
	f.settle(f.t)
	if err := p.fsck(); err != nil {
		f.t.Error(err)
	}
	if code := srv.stop(f.t); code != 0 {
		f.t.Errorf("the server exits with %d", code)
	}
	intact(f.t, p)
	if f.t.Failed() {
		f.t.Log(srv.tail())
	}
}

// smallDisk mounts a file system of its own.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", fullSize)); err != nil {
		t.Fatalf("this test fills a disk of its own and must mount it: run it as root (%v)", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}
