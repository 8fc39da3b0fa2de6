package app_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// secrets are words that occur nowhere but in a private project.
const (
	secretName    = "zyzzyva-engine"
	secretVersion = "7.13.97"
	secretSummary = "Unheard-of quokka arithmetic"
	ghost         = "qwertzu-absent" // nobody's name, of another length on purpose
)

// vault is an index with a public and a private project, and people who ask.
type vault struct {
	*apptest.Server
	t     *testing.T
	wheel apptest.Dist
	file  string              // the path of its file
	who   map[string][]string // headers of each visitor
}

func newVault(t *testing.T, s *apptest.Server) *vault {
	t.Helper()
	v := &vault{Server: s, t: t, wheel: apptest.Wheel(secretName, secretVersion, "x", "Summary: "+secretSummary, "Classifier: Topic :: Security")}
	s.MustUpload(apptest.Wheel("demo", "1.0", "x", "Classifier: Topic :: Security"))
	s.MustUpload(v.wheel)
	for _, name := range []string{"reader", "stranger"} {
		s.User(name)
	}
	s.Run("admin", "project", "private", secretName)
	s.Run("admin", "role", "set", "--project", secretName, "--user", "reader", "Reader")
	file, _, err := s.DB.PlacedFile(context.Background(), v.wheel.Filename)
	if err != nil {
		t.Fatal(err)
	}
	v.file = "/" + file.Path()
	v.who = map[string][]string{
		"anonymous": nil, "reader": v.basic("reader"), "stranger": v.basic("stranger"),
		"stranger's browser": {"Cookie", v.login("stranger"), "Accept", "text/html"},
		"reader's browser":   {"Cookie", v.login("reader"), "Accept", "text/html"},
	}
	return v
}

func (v *vault) basic(name string) []string {
	token := v.NewToken(access.Grant{User: v.User(name), Permissions: []string{"read"}})
	return []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("__token__:"+token))}
}

func (v *vault) login(name string) string {
	v.t.Helper()
	user, secret := v.User(name), ""
	err := v.Recorder.Do(context.Background(), index.Operator(), func(tx *change.Tx) (err error) {
		secret, err = v.Guard.NewLogin(context.Background(), tx, index.Login{UserID: user.ID, Method: index.ByTOTP})
		return err
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return middleware.LoginCookie + "=" + secret
}

// settle waits until the list of projects has caught up with the journal.
func (v *vault) settle() {
	v.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		list := v.Get("/simple/", "Authorization", "Bearer "+v.Token)
		if !strings.Contains(list.Text, secretName) {
			return
		}
		if time.Now().After(end) {
			v.t.Fatal("a private project stays in the list")
		}
	}
}

// addresses fills a route's pattern in for a project, in each way that makes a difference.
func (v *vault) addresses(route middleware.Route, project string) (all []string) {
	path := strings.TrimSuffix(route.Path, "{$}")
	if strings.HasPrefix(path, "/packages/") {
		return []string{v.file, v.file + ".metadata", "/packages/00/11/22/" + v.wheel.Filename}
	}
	other := strings.ToUpper(strings.ReplaceAll(project, "-", "_."))
	for _, name := range []string{project, other} {
		for _, version := range []string{secretVersion, "1.0", "no version"} {
			filled := strings.NewReplacer("{project}", name, "{version}", strings.ReplaceAll(version, " ", "%20"), "{sitemap}", "1.sitemap.xml", "{name}", "strongroom.css").Replace(path)
			filled = regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(filled, "1")
			for _, query := range []string{"", "?format=application/vnd.pypi.simple.v1%2Bjson", "?:action=display&name=" + project} {
				all = append(all, filled+query)
			}
		}
	}
	return all
}

// whole is everything that an answer says, but for the address that was asked for.
func whole(r apptest.Response, project string) string {
	var b strings.Builder
	r.Header.Del("Date")
	_ = r.Header.Write(&b)
	return strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(r.Status, "\n", b.String(), r.Text), project, "NAME"), strings.ToUpper(strings.ReplaceAll(project, "-", "_.")), "OTHER")
}

