package api

import (
	"bufio"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/upload"
)

// bodyBuffer makes reads from the connection large: multipart alone would read
// 4 KiB at a time.
const bodyBuffer = 64 << 10

// legacySlash keeps the method: uv follows 308 by hand (U-03).
func legacySlash(w http.ResponseWriter, r *http.Request) error {
	middleware.Redirect(w, r, "/legacy/", http.StatusPermanentRedirect)
	return nil
}

func (a *API) uploadHelp(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = textPlain, maxAge600
	_, err := io.WriteString(w, "Files are uploaded here by POST. Try:\n\n"+
		"    twine upload --repository-url "+a.URL+"/legacy/ dist/*\n"+
		"    uv publish --publish-url "+a.URL+"/legacy/\n\n"+
		"The user name is __token__ and the password an API token.\n")
	return err
}

// upload takes a file. A refusal is told only after the body was taken in, or
// its sender would see a broken pipe instead (UE-07).
func (a *API) upload(w http.ResponseWriter, r *http.Request) error {
	body := middleware.NewSlowBody(w, r)
	defer body.Done()
	result, err := a.accept(w, r, body)
	if err != nil {
		limit := a.Acceptor.Policy.FileLimit + (1 << 20)
		if !body.Drain(limit) {
			w.Header().Set("Connection", "close")
		}
		return err
	}
	if result.DryRun {
		return tellDryRun(w, result)
	}
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = textPlain, noStore
	w.WriteHeader(http.StatusOK)
	for _, warning := range result.Warnings {
		if _, err := io.WriteString(w, warning+"\n"); err != nil {
			return nil // the upload stands; the client left
		}
	}
	return nil
}

// tellDryRun answers an upload that was only asked about (AV-19).
func tellDryRun(w http.ResponseWriter, result upload.Result) error {
	body, err := json.Marshal(struct {
		DryRun    bool     `json:"dry_run"`
		Duplicate bool     `json:"duplicate"` // the very same file is in the index
		Project   string   `json:"project"`
		Version   string   `json:"version"`
		Warnings  []string `json:"warnings"`
	}{true, result.Duplicate, result.Project, result.Version, append([]string{}, result.Warnings...)})
	if err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = []string{"application/json"}, noStore
	_, err = w.Write(body)
	return err
}

// accept is step 1 of design 5, admission before the body is read, and then
// the upload itself.
func (a *API) accept(w http.ResponseWriter, r *http.Request, body io.Reader) (upload.Result, error) {
	if err := a.Acceptor.Admit(r.Context()); err != nil {
		return upload.Result{}, err
	}
	id, err := a.identify(w, r)
	if err != nil {
		return upload.Result{}, err
	}
	query := r.URL.Query()
	form, err := multipartReader(r, body)
	if err != nil {
		return upload.Result{}, err
	}
	return a.Acceptor.Accept(r.Context(), upload.Request{
		Identity: id, Address: middleware.Of(w).Remote, UserAgent: r.UserAgent(), Query: query, Body: form, DryRun: query.Get("dry_run") == "1",
	})
}

func (a *API) identify(w http.ResponseWriter, r *http.Request) (*access.Identity, error) {
	id, err := a.Guard.Authenticate(r.Context(), r.Header.Get("Authorization"))
	if err == nil {
		middleware.Of(w).Actor = id.User.Username
	}
	return id, err
}

func multipartReader(r *http.Request, body io.Reader) (*multipart.Reader, error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !strings.EqualFold(media, "multipart/form-data") || params["boundary"] == "" {
		return nil, index.Refuse(index.CodeInvalidForm, "An upload is a form of the type multipart/form-data with a boundary.")
	}
	return multipart.NewReader(bufio.NewReaderSize(body, bodyBuffer), params["boundary"]), nil
}
