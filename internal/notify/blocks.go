package notify

import (
	"strings"
	"unicode/utf8"
)

// A mail is written once, as text. Blank lines part its blocks, and how a block
// begins says what it is:
//
//	words             a paragraph, broken anew into lines
//	- words           a list
//	  Name: value     facts (two spaces)
//	> words           somebody else's words
//	https://…         a link to the index, alone on its line
//
// Data cannot make blocks: it has no line breaks, and cleanText takes such
// beginnings away.

// blockKind is what a block is.
type blockKind string

const (
	paragraph blockKind = "paragraph"
	list      blockKind = "list"
	facts     blockKind = "facts"
	quote     blockKind = "quote"
	link      blockKind = "link"
)

// block is one of them. Lines are without their marks.
type block struct {
	Kind  blockKind
	Lines []string
}

// wrapAt is how long lines of text become.
const wrapAt = 76

// blocksOf reads a rendered template. Facts and lists that conditions tore apart
// are joined again.
func blocksOf(text, siteURL string) (out []block) {
	parted := true
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \n")
		if line == "" {
			parted = true
			continue
		}
		kind, rest := lineKind(line, siteURL)
		last := len(out) - 1
		joins := last >= 0 && out[last].Kind == kind && (!parted || kind == facts || kind == list) && kind != link
		if joins {
			out[last].Lines = append(out[last].Lines, rest)
		} else {
			out = append(out, block{kind, []string{rest}})
		}
		parted = false
	}
	return out
}

func lineKind(line, siteURL string) (blockKind, string) {
	switch {
	case strings.HasPrefix(line, "- "):
		return list, line[2:]
	case strings.HasPrefix(line, "> "):
		return quote, line[2:]
	case strings.HasPrefix(line, "  "):
		return facts, line[2:]
	case strings.HasPrefix(line, siteURL+"/") && !strings.Contains(line, " "):
		return link, line
	}
	return paragraph, line
}

// Words is the text of a paragraph or quote.
func (b block) Words() string { return strings.Join(b.Lines, " ") }

// Fact is a name with its value.
type Fact struct{ Name, Value string }

// Facts are those of a block of facts.
func (b block) Facts() (out []Fact) {
	for _, line := range b.Lines {
		name, value, _ := strings.Cut(line, ": ")
		out = append(out, Fact{name, value})
	}
	return out
}

func (b block) writeText(w *strings.Builder) {
	switch b.Kind {
	case list:
		for _, line := range b.Lines {
			wrap(w, "- ", "  ", line)
		}
	case facts:
		for _, line := range b.Lines {
			wrap(w, "  ", "    ", line)
		}
	case quote:
		wrap(w, "> ", "> ", b.Words())
	case link:
		w.WriteString(b.Lines[0] + "\n")
	default:
		wrap(w, "", "", b.Words())
	}
}

// wrap breaks a text into lines at its spaces; first and rest stand before them.
// A word that is longer than a line stays whole.
func wrap(w *strings.Builder, first, rest, text string) {
	line := first
	for i, word := range strings.Fields(text) {
		if i > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > wrapAt {
			w.WriteString(line + "\n")
			line = rest
		} else if i > 0 {
			line += " "
		}
		line += word
	}
	w.WriteString(line + "\n")
}
