//go:build slow

package durability

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
)

// purgedFiles is how many files the project has that is being purged when the server dies.
const purgedFiles = 6

// TestSD21PurgeSurvivesKill9 kills the server at several points of a purge: while the command is on its way, before and
// after its commit, when it was answered, and when half of the bytes are gone. Whatever the point, fsck finds nothing
// wrong, the purge happened to all files or to none, and one that was answered happened. The same command ends one that
// did not happen; one that did is ended by whoever works next, here by the purge of something else (its own job is taken
// up when its lease is over, after a minute).
func TestSD21PurgeSurvivesKill9(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			r := &purgeRound{t: t, place: newPlace(t.TempDir(), database(t)), links: map[string]string{}}
			r.start()
			r.token = r.place.token(t)
			kept := apptest.Sdist("kept", "1.0", "stays")
			r.upload(kept)
			for point, wait := range map[string]func(answered <-chan struct{}){
				"at once":  func(<-chan struct{}) {},
				"early":    func(<-chan struct{}) { time.Sleep(20 * time.Millisecond) },
				"later":    func(<-chan struct{}) { time.Sleep(45 * time.Millisecond) },
				"answered": func(answered <-chan struct{}) { <-answered },
				"half":     func(<-chan struct{}) { r.until(purgedFiles / 2) },
			} {
				r.round(point, wait)
			}
			r.answers(kept, http.StatusOK)
		})
	}
}

// purgeRound is a place with a server that dies in each round.
type purgeRound struct {
	t      *testing.T
	place  place
	token  string
	server *server
	dists  []apptest.Dist
	paths  []string          // of the bytes of dists
	links  map[string]string // where a file is served, by its name
}

func (r *purgeRound) start() {
	r.t.Helper()
	var err error
	if r.server, err = r.place.start(r.t); err != nil {
		r.t.Fatal(err)
	}
}

func (r *purgeRound) client() *client { return newClient(r.server.url, r.token) }

func (r *purgeRound) upload(d apptest.Dist) {
	r.t.Helper()
	if got, err := r.client().upload(r.t.Context(), d); err != nil || got.status != http.StatusOK {
		r.t.Fatal(d.Filename, got, err)
	}
	files, err := r.client().files(r.t.Context(), d.Name)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range files {
		r.links[f.Filename] = f.URL
	}
}

// round publishes and deletes a project, and has the server killed while it is purged.
func (r *purgeRound) round(point string, wait func(answered <-chan struct{})) {
	r.t.Helper()
	project := "purged-" + strings.ReplaceAll(point, " ", "-")
	r.dists, r.paths = nil, nil
	for range purgedFiles {
		d := apptest.Wheel(project, "1."+strings.Repeat("1", len(r.dists)+1), point)
		r.upload(d)
		r.dists, r.paths = append(r.dists, d), append(r.paths, r.pathOf(d))
	}
	r.place.run(r.t, "admin", "project", "delete", project, "--category", "owner")
	purge := []string{"admin", "project", "purge", project, "--category", "legal"}
	answered, done := make(chan struct{}), false
	go func() {
		_, err := r.place.try(purge...)
		done = err == nil
		close(answered)
	}()
	wait(answered)
	r.server.kill()
	<-answered
	if err := r.place.fsck(); err != nil {
		r.t.Errorf("%s: after the kill: %v", point, err)
	}
	r.start()
	happened := r.happened(point)
	switch {
	case !happened && done:
		r.t.Errorf("%s: the purge was answered and did not happen", point)
	case !happened:
		r.place.run(r.t, purge...)
	default:
		if _, err := r.place.try(purge...); err == nil {
			r.t.Errorf("%s: what is purged can be purged again", point)
		}
		r.purgeAnother(project + "-next")
	}
	r.until(0)
	for _, d := range r.dists {
		r.answers(d, http.StatusUnavailableForLegalReasons)
	}
	if err := r.place.fsck(); err != nil {
		r.t.Errorf("%s: in the end: %v", point, err)
	}
	r.t.Logf("%s: the command succeeded: %t; it happened: %t", point, done, happened)
}

// purgeAnother purges a small project.
func (r *purgeRound) purgeAnother(project string) {
	r.t.Helper()
	r.upload(apptest.Sdist(project, "1.0", project))
	r.place.run(r.t, "admin", "project", "delete", project, "--category", "owner")
	r.place.run(r.t, "admin", "project", "purge", project, "--category", "retention")
}

// happened reports whether the purge is recorded, which must be the same for all files: 451 after it, 410 before it.
func (r *purgeRound) happened(point string) bool {
	r.t.Helper()
	statuses := map[int]int{}
	for _, d := range r.dists {
		statuses[r.status(d)]++
	}
	purged, deleted := statuses[http.StatusUnavailableForLegalReasons], statuses[http.StatusGone]
	if purged != len(r.dists) && deleted != len(r.dists) {
		r.t.Errorf("%s: the files answer %v", point, statuses)
	}
	return purged > 0
}

func (r *purgeRound) status(d apptest.Dist) int {
	r.t.Helper()
	got, err := r.client().get(r.t.Context(), r.links[d.Filename])
	if err != nil {
		r.t.Fatal(err)
	}
	return got.status
}

func (r *purgeRound) answers(d apptest.Dist, want int) {
	r.t.Helper()
	if got := r.status(d); got != want {
		r.t.Errorf("%s answers %d, want %d", d.Filename, got, want)
	}
}

// pathOf finds the bytes of a file in the data folder.
func (r *purgeRound) pathOf(d apptest.Dist) (found string) {
	r.t.Helper()
	_ = filepath.WalkDir(r.place.data, func(path string, _ fs.DirEntry, _ error) error {
		if filepath.Base(path) == d.SHA256() {
			found = path
		}
		return nil
	})
	if found == "" {
		r.t.Fatalf("the bytes of %s are nowhere", d.Filename)
	}
	return found
}

// until waits until no more than so many files have bytes.
func (r *purgeRound) until(left int) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Microsecond) {
		there := 0
		for _, path := range r.paths {
			if _, err := os.Stat(path); err == nil {
				there++
			}
		}
		if there <= left {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("the bytes of %d files are still there", there)
		}
	}
}
