package coremeta

import (
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"strongroom/internal/packaging"
)

func checkURL(c *checker, values []string) {
	if err := webURL(values[0]); err != nil {
		c.problem(values[0], "%s is not a valid URL: %v", packaging.Quote(values[0]), err)
	}
}

// checkProjectURLs: a label of 1 to 32 characters that stands once, and a URL.
func checkProjectURLs(c *checker, _ []string) {
	urls := c.m.ProjectURLs
	if n := len(urls); n > MaxURLs {
		c.problem("", "there are %d URLs; %d are permitted", n, MaxURLs)
		urls = urls[:MaxURLs]
	}
	seen := make(map[string]bool, len(urls))
	for _, u := range urls {
		value := u.String()
		switch n := utf8.RuneCountInString(u.Label); {
		case n == 0:
			c.problem(value, "%s has no label; the form is \"label, url\"", packaging.Quote(value))
		case n > MaxLabel:
			c.problem(value, "the label %s must be %d characters or less", packaging.Quote(u.Label), MaxLabel)
		case seen[u.Label]:
			c.problem(value, "the label %s is given twice", packaging.Quote(u.Label))
		case u.URL == "":
			c.problem(value, "the label %s has no URL; the form is \"label, url\"", packaging.Quote(u.Label))
		default:
			if err := webURL(u.URL); err != nil {
				c.problem(value, "%s is not a valid URL: %v", packaging.Quote(u.URL), err)
			}
		}
		seen[u.Label] = true
	}
}

// webURL checks that s is an absolute http or https URL.
func webURL(s string) error {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return errors.New("there is a space or a control character in it")
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("it cannot be read")
	case !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https"):
		return errors.New("it must begin with https:// or http://")
	case u.Hostname() == "":
		return errors.New("it names no host")
	}
	return nil
}
