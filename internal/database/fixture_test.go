package database_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/coremeta"
)

// noon is the time of these tests; stored times have microseconds.
func noon() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC) }

// digest is the SHA-256 of a text in hex.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// world is what the tests of single nouns stand on: a user, and a project with a release and a file.
type world struct {
	t       *testing.T
	ctx     context.Context
	db      *database.DB
	user    index.User
	project index.Project
	release index.Release
	file    index.File
}

// eachWorld runs a test on each database with a world in it.
func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := &world{t: t, ctx: context.Background(), db: db}
		w.user = w.addUser("Alice", "alice@example.com")
		w.project = w.addProject("demo", w.user.ID)
		w.release = w.addRelease(w.project, "1.0", "1")
		w.file = w.addFile(w.release, "demo-1.0.tar.gz")
		test(t, w)
	})
}

// write runs fn in one transaction, which must succeed.
func (w *world) write(fn func(tx *database.Tx) error) {
	w.t.Helper()
	dbtest.Write(w.t, w.db, func(_ context.Context, tx *database.Tx) error { return fn(tx) })
}

// must fails the test for an error of a read.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) addUser(name, address string) index.User {
	u := index.User{UID: "uid-" + name, Username: name, Email: address, PasswordHash: "$x$", CreatedAt: noon()}
	w.write(func(tx *database.Tx) (err error) {
		u.ID, err = tx.InsertUser(w.ctx, u, true)
		return err
	})
	return u
}

func (w *world) addProject(name string, createdBy int64) index.Project {
	p := index.Project{UID: "uid-" + name, Name: name, DisplayName: name, CreatedAt: noon()}
	w.write(func(tx *database.Tx) error {
		n := index.Name{Name: name, LookAlike: packaging.LookAlike(name), State: index.NameActive, CreatedAt: noon()}
		if _, err := tx.ClaimName(w.ctx, n); err != nil {
			return err
		}
		var err error
		if p.ID, err = tx.InsertProject(w.ctx, p, createdBy); err != nil {
			return err
		}
		n.ProjectID, n.HadFiles, n.Identity = p.ID, true, 1
		return tx.UpdateName(w.ctx, n)
	})
	return p
}

func (w *world) addRelease(p index.Project, version, canonical string) index.Release {
	r := index.Release{
		ProjectID: p.ID, Version: version, Canonical: canonical, CreatedAt: noon(),
		Metadata: coremeta.Metadata{Name: p.Name, Version: version, Summary: "About " + version, RequiresDist: []string{"x>1"}},
	}
	w.write(func(tx *database.Tx) (err error) {
		r.ID, err = tx.InsertRelease(w.ctx, r)
		return err
	})
	return r
}

func (w *world) addFile(r index.Release, filename string) index.File {
	f := index.File{
		ReleaseID: r.ID, ProjectID: r.ProjectID, Filename: filename, Packagetype: index.Sdist, PythonVersion: "source",
		Size: 1 << 40, SHA256: digest(filename), BLAKE2b256: digest("b" + filename), MD5: "md5", MetadataSHA256: digest("m" + filename),
		MetadataSize: 7, RequiresPython: ">=3.8", Comment: "a <comment>", UploadedAt: noon(), UploadedBy: w.user.ID,
	}
	w.write(func(tx *database.Tx) error {
		if _, err := tx.AddBlob(w.ctx, f.SHA256, f.Size, 1); err != nil {
			return err
		}
		if _, err := tx.AddBlob(w.ctx, f.MetadataSHA256, f.MetadataSize, 1); err != nil {
			return err
		}
		var err error
		f.ID, err = tx.InsertFile(w.ctx, f)
		return err
	})
	return f
}

// set puts flags on a thing, as package standing would.
func (w *world) set(level index.Level, id int64, kinds ...string) {
	var s index.Standing
	for _, kind := range kinds {
		s = s.With(index.Flag{Kind: kind, Reason: "why", Since: noon()})
	}
	w.write(func(tx *database.Tx) error { return tx.SetStanding(w.ctx, level, id, s) })
}

// number is a name for the i-th of many things.
func number(prefix string, i int) string { return fmt.Sprintf("%s%04d", prefix, i) }
