package config

import (
	"fmt"
	"net/url"
)

// CDN is the settings of a content delivery network in front. In the file they
// stand in the table [cdn].
type CDN struct {
	// PurgeURL is asked by POST to let go of what it keeps of a project that
	// changed, which the header Surrogate-Key names, such as
	// "https://api.fastly.com/service/ID/purge". Only with it may caches in front
	// keep answers for long; without it they are told to ask again after a minute.
	PurgeURL string `toml:"purge_url"`

	// TokenFile holds in its first line what the network asks for, and TokenHeader
	// is the header that it is sent in.
	TokenFile   string `toml:"token_file"`
	TokenHeader string `toml:"token_header"`
}

// resolve fills in the defaults, which no profile changes.
func (c *CDN) resolve() { setText(&c.TokenHeader, false, "", "Fastly-Key") }

func (c *CDN) check() error {
	if c.PurgeURL == "" && c.TokenFile == "" {
		return nil
	}
	u, err := url.Parse(c.PurgeURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("cdn.purge_url: %q is not an address such as https://api.fastly.com/service/ID/purge", c.PurgeURL)
	}
	return nil
}
