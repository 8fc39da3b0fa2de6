package durability

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
)

// ledger is the outside world's memory: what was sent, what was acknowledged and what was seen. The index must never
// contradict it.
type ledger struct {
	mu       sync.Mutex
	records  map[string]*record         // by filename
	projects map[string]map[string]bool // project → filenames
	problems []string
	reads    atomic.Int64 // files and metadata files fetched and hashed
}

// record is what is known of one filename.
type record struct {
	sent    map[string]string // digest of each body sent → digest of the metadata in it
	kept    string            // digest of the body that was acknowledged
	visible string            // digest of the body that was listed
}

func newLedger() *ledger {
	return &ledger{records: map[string]*record{}, projects: map[string]map[string]bool{}}
}

// complain notes a broken promise.
func (l *ledger) complain(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

// settle fails the test once for each broken promise, and forgets them.
func (l *ledger) settle(t *testing.T) {
	t.Helper()
	for i, problem := range l.take() {
		if i == 20 {
			t.Error("… and more")
			break
		}
		t.Error(problem)
	}
}

func (l *ledger) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	problems := l.problems
	l.problems = nil
	return problems
}

// send notes that a distribution is about to be sent.
func (l *ledger) send(d apptest.Dist) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.records[d.Filename]
	if r == nil {
		r = &record{sent: map[string]string{}}
		l.records[d.Filename] = r
	}
	r.sent[d.SHA256()] = digest(d.Metadata)
	if l.projects[d.Name] == nil {
		l.projects[d.Name] = map[string]bool{}
	}
	l.projects[d.Name][d.Filename] = true
}

// acknowledge notes that the index answered 200 (P1), which it may do for one content only (P5).
func (l *ledger) acknowledge(d apptest.Dist) {
	l.mu.Lock()
	r := l.records[d.Filename]
	before := r.kept
	r.kept = d.SHA256()
	l.mu.Unlock()
	if before != "" && before != d.SHA256() {
		l.complain("%s was acknowledged with sha256 %s and then with %s", d.Filename, before, d.SHA256())
	}
}

// acknowledged counts the files that must be there.
func (l *ledger) acknowledged() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records {
		if r.kept != "" {
			n++
		}
	}
	return n
}

// names lists the projects anything was sent to.
func (l *ledger) names() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.projects))
}

// expected gives the acknowledged files of a project with their digests.
func (l *ledger) expected(project string) map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := map[string]string{}
	for filename := range l.projects[project] {
		if r := l.records[filename]; r.kept != "" {
			kept[filename] = r.kept
		}
	}
	return kept
}

// verify compares projects with the index: what was acknowledged is listed, and what is listed can be fetched.
func (l *ledger) verify(ctx context.Context, c *client, projects []string) {
	l.inRoot(ctx, c, projects)
	l.compareAll(ctx, c, projects)
}

func (l *ledger) compareAll(ctx context.Context, c *client, projects []string) {
	queue := make(chan string)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for project := range queue {
				if err := l.compare(ctx, c, project, 0); err != nil {
					l.complain("%v", err)
				}
			}
		})
	}
	for _, project := range projects {
		queue <- project
	}
	close(queue)
	workers.Wait()
}

// inRoot wants projects with acknowledged files in the list of projects, which may be a second behind.
func (l *ledger) inRoot(ctx context.Context, c *client, projects []string) {
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		root, err := c.projects(ctx)
		if err != nil {
			l.complain("%v", err)
			return
		}
		missing := slices.DeleteFunc(slices.Clone(projects), func(name string) bool {
			_, found := slices.BinarySearch(root, name)
			return found || len(l.expected(name)) == 0
		})
		if len(missing) == 0 {
			return
		}
		if time.Now().After(end) {
			l.complain("the list of projects lacks %v", missing)
			return
		}
	}
}

// verifyAll compares everything that was ever sent and everything that is listed.
func (l *ledger) verifyAll(ctx context.Context, c *client) {
	root, err := c.projects(ctx)
	if err != nil {
		l.complain("%v", err)
		return
	}
	all := append(root, l.names()...)
	slices.Sort(all)
	l.verify(ctx, c, slices.Compact(all))
}

// compare fetches a project's page and all files on it, or at most some of them where sample is not 0. The error is
// that of a request which failed; broken promises are noted.
func (l *ledger) compare(ctx context.Context, c *client, project string, sample int) error {
	expected := l.expected(project) // before the page is asked for: it shows at once what was acknowledged
	files, err := c.files(ctx, project)
	if err != nil {
		return err
	}
	for _, f := range files {
		if want := expected[f.Filename]; want != "" && want != f.Hashes.SHA256 {
			l.complain("%s was acknowledged with sha256 %s and is listed with %s", f.Filename, want, f.Hashes.SHA256)
		}
		delete(expected, f.Filename)
	}
	for _, lost := range slices.Sorted(maps.Keys(expected)) {
		l.complain("%s was acknowledged and is not listed (P1)", lost)
	}
	if sample > 0 && len(files) > sample {
		rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		files = files[:sample]
	}
	for _, f := range files {
		if err := l.fetch(ctx, c, f); err != nil {
			return err
		}
	}
	return nil
}

// fetch downloads a listed file and its metadata and hashes both (P4).
func (l *ledger) fetch(ctx context.Context, c *client, f listed) error {
	metadata, known := l.see(f)
	if !known {
		l.complain("%s is listed with sha256 %s, which nobody ever sent", f.Filename, f.Hashes.SHA256)
	}
	if f.CoreMetadata.SHA256 != metadata {
		l.complain("%s is listed with metadata %s, want %s", f.Filename, f.CoreMetadata.SHA256, metadata)
	}
	for _, part := range []struct{ url, want string }{{f.URL, f.Hashes.SHA256}, {f.URL + ".metadata", metadata}} {
		a, err := c.get(ctx, part.url)
		if err != nil {
			return err
		}
		l.reads.Add(1)
		if a.status != http.StatusOK {
			l.complain("%s is listed, but GET %s gives %s (P4)", f.Filename, part.url, a)
		} else if digest(a.text) != part.want {
			l.complain("GET %s gives %d bytes with sha256 %s, want %s (P4)", part.url, len(a.text), digest(a.text), part.want)
		}
	}
	return nil
}

// see notes which content a filename is listed with: it must never change (P5). It gives the digest of its metadata.
func (l *ledger) see(f listed) (metadata string, known bool) {
	l.mu.Lock()
	r := l.records[f.Filename]
	if r == nil {
		l.mu.Unlock()
		return "", false
	}
	before := r.visible
	r.visible = f.Hashes.SHA256
	metadata, known = r.sent[f.Hashes.SHA256]
	l.mu.Unlock()
	if before != "" && before != f.Hashes.SHA256 {
		l.complain("%s was listed with sha256 %s and is now with %s (P5)", f.Filename, before, f.Hashes.SHA256)
	}
	return metadata, known
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
