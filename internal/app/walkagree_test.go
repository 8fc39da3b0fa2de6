package app_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"strongroom/internal/index"
)

// agree holds every surface against the model: of what the step was about, and
// now and then of the other project too.
func (w *walk) agree(all bool) {
	w.t.Helper()
	for _, p := range []string{"left", "right"} {
		if p != w.touched && !all {
			continue
		}
		for _, k := range w.model.keys() {
			if k[0] == p && k[2] != "" && w.model.things[k].there {
				w.served(k, w.model.answer(k))
			}
		}
		w.simple(p)
		w.simpleHTML(p)
		w.page(p, "", w.model.latest(p))
		w.legacy(p, "", w.model.latest(p))
		for _, v := range w.model.versions(p) {
			w.page(p, v, v)
			w.legacy(p, v, v)
		}
		w.releasesFeed(p)
		w.name(p)
		w.found(p)
	}
	w.burned()
	w.feeds()
	w.home()
	w.people()
	w.records()
}

// same compares what a surface says with what the model does.
func (w *walk) same(what string, got, want any) {
	w.t.Helper()
	if !reflect.DeepEqual(got, want) {
		w.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// read gets an answer that must have a status, and its JSON if there is a place
// for it.
func (w *walk) read(path string, status int, into any, headers ...string) string {
	w.t.Helper()
	r := w.Get(path, headers...)
	if r.StatusCode != status {
		w.t.Errorf("%s: %s, want %d", path, r.Status, status)
	} else if into != nil {
		if err := json.Unmarshal([]byte(r.Text), into); err != nil {
			w.t.Errorf("%s: %v\n%s", path, err, r.Text)
		}
	}
	return r.Text
}

// served asks for a file and its metadata: whoever gets it gets the bytes that
// it always had.
func (w *walk) served(k key, want int) {
	w.t.Helper()
	d, f := distOf(k, "its own"), w.file(k[2])
	if text := w.read("/"+f.Path(), want, nil); want == http.StatusOK && text != string(d.Body) {
		w.t.Errorf("%s has other bytes", k[2])
	}
	if !strings.HasSuffix(k[2], ".whl") {
		return
	}
	if text := w.read("/"+f.Path()+".metadata", want, nil); want == http.StatusOK && text != d.Metadata {
		w.t.Errorf("%s has other metadata", k[2])
	}
}

// burned holds what was before a name went to somebody else to what it was.
func (w *walk) burned() {
	w.t.Helper()
	for k, want := range w.model.burned {
		w.served(k, want)
	}
}

type listedFile struct{ Filename, SHA256, Yanked string }

// wanted lists files as a surface should.
func (w *walk) wanted(keys []key) []listedFile {
	out := []listedFile{}
	for _, k := range keys {
		f := listedFile{k[2], distOf(k, "its own").SHA256(), "false"}
		if is, reason := w.model.yanked(k); is {
			f.Yanked = "true " + reason
		}
		out = append(out, f)
	}
	return out
}

// simple reads the page of a project as installers do.
func (w *walk) simple(p string) {
	w.t.Helper()
	t := w.model.things[key{p}]
	if !t.there {
		w.read("/simple/"+p+"/", http.StatusNotFound, nil)
		return
	}
	var page struct {
		Files []struct {
			Filename   string
			Hashes     map[string]string
			Yanked     any
			Deprecated *struct{ Message string } `json:"_deprecated"`
		}
		Versions []string
		Status   struct{ Status, Reason string } `json:"project-status"`
		Withheld []string                        `json:"_quarantined_versions"`
		Since    string                          `json:"_identity_since"`
		Meta     struct {
			Serial int64 `json:"_last-serial"`
		}
	}
	w.read("/simple/"+p+"/", http.StatusOK, &page, "Accept", "application/vnd.pypi.simple.v1+json")
	files, want := []listedFile{}, []key{}
	for _, f := range page.Files {
		files = append(files, listedFile{f.Filename, f.Hashes["sha256"], yankedText(f.Yanked)})
	}
	for _, v := range w.model.live(p) {
		want = append(want, w.model.listed(p, v)...)
	}
	w.same(p+": files", files, w.wanted(want))
	for i, f := range page.Files {
		r := w.model.things[key{p, want[i][1]}]
		w.same(f.Filename+": deprecated", f.Deprecated != nil, r.has(index.Deprecated))
	}
	w.same(p+": versions", append([]string{}, page.Versions...), append([]string{}, w.model.live(p)...))
	status, reason := w.model.marker(p)
	w.same(p+": status", page.Status.Status+" "+page.Status.Reason, status+" "+reason)
	if !t.hidden() {
		w.same(p+": withheld", append([]string{}, page.Withheld...), append([]string{}, w.model.withheld(p)...))
		w.same(p+": another's before", page.Since != "", w.model.turns[p] > 0)
	}
	w.same(p+": serial", page.Meta.Serial, w.serials[p])
}

// yankedText is a value of PEP 691's yanked in one form.
func yankedText(v any) string {
	if reason, is := v.(string); is {
		return "true " + reason
	}
	if v == true {
		return "true "
	}
	return fmt.Sprint(v)
}

func (w *walk) simpleHTML(p string) {
	w.t.Helper()
	if !w.model.things[key{p}].there {
		return
	}
	text := w.read("/simple/"+p+"/", http.StatusOK, nil)
	files, want := []listedFile{}, []key{}
	for _, m := range links().FindAllStringSubmatch(text, -1) {
		f := listedFile{m[3], m[1], "false"}
		if yank := yanks().FindStringSubmatch(m[2]); yank != nil {
			f.Yanked = "true " + html.UnescapeString(yank[1])
		}
		files = append(files, f)
	}
	for _, v := range w.model.live(p) {
		want = append(want, w.model.listed(p, v)...)
	}
	w.same(p+": links", files, w.wanted(want))
	status, _ := w.model.marker(p)
	if !strings.Contains(text, `<meta name="pypi:project-status" content="`+status+`">`) {
		w.t.Errorf("the HTML page of %s does not say %s", p, status)
	}
}

func links() *regexp.Regexp {
	return regexp.MustCompile(`<a href="[^"#]+#sha256=([0-9a-f]+)"([^>]*)>([^<]+)</a>`)
}

func yanks() *regexp.Regexp { return regexp.MustCompile(`data-yanked="([^"]*)"`) }

type legacyFile struct {
	Filename     string
	Digests      struct{ SHA256 string }
	Yanked       bool
	YankedReason *string `json:"yanked_reason"`
}

func flat(files []legacyFile) []listedFile {
	out := []listedFile{}
	for _, f := range files {
		one := listedFile{f.Filename, f.Digests.SHA256, fmt.Sprint(f.Yanked)}
		if f.YankedReason != nil {
			one.Yanked += " " + *f.YankedReason
		} else if f.Yanked {
			one.Yanked += " "
		}
		out = append(out, one)
	}
	return out
}

// legacy reads the JSON API: of a project, or of a version of it; shown is the
// version that it is about.
func (w *walk) legacy(p, v, shown string) {
	w.t.Helper()
	path := strings.ReplaceAll("/pypi/"+p+"/"+v+"/json", "//", "/")
	if w.model.things[key{p}].hidden() || shown == "" || len(w.model.listed(p, shown)) == 0 {
		var refused struct{ Code string }
		w.read(path, http.StatusNotFound, &refused, "Accept", "application/json")
		w.same(path+": code", refused.Code, w.model.refusal(p, v))
		return
	}
	var got struct {
		Info struct {
			Version  string
			Yanked   bool
			Status   struct{ Status, Reason string } `json:"_status"`
			Withheld []string                        `json:"_quarantined_versions"`
			Warns    *struct{ Message string }       `json:"_deprecated"`
		}
		Serial          int64 `json:"last_serial"`
		Releases        map[string][]legacyFile
		URLs            []legacyFile
		Vulnerabilities []any
		Ownership       struct{ Roles []struct{ Role, User string } }
	}
	w.read(path, http.StatusOK, &got)
	w.same(path+": version", got.Info.Version, shown)
	w.same(path+": urls", flat(got.URLs), w.wanted(w.model.listed(p, shown)))
	w.same(path+": yanked", got.Info.Yanked, w.model.allYanked(p, shown))
	status, reason := w.model.marker(p)
	if status == "active" {
		status = "" // nothing is said
	}
	w.same(path+": status", got.Info.Status.Status+" "+got.Info.Status.Reason, status+" "+reason)
	w.same(path+": withheld", append([]string{}, got.Info.Withheld...), append([]string{}, w.model.withheld(p)...))
	w.same(path+": deprecated", got.Info.Warns != nil, w.model.things[key{p, shown}].has(index.Deprecated))
	w.same(path+": serial", got.Serial, w.serials[p])
	w.same(path+": vulnerabilities", len(got.Vulnerabilities), 0)
	w.same(path+": roles", fmt.Sprint(got.Ownership.Roles), "[{Owner "+w.model.things[key{p}].owner+"}]")
	if v != "" {
		w.same(path+": releases", len(got.Releases), 0)
		return
	}
	w.same(path+": releases", slices.Sorted(maps.Keys(got.Releases)), slices.Sorted(slices.Values(w.model.live(p))))
	for version, files := range got.Releases {
		w.same(path+": "+version, flat(files), w.wanted(w.model.listed(p, version)))
	}
}

// page reads what people see: the files of the shown version, the history and
// the banners; of what is withdrawn no link to a file.
func (w *walk) page(p, v, shown string) {
	w.t.Helper()
	path := strings.ReplaceAll("/project/"+p+"/"+v+"/", "//", "/")
	status := w.model.page(p, v)
	text := w.read(path, status, nil, "Accept", "text/html")
	files, want := []string{}, []string{}
	for _, m := range shownFiles().FindAllStringSubmatch(text, -1) {
		files = append(files, m[1]+strings.Repeat(" yanked", strings.Count(m[2], ">yanked<")))
	}
	t := w.model.things[key{p}]
	alive := t.there && !t.hidden() && status == http.StatusOK && (v == "" || len(w.model.listed(p, v)) > 0)
	if !alive {
		w.same(path+": files", files, want)
		return
	}
	for _, k := range w.model.listed(p, shown) {
		yanked, _ := w.model.yanked(k)
		want = append(want, k[2]+map[bool]string{true: " yanked"}[yanked])
	}
	w.same(path+": files", files, want)
	w.same(path+": banners", bannerWords(text), w.bannersOf(key{p}, key{p, shown}))
	w.same(path+": history", historyOf(text), w.history(p))
}

func shownFiles() *regexp.Regexp {
	return regexp.MustCompile(`<a href="/packages/[^"]+/([^/"]+)">[^<]+</a>(.*?)<br>`)
}

// bannerWords are the first words of a page's banners.
func bannerWords(text string) []string {
	out := []string{}
	for _, m := range regexp.MustCompile(`<div class="banner[^>]*><strong>([A-Za-z]+)`).FindAllStringSubmatch(text, -1) {
		out = append(out, strings.ToLower(m[1]))
	}
	slices.Sort(out)
	return out
}

func (w *walk) bannersOf(keys ...key) []string {
	out := []string{}
	for i, k := range keys {
		if t := w.model.things[k]; t != nil && (i == 0 || k[1] != "") {
			out = append(out, slices.DeleteFunc(slices.Collect(maps.Keys(t.flags)), func(kind string) bool { return kind == index.Locked })...)
		}
	}
	slices.Sort(out)
	return out
}

func historyOf(text string) []string {
	out := []string{}
	for _, m := range regexp.MustCompile(`<li( class="gone")?><a href="/project/[^/"]+/([^/"]+)/">`).FindAllStringSubmatch(text, -1) {
		out = append(out, m[2]+m[1])
	}
	return out
}

// history is what can be had, and what was withdrawn with its tombstone; the
// newest version first.
func (w *walk) history(p string) []string {
	out := []string{}
	for _, v := range slices.Backward(w.model.versions(p)) {
		switch r := w.model.things[key{p, v}]; {
		case len(w.model.listed(p, v)) > 0:
			out = append(out, v)
		case r.there && r.hidden():
			out = append(out, v+` class="gone"`)
		}
	}
	return out
}

// items are the titles of a feed.
func (w *walk) items(path string, status int) []string {
	w.t.Helper()
	var feed struct {
		Items []struct {
			Title string `xml:"title"`
			GUID  string `xml:"guid"`
		} `xml:"channel>item"`
	}
	text, out := w.read(path, status, nil), []string{}
	if status != http.StatusOK {
		return out
	}
	if err := xml.Unmarshal([]byte(text), &feed); err != nil {
		w.t.Errorf("%s: %v", path, err)
	}
	for _, item := range feed.Items {
		if _, serial, is := strings.Cut(item.GUID, "#serial-"); is {
			item.Title = serial
		}
		out = append(out, item.Title)
	}
	return out
}

func (w *walk) releasesFeed(p string) {
	w.t.Helper()
	status, want := http.StatusOK, []string{}
	if t := w.model.things[key{p}]; !t.there || t.hidden() {
		status = http.StatusNotFound
	}
	for _, k := range w.model.newReleases() {
		if k[0] == p {
			want = append(want, k[1])
		}
	}
	w.same("feed of "+p, w.items("/rss/project/"+p+"/releases.xml", status), want)
}

func (w *walk) feeds() {
	w.t.Helper()
	updates, projects := []string{}, []string{}
	for _, k := range w.model.newReleases() {
		updates = append(updates, k[0]+" "+k[1])
	}
	for _, k := range w.model.newProjects() {
		projects = append(projects, k[0])
	}
	w.same("updates", w.items("/rss/updates.xml", http.StatusOK), updates)
	w.same("new projects", w.items("/rss/packages.xml", http.StatusOK), projects)
}

// found searches for a project by its name, which asks no index: whoever is
// withdrawn is gone at once, and there at once again.
func (w *walk) found(p string) {
	w.t.Helper()
	t, want := w.model.things[key{p}], []string{}
	if t.there && !t.hidden() {
		want = append(want, p)
	}
	w.same("search for "+p, names(w.search(p)), want)
}

// search are the projects that are found, each with the version that is shown.
func (w *walk) search(text string) (out [][2]string) {
	w.t.Helper()
	page := w.read("/search/?q="+url.QueryEscape(text), http.StatusOK, nil)
	for _, m := range regexp.MustCompile(`<li><a href="/project/([^/"]+)/">[^<]+</a>( [^\s<]+)?`).FindAllStringSubmatch(page, -1) {
		out = append(out, [2]string{m[1], strings.TrimSpace(m[2])})
	}
	return out
}

func names(hits [][2]string) []string {
	out := []string{}
	for _, h := range hits {
		out = append(out, h[0])
	}
	return out
}

// indexed is what the search index says of the projects: their versions. What
// stands between quotes is no name, so that the index is asked.
func (w *walk) indexed() (got, want [][2]string) {
	w.t.Helper()
	for _, p := range []string{"left", "right"} {
		got = append(got, w.search(`"`+p+`"`)...)
		if t := w.model.things[key{p}]; t.there && !t.hidden() {
			want = append(want, [2]string{p, w.model.latest(p)})
		}
	}
	return got, want
}

// home reads the start page: the newest releases.
func (w *walk) home() {
	w.t.Helper()
	got, want := []string{}, []string{}
	for _, m := range regexp.MustCompile(`<li><a href="/project/([^/"]+)/">[^<]+</a> (\S+) `).FindAllStringSubmatch(w.read("/", http.StatusOK, nil), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	for _, k := range w.model.newReleases() {
		want = append(want, k[0]+" "+k[1])
	}
	w.same("the start page", got, want)
}

// people reads whose projects are whose.
func (w *walk) people() {
	w.t.Helper()
	for _, who := range []string{"alice", "carol"} {
		text, want := w.read("/user/"+who+"/", http.StatusOK, nil), []string{}
		for _, k := range w.model.newProjects() {
			if w.model.things[k].owner == who {
				want = append(want, k[0])
			}
		}
		slices.Sort(want)
		got := []string{}
		for _, m := range regexp.MustCompile(`<li><a href="/project/([^/"]+)/">`).FindAllStringSubmatch(text, -1) {
			got = append(got, m[1])
		}
		w.same("projects of "+who, got, want)
	}
}

// name reads the registry of names.
func (w *walk) name(p string) {
	w.t.Helper()
	t := w.model.things[key{p}]
	n, found, err := w.DB.Name(w.ctx, p)
	w.must(err)
	w.same(p+": name is known", found, t.there)
	if want := map[bool]index.NameState{true: index.NameDeleted, false: index.NameActive}[t.has(index.Deleted)]; found {
		w.same(p+": name", n.State, want)
	}
}

// records reads what the public records say since the last step.
func (w *walk) records() {
	w.t.Helper()
	tells := map[string][]string{
		"deleted": {index.Deleted}, "removed": {index.Removed},
		"statuses": {index.Yanked, index.Deprecated, index.Archived, index.Quarantined, index.Removed},
	}
	for record, kinds := range tells {
		want := slices.DeleteFunc(slices.Clone(w.model.tells), func(s said) bool { return !slices.Contains(kinds, s.kind) })
		w.same(record+".json", w.news(record), append([]said{}, want...))
	}
	w.model.tells = nil
}

func (w *walk) news(record string) []said {
	w.t.Helper()
	var page struct {
		Entries []struct {
			Serial                                            int64
			Action, Kind, On, Name, Version, Filename, Reason string
			SHA256                                            string
			Files                                             []struct{ Filename, SHA256 string }
		}
		Next int64 `json:"next_since_serial"`
	}
	w.read(fmt.Sprintf("/%s.json?since_serial=%d", record, w.heard[record]), http.StatusOK, &page)
	out := []said{}
	for _, e := range page.Entries {
		s := said{e.Action, e.Kind, e.On, e.Name, e.Version, e.Filename, e.Reason, nil}
		for _, f := range e.Files {
			s.files = append(s.files, f.Filename)
		}
		out = append(out, s)
	}
	if w.heard[record] = page.Next; record != "deleted" && len(out) > 0 { // there is no feed of what owners deleted
		if feed := w.items("/rss/"+record+".xml", http.StatusOK); len(feed) == 0 || feed[0] != fmt.Sprint(page.Next) {
			w.t.Errorf("the feed of %s begins with %.3q, want %d", record, feed, page.Next)
		}
	}
	return out
}

// settled waits until the list of all projects, the sitemap and the search
// index, which follow within a second, say what the model does.
func (w *walk) settled() {
	w.t.Helper()
	want := []string{}
	for _, k := range w.model.newProjects() {
		want = append(want, k[0])
	}
	slices.Sort(want)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		list, sitemap := []string{}, []string{}
		for _, m := range regexp.MustCompile(`<a href="/?[^"]*">([^<]+)</a>`).FindAllStringSubmatch(w.read("/simple/", http.StatusOK, nil), -1) {
			list = append(list, m[1])
		}
		for _, m := range regexp.MustCompile(`/project/([^/]+)/</loc>`).FindAllStringSubmatch(w.read("/1.sitemap.xml", http.StatusOK, nil), -1) {
			sitemap = append(sitemap, m[1])
		}
		hits, wanted := w.indexed()
		if slices.Equal(list, want) && slices.Equal(sitemap, want) && slices.Equal(hits, wanted) {
			return
		}
		if time.Now().After(end) {
			w.t.Errorf("all projects: %q, sitemap %q, want %q; search %q, want %q", list, sitemap, want, hits, wanted)
			return
		}
	}
}
