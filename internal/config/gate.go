package config

// Gate is the settings of what an upload must pass. In the file they stand in
// the table [gate].
type Gate struct {
	// Record is what becomes of a wheel whose RECORD states a wrong hash or size
	// for a file, or none: "reject" or "warn". A RECORD that lists other files
	// than the wheel holds is always refused.
	Record string `toml:"record"`

	// Form is what becomes of an upload whose form differs from the file's own
	// metadata in more than spelling: "reject" or "warn". The file's are used
	// either way; another name or version is always refused.
	Form string `toml:"form"`

	// Binaries is what becomes of a wheel whose platform tag its compiled files
	// do not keep (manylinux and the like): "off", "warn" or "reject".
	Binaries string `toml:"binaries"`

	// Members is how many files and folders an archive may hold.
	Members int `toml:"members"`

	// Expanded is how many bytes an archive may expand to.
	Expanded int64 `toml:"expanded"`

	// Ratio is how many times its own size an archive may expand to once that
	// is more than 64 MiB.
	Ratio int64 `toml:"ratio"`

	// Checks is how many archives are looked into at once, each by a sandboxed
	// process; 0 for one less than the processors. Four times as many wait;
	// who comes then is asked to try again.
	Checks int `toml:"checks"`

	// Scan is an external scanner: an absolute path of a program, with its
	// arguments, that is given the file on standard input, or an http(s) URL the
	// file is sent to. Empty for none. See docs/GATE.md for what it answers.
	Scan string `toml:"scan"`

	// ScanTimeout is how many seconds the scanner has.
	ScanTimeout int `toml:"scan_timeout"`

	// ScanFailure is what becomes of an upload when the scanner fails: "open"
	// accepts it, "closed" asks the publisher to try again.
	ScanFailure string `toml:"scan_failure"`
}

// resolve fills in the defaults, which no profile changes.
func (g *Gate) resolve() {
	setText(&g.Record, false, "", "reject")
	setText(&g.Form, false, "", "warn")
	setText(&g.Binaries, false, "", "warn")
	setText(&g.ScanFailure, false, "", "closed")
	setNumber(&g.Members, 100_000)
	setNumber(&g.Expanded, 2<<30)
	setNumber(&g.Ratio, 50)
	setNumber(&g.ScanTimeout, 10)
}

func setNumber[T int | int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}
