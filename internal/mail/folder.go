package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
)

// FolderOptions says where messages are kept.
type FolderOptions struct {
	Path     string // made when it is not there
	Identity Identity
	// Log gets one line a message: to whom and what. Terminal says that a person
	// reads it, and nobody keeps it: then the line has the message's link too.
	Log      *slog.Logger
	Terminal bool
}

// Folder keeps each message as a file of its own, mode 0600, for people who have
// no mail server, or for another program that sends them on.
type Folder struct {
	o      FolderOptions
	sender sender
}

// NewFolder checks the options.
func NewFolder(o FolderOptions) (*Folder, error) {
	sender, err := o.Identity.parse()
	return &Folder{o, sender}, err
}

// String implements Sender.
func (f *Folder) String() string { return "files in " + f.o.Path }

// Send implements Sender. The file is named for the message's date and ID, so a
// second attempt replaces the first.
func (f *Folder) Send(ctx context.Context, m Message) error {
	text, to, err := f.sender.encode(m)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return &Failure{Err: err}
	}
	path := filepath.Join(f.o.Path, m.Date.UTC().Format("20060102T150405.000000Z-")+m.ID+".eml")
	if err := writeAtomically(path, text); err != nil {
		return &Failure{Err: fmt.Errorf("keep mail: %w", err)}
	}
	line := []any{"to", to, "subject", m.Subject, "file", path}
	if f.o.Terminal && m.Link != "" {
		line = append(line, "link", m.Link)
	}
	f.o.Log.Info("mail", line...)
	return nil
}

// writeAtomically makes a file that is there as a whole, durable and for nobody
// else to read, or not at all.
func writeAtomically(path string, text []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return syncFolder(folder)
}

// syncFolder makes the names in a folder durable. Windows has no such thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
