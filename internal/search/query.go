package search

import (
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

const (
	// maxQuery is the longest query in bytes, as PyPI has it.
	maxQuery = 1_000
	// maxTerms is how many terms of a query count.
	maxTerms = 16
)

// Query is what somebody looks for.
type Query struct {
	Text  string // as it was typed, without spaces around it
	Terms []database.SearchTerm
	Name  string // the text as a normalised project name, empty when it is none
}

// Parse reads a query. Each word must be found, as the beginning of a word when
// it has two letters or more; what stands between quotes must be found as it
// stands. There is no other syntax: nothing that is typed is an error but what
// is too long.
func Parse(text string) (Query, error) {
	if len(text) > maxQuery {
		return Query{}, index.Refuse(index.CodeSearchTooLong, "The search has %d characters; at most %d are looked for.", len(text), maxQuery)
	}
	q := Query{Text: strings.TrimSpace(text)}
	for i, part := range strings.Split(text, `"`) {
		words := Words(part)
		if quoted := i%2 == 1; quoted && len(words) > 0 {
			q.Terms = append(q.Terms, database.SearchTerm{Words: words})
			continue
		}
		for _, word := range words {
			q.Terms = append(q.Terms, database.SearchTerm{Words: []string{word}, Prefix: len(word) > 1})
		}
	}
	q.Terms = q.Terms[:min(maxTerms, len(q.Terms))]
	if packaging.ValidName(q.Text) {
		q.Name = packaging.NormalizeName(q.Text)
	}
	return q, nil
}
