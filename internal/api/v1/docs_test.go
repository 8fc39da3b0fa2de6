package v1_test

import (
	"testing"

	"strongroom/internal/index"
)

// TestDR1DocsRedirectByAPI is set, read and ended.
func TestDR1DocsRedirectByAPI(t *testing.T) {
	eachWorld(t, func(w *world) {
		token, path := w.token("olga", "status"), "/projects/demo/docs-redirect"
		if got := w.want(200, "", "", "GET", path, ""); got["url"] != "" {
			t.Errorf("%v", got)
		}
		if got := w.want(200, "", token, "PUT", path, `{"url": "https://docs.example.com/demo/", "keep_path": true}`); got["url"] != "https://docs.example.com/demo" || got["keep_path"] != true {
			t.Errorf("%v", got)
		}
		w.want(422, index.CodeInvalidBody, token, "PUT", path, `{"url": "javascript:alert(1)"}`)
		w.want(422, index.CodeInvalidBody, token, "PUT", path, `{}`)
		w.want(403, index.CodeNotAllowed, w.token("max", "status"), "DELETE", path, "")
		for range 2 {
			if got := w.want(200, "", token, "DELETE", path, ""); got["url"] != "" {
				t.Errorf("%v", got)
			}
		}
	})
}
