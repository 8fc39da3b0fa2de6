package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	// maxWord is how many bytes of a word count: longer ones are no words of
	// anybody's.
	maxWord = 60
	// maxBody is how many words of a description count.
	maxBody = 2_000
)

// Words cuts a text into words: letters and digits, in lower case, without
// accents. What else there is parts them. It is the one rule for what is looked
// for and for what is found, on both databases.
func Words(text string) []string {
	folded := strings.Map(fold, norm.NFKD.String(text))
	words := strings.Fields(strings.ToLower(folded))
	for i, word := range words {
		if len(word) > maxWord {
			words[i] = strings.ToValidUTF8(word[:maxWord], "")
		}
	}
	return words
}

// fold drops marks and makes spaces of what is no letter or digit.
func fold(r rune) rune {
	switch {
	case unicode.Is(unicode.Mn, r):
		return -1
	case r == unicode.ReplacementChar, !unicode.IsLetter(r) && !unicode.IsDigit(r):
		return ' '
	}
	return r
}

// nameWords are the words of a project's name, and all of them in one: who
// types djangorest looks for django-rest.
func nameWords(name string) string {
	words := Words(name)
	if len(words) > 1 {
		words = append(words, strings.Join(words, ""))
	}
	return strings.Join(words, " ")
}

// text joins the words of texts, the first n.
func text(n int, texts ...string) string {
	words := Words(strings.Join(texts, " "))
	return strings.Join(words[:min(n, len(words))], " ")
}
