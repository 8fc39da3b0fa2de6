package notify_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"strongroom/internal/mail"
	"strongroom/internal/notify"
)

var update = flag.Bool("update", false, "write the golden files and docs/MAILS.md")

func copyField(to *notify.Data, from notify.Data, field string) {
	reflect.ValueOf(to).Elem().FieldByName(field).Set(reflect.ValueOf(from).FieldByName(field))
}

func render(t *testing.T, kind notify.Kind, d notify.Data) mail.Message {
	t.Helper()
	m, err := notify.Render(site(), kind, d, "")
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return m
}

// golden compares a text with a file.
func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is out of date; run go test ./internal/notify -update and look at the difference\n%s", path, want)
	}
}

// TestGoldenMails: every kind as it reads, with everything that can be said. The
// frame of the HTML is the same in each, and stands in one file of its own.
func TestGoldenMails(t *testing.T) {
	files := map[string]bool{"people.dump": true, "frame.html": true}
	for _, info := range notify.Kinds() {
		unsubscribe := ""
		if info.Class == notify.News {
			unsubscribe = "/account/unsubscribe/?token=abc"
		}
		m, err := notify.Render(site(), info.Kind, sample(), unsubscribe)
		if err != nil {
			t.Fatalf("%s: %v", info.Kind, err)
		}
		_, body, _ := strings.Cut(m.HTML, "<main>\n")
		body, _, _ = strings.Cut(body, "</footer>")
		golden(t, "testdata/"+string(info.Kind)+".txt", fmt.Sprintf("Subject: %s\nLink: %s\nUnsubscribe: %s\n\n%s\n=== HTML ===\n\n%s", m.Subject, m.Link, m.Unsubscribe, m.Text, body))
		files[string(info.Kind)+".txt"] = true
	}
	golden(t, "testdata/frame.html", render(t, notify.MailTest, sample()).HTML)
	there, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if !files[filepath.Base(path)] {
			t.Errorf("%s is of no kind", path)
		}
	}
}

// TestEveryKindIsWhole: each row has its own text and explanation, and each text
// its row.
func TestEveryKindIsWhole(t *testing.T) {
	seen := map[string]bool{}
	subjects := map[string]notify.Kind{}
	for _, info := range notify.Kinds() {
		if info.When == "" || !strings.HasSuffix(info.When, ".") || info.Group == "" || seen[string(info.Kind)] {
			t.Errorf("%+v", info)
		}
		seen[string(info.Kind)] = true
		subject := render(t, info.Kind, sample()).Subject
		if other := subjects[subject]; other != "" {
			t.Errorf("%s and %s have one subject", info.Kind, other)
		}
		subjects[subject] = info.Kind
		needs, err := notify.Needs(info.Kind)
		if hasPath := strings.Contains(fmt.Sprint(needs), "Path"); err != nil || info.Class == notify.Link && !hasPath &&
			info.Kind != notify.MailTest && info.Kind != notify.PasswordResetUnverified {
			t.Errorf("%s has no link, %v", info.Kind, err)
		}
	}
	texts, err := filepath.Glob("mails/*.mail")
	if err != nil || len(texts) != len(seen) {
		t.Errorf("%d texts for %d kinds, %v", len(texts), len(seen), err)
	}
}

// TestTextsReadWell with everything said and with the least: nothing is left
// over from a template, and no hole is where a value is missing.
func TestTextsReadWell(t *testing.T) {
	holes := regexp.MustCompile(`<no value>|%!|\{\{|\}\}|“”|January 0001|\S  +\S|[a-z] [.,]|\(\)|\n\n\n|: \n|\n> \n|\n- \n`)
	for _, info := range notify.Kinds() {
		little, err := least(info.Kind)
		if err != nil {
			t.Fatal(err)
		}
		for name, d := range map[string]notify.Data{"full": sample(), "least": little} {
			m := render(t, info.Kind, d)
			if found := holes.FindString(m.Subject + "\n" + m.Text); found != "" {
				t.Errorf("%s, %s: %q in\n%s\n%s", info.Kind, name, found, m.Subject, m.Text)
			}
			for line := range strings.Lines(m.Text) {
				if len([]rune(line)) > 78 && !strings.HasPrefix(line, "https://") {
					t.Errorf("%s: a long line: %q", info.Kind, line)
				}
			}
			if n := len([]rune(m.Subject)); n < 15 || n > 80 {
				t.Errorf("%s: a subject of %d letters: %s", info.Kind, n, m.Subject)
			}
		}
	}
}

// TestHTMLSaysTheSame as the text, is well formed, and loads nothing from
// elsewhere: no image, script, style sheet or link to another site.
func TestHTMLSaysTheSame(t *testing.T) {
	for _, info := range notify.Kinds() {
		m := render(t, info.Kind, sample())
		text, links := readHTML(t, m.HTML)
		want := strings.Join(strings.Fields(strings.NewReplacer("\n- ", "\n", "\n> ", "\n", "\n-- \n", "\n").Replace(m.Subject+"\n"+m.Text)), " ")
		want = regexp.MustCompile(`\b(When|By|From|Country|With):`).ReplaceAllString(want, "$1")
		if got := strings.Join(strings.Fields(text), " "); got != want {
			t.Errorf("%s: the HTML says\n%s\nand the text\n%s", info.Kind, got, want)
		}
		for _, link := range links {
			if !strings.HasPrefix(link, "https://index.example.com/") || !strings.Contains(m.Text, link+"\n") {
				t.Errorf("%s: a link to %s", info.Kind, link)
			}
		}
	}
}

