package config

// Moderation is the settings of reports and of what rules do about them. In the
// file they stand in the table [moderation].
type Moderation struct {
	// AnonymousReports lets people without an account report projects; moderators
	// see such a report once its sender opened a mailed link.
	AnonymousReports *bool `toml:"anonymous_reports"`

	// AutoQuarantine has reports of malware quarantine a project at once: one of
	// a trusted reporter on a project that is younger than a day, or those of two
	// people of whom one is trusted.
	AutoQuarantine *bool `toml:"auto_quarantine"`

	// MaxDownloads is how often a project may have been downloaded in 30 days for
	// that; with more the moderators are only told. 0 for any.
	MaxDownloads *int64 `toml:"max_downloads"`

	// TopNames is how many of the most downloaded names a new name is held
	// against; one that is a letter away is reported to the moderators. 0 for none.
	TopNames *int `toml:"top_names"`
}

func (m *Moderation) resolve(public bool) {
	set(&m.AnonymousReports, public, false, false)
	set(&m.AutoQuarantine, public, true, true)
	set(&m.MaxDownloads, public, 100_000, 100_000)
	set(&m.TopNames, public, 5_000, 5_000)
}
