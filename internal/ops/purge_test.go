package ops_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/blob/blobtest"
)

// purged is an index with two files of one release, one of which was deleted and purged; its bytes are still to be unlinked.
func purged(t *testing.T, s *apptest.Server) (gone, stays apptest.Dist) {
	t.Helper()
	gone, stays = apptest.Wheel("demo", "1.0", "secret"), apptest.Sdist("demo", "1.0", "x")
	s.MustUpload(gone)
	s.MustUpload(stays)
	run(s.Config.Data, "admin", "project", "delete", "demo", "--file", gone.Filename, "--category", "owner").want(t, 0)
	run(s.Config.Data, "admin", "project", "purge", "demo", "--file", gone.Filename, "--category", "retention").want(t, 0)
	return gone, stays
}

// clean asks fsck, which must have nothing to say.
func clean(t *testing.T, data string) {
	t.Helper()
	if got := run(data, "fsck", "--json").want(t, 0); !strings.Contains(got.stdout, `"problems":[]`) {
		t.Errorf("fsck: %s", got.stdout)
	}
}

// TestSD21PurgeSurvivesAFault: an unlink that failed may have happened or not. Either way the next try ends it, and until then nothing promises
// the bytes.
func TestSD21PurgeSurvivesAFault(t *testing.T) {
	for name, how := range map[string]blobtest.Fault{"done": blobtest.Done, "not done": blobtest.NotDone} {
		t.Run(name, func(t *testing.T) {
			apptest.Each(t, func(t *testing.T, s *apptest.Server) {
				gone, stays := purged(t, s)
				faulty := blobtest.NewFaulty(t, s.Bucket)
				faulty.Fail(blobtest.Each(blobtest.OpDelete, how), nil)
				broken := sweeper(s, 0)
				broken.Bucket = faulty
				_, _ = broken.Finish(t.Context()) // the server's own worker may have been faster
				clean(t, s.Config.Data)
				if _, err := sweeper(s, 0).Finish(t.Context()); err != nil || has(t, s, blob.Key(gone.SHA256())) || !has(t, s, blob.Key(stays.SHA256())) {
					t.Errorf("after the second try: %v; purged bytes are there: %t", err, has(t, s, blob.Key(gone.SHA256())))
				}
				clean(t, s.Config.Data)
				if r := s.Upload(s.Token, gone); r.StatusCode != http.StatusOK || !has(t, s, blob.Key(gone.SHA256())) {
					t.Errorf("SD-10: the same bytes again: %s %s", r.Status, r.Text)
				}
				clean(t, s.Config.Data)
			})
		})
	}
}

// TestSD21PurgeRacesUploads: the same bytes come again while they are purged. What is there in the end has its bytes, and fsck has nothing to say.
func TestSD21PurgeRacesUploads(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for range 8 {
			gone := apptest.Wheel("demo", "1.0", "secret")
			s.MustUpload(gone)
			run(s.Config.Data, "admin", "project", "delete", "demo", "--file", gone.Filename, "--category", "owner").want(t, 0)
			var both sync.WaitGroup
			both.Go(func() {
				run(s.Config.Data, "admin", "project", "purge", "demo", "--file", gone.Filename, "--category", "retention")
				if _, err := sweeper(s, 0).Finish(t.Context()); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() { s.Upload(s.Token, gone) })
			both.Wait()
			clean(t, s.Config.Data)
			f, found, err := s.DB.PlacedFile(t.Context(), gone.Filename)
			if err != nil || !found {
				t.Fatal(err, found)
			}
			if f.Status().Offered != has(t, s, blob.Key(gone.SHA256())) && f.Status().Offered {
				t.Error("the file is offered and its bytes are gone")
			}
			s.MustUpload(gone) // whoever was faster: the same bytes bring it back
		}
	})
}

// TestSD21BackupsKeepNothingPurged: neither the backup nor what is restored from it has the bytes; everything else is there.
func TestSD21BackupsKeepNothingPurged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		gone, stays := purged(t, s)
		dest := filepath.Join(t.TempDir(), "backup")
		run(s.Config.Data, "backup", dest).want(t, 0)
		for sha256, want := range map[string]bool{gone.SHA256(): false, stays.SHA256(): true} {
			found := false
			_ = filepath.WalkDir(dest, func(path string, _ os.DirEntry, _ error) error {
				found = found || filepath.Base(path) == sha256
				return nil
			})
			if found != want {
				t.Errorf("%s is in the backup: %t, want %t", sha256, found, want)
			}
		}
	})
}
