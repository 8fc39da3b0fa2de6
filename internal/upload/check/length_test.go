package check

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// longUploads are uploads of which one thing is far longer than anybody would write it.
func longUploads() map[string]func(u *Upload) {
	var (
		text   = strings.Repeat("é", 50_000)
		name   = strings.Repeat("a", 100_000)
		number = strings.Repeat("9", 100_000)
	)
	long := map[string]func(u *Upload){
		"content type":    func(u *Upload) { u.ContentType = "image/" + text },
		"filename":        named(text),
		"wheel's name":    named(name + "-1.0-py3-none-any.whl"),
		"sdist's name":    named(name + "-1.0.tar.gz"),
		"sdist's version": named("demo-" + number + ".tar.gz"),
		"wheel's build":   named("demo-1.0-" + name + "-py3-none-any.whl"),
		"name":            func(u *Upload) { describe(u, name, "1.0") },
		"invalid name":    func(u *Upload) { describe(u, text, "1.0") },
		"version":         func(u *Upload) { describe(u, "demo", number) },
		"invalid version": func(u *Upload) { describe(u, "demo", text) },
		"file's name":     func(u *Upload) { u.File.Name = text },
		"file's version":  func(u *Upload) { u.File.Version = number },
		"stray part":      func(u *Upload) { u.Stray = text },
		"wheel file": func(u *Upload) {
			u.Archive.Wheel = []byte("Wheel-Version: 1.0\nBuild: " + name + "\nTag: py3-none-" + name)
		},
	}
	for _, f := range []string{":action", "protocol_version", "filetype", "pyversion", "sha256_digest", "blake2_256_digest", "md5_digest", "name", "version"} {
		long["field "+f] = field(f, text)
	}
	return long
}

// TestMessagesStayShort: no refusal and no warning repeats a long input at length, or cuts one inside a character.
func TestMessagesStayShort(t *testing.T) {
	for what, spoil := range longUploads() {
		for _, u := range []*Upload{wheel(), sdist()} {
			spoil(u)
			for _, c := range All() {
				for _, p := range c.Run(u) {
					checkMessage(t, what+", "+c.Name, p.Detail)
				}
			}
			for _, warning := range u.Warnings {
				checkMessage(t, what+", warning", warning)
			}
		}
	}
}

func checkMessage(t *testing.T, where, text string) {
	t.Helper()
	if len(text) > 2000 || !utf8.ValidString(text) {
		t.Errorf("%s: a message of %d bytes: %.300q", where, len(text), text)
	}
}