// TestNothingLeaks asks for every address of the route table as people who may
// not read the private project: none of its words is in any answer, unless the
// visitor sent it. Whoever signed in hears what is said of a name that nobody has.
func TestNothingLeaks(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		v := newVault(t, s)
		v.settle()
		asked := 0
		for _, route := range s.Routes {
			if !strings.Contains(" "+route.Methods+" ", " GET ") {
				continue
			}
			absent := v.addresses(route, ghost)
			for i, path := range v.addresses(route, secretName) {
				for _, who := range []string{"anonymous", "stranger", "stranger's browser"} {
					asked++
					text := v.silent(path, who)
					if who == "anonymous" || !strings.Contains(route.Path, "{project}") {
						continue
					}
					if want := whole(s.Get(absent[i], v.who[who]...), ghost); sized(text) != sized(want) {
						t.Errorf("%s as %s differs from a name nobody has:\n%s\nwant\n%s", path, who, text, want)
					}
				}
			}
		}
		if asked < 500 {
			t.Errorf("only %d addresses were asked for", asked)
		}
		v.silentFiles()
		v.silentCalls()
	})
}

// silent asks for an address and holds the answer against the words that it must not have.
func (v *vault) silent(path, who string) string {
	v.t.Helper()
	text := whole(v.Get(path, v.who[who]...), secretName)
	for _, word := range []string{secretSummary, v.wheel.SHA256(), secretVersion, "NAME", "OTHER", strings.TrimSuffix(v.wheel.Filename, ".whl")} {
		sent := strings.Contains(path, word) || (word == "NAME" || word == "OTHER") && strings.Contains(strings.ToLower(path), "zyzzyva")
		if !sent && strings.Contains(text, word) {
			v.t.Errorf("%s as %s tells %q:\n%s", path, who, word, text)
		}
	}
	return text
}

// silentFiles: a filename that exists sounds like one that does not.
func (v *vault) silentFiles() {
	v.t.Helper()
	for _, who := range []string{"stranger", "stranger's browser"} {
		for _, tail := range []string{"", ".metadata"} {
			unknown := "/packages/00/11/2222/nobody-1.0-py3-none-any.whl" + tail
			want := strings.ReplaceAll(whole(v.Get(unknown, v.who[who]...), ghost), "nobody-1.0-py3-none-any.whl", "FILE")
			for _, path := range []string{v.file + tail, "/packages/00/11/2222/" + v.wheel.Filename + tail} {
				if got := strings.ReplaceAll(whole(v.Get(path, v.who[who]...), ghost), v.wheel.Filename, "FILE"); sized(got) != sized(want) {
					v.t.Errorf("%s as %s:\n%s\nwant\n%s", path, who, got, want)
				}
			}
		}
	}
	if r := v.Get("/packages/00/11/2222/" + v.wheel.Filename); r.StatusCode != http.StatusNotFound {
		v.t.Errorf("a filename without its address: %s", r.Status)
	}
}

// silentCalls asks every method of XML-RPC that could name a project.
func (v *vault) silentCalls() {
	v.t.Helper()
	text := func(s string) string { return "<param><value><string>" + s + "</string></value></param>" }
	for call, params := range map[string]string{
		"changelog_since_serial": "<param><value><int>0</int></value></param>", "list_packages_with_serial": "", "changelog_last_serial": "",
		"package_roles": text(secretName), "user_packages": text("admin"), "list_packages": "", "changelog": "",
		"browse": "<param><value><array><data><value><string>Topic :: Security</string></value></data></array></value></param>",
	} {
		body := "<methodCall><methodName>" + call + "</methodName><params>" + params + "</params></methodCall>"
		r := v.Do(http.MethodPost, "/pypi", strings.NewReader(body), "Content-Type", "text/xml")
		if r.StatusCode != 200 || strings.Contains(r.Text, secretName) || strings.Contains(r.Text, secretVersion) || strings.Contains(r.Text, "reader") {
			v.t.Errorf("%s: %s\n%s", call, r.Status, r.Text)
		}
		if call == "package_roles" && strings.Contains(r.Text, "admin") {
			v.t.Errorf("the roles are told: %s", r.Text)
		}
		if call == "browse" && !strings.Contains(r.Text, "demo") {
			v.t.Errorf("the public one is missing: %s", r.Text)
		}
	}
}

// sized leaves out what only the length of the name makes different.
func sized(text string) string {
	return regexp.MustCompile(`(?i)(content-length: \d+|X-Request-Id: \S+)\r\n`).ReplaceAllString(text, "")
}

