package middleware

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"strongroom/internal/index"
	"strongroom/internal/phrase"
)

// Status maps each kind of refusal to HTTP, in one place.
func Status(k index.Kind) int {
	switch k {
	case index.Invalid:
		return http.StatusBadRequest
	case index.Unauthenticated:
		return http.StatusUnauthorized
	case index.Denied:
		return http.StatusForbidden
	case index.NotFound:
		return http.StatusNotFound
	case index.MethodNotAllowed:
		return http.StatusMethodNotAllowed
	case index.NotAcceptable:
		return http.StatusNotAcceptable
	case index.Conflict:
		return http.StatusConflict
	case index.Gone:
		return http.StatusGone
	case index.TooLarge:
		return http.StatusRequestEntityTooLarge
	case index.UnsupportedType:
		return http.StatusUnsupportedMediaType
	case index.Unprocessable:
		return http.StatusUnprocessableEntity
	case index.PreconditionFailed:
		return http.StatusPreconditionFailed
	case index.Unsatisfiable:
		return http.StatusRequestedRangeNotSatisfiable
	case index.Limited:
		return http.StatusTooManyRequests
	case index.LegallyBlocked:
		return http.StatusUnavailableForLegalReasons
	case index.Unavailable:
		return http.StatusServiceUnavailable
	case index.StorageFull:
		return http.StatusInsufficientStorage
	}
	return http.StatusInternalServerError
}

// answer is the body of an error in its JSON forms. message repeats
// detail for clients of PyPI's JSON answers.
type answer struct {
	Type    string          `json:"type"`
	Title   string          `json:"title"`
	Status  int             `json:"status"`
	Detail  string          `json:"detail"`
	Code    index.Code      `json:"code"`
	Message string          `json:"message"`
	URL     string          `json:"url,omitempty"`
	Errors  []index.Problem `json:"errors"`
	*index.Said
}

// WriteError is the only place that writes a refusal. It says the same three
// ways: as HTTP/1.1 reason phrase, as body in the client's form,
// and as stable code. An answer that has begun is cut off instead.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	e := translate(err)
	info := e.Code.Info()
	rec := Of(w)
	rec.Code = e.Code
	kind := e.Kind()
	if kind == index.Internal || kind == index.Unavailable || kind == index.StorageFull || e.Err != nil {
		rec.cause = err
	}
	if rec.Status != 0 {
		rec.cause = err
		panic(http.ErrAbortHandler)
	}
	status := Status(kind)
	a := answer{
		Type: "about:blank", Title: info.Title, Status: status, Detail: e.Detail,
		Code: e.Code, Message: e.Detail, URL: e.URL, Errors: e.Problems, Said: e.Said,
	}
	h := w.Header()
	errorHeaders(h, kind, e)
	if status == http.StatusUnauthorized || r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
		h.Set("Cache-Control", "private, no-store") // others may hear something else
	}
	var remembered *again
	if e.Retry > 0 {
		remembered = rec.again
	}
	contentType, body := remembered.render(a, r.Header.Get("Accept"))
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	phrase.Set(r.Context(), e.Detail)
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// translate gives a request that ran out of time its code.
func translate(err error) *index.Error {
	e := index.AsError(err)
	if e.Code == index.CodeInternal && errors.Is(err, context.DeadlineExceeded) {
		return &index.Error{Code: index.CodeUnavailable, Detail: "The answer took too long. Try again in a moment.", Retry: 10, Err: err}
	}
	return e
}

