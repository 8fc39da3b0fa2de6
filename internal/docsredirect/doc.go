// Package docsredirect holds the rules of where old hosted documentation went:
// which addresses an owner may redirect to (DR-2), the file that PyPI's docs
// host, conveyor, reads them from (DR-4, DR-5), and what a visitor's address
// becomes (DR-7). It reads and writes nothing.
package docsredirect

// Redirect is where a project's documentation is now.
type Redirect struct {
	Display   string // the project's name as its owner spells it
	Name      string // the same, normalised
	Prefix    string // under which the documentation was hosted, "" where that is one of the names
	URL       string // as Check returns it
	KeepPath  bool   // what follows the name is kept
	Permanent bool   // 301 instead of 302; conveyor knows only 302
}
