package notify

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"sync"
	"time"

	"strongroom/internal/mail"
)

// Site is what every mail says of the index.
type Site struct {
	Name    string // as people know it: its host
	URL     string // public address, without a slash at the end
	Contact string // how to reach the administrators, or empty
}

// view is what templates see.
type view struct {
	Data
	site Site
}

// Site is the name of the index.
func (v view) Site() string { return v.site.Name }

// Contact is how to reach the administrators, or empty.
func (v view) Contact() string { return v.site.Contact }

// URL is the link to a path of the index.
func (v view) URL(path string) string { return v.site.URL + path }

// History is the path of the project's history.
func (v view) History() string { return "/manage/project/" + url.PathEscape(v.Project) + "/history/" }

// Thing names the project, release or file that a notice is about.
func (v view) Thing() string {
	switch {
	case v.File != "":
		return "The file " + v.File + " of " + v.Project + " " + v.Version
	case v.Version != "":
		return "The release " + v.Version + " of " + v.Project
	}
	return "The project " + v.Project
}

// Render writes what a notice says: Subject, Text, HTML, Link and Unsubscribe of
// the message are set. It is a pure function, for sending and for previews.
// unsubscribe is a path, and may be empty.
func Render(site Site, kind Kind, d Data, unsubscribe string) (m mail.Message, err error) {
	l, err := letterOf(kind)
	if err != nil {
		return m, err
	}
	if err := d.check(kind); err != nil {
		return m, err
	}
	v := view{d.clean(), site}
	var text strings.Builder
	if err := l.template.Execute(&text, v); err != nil {
		return m, err
	}
	subject, body, _ := strings.Cut(text.String(), "\n")
	m.Subject = cleanText(strings.TrimPrefix(subject, "Subject: "), maxSubject)
	if v.Path != "" {
		m.Link = v.URL(v.Path)
	}
	if unsubscribe != "" {
		m.Unsubscribe = v.URL(unsubscribe)
	}
	page := page{Title: m.Subject, Blocks: append([]block{greeting(v)}, blocksOf(body, site.URL)...), Foot: foot(v, kind, m.Unsubscribe)}
	m.Text = page.text()
	m.HTML, err = page.html()
	return m, err
}

// TestMessage is a message that says that mail arrives.
func TestMessage(site Site, address string, now time.Time) (mail.Message, error) {
	m, err := Render(site, MailTest, Data{At: now}, "")
	m.ID, m.Date, m.To = rand.Text(), now.UTC(), address
	return m, err
}

// maxSubject is in runes.
const maxSubject = 120

func greeting(v view) block {
	hello := "Hello,"
	if v.User != "" {
		hello = "Hello " + v.User + ","
	}
	return block{Kind: paragraph, Lines: []string{hello}}
}

// foot says why the mail came, and how to get no more of its sort.
func foot(v view, kind Kind, unsubscribe string) []block {
	info, _ := lookUp(kind)
	why := "You get this because you have an account on " + v.site.Name + "."
	switch {
	case info.Class == Security:
		why = "This is about the security of your account or your projects, so it goes to all of your confirmed addresses and cannot be turned off."
	case info.Class == Link:
		why = "You get this because somebody gave your address on " + v.site.Name + "."
	case unsubscribe != "":
		why += " To get no more mails of this sort:"
	}
	blocks := []block{{Kind: paragraph, Lines: []string{why}}}
	if unsubscribe != "" {
		blocks = append(blocks, block{Kind: link, Lines: []string{unsubscribe}})
	}
	return append(blocks, block{Kind: link, Lines: []string{v.site.URL + "/"}})
}

// page is a mail before it becomes text or HTML.
type page struct {
	Title  string
	Blocks []block
	Foot   []block
}

func (p page) text() string {
	var b strings.Builder
	writeBlocks(&b, p.Blocks)
	b.WriteString("\n-- \n")
	writeBlocks(&b, p.Foot)
	return b.String()
}

func writeBlocks(b *strings.Builder, blocks []block) {
	for i, each := range blocks {
		if i > 0 {
			b.WriteByte('\n')
		}
		each.writeText(b)
	}
}

var frame = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(mails, "mails/frame.html")
})

func (p page) html() (string, error) {
	t, err := frame()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "frame.html", p); err != nil {
		return "", fmt.Errorf("frame: %w", err)
	}
	return b.String(), nil
}
