package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"strongroom/internal/blob"
	"strongroom/internal/blob/dir"
	"strongroom/internal/database"
)

// RestoreCommand makes an index out of a backup.
type RestoreCommand struct {
	Source string `arg:"" name:"src" help:"The backup's folder."`
	JSON   bool   `name:"json" help:"Answer as JSON."`
}

// Help is what --help says below the usage.
func (c *RestoreCommand) Help() string {
	return `Example: strongroom restore /var/backups/strongroom --data ./strongroom-data

The data folder must be empty, and so must a PostgreSQL database that the settings name; the backup may come from either
kind of database. Every hash is verified. An interrupted restore goes on when it is started again.`
}

// restored is the answer.
type restored struct {
	Serial  int64    `json:"serial"`
	Blobs   int64    `json:"blobs"`
	Bytes   int64    `json:"bytes"`
	Damaged []string `json:"damaged,omitempty"` // when the backup was made
}

// RunOffline implements Offline.
func (c *RestoreCommand) RunOffline(ctx context.Context, con Console, f Folders) error {
	r := &restoration{Console: con, Folders: f, source: Absolute(con.Dir, c.Source)}
	if err := r.all(ctx); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	answer := restored{Serial: r.manifest.Serial, Blobs: r.blobs.Load(), Bytes: r.bytes.Load(), Damaged: r.manifest.Damaged}
	if c.JSON {
		return json.NewEncoder(con.Stdout).Encode(answer)
	}
	fmt.Fprintf(con.Stdout, "Restored %d blobs (%d bytes) and the rows up to serial %d to %s.\n", answer.Blobs, answer.Bytes, answer.Serial, f.Data)
	for _, key := range answer.Damaged {
		fmt.Fprintf(con.Stdout, "missing: blob %s was damaged already when the backup was made\n", key)
	}
	return nil
}

// restoration is one restore on its way.
type restoration struct {
	Console
	Folders
	source   string
	manifest Manifest
	blobs    atomic.Int64
	bytes    atomic.Int64
}

// all restores in the order in which an upload writes: bytes before the rows
// that name them. Until the end the mark keeps a server from using the folder.
func (r *restoration) all(ctx context.Context) (err error) {
	if r.manifest, err = readManifest(r.source); err != nil {
		return fmt.Errorf("%s: %w", r.source, err)
	}
	if err := r.verifyRows(); err != nil {
		return err
	}
	again, err := r.mark()
	if err != nil {
		return err
	}
	if err := copyKeys(filepath.Join(r.source, keysFolder), filepath.Join(r.Data, keysFolder)); err != nil {
		return err
	}
	if err := r.copyBlobs(ctx); err != nil {
		return err
	}
	err = r.load(ctx)
	if err != nil && !(again && errors.Is(err, database.ErrNotEmpty)) { // the rows were all there, only the mark was left
		return err
	}
	return r.unmark()
}

func (r *restoration) rowsPath() string { return filepath.Join(r.source, r.manifest.Rows.File) }

// verifyRows hashes the dump before anything is written.
func (r *restoration) verifyRows() error {
	f, err := os.Open(r.rowsPath())
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != r.manifest.Rows.SHA256 {
		return fmt.Errorf("%s is damaged: it hashes to %s instead of %s", r.rowsPath(), got, r.manifest.Rows.SHA256)
	}
	return nil
}

// copyBlobs copies every blob the rows name; only one that the backup itself
// calls damaged may be missing.
func (r *restoration) copyBlobs(ctx context.Context) error {
	target, err := dir.Open(r.Storage)
	if err != nil {
		return err
	}
	rows, err := openPacked(r.rowsPath())
	if err != nil {
		return err
	}
	defer rows.Close()
	damaged := map[string]bool{}
	for _, key := range r.manifest.Damaged {
		damaged[key] = true
	}
	bar := r.progress("restore", "blobs", r.manifest.Blobs.Count)
	defer bar.finish()
	return inParallel(ctx, backupWorkers, func(send func(database.Blob) error) error {
		return database.DumpedBlobs(rows, send)
	}, func(ctx context.Context, b database.Blob) error {
		if damaged[b.SHA256] {
			return nil
		}
		defer bar.add(1)
		return r.copyBlob(ctx, target, b)
	})
}

// copyBlob stores a blob; what an interrupted restore stored is verified by
// the bucket and not written twice.
func (r *restoration) copyBlob(ctx context.Context, target *dir.Bucket, b database.Blob) error {
	damage, err := transfer(ctx, target, backupBlobs(filepath.Join(r.source, "blobs", "sha256")), b)
	if err = errors.Join(damage, err); err != nil {
		return err
	}
	r.blobs.Add(1)
	r.bytes.Add(b.Size)
	return nil
}

// load writes the rows into the database of the settings.
func (r *restoration) load(ctx context.Context) error {
	rows, err := openPacked(r.rowsPath())
	if err != nil {
		return err
	}
	defer rows.Close()
	return database.Load(ctx, database.Options{URL: r.Database}, rows)
}

// backupBlobs reads the blobs of a backup without writing to it: it may stand
// on a medium that cannot be written.
type backupBlobs string

// Open implements opener.
func (folder backupBlobs) Open(_ context.Context, key blob.Key) (blob.Blob, error) {
	if err := key.Validate(); err != nil {
		return blob.Blob{}, err
	}
	f, err := os.Open(filepath.Join(string(folder), dir.Name(key)))
	if errors.Is(err, os.ErrNotExist) {
		return blob.Blob{}, fmt.Errorf("blob %s is missing in the backup: %w", key, blob.ErrNotExist)
	}
	if err != nil {
		return blob.Blob{}, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return blob.Blob{}, err
	}
	return blob.Blob{Content: f, Size: info.Size(), ModTime: info.ModTime()}, nil
}
