package ops

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"strongroom/internal/blob"
	"strongroom/internal/blob/dir"
	"strongroom/internal/database"
)

// backupWorkers is how many blobs are copied at once; each waits for its fsync.
const backupWorkers = 4

// BackupCommand copies the whole index.
type BackupCommand struct {
	Dest string `arg:"" name:"dest" help:"The backup's folder: a new one, or that of an earlier backup, which is brought up to date."`
	JSON bool   `name:"json" help:"Answer with the manifest."`
}

// Help is what --help says below the usage.
func (c *BackupCommand) Help() string {
	return `Example: strongroom backup /var/backups/strongroom

Uploads may go on meanwhile. The folder holds the rows of one moment, every file they name, and the keys: keep it as
safe as the index itself. Settings are not in it. Blobs that an earlier backup copied are not copied again.
The exit code is 1 when a blob was damaged; everything else is in the backup then.`
}

// Run implements Command.
func (c *BackupCommand) Run(ctx context.Context, o *Operator) error {
	b := &backup{Operator: o, dest: Absolute(o.Dir, c.Dest)}
	var err error
	if b.work, err = b.workFolder(); err != nil {
		return err
	}
	if err := o.holdBlobs(ctx, b.copy); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	m := b.manifest
	text := fmt.Sprintf("Backed up %d blobs (%d bytes; %d were there) and the rows up to serial %d to %s.\n", m.Blobs.Count, m.Blobs.Bytes, b.kept, m.Serial, b.dest)
	for _, key := range m.Damaged {
		text += fmt.Sprintf("damaged: blob %s; run strongroom fsck\n", key)
	}
	if err := o.say(c.JSON, m, "%s", text); err != nil {
		return err
	}
	if len(m.Damaged) > 0 {
		return ExitError{Code: 1}
	}
	return nil
}

// backup is one backup on its way.
type backup struct {
	*Operator
	dest    string
	work    string // where it is made: dest, or beside it until it is complete
	earlier string // the rows of the backup that this one replaces

	mu       sync.Mutex
	manifest Manifest
	kept     int64 // blobs that an earlier backup had copied
}

// workFolder finds out where the backup goes. A new one is made under another
// name, so that what stands under dest is complete.
func (b *backup) workFolder() (string, error) {
	for _, ours := range []string{b.Data, b.Storage} {
		if within(ours, b.dest) || within(b.dest, ours) {
			return "", fmt.Errorf("%s and the index's own folder %s lie in each other; choose another folder", b.dest, ours)
		}
	}
	entries, err := os.ReadDir(b.dest)
	if os.IsNotExist(err) || err == nil && len(entries) == 0 {
		return b.dest + ".partial", nil
	}
	if err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	old, err := readManifest(b.dest)
	if err != nil {
		return "", fmt.Errorf("%s is neither empty nor a backup: %w", b.dest, err)
	}
	b.earlier = old.Rows.File
	return b.dest, sameIndex(filepath.Join(b.Data, keysFolder), filepath.Join(b.dest, keysFolder))
}

// copy makes the backup. The rows come first: bytes are older than the rows
// that name them, so all that is named is there. The manifest comes last: it
// is what makes the folder a backup, and names the rows that belong to it.
func (b *backup) copy(ctx context.Context) error {
	if err := os.MkdirAll(b.work, 0o700); err != nil {
		return err
	}
	b.manifest = Manifest{Format: manifestFormat, Version: Version(), CreatedAt: b.Recorder.Clock().UTC()}
	if err := b.copyRows(ctx); err != nil {
		return err
	}
	if err := b.copyBlobs(ctx); err != nil {
		return err
	}
	if err := copyKeys(filepath.Join(b.Data, keysFolder), filepath.Join(b.work, keysFolder)); err != nil {
		return err
	}
	if err := b.manifest.write(b.work); err != nil {
		return err
	}
	return b.moveIntoPlace()
}

// copyRows writes the dump under a name of its own: the earlier one stays
// valid until the manifest is replaced.
func (b *backup) copyRows(ctx context.Context) error {
	b.manifest.Rows.File = "rows-" + b.manifest.CreatedAt.Format("20060102T150405.000000") + ".jsonl.gz"
	out, err := createPacked(filepath.Join(b.work, b.manifest.Rows.File))
	if err != nil {
		return err
	}
	defer out.abort()
	head, rows, err := b.DB.Dump(ctx, out)
	if err != nil {
		return err
	}
	b.manifest.Serial, b.manifest.Schema, b.manifest.Rows.Tables = head.Serial, head.Schema, rows
	b.manifest.Rows.SHA256, b.manifest.Rows.Size, err = out.finish()
	return err
}

// copyBlobs copies what the dumped rows name.
func (b *backup) copyBlobs(ctx context.Context) error {
	target, err := dir.Open(b.work)
	if err != nil {
		return err
	}
	rows, err := openPacked(filepath.Join(b.work, b.manifest.Rows.File))
	if err != nil {
		return err
	}
	defer rows.Close()
	bar := b.progress("backup", "blobs", b.manifest.Rows.Tables["blobs"])
	defer bar.finish()
	return inParallel(ctx, backupWorkers, func(send func(database.Blob) error) error {
		return database.DumpedBlobs(rows, send)
	}, func(ctx context.Context, one database.Blob) error {
		defer bar.add(1)
		return b.copyBlob(ctx, target, one)
	})
}

// copyBlob copies a blob unless it was copied before. A damaged one is noted,
// and does not keep the others from being saved.
func (b *backup) copyBlob(ctx context.Context, target *dir.Bucket, one database.Blob) error {
	kept := hasBlob(ctx, target, one)
	if !kept {
		damage, err := transfer(ctx, target, b.Bucket, one)
		if err != nil {
			return err
		}
		if damage != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.manifest.Damaged = append(b.manifest.Damaged, one.SHA256)
			return nil
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.manifest.Blobs.Count++
	b.manifest.Blobs.Bytes += one.Size
	if kept {
		b.kept++
	}
	return nil
}

func hasBlob(ctx context.Context, bucket blob.Bucket, b database.Blob) bool {
	have, err := bucket.Open(ctx, blob.Key(b.SHA256))
	if err != nil {
		return false
	}
	defer have.Content.Close()
	return have.Size == b.Size
}

// moveIntoPlace drops the rows of the earlier backup and gives a new one its
// name.
func (b *backup) moveIntoPlace() error {
	if err := b.dropRows(); err != nil {
		return err
	}
	_ = os.Remove(filepath.Join(b.work, "staging")) // empty by now
	if b.work == b.dest {
		return nil
	}
	if err := os.Remove(b.dest); err != nil && !os.IsNotExist(err) { // an empty folder
		return err
	}
	if err := os.Rename(b.work, b.dest); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(b.dest))
}

// dropRows removes the rows of earlier backups, but none that is newer than
// the one this replaced: another backup may be writing it. The names sort by
// time.
func (b *backup) dropRows() error {
	old, err := filepath.Glob(filepath.Join(b.work, "rows-*"))
	if err != nil {
		return err
	}
	for _, path := range old {
		name := filepath.Base(path)
		if name > b.earlier && b.earlier != "" || name >= b.manifest.Rows.File {
			continue
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}
