package mailtest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"strongroom/internal/mail"
)

// Read reads a message as mail programs do. It is the other direction of
// mail.Encode, by the standard library's readers.
func Read(raw []byte) (m mail.Message, err error) {
	parsed, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m, err
	}
	h := parsed.Header
	if m.Date, err = h.Date(); err != nil {
		return m, err
	}
	m.Date = m.Date.UTC()
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(h.Get("Subject")); err != nil {
		return m, err
	}
	m.ID, _, _ = strings.Cut(strings.Trim(h.Get("Message-ID"), "<>"), "@")
	m.To = h.Get("To")
	m.Unsubscribe = strings.Trim(h.Get("List-Unsubscribe"), "<>")
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return m, err
	}
	if kind != "multipart/alternative" {
		return m, take(&m, kind, parsed.Body)
	}
	return readParts(m, multipart.NewReader(parsed.Body, params["boundary"]))
}

func readParts(m mail.Message, parts *multipart.Reader) (mail.Message, error) {
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			return m, err
		}
		if err := take(&m, kind, part); err != nil {
			return m, err
		}
	}
}

// take reads one body.
func take(m *mail.Message, kind string, r io.Reader) error {
	body, err := io.ReadAll(quotedprintable.NewReader(r))
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(body), "\r\n", "\n")
	switch kind {
	case "text/plain":
		m.Text = text
	case "text/html":
		m.HTML = text
	default:
		return fmt.Errorf("a part of the unexpected kind %s", kind)
	}
	return nil
}

// ReadFolder reads what a mail.Folder keeps, the oldest first. A folder that is
// not there holds nothing.
func ReadFolder(path string) ([]mail.Message, error) {
	files, err := filepath.Glob(filepath.Join(path, "*.eml"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var all []mail.Message
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		m, err := Read(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, m)
	}
	return all, nil
}
