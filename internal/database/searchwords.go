package database

import (
	"strconv"
	"strings"
)

// The full-text index is what SQLite and PostgreSQL have of their own: FTS5 and
// columns of tsvector. Both get words that package search cut out, so that both
// find the same: neither stems, and neither cuts. Names have an index of their
// own: a word of most summaries is not looked for through all of them when no
// name has it.
const (
	fts5Words = `CREATE VIRTUAL TABLE search_names USING fts5(name, content='', contentless_delete=1, tokenize='unicode61', prefix='2 3');
CREATE VIRTUAL TABLE search_words USING fts5(name, about, body, content='', contentless_delete=1, tokenize='unicode61', prefix='2 3');`
	tsvectorWords = `CREATE TABLE search_words (
    project_id BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    names      tsvector NOT NULL,
    words      tsvector NOT NULL
);
CREATE INDEX search_words_names ON search_words USING gin (names) WITH (fastupdate = off);
CREATE INDEX search_words_words ON search_words USING gin (words) WITH (fastupdate = off);`
)

// SearchTerm is a part of a query: every term must be found. Its words, letters
// and digits only, must stand one after the other.
type SearchTerm struct {
	Words  []string
	Prefix bool // the last word may go on
}

// match joins the projects p whose names, or whose words, match the expression
// $1.
func (d dialect) match(names bool) string {
	switch {
	case d.name == "postgres" && names:
		return `JOIN search_words w ON w.project_id = p.id WHERE w.names @@ CAST($1 AS tsquery)`
	case d.name == "postgres":
		return `JOIN search_words w ON w.project_id = p.id WHERE w.words @@ CAST($1 AS tsquery)`
	case names:
		return `JOIN search_names w ON w.rowid = p.id WHERE w.search_names MATCH $1`
	}
	return `JOIN search_words w ON w.rowid = p.id WHERE w.search_words MATCH $1`
}

// expression asks for projects that have the terms.
func (d dialect) expression(terms []SearchTerm) string {
	if d.name == "postgres" {
		return tsquery(terms)
	}
	return fts5Query(terms)
}

func fts5Query(terms []SearchTerm) string {
	var all []string
	for _, t := range terms {
		one := `"` + strings.Join(t.Words, " ") + `"`
		if t.Prefix {
			one += " *"
		}
		all = append(all, one)
	}
	return strings.Join(all, " AND ")
}

func tsquery(terms []SearchTerm) string {
	var all []string
	for _, t := range terms {
		one := "('" + strings.Join(t.Words, "' <-> '") + "'"
		if t.Prefix {
			one += ":*"
		}
		all = append(all, one+")")
	}
	return strings.Join(all, " & ")
}

// tsvector writes words with their places; texts stand apart from one another,
// so that no phrase goes from one into the next. PostgreSQL keeps 256 places of
// a word, up to the 16,383rd.
func tsvector(texts ...string) string {
	var b strings.Builder
	place := 0
	for _, text := range texts {
		for _, word := range strings.Fields(text) {
			place++
			b.WriteString("'" + word + "':" + strconv.Itoa(min(place, 16_383)) + " ")
		}
		place++
	}
	return b.String()
}
