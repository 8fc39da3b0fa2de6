package v1

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"strongroom/internal/index"
)

// How long pages of lists are.
const (
	usualPage = 100
	maxPage   = 1000
)

// list is a page of a list.
type list[T any] struct {
	Items []T    `json:"items" doc:"A page of the list."`
	Next  string `json:"next,omitempty" doc:"Address of the page after this one; none at the end. The header field Link has it too."`
}

func (l list[T]) next() string { return l.Next }

// pageOf cuts the page out of a whole list that the query's limit and cursor ask
// for. key names an item for ever: a page goes on behind the last item of the
// one before, or where that was.
func pageOf[T any](c *call, all []T, key func(T) string) (l list[T], err error) {
	limit, after, err := c.pageAsked()
	if err != nil {
		return l, err
	}
	start := 0
	for i, item := range all {
		if after != "" && key(item) == after {
			start = i + 1
		}
	}
	if after != "" && start == 0 {
		return l, index.Refuse(index.CodeInvalidQuery, "The item that the cursor names is no longer in the list. Begin without a cursor.")
	}
	end := min(start+limit, len(all))
	l.Items = append([]T{}, all[start:end]...)
	if end < len(all) {
		l.Next = c.nextPage(limit, key(all[end-1]))
	}
	return l, nil
}

// pageFrom reads a page of a list that is read by descending number: find is
// given the number before which it begins, 0 for the newest.
func pageFrom[Row, T any](c *call, find func(before int64, limit int) ([]Row, error), number func(Row) int64, to func(Row) T) (l list[T], err error) {
	limit, after, err := c.pageAsked()
	if err != nil {
		return l, err
	}
	before := int64(0)
	if after != "" {
		if before, err = strconv.ParseInt(after, 10, 64); err != nil || before < 1 {
			return l, index.Refuse(index.CodeInvalidQuery, "The cursor is none that this list gave.")
		}
	}
	rows, err := find(before, limit+1)
	l.Items = []T{}
	for i, row := range rows {
		if i == limit {
			l.Next = c.nextPage(limit, strconv.FormatInt(number(rows[i-1]), 10))
			break
		}
		l.Items = append(l.Items, to(row))
	}
	return l, err
}

// pageAsked reads the query's limit and cursor.
func (c *call) pageAsked() (limit int, after string, err error) {
	query := c.r.URL.Query()
	limit = usualPage
	if given := query["limit"]; len(given) > 0 {
		limit, err = strconv.Atoi(given[0])
		if err != nil || limit < 1 || limit > maxPage || len(given) > 1 {
			return 0, "", index.Refuse(index.CodeInvalidQuery, "limit must be one number from 1 to %d, not %.20q.", maxPage, strings.Join(given, ","))
		}
	}
	text, err := base64.RawURLEncoding.DecodeString(query.Get("cursor"))
	if err != nil {
		return 0, "", index.Refuse(index.CodeInvalidQuery, "The cursor is none that this list gave.")
	}
	return limit, string(text), nil
}

// nextPage is the address of the page behind the item with the key.
func (c *call) nextPage(limit int, key string) string {
	query := c.r.URL.Query()
	query.Set("limit", strconv.Itoa(limit))
	query.Set("cursor", base64.RawURLEncoding.EncodeToString([]byte(key)))
	return c.URL + (&url.URL{Path: c.r.URL.Path, RawQuery: query.Encode()}).String()
}
