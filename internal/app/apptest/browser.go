package apptest

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Browser is a person's browser at the index: it keeps cookies, also those that
// are Secure although the test's server speaks plain HTTP, and sends with its
// requests what a browser sends. Change Header for one that behaves otherwise.
type Browser struct {
	Cookies map[string]string // by name; what the server sets and removes
	Header  http.Header       // sent with every request; wins over what the browser would send

	s *Server
}

// NewBrowser is a browser that has never been here.
func (s *Server) NewBrowser() *Browser {
	return &Browser{s: s, Cookies: map[string]string{}, Header: http.Header{
		"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
	}}
}

// Get opens a page as a person does who types its address or follows a link of
// this site. Redirects are not followed.
func (b *Browser) Get(path string) Response {
	return b.Do(http.MethodGet, path, "", "", "Accept", acceptPage, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate")
}

// PostForm sends a form of a page of this site; fields come in pairs of name
// and value. Redirects are not followed.
func (b *Browser) PostForm(path string, fields ...string) Response {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.Do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode(),
		"Accept", acceptPage, "Origin", b.s.URL, "Referer", b.s.URL+path, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate")
}

// PostJSON sends what a script of this site sends.
func (b *Browser) PostJSON(path, body string) Response {
	return b.Do(http.MethodPost, path, "application/json", body,
		"Accept", "application/json", "Origin", b.s.URL, "Referer", b.s.URL+path, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors")
}

const acceptPage = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// Do sends a request with the cookies and keeps those of the answer; headers
// come in pairs. It is what a page of another site is tested with.
func (b *Browser) Do(method, path, contentType, body string, headers ...string) Response {
	b.s.t.Helper()
	set := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		set.Set(headers[i], headers[i+1])
	}
	for name, values := range b.Header {
		set[name] = values
	}
	if contentType != "" {
		set.Set("Content-Type", contentType)
	}
	if cookies := b.cookieHeader(); cookies != "" {
		set.Set("Cookie", cookies)
	}
	var pairs []string
	for name, values := range set {
		pairs = append(pairs, name, strings.Join(values, ", "))
	}
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	resp := b.s.Do(method, path, reader, pairs...)
	b.keep(resp)
	return resp
}

func (b *Browser) cookieHeader() string {
	var all []string
	for name, value := range b.Cookies {
		all = append(all, name+"="+value)
	}
	return strings.Join(all, "; ")
}

// keep takes the answer's cookies over. One with the prefix __Host- that breaks
// the rules of the prefix fails the test: a browser would drop it silently.
func (b *Browser) keep(resp Response) {
	b.s.t.Helper()
	for _, c := range resp.Cookies() {
		if strings.HasPrefix(c.Name, "__Host-") && (!c.Secure || c.Path != "/" || c.Domain != "") || !c.HttpOnly || c.SameSite == 0 {
			b.s.t.Errorf("a browser would not keep this cookie, or not safely: %s", c)
		}
		if c.MaxAge < 0 || c.Value == "" {
			delete(b.Cookies, c.Name)
			continue
		}
		b.Cookies[c.Name] = c.Value
	}
}

// Follow goes where redirects lead, within this site, at most ten times.
func (b *Browser) Follow(resp Response) Response {
	b.s.t.Helper()
	for range 10 {
		to := resp.Header.Get("Location")
		if resp.StatusCode < 300 || resp.StatusCode > 399 || to == "" {
			return resp
		}
		if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
			b.s.t.Fatalf("a redirect leaves the site: %q", to)
		}
		resp = b.Get(to)
	}
	b.s.t.Fatalf("more than ten redirects, the last to %q", resp.Header.Get("Location"))
	return resp
}

// Field is the value of a page's input field with this name, as it stands in
// the HTML; found is false when the page has none.
func (r Response) Field(name string) (value string, found bool) {
	for _, tag := range inputs().FindAllString(r.Text, -1) {
		if attribute(tag, "name") == name {
			return attribute(tag, "value"), true
		}
	}
	return "", false
}

// To is the path that a redirect leads to, without its query.
func (r Response) To() string {
	path, _, _ := strings.Cut(r.Header.Get("Location"), "?")
	return path
}

func inputs() *regexp.Regexp {
	return regexp.MustCompile(`<(?:input|select|textarea|button)\b[^>]*>`)
}

// attribute is the value of a tag's attribute with quotes around it.
func attribute(tag, name string) string {
	_, rest, found := strings.Cut(tag, " "+name+`="`)
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}
