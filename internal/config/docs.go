package config

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
)

// Docs is the settings of old hosted documentation. In the file they stand in
// the table [docs].
type Docs struct {
	// Listen is the address that documentation is answered on, apart from the
	// index; empty for none. What is there is other people's HTML: give it a host
	// name of its own.
	Listen string `toml:"listen"`

	// URL is the public address of the documentation, such as
	// "https://docs.example.com". Nobody can redirect there.
	URL string `toml:"url"`

	// Dir is the folder with the hosted documentation, a folder for each project;
	// empty for none.
	Dir string `toml:"dir"`

	// RedirectsFile is written, as a whole, within a minute of each change of a
	// redirect, in the form that conveyor reads; empty for none.
	RedirectsFile string `toml:"redirects_file"`

	// Show is which projects have the page to redirect their documentation:
	// "hosted", those that have some here, or "always".
	Show string `toml:"show"`

	// HTTP lets owners redirect to http:// too.
	HTTP *bool `toml:"http"`

	// AnyHost lets owners redirect to addresses, to localhost and to names without a
	// dot too, as inside a company.
	AnyHost *bool `toml:"any_host"`
}

func (d *Docs) resolve(public bool) {
	setText(&d.Show, public, "hosted", "hosted")
	set(&d.HTTP, public, false, false)
	set(&d.AnyHost, public, false, false)
	d.URL = strings.TrimRight(d.URL, "/")
}

func (d *Docs) check() error {
	if d.Show != "hosted" && d.Show != "always" {
		return fmt.Errorf("docs.show: %q is unknown; it is hosted or always", d.Show)
	}
	if d.Listen != "" {
		if _, _, err := net.SplitHostPort(d.Listen); err != nil {
			return fmt.Errorf("docs.listen: %q is not HOST:PORT: %w", d.Listen, err)
		}
	}
	for key, path := range map[string]string{"docs.dir": d.Dir, "docs.redirects_file": d.RedirectsFile} {
		if path != "" && !filepath.IsAbs(path) {
			return fmt.Errorf("%s: %q is not an absolute path", key, path)
		}
	}
	if u, err := url.Parse(d.URL); d.URL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("docs.url: %q is not an address such as https://docs.example.com", d.URL)
	}
	return nil
}

// Host is the host name of the documentation, "" for none.
func (d *Docs) Host() string {
	u, err := url.Parse(d.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
