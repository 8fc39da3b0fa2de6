package api

import (
	"io"
	"net/http"
	"strings"

	"strongroom/internal/blob"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/pages"
)

// Header values of files. They are never changed.
var (
	octetStream = []string{"application/octet-stream"}
	immutable   = []string{"max-age=365000000, immutable, public"}
	edgeMinute  = []string{"max-age=365000000, immutable, public, s-maxage=60"}
	attachment  = []string{"attachment"}
	fileMethods = []string{"GET, OPTIONS"}
	fileRange   = []string{"Range"}
	fileExpose  = []string{"Content-Length, Content-Range, Accept-Ranges"}
	sandboxed   = []string{"sandbox; default-src 'none'"}
)

// What may stand behind the address of a file: what belongs to the file is
// withheld with it (SD-8). There are no provenance and signature files so far.
const (
	theFile        = ""
	metadataSuffix = ".metadata"
)

func fileParts() []string { return []string{metadataSuffix, ".provenance", ".asc"} }

// openFiles lets pages of other sites read files (F-10).
func openFiles(h http.Header) {
	h["Access-Control-Allow-Origin"], h["Access-Control-Allow-Methods"] = anyOrigin, fileMethods
	h["Access-Control-Allow-Headers"], h["Access-Control-Expose-Headers"] = fileRange, fileExpose
}

func fileOptions(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	openFiles(h)
	h["Content-Length"] = []string{"0"}
	w.WriteHeader(http.StatusOK)
	return nil
}

// aboutFile finds the project of the file at an address, for the gate.
func (a *API) aboutFile(r *http.Request) (project string, missing error) {
	st, _, err := a.fileAt(r)
	if err != nil {
		return "", err
	}
	return st.Project, nil
}

// noFile is said of a filename that exists at another address, too.
func noFile(r *http.Request) error {
	return index.Refuse(index.CodeNotFound, "There is no file %q at this address.", r.PathValue("filename"))
}

// fileAt finds the file at the address of a request, and which part of it is
// asked for.
func (a *API) fileAt(r *http.Request) (st *pages.FileState, part string, err error) {
	filename := r.PathValue("filename")
	for _, suffix := range fileParts() {
		if whole, ok := strings.CutSuffix(filename, suffix); ok {
			filename, part = whole, suffix
			break
		}
	}
	st, err = a.Pages.File(r.Context(), filename)
	switch {
	case err == nil && hasDigest(r, st.BLAKE2b256):
		return st, part, nil
	case err == nil, index.HasCode(err, index.CodeNotFound):
		return nil, part, noFile(r)
	}
	return nil, part, err
}

// hasDigest reports whether the address holds the digest as F-01 writes it.
func hasDigest(r *http.Request, h string) bool {
	return r.PathValue("a") == h[:2] && r.PathValue("b") == h[2:4] && r.PathValue("c") == h[4:]
}

// file serves /packages/…: the bytes, or the file's core metadata (F-01…F-13).
func (a *API) file(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	openFiles(h)
	st, part, err := a.fileAt(r)
	if err != nil {
		return err
	}
	if !a.served(st) {
		return a.withheld(h, st)
	}
	switch part {
	case theFile:
		return a.serveBlob(w, r, st, blob.Key(st.SHA256), false)
	case metadataSuffix:
		if st.MetadataSHA256 != "" {
			return a.serveBlob(w, r, st, blob.Key(st.MetadataSHA256), true)
		}
	}
	return index.Refuse(index.CodeNotFound, "%s has no file %s.", st.Filename, part)
}

// withheld says why a file is not served; the text becomes the reason phrase
// that pip prints (SN-5, SD-8).
func (a *API) withheld(h http.Header, st *pages.FileState) error {
	see := a.URL + "/project/" + st.Project + "/"
	e := index.Refuse(st.Status.File, "%s", st.Status.FilePhrase(see))
	e.URL, e.Said = see, index.SaidOf(st.Status)
	if e.Code == index.CodeFileLegal {
		h["Link"] = []string{"<" + a.URL + `/>; rel="blocked-by"`} // RFC 7725
	}
	return e
}

// served reports whether a file's bytes are given out: also those that its owner
// deleted, where the operator keeps them for who pinned them (SD-8), unless they
// were purged (SD-21).
func (a *API) served(st *pages.FileState) bool {
	return st.Status.File == "" || a.KeepDeleted && st.PurgedAt.IsZero() && st.Status.File == index.CodeFileDeleted && st.Status.Served.Side == index.ByOwner
}

// fileFor is how long caches keep a file. Clients may keep it for good, since a
// filename never stands for two contents. A cache in front must let go of it when
// it is withdrawn: it is told, or it asks again after a minute (SN-9, X-7).
func fileFor(purged bool) []string {
	if purged {
		return immutable
	}
	return edgeMinute
}

// forCaches says how long caches keep an answer about a project, and by what
// those in front know it.
func (a *API) forCaches(h http.Header, project string, cacheControl []string) {
	h["Cache-Control"] = cacheControl
	if a.Purged {
		h["Surrogate-Key"] = []string{pages.SurrogateKey(project)}
	}
}

func (a *API) serveBlob(w http.ResponseWriter, r *http.Request, st *pages.FileState, key blob.Key, metadata bool) error {
	b, err := a.Bucket.Open(r.Context(), key)
	if err != nil {
		return err
	}
	defer b.Content.Close()
	h := w.Header()
	a.forCaches(h, st.Project, fileFor(a.Purged))
	h["Content-Type"] = octetStream
	h["Content-Security-Policy"], h["Content-Disposition"] = sandboxed, attachment
	h["Etag"] = []string{`"` + string(key) + `"`}
	if metadata {
		h["Content-Type"] = textPlain
	} else {
		h["X-Pypi-File-Project"] = []string{st.Project}
		h["X-Pypi-File-Version"] = []string{st.Version}
		h["X-Pypi-File-Package-Type"] = []string{string(st.Packagetype)}
		h["X-Pypi-File-Python-Version"] = []string{st.PythonVersion}
	}
	if r.Method == http.MethodHead {
		r.Header.Del("Range") // F-03
	}
	// ServeContent answers ranges, If-Range and the validators, and hands a
	// file to sendfile.
	guard := &rangeGuard{ResponseWriter: w, begun: func(status int) {
		if !metadata {
			a.Counter.count(r, st, status, h)
		}
	}}
	http.ServeContent(guard, r, "", st.UploadedAt, b.Content)
	if guard.refused {
		delete(h, "Content-Disposition")
		return index.Refuse(index.CodeUnsatisfiable, "The range %q lies outside of the file; it has %d bytes.", r.Header.Get("Range"), b.Size)
	}
	return nil
}

// rangeGuard keeps ServeContent's own text about an unsatisfiable range back,
// so that the one renderer answers.
type rangeGuard struct {
	http.ResponseWriter
	begun   func(status int) // called when the answer begins
	refused bool
}

// WriteHeader implements http.ResponseWriter.
func (g *rangeGuard) WriteHeader(status int) {
	if g.refused = status == http.StatusRequestedRangeNotSatisfiable; !g.refused {
		g.begun(status)
		g.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (g *rangeGuard) Write(b []byte) (int, error) {
	if g.refused {
		return len(b), nil
	}
	return g.ResponseWriter.Write(b)
}

// ReadFrom keeps sendfile for file downloads.
func (g *rangeGuard) ReadFrom(src io.Reader) (int64, error) { return io.Copy(g.ResponseWriter, src) }

func notModified(w http.ResponseWriter) bool {
	return middleware.Of(w).Status == http.StatusNotModified
}

func joined(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ",")
}
