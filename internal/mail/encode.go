package mail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// maxSubject is in bytes, before it is encoded.
	maxSubject = 400
	// maxBody bounds text and HTML, each. Nothing we tell is nearly as long.
	maxBody = 1 << 20
	// foldAt is where header lines are broken (RFC 5322 2.1.1).
	foldAt = 76
)

// check returns why a message cannot be sent as it is: it never is cut or
// mended here, since a value with a line break in it is an attack or a fault
// (R24-5).
func (m Message) check() error {
	switch {
	case m.ID == "" || len(m.ID) > 100 || strings.ContainsFunc(m.ID, func(c rune) bool { return !isAlphanumeric(c) && c != '.' && c != '-' }):
		return fmt.Errorf("%q cannot be a message's ID", m.ID)
	case m.Date.IsZero():
		return fmt.Errorf("the message has no date")
	case strings.TrimSpace(m.Subject) == "" || len(m.Subject) > maxSubject || !isLine(m.Subject):
		return fmt.Errorf("the subject %.80q is not one line, with something on it, of at most %d bytes", m.Subject, maxSubject)
	case strings.TrimSpace(m.Text) == "" || !isText(m.Text):
		return fmt.Errorf("the text is empty, too long, or holds control characters")
	case !isText(m.HTML):
		return fmt.Errorf("the HTML is too long or holds control characters")
	case m.Unsubscribe != "" && !isURL(m.Unsubscribe):
		return fmt.Errorf("%q is not a URL to unsubscribe at", m.Unsubscribe)
	}
	return nil
}

// isLine reports whether a text can stand in a header: UTF-8 without any
// control or line separator.
func isLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' })
}

// isText also permits line feeds and tabs.
func isText(s string) bool {
	return len(s) <= maxBody && utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' })
}

// isURL is for a URL that stands in angle brackets.
func isURL(s string) bool {
	https := strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
	return https && len(s) < 900 && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || c == '<' || c == '>' })
}

// Encode writes a message as it crosses the network (RFC 5322, MIME), lines
// ended by CR LF. The same message gives the same bytes.
func Encode(m Message, from Identity) ([]byte, error) {
	s, err := from.parse()
	if err != nil {
		return nil, err
	}
	text, _, err := s.encode(m)
	return text, err
}

// encode also returns the receiver's address for the envelope. What it refuses
// is refused for good.
func (s sender) encode(m Message) (text []byte, to string, err error) {
	if err := m.check(); err != nil {
		return nil, "", refused("%w", err)
	}
	if to, err = CheckAddress(m.To); err != nil {
		return nil, "", refused("%w", err)
	}
	var b bytes.Buffer
	s.headers(&b, m, to)
	if m.HTML == "" {
		err = writePart(&b, m.Text, partHeader("text/plain"))
	} else {
		err = writeAlternatives(&b, m)
	}
	return b.Bytes(), to, err
}

func (s sender) headers(b *bytes.Buffer, m Message, to string) {
	writeHeader(b, "Date", m.Date.UTC().Format(time.RFC1123Z))
	writeHeader(b, "Message-ID", "<"+m.ID+"@"+s.domain+">")
	writeHeader(b, "From", s.from)
	if s.replyTo != "" {
		writeHeader(b, "Reply-To", s.replyTo)
	}
	writeHeader(b, "To", to)
	writeHeader(b, "Subject", encodeWords(m.Subject))
	writeHeader(b, "Auto-Submitted", "auto-generated") // RFC 3834: nobody's holiday notice answers
	if m.Unsubscribe != "" {
		writeHeader(b, "List-Unsubscribe", "<"+m.Unsubscribe+">")
		writeHeader(b, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	writeHeader(b, "MIME-Version", "1.0")
}

// encodeWords is RFC 2047: words short enough to be folded, each of whole
// characters. What a header can carry stays as it is: ASCII in which every
// space stands alone between two words, since readers drop spaces at the ends
// and a line may be folded at any other.
func encodeWords(text string) string {
	plain := !strings.ContainsFunc(text, func(c rune) bool { return c > '~' }) && !strings.Contains(text, "=?")
	if plain && strings.Join(strings.Fields(text), " ") == text {
		return text
	}
	var words []string
	for len(text) > 0 {
		end := min(len(text), 36)
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(text[:end]))+"?=")
		text = text[end:]
	}
	return strings.Join(words, " ")
}

// writeHeader folds the value at its spaces.
func writeHeader(b *bytes.Buffer, name, value string) {
	b.WriteString(name + ":")
	column := len(name) + 1
	for word := range strings.SplitSeq(value, " ") {
		if column > len(name)+1 && column+1+len(word) > foldAt {
			b.WriteString("\r\n")
			column = 0
		}
		b.WriteString(" " + word)
		column += 1 + len(word)
	}
	b.WriteString("\r\n")
}

func partHeader(kind string) textproto.MIMEHeader {
	return textproto.MIMEHeader{
		"Content-Type":              {kind + "; charset=utf-8"},
		"Content-Transfer-Encoding": {"quoted-printable"},
	}
}

// writePart writes a message of one part.
func writePart(b *bytes.Buffer, body string, header textproto.MIMEHeader) error {
	for _, name := range []string{"Content-Type", "Content-Transfer-Encoding"} {
		writeHeader(b, name, header.Get(name))
	}
	b.WriteString("\r\n")
	return writeQuoted(b, body)
}

// writeAlternatives writes text and HTML. The boundary begins with what
// quoted-printable cannot have.
func writeAlternatives(b *bytes.Buffer, m Message) error {
	parts := multipart.NewWriter(b)
	boundary := "=_" + m.ID[:min(len(m.ID), 40)]
	if err := parts.SetBoundary(boundary); err != nil {
		return err
	}
	writeHeader(b, "Content-Type", `multipart/alternative; boundary="`+boundary+`"`)
	b.WriteString("\r\n")
	for _, p := range []struct{ kind, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		w, err := parts.CreatePart(partHeader(p.kind))
		if err != nil {
			return err
		}
		if err := writeQuoted(w, p.body); err != nil {
			return err
		}
	}
	return parts.Close()
}

func writeQuoted(w io.Writer, body string) error {
	q := quotedprintable.NewWriter(w)
	if _, err := io.WriteString(q, body); err != nil {
		return err
	}
	return q.Close()
}
