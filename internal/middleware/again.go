package middleware

import (
	"sync/atomic"

	"strongroom/internal/index"
)

// again remembers the last refusal that said when to come back: those come in
// floods, with the same words for a second at least, and rendering the page was a
// tenth of what a refusal cost in a profile (P34). The zero value is ready; nil remembers
// nothing.
type again struct{ last atomic.Pointer[rendered] }

// rendered is a refusal's body, and everything that it was made of.
type rendered struct {
	status            int
	code              index.Code
	detail, url, form string

	contentType string
	body        []byte
}

// render gives a body in the client's form; nobody may change it. A refusal that
// says more than its sentence is never remembered.
func (m *again) render(a answer, accept string) (contentType string, body []byte) {
	if m == nil || len(a.Errors) > 0 || a.Said != nil {
		return a.render(accept)
	}
	form := errorForm(accept)
	r := m.last.Load()
	if r == nil || r.status != a.Status || r.code != a.Code || r.detail != a.Detail || r.url != a.URL || r.form != form {
		r = &rendered{status: a.Status, code: a.Code, detail: a.Detail, url: a.URL, form: form}
		r.contentType, r.body = a.render(accept)
		m.last.Store(r)
	}
	return r.contentType, r.body
}
