package notify_test

import (
	"time"

	"strongroom/internal/notify"
)

// site is the index of these tests.
func site() notify.Site {
	return notify.Site{Name: "index.example.com", URL: "https://index.example.com", Contact: "help@example.com"}
}

// noon is when everything happens.
func noon() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

// sample has every field.
func sample() notify.Data {
	return notify.Data{
		At: noon(), By: "bob", From: "192.0.2.1", Country: "NL", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", User: "alice",
		Other: "carol", Address: "new@example.com", Label: "My key", Project: "Demo.Project", Version: "1.0", File: "demo_project-1.0-py3-none-any.whl",
		Role: "Maintainer", OldRole: "Owner", Organization: "acme", Team: "builders", OldName: "acne", Reason: "It was a mistake.", Category: "malware",
		Until: noon().Add(48 * time.Hour), Count: 2, Path: "/a/path/?token=SECRET",
		Items: []string{
			"demo_project-1.0-cp314-cp314-manylinux_2_17_x86_64.whl: its file demo/x.so needs GLIBC_2.28, which manylinux_2_17 does not promise",
			"demo_project-1.0-py3-none-any.whl: RECORD has no hash for demo/y.py",
		},
	}
}

// least has only what a kind needs.
func least(kind notify.Kind) (notify.Data, error) {
	full, d := sample(), notify.Data{At: noon(), By: "bob"} // what Enqueue always fills in
	needs, err := notify.Needs(kind)
	for _, field := range needs {
		copyField(&d, full, field)
	}
	return d, err
}