// TestWhoReadsAPrivateProject: the answers of each door to each visitor.
func TestWhoReadsAPrivateProject(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		v := newVault(t, s)
		const asksJSON = "application/vnd.pypi.simple.v1+json"
		for _, path := range []string{"/simple/" + secretName + "/", v.file, v.file + ".metadata", "/pypi/" + secretName + "/json", "/pypi/" + secretName + "/" + secretVersion + "/json", "/rss/project/" + secretName + "/releases.xml"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				for _, accept := range []string{asksJSON, "text/html", "*/*"} { // old pip asks for HTML alone
					r := s.Do(method, path, nil, "Accept", accept)
					if r.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Basic realm=") {
						t.Errorf("%s %s, anonymous with %s: %s %v", method, path, accept, r.Status, r.Header)
					}
					if r := s.Do(method, path, nil, append(v.who["stranger"], "Accept", accept)...); r.StatusCode != http.StatusNotFound || r.Header.Get("WWW-Authenticate") != "" {
						t.Errorf("%s %s, a stranger: %s", method, path, r.Status)
					}
				}
				r := s.Do(method, path, nil, v.who["reader"]...)
				if r.StatusCode != http.StatusOK || r.Header.Get("Cache-Control") != "private, no-cache" || !strings.Contains(strings.Join(r.Header.Values("Vary"), ", "), "Authorization") {
					t.Errorf("%s %s, a reader: %s %v", method, path, r.Status, r.Header)
				}
				etag := r.Header.Get("ETag")
				for who, want := range map[string]int{"anonymous": 401, "stranger": 404, "reader": 304} {
					if r := s.Do(method, path, nil, append(v.who[who], "If-None-Match", etag, "Range", "bytes=0-1")...); r.StatusCode != want || want != 304 && r.Header.Get("ETag") != "" {
						t.Errorf("%s %s, %s with the ETag: %s", method, path, who, r.Status)
					}
				}
			}
		}
		if r := s.Get(v.file, append(v.who["reader"], "Range", "bytes=0-1")...); r.StatusCode != 206 || len(r.Text) != 2 || r.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("a range: %s %q", r.Status, r.Text)
		}
		page := "/project/" + secretName + "/"
		if r := s.Get(page, "Accept", "text/html"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/account/login/?next=%2Fproject%2F"+secretName+"%2F" {
			t.Errorf("a browser is sent to %s: %s", r.Header.Get("Location"), r.Status)
		}
		for who, want := range map[string]int{"stranger's browser": 404, "reader's browser": 200, "stranger": 404, "reader": 200} {
			if r := s.Get(page, v.who[who]...); r.StatusCode != want || want == 200 && !strings.Contains(r.Header.Get("Cache-Control"), "private") {
				t.Errorf("the page for %s: %s %s", who, r.Status, r.Header.Get("Cache-Control"))
			}
		}
		if r := s.Get("/simple/demo/"); r.StatusCode != 200 || r.Header.Get("Cache-Control") != "max-age=600, public, s-maxage=60" || r.Header.Get("Vary") != "Accept, Accept-Encoding" {
			t.Errorf("a public project: %s %v", r.Status, r.Header)
		}
		if r := s.Get("/simple/"+secretName+"/", "Authorization", "Bearer "+s.Token); r.StatusCode != 200 {
			t.Errorf("an administrator: %s", r.Status)
		}
		s.Run("admin", "project", "public", secretName)
		if r := s.Get("/simple/" + secretName + "/"); r.StatusCode != 200 {
			t.Errorf("public again: %s", r.Status)
		}
	})
}