func errorHeaders(h http.Header, kind index.Kind, e *index.Error) {
	for _, name := range []string{"Etag", "Last-Modified", "Content-Encoding", "Accept-Ranges"} {
		h.Del(name)
	}
	if !strings.Contains(h.Get("Cache-Control"), "no-store") { // the handler may be stricter
		h.Set("Cache-Control", "no-cache")
	}
	h.Add("Vary", "Accept")
	if kind == index.Unauthenticated {
		h.Set("WWW-Authenticate", `Basic realm="Strongroom", charset="UTF-8"`)
	}
	if e.Retry > 0 {
		h.Set("Retry-After", strconv.Itoa(e.Retry))
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
}

// render picks the form of the body by X-2.
func (a answer) render(accept string) (contentType string, body []byte) {
	switch errorForm(accept) {
	case "problem":
		return "application/problem+json", a.json()
	case "json":
		return "application/json", a.plainJSON()
	case "html":
		return "text/html; charset=utf-8", a.html()
	}
	return "text/plain; charset=utf-8", []byte(strconv.Itoa(a.Status) + " " + a.Title + "\n\n" + a.Detail + "\n")
}

// errorForm reads the Accept header by X-2. Unlike for pages, the order of
// preference among the machine forms is ours. A client that takes plain JSON or
// else text gets the problem document, which has the same keys: such a client is
// uv publish, which shows of application/json only the code, and of a problem
// document title and detail (UE-03).
func errorForm(accept string) string {
	if accept == "" {
		return "problem"
	}
	var plainJSON, html, text, wildcard bool
	for part := range strings.SplitSeq(accept, ",") {
		media, params, _ := strings.Cut(part, ";")
		if strings.Contains(strings.ReplaceAll(params, " ", ""), "q=0") && !strings.Contains(params, "0.") {
			continue
		}
		switch media = strings.ToLower(strings.TrimSpace(media)); {
		case media == "application/problem+json", strings.HasPrefix(media, "application/vnd.pypi.") && strings.HasSuffix(media, "+json"):
			return "problem"
		case media == "application/json":
			plainJSON = true
		case media == "text/html":
			html = true
		case media == "text/plain", media == "text/*":
			text = true
		case media == "*/*":
			wildcard = true
		}
	}
	switch {
	case html && !plainJSON: // a browser, which also accepts */*
		return "html"
	case wildcard, plainJSON && (text || html):
		return "problem"
	case plainJSON:
		return "json"
	}
	return "text"
}

// json lists at least the one problem that the refusal is about.
func (a answer) json() []byte {
	if len(a.Errors) == 0 {
		a.Errors = []index.Problem{{Code: a.Code, Detail: a.Detail}}
	}
	b, err := json.Marshal(a)
	if err != nil { // texts and numbers always encode
		panic(err)
	}
	return append(b, '\n')
}

// plainJSON is json, where the word of what stands on the thing takes the place
// of the number: RFC 9457 fixes status for problem documents only, and clients of
// the legacy JSON API look for the word there (SN-6).
func (a answer) plainJSON() []byte {
	if a.Said == nil || a.Said.Standing == "" {
		return a.json()
	}
	var members map[string]any
	if err := json.Unmarshal(a.json(), &members); err != nil { // it was just made
		panic(err)
	}
	members["status"] = a.Said.Standing
	b, err := json.Marshal(members)
	if err != nil { // as above
		panic(err)
	}
	return append(b, '\n')
}

func (a answer) html() []byte {
	var b strings.Builder
	if err := errorPage().Execute(&b, a); err != nil { // the template is constant
		panic(err)
	}
	return []byte(b.String())
}

var errorPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("error").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}} · Strongroom</title>
<link rel="stylesheet" href="/static/strongroom.css">
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
</head>
<body>
<header class="site"><a class="brand" href="/"><img src="/static/icon.svg" width="28" height="28" alt=""> Strongroom</a></header>
<main class="error">
<h1>{{.Title}}</h1>
<p>{{.Detail}}</p>
{{- range .Errors}}
<p class="problem"><code>{{.Code}}</code> {{.Detail}}</p>
{{- end}}
<p class="code">{{.Status}} <code>{{.Code}}</code></p>
<p><a href="/">Back to the start page</a></p>
</main>
</body>
</html>
`))
})
