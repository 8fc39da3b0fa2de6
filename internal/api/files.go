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
	attachment  = []string{"attachment"}
	fileMethods = []string{"GET, OPTIONS"}
	fileRange   = []string{"Range"}
	fileExpose  = []string{"Content-Length, Content-Range, Accept-Ranges"}
	sandboxed   = []string{"sandbox; default-src 'none'"}
)

const metadataSuffix = ".metadata"

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

// fileAt finds the file at the address of a request, and whether its core
// metadata are asked for.
func (a *API) fileAt(r *http.Request) (st *pages.FileState, metadata bool, err error) {
	filename, metadata := strings.CutSuffix(r.PathValue("filename"), metadataSuffix)
	st, err = a.Pages.File(r.Context(), filename)
	switch {
	case err == nil && hasDigest(r, st.BLAKE2b256):
		return st, metadata, nil
	case err == nil, index.HasCode(err, index.CodeNotFound):
		return nil, false, noFile(r)
	}
	return nil, false, err
}

// hasDigest reports whether the address holds the digest as F-01 writes it.
func hasDigest(r *http.Request, h string) bool {
	return r.PathValue("a") == h[:2] && r.PathValue("b") == h[2:4] && r.PathValue("c") == h[4:]
}

// file serves /packages/…: the bytes, or the file's core metadata (F-01…F-13).
func (a *API) file(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	openFiles(h)
	st, wantsMetadata, err := a.fileAt(r)
	if err != nil {
		return err
	}
	if st.Status.File != "" {
		return a.withheld(st)
	}
	key := st.SHA256
	if wantsMetadata {
		if key = st.MetadataSHA256; key == "" {
			return index.Refuse(index.CodeNotFound, "%s has no metadata file.", st.Filename)
		}
	}
	return a.serveBlob(w, r, st, blob.Key(key), wantsMetadata)
}

// withheld says why a file is not served; the text becomes the reason phrase
// that pip prints (SN-5, SD-8).
func (a *API) withheld(st *pages.FileState) error {
	e := index.Refuse(st.Status.File, "%s", st.Status.Phrase())
	if st.Status.Served != nil && st.Status.Served.Kind != index.Deleted {
		e.URL = a.URL + "/project/" + st.Project + "/"
		e.Detail += " - see " + e.URL
	}
	return e
}

func (a *API) serveBlob(w http.ResponseWriter, r *http.Request, st *pages.FileState, key blob.Key, metadata bool) error {
	b, err := a.Bucket.Open(r.Context(), key)
	if err != nil {
		return err
	}
	defer b.Content.Close()
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = octetStream, immutable
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
	guard := &rangeGuard{ResponseWriter: w}
	http.ServeContent(guard, r, "", st.UploadedAt, b.Content)
	if guard.refused {
		delete(h, "Content-Disposition")
		return index.Refuse(index.CodeUnsatisfiable, "The range %q lies outside of the file; it has %d bytes.", r.Header.Get("Range"), b.Size)
	}
	if !metadata {
		a.Counter.count(r, st, middleware.Of(w).Status, h)
	}
	return nil
}

// rangeGuard keeps ServeContent's own text about an unsatisfiable range back,
// so that the one renderer answers.
type rangeGuard struct {
	http.ResponseWriter
	refused bool
}

// WriteHeader implements http.ResponseWriter.
func (g *rangeGuard) WriteHeader(status int) {
	if g.refused = status == http.StatusRequestedRangeNotSatisfiable; !g.refused {
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
