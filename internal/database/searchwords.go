package database

import "strings"

// The full-text index, search_words, is what SQLite and PostgreSQL have of
// their own: FTS5 and a column of tsvector. Both get words that package search
// cut out, so that both find the same: neither stems, and neither cuts.
const (
	fts5Words = `CREATE VIRTUAL TABLE search_words USING fts5(name, about, body, content='', contentless_delete=1,
    tokenize='unicode61', prefix='2 3');`
	tsvectorWords = `CREATE TABLE search_words (
    project_id BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    words      tsvector NOT NULL
);
CREATE INDEX search_words_words ON search_words USING gin (words) WITH (fastupdate = off);`
)

// SearchTerm is a part of a query: every term must be found. Its words, letters
// and digits only, must stand one after the other.
type SearchTerm struct {
	Words  []string
	Prefix bool // the last word may go on
}

// match joins the projects p that match the expression $1.
func (d dialect) match() string {
	if d.words == tsvectorWords {
		return `JOIN search_words w ON w.project_id = p.id WHERE w.words @@ CAST($1 AS tsquery)`
	}
	return `JOIN search_words w ON w.rowid = p.id WHERE w.search_words MATCH $1`
}

// expression asks for projects that have the terms: in their names only, or
// anywhere.
func (d dialect) expression(terms []SearchTerm, onlyName bool) string {
	if d.words == tsvectorWords {
		return tsquery(terms, onlyName)
	}
	return fts5Query(terms, onlyName)
}

func fts5Query(terms []SearchTerm, onlyName bool) string {
	var all []string
	for _, t := range terms {
		one := `"` + strings.Join(t.Words, " ") + `"`
		if t.Prefix {
			one += " *"
		}
		if onlyName {
			one = "name : " + one
		}
		all = append(all, one)
	}
	return strings.Join(all, " AND ")
}

// tsquery writes words with the weight A for the name.
func tsquery(terms []SearchTerm, onlyName bool) string {
	var all []string
	for _, t := range terms {
		words := make([]string, len(t.Words))
		for i, word := range t.Words {
			marks := map[bool]string{true: "*"}[t.Prefix && i == len(t.Words)-1] + map[bool]string{true: "A"}[onlyName]
			if words[i] = "'" + word + "'"; marks != "" {
				words[i] += ":" + marks
			}
		}
		all = append(all, "("+strings.Join(words, " <-> ")+")")
	}
	return strings.Join(all, " & ")
}
