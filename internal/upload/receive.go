package upload

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"slices"
	"strings"

	"strongroom/internal/blob"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/packaging/pep440"
)

// Limits of the form, apart from the file (AV-1: memory stays bounded).
const (
	maxParts  = 5_000
	maxFields = 3 << 20  // bytes of all fields together
	chunk     = 64 << 10 // how the file is handed to disk and hashes
)

// receive is steps 2 and 3: it streams the file into a stage while hashing,
// and collects the fields in any order (U-06). The returned upload holds a
// stage to discard even when there is an error.
func (a *Acceptor) receive(ctx context.Context, r Request) (*incoming, error) {
	in, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	for name, values := range r.Query {
		in.Fields[name] = append(in.Fields[name], values...)
	}
	if err := in.readParts(r.Body); err != nil {
		return in, err
	}
	in.readForm()
	return in, nil
}

// open begins an upload with an empty stage.
func (a *Acceptor) open(ctx context.Context) (*incoming, error) {
	stage, err := a.Bucket.Stage(ctx)
	if err != nil {
		return nil, err
	}
	in := &incoming{stage: stage}
	in.Policy, in.Now = a.Policy, a.Recorder.Clock().UTC()
	in.Fields = map[string][]string{}
	return in, nil
}

func (in *incoming) readParts(body *multipart.Reader) error {
	left := maxFields
	for n := 0; ; n++ {
		part, err := body.NextRawPart()
		if err == io.EOF { // the form's end; one that is cut off wraps io.EOF
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if n == maxParts {
			return index.Refuse(index.CodeInvalidForm, "The form has more than %d fields.", maxParts)
		}
		if part.FileName() != "" || part.FormName() == "content" {
			err = in.readFile(part)
		} else {
			err = in.readField(part, &left)
		}
		if err != nil {
			return err
		}
	}
}

func (in *incoming) readField(part *multipart.Part, left *int) error {
	name := part.FormName()
	value, err := io.ReadAll(io.LimitReader(part, int64(*left)+1))
	if err != nil {
		return unreadable(err)
	}
	if *left -= len(value) + len(name); *left < 0 {
		return index.Refuse(index.CodeInvalidForm, "The form's fields hold more than %d bytes besides the file.", maxFields)
	}
	if name != "" {
		in.Fields[name] = append(in.Fields[name], string(value))
	}
	return nil
}

// readFile streams content to the stage. Other files are refused later, by a
// check; gpg_signature is ignored (U-02).
func (in *incoming) readFile(part *multipart.Part) error {
	if part.FormName() != "content" {
		if part.FormName() != "gpg_signature" {
			in.Stray = part.FormName()
		}
		return nil
	}
	if part.FileName() == "" || in.HasFile {
		if in.HasFile {
			return index.Refuse(index.CodeInvalidForm, "The form has more than one file.")
		}
		return nil
	}
	in.HasFile = true
	in.Filename, in.ContentType = rawFilename(part), contentType(part)
	return in.stream(part)
}

// contentType is what the part says, or the default of RFC 7578, 4.4: uv says
// nothing (U-02 is about parts that say nonsense).
func contentType(part *multipart.Part) string {
	if part.Header["Content-Type"] == nil {
		return "text/plain"
	}
	return part.Header.Get("Content-Type")
}

// rawFilename is the name as it was sent: multipart.Part.FileName would cut a
// path off and hide it from the check that refuses it.
func rawFilename(part *multipart.Part) string {
	_, after, ok := strings.Cut(part.Header.Get("Content-Disposition"), `filename="`)
	if name, _, found := strings.Cut(after, `"`); ok && found {
		return name
	}
	return part.FileName()
}

func (in *incoming) stream(from io.Reader) error {
	hasher := blob.NewHasher()
	defer hasher.Close()
	out := bufio.NewWriterSize(io.MultiWriter(in.stage, hasher), chunk)
	limited := &io.LimitedReader{R: from, N: in.Policy.FileLimit + largestRaise}
	if err := copyAside(out, limited); err != nil {
		return streamError(err)
	}
	if limited.N == 0 {
		return index.Refuse(index.CodeFileTooLarge, "File too large: more than %d bytes.", in.Policy.FileLimit+largestRaise)
	}
	if err := out.Flush(); err != nil {
		return streamError(err)
	}
	in.Digests = hasher.Sum()
	return nil
}

// copyAside reads everything. What is more than a chunk moves in bulk, so that
// readers of pages need not wait for it.
func copyAside(to *bufio.Writer, from io.Reader) error {
	n, err := io.CopyN(to, from, chunk)
	if n < chunk || err != nil {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return err
	}
	blob.InBulk(func() { _, err = to.ReadFrom(from) })
	return err
}

// largestRaise is how far beyond the site's limit a project's own may be (1
// GiB): until the project is known, that much is taken in.
const largestRaise = 1 << 30

func streamError(err error) error {
	if errors.Is(err, blob.ErrFull) || errors.Is(err, blob.ErrUnavailable) {
		return err
	}
	return unreadable(err)
}

// unreadable keeps a refusal of a lower layer, such as "too slow".
func unreadable(err error) error {
	var refusal *index.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return &index.Error{Code: index.CodeInvalidForm, Detail: "The multipart form ended early or is malformed.", Err: err}
}

// readForm is step 3: it cleans the fields (U-05) and reads the metadata.
func (in *incoming) readForm() {
	for name, values := range in.Fields {
		in.Fields[name] = slices.DeleteFunc(values, func(v string) bool {
			v = strings.TrimSpace(v)
			return v == "" || strings.EqualFold(v, "UNKNOWN")
		})
		for i, v := range in.Fields[name] {
			in.Fields[name][i] = strings.ReplaceAll(v, "\x00", "")
		}
	}
	in.Form, in.Malformed = coremeta.FromForm(in.Fields)
	in.identify(in.Form)
}

// identify fills in what the later steps know the upload by.
func (in *incoming) identify(m coremeta.Metadata) {
	in.NameText, in.Name = m.Name, packaging.NormalizeName(m.Name)
	if v, err := pep440.Parse(m.Version); err == nil {
		in.Version = v
	}
	if strings.HasSuffix(in.Filename, ".whl") {
		in.Dist, in.ParseErr = dist.ParseWheelFilename(in.Filename)
	} else {
		in.Dist, in.ParseErr = dist.ParseSdistFilenameOf(in.Filename, in.Name)
	}
}
