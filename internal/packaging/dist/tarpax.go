package dist

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// paxAttributes is what a pax extended header says about the next member.
type paxAttributes struct {
	path, link string // "" if not given
	size       int64  // -1 if not given
}

// parsePax reads the records of a pax header, "length key=value\n" each (POSIX
// pax, "pax Interchange Format"). global permits a comment and nothing else,
// which is what git archive writes.
//
// Archives have been made that smuggle members past one reader with records
// that another takes differently (CVE-2025-62518), so there is one spelling
// for everything and a key stands once.
func parsePax(body []byte, global bool) (paxAttributes, error) {
	a := paxAttributes{size: -1}
	if bytes.Contains(body, []byte("hdrcharset=")) { // some readers look for it anywhere in the header
		return a, paxRefused("states the character set of names (hdrcharset); names are UTF-8")
	}
	seen := map[string]bool{}
	for len(body) > 0 {
		key, value, rest, ok := cutPaxRecord(body)
		if !ok {
			return a, paxRefused("does not consist of whole records (\"length key=value\")")
		}
		body = rest
		if seen[key] {
			return a, paxRefused("states %.100q twice", key)
		}
		seen[key] = true
		if global && key != "comment" {
			return a, paxRefused("holds for the whole archive and states %.100q; only a comment is accepted there", key)
		}
		if err := a.set(key, value); err != nil {
			return a, err
		}
	}
	return a, nil
}

// cutPaxRecord takes the first record off body.
func cutPaxRecord(body []byte) (key, value string, rest []byte, ok bool) {
	space := bytes.IndexByte(body[:min(len(body), 8)], ' ')
	if space < 1 || body[0] == '0' || !isPaxNumber(string(body[:space])) {
		return "", "", nil, false
	}
	length, err := strconv.Atoi(string(body[:space]))
	if err != nil || length < space+3 || length > len(body) || body[length-1] != '\n' {
		return "", "", nil, false
	}
	key, value, ok = strings.Cut(string(body[space+1:length-1]), "=")
	return key, value, body[length:], ok && key != ""
}

// set takes one record. Keys that no builder of distributions writes are
// refused, because a reader that knows them would see another archive.
func (a *paxAttributes) set(key, value string) error {
	if hasControl(key) || !utf8.ValidString(key) {
		return paxRefused("has the key %.100q", key)
	}
	switch key {
	case "path":
		a.path = value
		return paxText(key, value)
	case "linkpath":
		a.link = value
		return paxText(key, value)
	case "size":
		return a.setSize(value)
	case "uid", "gid", "mtime", "atime", "ctime":
		return paxTime(key, value)
	case "uname", "gname":
		return paxText(key, value)
	case "comment":
		return nil
	}
	vendor := strings.HasPrefix(key, "SCHILY.") || strings.HasPrefix(key, "LIBARCHIVE.")
	if !vendor || key == "SCHILY.realsize" || strings.HasPrefix(key, "SCHILY.sparse") || strings.HasPrefix(key, "SCHILY.volhdr") {
		return paxRefused("has the key %.100q, which is not accepted", key)
	}
	return nil
}

func (a *paxAttributes) setSize(value string) (err error) {
	if !isPaxNumber(value) || len(value) > 1 && value[0] == '0' {
		return paxRefused("has the size %.100q", value)
	}
	if a.size, err = strconv.ParseInt(value, 10, 64); err != nil {
		return paxRefused("has the size %.100q", value)
	}
	return nil
}

// paxText wants a name: text without NUL. What a path needs beyond that is
// asked of it later.
func paxText(key, value string) error {
	if value == "" || !utf8.ValidString(value) || strings.IndexByte(value, 0) >= 0 {
		return paxRefused("has the %s %.100q, which is not a text of UTF-8", key, value)
	}
	return nil
}

// paxTime wants a decimal number, which may have a sign and a fraction.
func paxTime(key, value string) error {
	whole, fraction, dotted := strings.Cut(strings.TrimPrefix(value, "-"), ".")
	if !isPaxNumber(whole) || dotted && fraction != "" && !isPaxNumber(fraction) {
		return paxRefused("has the %s %.100q, which is not a decimal number", key, value)
	}
	return nil
}

// isPaxNumber reports whether s consists of 1 to 18 decimal digits.
func isPaxNumber(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != "" && len(s) <= 18
}

// paxRefused is a refusal of a pax header.
func paxRefused(format string, args ...any) error {
	return refuse(TarExtension, "", "a pax header "+format, args...)
}