// readHTML returns the words of a document's body and where its links lead.
func readHTML(t *testing.T, text string) (words string, links []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		switch n.Data {
		case "img", "script", "link", "iframe", "object", "form", "svg", "video", "base":
			if n.Type == html.ElementNode {
				t.Errorf("there is a <%s>", n.Data)
			}
		}
		for _, a := range n.Attr {
			if a.Key == "href" {
				links = append(links, a.Val)
			} else if a.Key == "src" || a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
			}
		}
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "title" {
			b.WriteString(n.Data + " ")
		}
	}
	return b.String(), links
}

// TestR24Injection: no value of a notice can add a header, a line, a block, a
// link or an element, whatever it holds.
func TestR24Injection(t *testing.T) {
	for _, info := range notify.Kinds() {
		want := shape(t, render(t, info.Kind, sample()))
		for _, evil := range evils() {
			d := sample()
			poison(&d, evil)
			m := render(t, info.Kind, d)
			m.ID, m.Date, m.To = "ID", noon(), "a@example.com"
			if _, err := mail.Encode(m, mail.Identity{From: "index@example.com"}); err != nil {
				t.Fatalf("%s, %.40q: %v", info.Kind, evil, err)
			}
			if got := shape(t, m); got != want {
				t.Errorf("%s, %.40q: the shape is\n%s\nwant\n%s\n%s", info.Kind, evil, got, want, m.Text)
			}
			if strings.Contains(evil, "<") && strings.Contains(m.HTML, evil) || len(m.Text) > 50_000 {
				t.Errorf("%s, %.40q: as it was, in %d bytes", info.Kind, evil, len(m.Text))
			}
		}
	}
}

// evils are values that people could give. Those that would act wherever they
// stand are together in one.
func evils() []string {
	return []string{
		"x\r\nBcc: evil@example.com\n\nhttps://index.example.com/evil", "\n- x", "\n> x", "\n  Name: value", "- x", "> - > x", "  x: y",
		"x\x00y\x1b[2J\u2028\u0085\u202egnp.exe\u200b\u2060\ufeff\xff\xfe", "<script>alert(1)</script><img src=https://evil.example/x>",
		`</p></main>" onmouseover="x &lt;b&gt; %s%d%n%!v(MISSING) {{.Path}}{{template "x"}} =?utf-8?q?x?=`,
		"javascript:alert(1)", "https://evil.example/x", "https://index.example.com/x", strings.Repeat("x", 2_000), strings.Repeat("ä ", 2_000),
	}
}

// poison puts a text into every field that people fill in.
func poison(d *notify.Data, evil string) {
	v := reflect.ValueOf(d).Elem()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; v.Field(i).Kind() == reflect.String && name != "Path" {
			v.Field(i).SetString(evil)
		}
	}
	d.User = "u" + evil // else By would be the receiver, and left out
	d.Items = []string{evil, evil}
}

// shape is the elements of a message, its links, and how many lines it would
// have if nothing were wrapped.
func shape(t *testing.T, m mail.Message) string {
	doc, err := html.Parse(strings.NewReader(m.HTML))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			fmt.Fprintf(&b, "%s%v ", n.Data, historyAside(n.Attr))
		}
	}
	fmt.Fprintf(&b, "blank %d", strings.Count(m.Text, "\n\n"))
	return b.String()
}

// historyAside leaves out the one link that has a project's name in it.
func historyAside(attributes []html.Attribute) []html.Attribute {
	for i, a := range attributes {
		if strings.HasPrefix(a.Val, "https://index.example.com/manage/project/") && strings.Count(a.Val, "/") == 6 {
			attributes[i].Val = "history"
		}
	}
	return attributes
}

// TestRenderRefuses what would make a wrong mail.
func TestRenderRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*notify.Data){
		"needs Data.Project": func(d *notify.Data) { d.Project = "" },
		"needs Data.Items":   func(d *notify.Data) { d.Items = nil },
		"needs Data.Path":    func(d *notify.Data) { d.Path = "" },
		"is not one of this": func(d *notify.Data) { d.Path = "//evil.example/" },
		"not one of this s":  func(d *notify.Data) { d.Path = "https://evil.example/" },
		"not one of this si": func(d *notify.Data) { d.Path = "/x\r\nBcc: x" },
		"not one of":         func(d *notify.Data) { d.Path = "/x y" },
		`not one of this`:    func(d *notify.Data) { d.Path = `/"><script>` },
	} {
		d := sample()
		spoil(&d)
		if m, err := notify.Render(site(), notify.GateWarnings, d, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q\n%s", err, want, m.Text)
		}
	}
	if _, err := notify.Render(site(), "nothing", sample(), ""); err == nil {
		t.Error("an unknown kind was rendered")
	}
}

// TestDocumentation keeps docs/MAILS.md in step with the table and the texts.
func TestDocumentation(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Mails\n\nEvery mail that Strongroom sends, made from the table in `internal/notify/table.go` and the texts in `internal/notify/mails`: " +
		"`go test ./internal/notify -update`.\n\n- **security**: to all confirmed addresses of the person; nobody can unsubscribe.\n" +
		"- **link**: holds a link that opens something, so it goes to one address; nobody can unsubscribe.\n" +
		"- **news**: to the primary address, with `List-Unsubscribe` (one click, RFC 8058).\n")
	var group notify.Group
	for _, info := range notify.Kinds() {
		if info.Group != group {
			group = info.Group
			b.WriteString("\n## " + string(group) + "\n\n| kind | class | subject | when | data |\n|---|---|---|---|---|\n")
		}
		needs, err := notify.Needs(info.Kind)
		if err != nil {
			t.Fatal(err)
		}
		class := map[notify.Class]string{notify.Security: "security", notify.Link: "link", notify.News: "news"}[info.Class]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", info.Kind, class, render(t, info.Kind, sample()).Subject, info.When, strings.Join(needs, ", "))
	}
	golden(t, "../../docs/MAILS.md", b.String())
}
