package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Encoding is a content coding a page can be had in.
type Encoding int

// The codings, in the order of their table.
const (
	Identity Encoding = iota
	Gzip
	Zstd
	encodings
)

// Names of the codings as headers spell them; identity is not sent.
var encodingNames = [encodings]string{"", "gzip", "zstd"}

// String is the name in Content-Encoding, empty for identity.
func (e Encoding) String() string { return encodingNames[e] }

// Representation is a page in one coding, with the header values that go with
// it ready made: serving it must not build anything.
type Representation struct {
	Body          []byte
	ETag          []string // strong, differs by coding (SC-03)
	ContentLength []string
	Encoding      []string // nil for identity
	Serial        []string
	Surrogate     []string // what caches in front know the page by, nil for no such caches (SN-9)
	Lines         []byte   // ETag, Content-Encoding, serial and surrogate key as header lines
}

// ready fills in Lines.
func (r *Representation) ready() *Representation {
	r.Lines = fmt.Appendf(nil, "ETag: %s\r\nX-PyPI-Last-Serial: %s\r\n", r.ETag[0], r.Serial[0])
	if r.Encoding != nil {
		r.Lines = fmt.Appendf(r.Lines, "Content-Encoding: %s\r\n", r.Encoding[0])
	}
	if r.Surrogate != nil {
		r.Lines = fmt.Appendf(r.Lines, "Surrogate-Key: %s\r\n", r.Surrogate[0])
	}
	return r
}

// Page is the exact answer for one key. Serial is the project's, of the same
// snapshot as the body (SC-07).
type Page struct {
	Serial     int64
	SerialText []string
	ETagBase   string

	surrogate []string

	mu   sync.Mutex
	reps [encodings]*Representation
}

// SurrogateKey is what caches in front know everything about a project by
// (SN-9).
func SurrogateKey(name string) string { return "project/" + name }

// newPage makes the page of a key, which caches in front can be told about where
// there are some.
func (s *Store) newPage(key Key, body []byte, serial int64) *Page {
	if !s.opt.Purged {
		return newPage(body, serial)
	}
	return newPage(body, serial, SurrogateKey(key.Name))
}

func newPage(body []byte, serial int64, surrogate ...string) *Page {
	sum := sha256.Sum256(body)
	p := &Page{Serial: serial, SerialText: []string{strconv.FormatInt(serial, 10)}, ETagBase: base64.RawURLEncoding.EncodeToString(sum[:18]), surrogate: surrogate}
	p.reps[Identity] = p.represent(body, Identity)
	return p
}

func (p *Page) represent(body []byte, e Encoding) *Representation {
	r := &Representation{
		Body:          body,
		ETag:          []string{`"` + p.ETagBase + suffix(e) + `"`},
		ContentLength: []string{strconv.Itoa(len(body))},
		Serial:        p.SerialText,
		Surrogate:     p.surrogate,
	}
	if e != Identity {
		r.Encoding = []string{e.String()}
	}
	return r.ready()
}

func suffix(e Encoding) string {
	if e == Identity {
		return ""
	}
	return "-" + e.String()
}

// smallest is the size below which compressing gains nothing.
const smallest = 256

// In returns the page in a coding, made the first time it is asked for. Small
// pages stay as they are.
func (p *Page) In(e Encoding) *Representation {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.reps[e]; r != nil {
		return r
	}
	plain := p.reps[Identity]
	if len(plain.Body) < smallest {
		return plain
	}
	r := p.represent(compress(plain.Body, e), e)
	p.reps[e] = r
	return r
}

// size is what the page holds in memory now.
func (p *Page) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 512
	for _, r := range p.reps {
		if r != nil {
			n += len(r.Body)
		}
	}
	return n
}

// compress is deterministic for a given version of this program.
func compress(body []byte, e Encoding) []byte {
	var b bytes.Buffer
	switch e {
	case Gzip:
		w, err := gzip.NewWriterLevel(&b, 6)
		if err != nil { // the level is a constant within range
			panic(err)
		}
		w.Write(body)
		w.Close()
	case Zstd:
		w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		if err != nil { // constant options
			panic(err)
		}
		w.Write(body)
		w.Close()
	}
	return bytes.Clone(b.Bytes())
}
