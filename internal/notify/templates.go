package notify

import (
	"embed"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"
	"time"
)

//go:embed mails
var mails embed.FS

// letter is the template of a kind, and the fields of Data that it cannot do
// without.
type letter struct {
	template *template.Template
	needs    []string
}

// letters reads every template at the first use: nothing is parsed at the start
// of a program that sends no mail.
var letters = sync.OnceValues(func() (map[Kind]letter, error) {
	all := map[Kind]letter{}
	shared, err := template.New("").Funcs(template.FuncMap{"time": formatTime}).ParseFS(mails, "mails/blocks.tmpl")
	if err != nil {
		return nil, err
	}
	for _, info := range Kinds() {
		text, err := mails.ReadFile("mails/" + string(info.Kind) + ".mail")
		if err != nil {
			return nil, err
		}
		own, err := shared.Clone()
		if err == nil {
			own, err = own.New(string(info.Kind)).Parse(string(text))
		}
		if err != nil {
			return nil, err
		}
		all[info.Kind] = letter{own, needsOf(own)}
	}
	return all, nil
})

func letterOf(kind Kind) (letter, error) {
	all, err := letters()
	if err != nil {
		return letter{}, err
	}
	l, known := all[kind]
	if !known {
		return l, fmt.Errorf("there is no kind %q", kind)
	}
	return l, nil
}

// Needs lists the fields of Data that a notice of the kind must have: those that
// its template uses outside of conditions.
func Needs(kind Kind) ([]string, error) {
	l, err := letterOf(kind)
	return l.needs, err
}

// filledIn lists the fields that a caller may leave empty.
func filledIn(field string) bool {
	return slices.Contains([]string{"At", "By", "From", "Country", "UserAgent", "User"}, field)
}

func needsOf(t *template.Template) []string {
	used := map[string]bool{}
	walk(t, t.Root, used)
	var needs []string
	for f := range reflect.TypeFor[Data]().Fields() {
		if used[f.Name] && !filledIn(f.Name) {
			needs = append(needs, f.Name)
		}
	}
	return needs
}

// walk gathers the fields of the first data that are used for certain.
func walk(t *template.Template, node parse.Node, used map[string]bool) {
	switch n := node.(type) {
	case *parse.ListNode:
		for _, each := range n.Nodes {
			walk(t, each, used)
		}
	case *parse.ActionNode:
		walk(t, n.Pipe, used)
	case *parse.RangeNode: // a list to go through must be there; what is said of each is not of the first data
		walk(t, n.Pipe, used)
	case *parse.TemplateNode:
		walk(t, t.Lookup(n.Name).Root, used)
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			for _, arg := range command.Args {
				walk(t, arg, used)
			}
		}
	case *parse.FieldNode:
		used[n.Ident[0]] = true
	}
}

// check returns which field a kind needs and d lacks, or why the path is none.
func (d Data) check(kind Kind) error {
	needs, err := Needs(kind)
	if err != nil {
		return err
	}
	if d.Path != "" && !isPath(d.Path) {
		return fmt.Errorf("the path %.80q is not one of this site", d.Path)
	}
	value := reflect.ValueOf(d)
	for _, field := range needs {
		if value.FieldByName(field).IsZero() {
			return fmt.Errorf("it needs Data.%s", field)
		}
	}
	return nil
}

// isPath reports whether a text behind the site's URL stays there, and whole.
func isPath(s string) bool {
	outside := func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("<>\"`\\", c) }
	return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && len(s) < 800 && !strings.ContainsFunc(s, outside)
}

// formatTime is how people read times; all of ours are UTC.
func formatTime(t time.Time) string {
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// clean makes data fit to stand in a sentence: one line, nothing that turns the
// direction of writing or cannot be seen, and not without end.
func (d Data) clean() Data {
	v := reflect.ValueOf(&d).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.String && v.Type().Field(i).Name != "Path" {
			f.SetString(cleanText(f.String(), maxText))
		}
	}
	d.Items = slices.Clone(d.Items)
	for i := range d.Items {
		d.Items[i] = cleanText(d.Items[i], maxItem)
	}
	return d
}

// The most runes of a value.
const (
	maxText = 300
	maxItem = 1000
)

func cleanText(s string, most int) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case invisible(c):
			return -1
		case c < ' ' || 0x7f <= c && c <= 0xa0 || c == '\u2028' || c == '\u2029':
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "\ufffd"))
	s = strings.Join(strings.Fields(s), " ")
	for strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "> ") { // would begin another sort of block
		s = s[2:]
	}
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most-1]) + "…"
	}
	return s
}

// invisible are zero-width characters and those that turn the direction of
// writing (Unicode TR 36): with them a text can show what it is not.
func invisible(c rune) bool {
	return 0x200b <= c && c <= 0x200f || 0x202a <= c && c <= 0x202e || 0x2060 <= c && c <= 0x206f || c == 0xfeff || c == 0xad
}
