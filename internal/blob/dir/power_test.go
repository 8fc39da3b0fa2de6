package dir

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"strongroom/internal/blob"
)

// disk knows what a power loss would leave (P2): bytes that were synced, under
// names that stood in their folder when its fsync began.
type disk struct {
	mu    sync.Mutex
	dirty map[string]bool            // staging files with bytes that are not durable
	loose map[string]map[string]bool // folder → names in it that are not durable
	early []string                   // names that were given to dirty bytes
}

func newDisk() *disk {
	return &disk{dirty: map[string]bool{}, loose: map[string]map[string]bool{}}
}

func (d *disk) calls() calls {
	sys := systemCalls()
	watched := sys
	watched.write = func(f *os.File, p []byte) (int, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.dirty[f.Name()] = true
		return sys.write(f, p)
	}
	watched.syncFile = func(f *os.File) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.dirty, f.Name())
		return sys.syncFile(f)
	}
	watched.link = func(from, to string) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.dirty[from] {
			d.early = append(d.early, to)
		}
		return d.named(to, sys.link(from, to))
	}
	watched.mkdir = func(path string) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.named(path, sys.mkdir(path))
	}
	watched.syncDir = d.syncDir
	return watched
}

// named notes a new name, unless err says that there is none.
func (d *disk) named(path string, err error) error {
	if err == nil {
		folder := filepath.Dir(path)
		if d.loose[folder] == nil {
			d.loose[folder] = map[string]bool{}
		}
		d.loose[folder][path] = true
	}
	return err
}

// syncDir takes a disk's time, so that others overtake whoever makes a folder
// durable. It need not sync: the model decides.
func (d *disk) syncDir(path string) error {
	d.mu.Lock()
	covered := maps.Clone(d.loose[path])
	d.mu.Unlock()
	time.Sleep(rand.N(6 * time.Millisecond))
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range covered {
		delete(d.loose[path], name)
	}
	return nil
}

// lost returns the first name on the way to path that a power loss would take.
func (d *disk) lost(path string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for ; path != filepath.Dir(path); path = filepath.Dir(path) {
		if d.loose[filepath.Dir(path)][path] {
			return path
		}
	}
	return ""
}

// Uploads race into few folders, some in two buckets on the same root; each
// acknowledged blob must be beyond the reach of a power loss at that moment.
func TestPowerLoss(t *testing.T) {
	d := newDisk()
	root := filepath.Join(t.TempDir(), "new", "data")
	var buckets [2]*Bucket
	for i := range buckets {
		b, err := open(root, d.calls())
		if err != nil {
			t.Fatal(err)
		}
		buckets[i] = b
	}
	contents := fewFolders(t)
	var all sync.WaitGroup
	for writer := range 16 {
		r := rand.New(rand.NewPCG(1, uint64(writer)))
		all.Go(func() {
			for range 20 {
				b, data := buckets[r.IntN(2)], contents[r.IntN(len(contents))]
				if err := store(t, b, data); err != nil {
					t.Errorf("store: %v", err)
				} else if lost := d.lost(b.path(blob.KeyOf(data))); lost != "" {
					t.Errorf("acknowledged, but %s is not durable", lost)
				}
			}
		})
	}
	all.Wait()
	if len(d.early) > 0 {
		t.Errorf("named before their bytes were synced: %v", d.early)
	}
}

// fewFolders returns contents whose keys share 16 first-level folders.
func fewFolders(t *testing.T) [][]byte {
	t.Helper()
	var found [][]byte
	for i := 0; len(found) < 100; i++ {
		data := fmt.Appendf(nil, "content %d", i)
		if blob.KeyOf(data)[0] == 'a' {
			found = append(found, data)
		}
	}
	return found
}