// TestTokensThatRead: what a token must be to read (T-09), and what its holder hears.
func TestTokensThatRead(t *testing.T) {
	s := apptest.Start(t)
	v := newVault(t, s)
	reader, path := s.User("reader"), "/simple/"+secretName+"/"
	project, _, err := s.DB.Project(t.Context(), secretName)
	if err != nil {
		t.Fatal(err)
	}
	grant := func(g access.Grant) string { g.User = reader; return s.NewToken(g) }
	short := grant(access.Grant{Expires: time.Hour})
	for name, row := range map[string]struct {
		header string
		status int
		want   string
	}{
		"any permission":   {"Bearer " + grant(access.Grant{}), 200, secretName},
		"read":             {"Bearer " + grant(access.Grant{Permissions: []string{"read"}}), 200, secretName},
		"this project":     {"Bearer " + grant(access.Grant{Only: project, Project: secretName}), 200, secretName},
		"upload only":      {"Bearer " + grant(access.Grant{Permissions: []string{"upload"}}), 403, "may not read"},
		"another project":  {"Bearer " + grant(access.Grant{Project: "demo"}), 403, "not valid for project"},
		"a password":       {"Basic " + base64.StdEncoding.EncodeToString([]byte("reader:hunter2")), 401, "Use an API token"},
		"a token as user":  {"Basic " + base64.StdEncoding.EncodeToString([]byte("reader:"+short)), 401, "Use an API token"},
		"a broken token":   {"Bearer " + short[:60], 401, "Invalid or non-existent authentication"},
		"another scheme":   {"Digest x=y", 401, "unknown scheme"},
		"no private thing": {"Bearer nonsense", 401, "Invalid or non-existent authentication"},
	} {
		if r := s.Get(path, "Authorization", row.header); r.StatusCode != row.status || !strings.Contains(r.Text, row.want) || (r.StatusCode == 401) != (r.Header.Get("WWW-Authenticate") != "") {
			t.Errorf("%s: %s\n%s", name, r.Status, r.Text)
		}
	}
	if r := s.Get("/simple/demo/", "Authorization", "Bearer nonsense"); r.StatusCode != 200 {
		t.Errorf("a wrong token harms at a public project: %s", r.Status)
	}
	if r := s.Get(path, "Authorization", "Bearer "+short); r.StatusCode != 200 {
		t.Errorf("before it expires: %s", r.Status)
	}
	s.SetClock(time.Hour + time.Minute)
	if r := s.Get(path, "Authorization", "Bearer "+short); r.StatusCode != 401 {
		t.Errorf("expired: %s", r.Status)
	}
	s.SetClock(0)
	if r := s.Upload(v.NewToken(access.Grant{User: s.User("stranger")}), apptest.Wheel(secretName, "9.0", "x")); r.StatusCode != 400 || !strings.Contains(r.Status, "isn't allowed: it is prohibited here") {
		t.Errorf("a stranger's upload: %s", r.Status)
	}
	if r := s.Upload(v.NewToken(access.Grant{User: s.User("stranger")}), apptest.Wheel("zyzzyva-eng1ne", "9.0", "x")); r.StatusCode != 200 || strings.Contains(r.Text, secretName) {
		t.Errorf("an upload that looks alike: %s %s", r.Status, r.Text)
	}
}

// TestTheClosedIndex: with read = "login" nobody hears more without a login than that there is one.
func TestTheClosedIndex(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { c.Read = "login" })
	v := newVault(t, s)
	for _, path := range []string{"/simple/", "/simple/demo/", "/simple/" + ghost + "/", "/simple/" + secretName + "/", "/pypi/demo/json", v.file, "/packages/00/11/22/x.whl", "/sitemap.xml", "/rss/updates.xml"} {
		if r := s.Get(path); r.StatusCode != 401 || r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s, anonymous: %s", path, r.Status)
		}
	}
	for path, want := range map[string]int{"/simple/": 200, "/simple/demo/": 200, "/simple/" + ghost + "/": 404, "/simple/" + secretName + "/": 404, v.file: 404, "/packages/00/11/22/x.whl": 404} {
		if r := s.Get(path, v.who["stranger"]...); r.StatusCode != want || want == 200 && r.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s with a token: %s %s", path, r.Status, r.Header.Get("Cache-Control"))
		}
	}
	if r := s.Get("/", "Accept", "text/html"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the start page: %s", r.Status)
	}
}

// TestNewProjectsArePrivate with that setting, from the first byte on.
func TestNewProjectsArePrivate(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { c.NewProjects = "private" })
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	if r := s.Get("/simple/demo/"); r.StatusCode != 401 {
		t.Errorf("anonymous: %s", r.Status)
	}
	if r := s.Get("/simple/demo/", "Authorization", "Bearer "+s.Token); r.StatusCode != 200 {
		t.Errorf("its owner: %s", r.Status)
	}
}
