package limit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
)

// maxField bounds a form field that we look at.
const maxField = 1 << 20

// upload takes one file of the legacy upload API and answers when it is durable
// and its project's pages are old.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	form, err := r.MultipartReader()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.receive(form); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (s *Server) receive(form *multipart.Reader) error {
	fields := map[string]string{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return errors.New("a form without a file")
		}
		if err != nil {
			return err
		}
		if part.FormName() == "content" {
			return s.accept(fields, part)
		}
		value, err := io.ReadAll(io.LimitReader(part, maxField))
		if err != nil {
			return err
		}
		fields[part.FormName()] = string(value)
	}
}

// accept stores the file and its metadata, writes the log line, and only then
// shows the file.
func (s *Server) accept(fields map[string]string, part *multipart.Part) (err error) {
	blob, err := s.store.stage(part)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, blob.drop()) }()
	if err := s.store.keep(blob); err != nil {
		return err
	}
	meta, err := s.keepMetadata(blob)
	if err != nil {
		return err
	}
	f := file{
		name: part.FileName(), version: fields["version"], sha256: blob.hash(), meta: meta,
		requiresPython: fields["requires_python"], size: blob.size, uploaded: time.Now().UTC(),
	}
	project := strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(fields["name"]))
	if err := s.journal.append(map[string]any{
		"project": project, "version": f.version, "filename": f.name, "sha256": f.sha256,
		"metadata": f.meta, "requires_python": f.requiresPython, "size": f.size, "at": f.uploaded,
	}); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	s.metadata.Store(f.sha256, f.meta)
	s.projects.getOrAdd(project).add(f, s.projects.serial.Add(1))
	return nil
}

func (s *Server) keepMetadata(blob *staged) (hash string, err error) {
	b, err := metadata(blob.file, blob.size)
	if err != nil || b == nil {
		return "", err
	}
	m, err := s.store.stage(bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, m.drop()) }()
	return m.hash(), s.store.keep(m)
}
