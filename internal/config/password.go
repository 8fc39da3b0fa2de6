package config

import (
	"fmt"
	"strings"
)

// PasswordBreach is how passwords are looked up that are known from a breach.
// In the file the settings stand in the table [password_breach].
type PasswordBreach struct {
	// Backend is where passwords are looked up: "hibp" asks a server that speaks
	// the range API of Have I Been Pwned, which hears the first five of the forty
	// digits of a hash; "local" reads a file made by strongroom admin breach-list
	// build; "off" does not look.
	Backend string `toml:"backend"`

	// File is the list for "local". SIGHUP makes the server open it again.
	File string `toml:"file"`

	// URL is the address for "hibp" that the five digits are put behind; empty
	// for that of Have I Been Pwned.
	URL string `toml:"url"`
}

// resolve fills in the defaults.
func (p *PasswordBreach) resolve(public bool) {
	setText(&p.Backend, public, "hibp", "off")
}

// checkPasswords refuses what no password, or no list, can satisfy.
func (c Config) checkPasswords() error {
	if c.PasswordMin < 8 || c.PasswordMin > 15 {
		return fmt.Errorf("password_min: %d is not possible; it is from 8 to 15", c.PasswordMin)
	}
	p := c.PasswordBreach
	if (p.Backend == "local") != (p.File != "") {
		return fmt.Errorf("password_breach.file and password_breach.backend = \"local\" go together; set both or none")
	}
	if p.URL != "" && !strings.HasPrefix(p.URL, "https://") && !strings.HasPrefix(p.URL, "http://") {
		return fmt.Errorf("password_breach.url: %q is no http(s) address", p.URL)
	}
	return nil
}
