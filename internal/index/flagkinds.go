package index

import "slices"

// FlagKind is one row of the table of kinds: everything that any part of the
// index does differently because of a flag. No surface knows a kind by name.
type FlagKind struct {
	Name string
	Rank int     // the served status is the flag with the highest rank
	On   []Level // where it may stand
	Side Side    // who sets it; an administrator may set owner kinds too

	RefusesUpload Code     // "" lets uploads in
	Listing       Listing  // how lists and search treat it
	Hides         bool     // installers are not offered the files
	FileCode      Code     // "" serves the file; else the refusal of file URLs
	Marker        string   // PEP 792 status, "" for none
	Yanks         bool     // PEP 592
	Warns         bool     // clients may tell that it is deprecated (ST-10)
	PastTense     string   // begins the phrase people read, e.g. "Quarantined"
	Says          string   // the phrase, where it is not the usual one
	SaysOfFile    string   // the phrase of a file's URL (SN-5, SD-8)
	Record        []Record // where it is told

	Categories []string // what Category may be; none for no category
	Successors bool     // it may name what to use instead (ST-5)
	Waits      bool     // it may be set for a date to come (ST-11)
}

// Record is a public record of flags that were set and cleared (SD-25, SN-17).
type Record string

// The records.
const (
	RecordOfDeleted  Record = "deleted"
	RecordOfRemoved  Record = "removed"
	RecordOfStatuses Record = "statuses"
)

// RecordKinds lists the kinds whose flags a record tells.
func RecordKinds(r Record) (kinds []string) {
	for _, k := range FlagKinds() {
		if slices.Contains(k.Record, r) {
			kinds = append(kinds, k.Name)
		}
	}
	return kinds
}

// Takes reports whether the kind has the category.
func (k FlagKind) Takes(category string) bool {
	return category == "" || slices.Contains(k.Categories, category)
}

// Listing is how a thing appears in lists, search and feeds.
type Listing int

// The listings, from open to closed.
const (
	Listed Listing = iota
	RankedDown
	Tombstone
	Unlisted
)

// The names of the kinds, for code that sets them.
const (
	Yanked      = "yanked"
	Deprecated  = "deprecated"
	Archived    = "archived"
	Quarantined = "quarantined"
	Removed     = "removed"
	Deleted     = "deleted"
	Locked      = "locked"
	Frozen      = "frozen"
)

// FlagKinds is the table of kinds (design §3). Adding a kind is adding a row.
func FlagKinds() []FlagKind { return flagKinds[:] }

// KindOf finds the row of a kind by name.
func KindOf(name string) (FlagKind, bool) {
	for i := range flagKinds {
		if flagKinds[i].Name == name {
			return flagKinds[i], true
		}
	}
	return FlagKind{}, false
}

// The categories of the kinds that have some.
var (
	deprecations = []string{"eol", "insecure", "superseded", "other"}                                               // ST-9
	removals     = []string{"malware", "spam", "dependency-confusion", "impersonation", "policy", "legal", "other"} // SN-1
	deletions    = []string{"owner", "admin", "malware", "legal", "account"}                                        // SD-1
)

var flagKinds = [...]FlagKind{
	{Name: Yanked, Rank: 1, On: []Level{OnRelease, OnFile}, Side: ByOwner, Yanks: true, PastTense: "Yanked", Record: []Record{RecordOfStatuses}},
	{
		Name: Deprecated, Rank: 2, On: []Level{OnProject, OnRelease}, Side: ByOwner, Listing: RankedDown, Marker: "deprecated", Warns: true, PastTense: "Deprecated",
		Categories: deprecations, Successors: true, Waits: true, Record: []Record{RecordOfStatuses},
	},
	{
		Name: Archived, Rank: 3, On: []Level{OnProject}, Side: ByOwner, RefusesUpload: CodeProjectArchived, Listing: RankedDown, Marker: "archived", PastTense: "Archived",
		Successors: true, Waits: true, Record: []Record{RecordOfStatuses},
	},
	{Name: Locked, Rank: 4, On: []Level{OnProject}, Side: ByAdministrator, RefusesUpload: CodeProjectLocked, PastTense: "Locked", Categories: []string{"legal", "dispute"}},
	{
		Name: Deleted, Rank: 5, On: []Level{OnProject, OnRelease, OnFile}, Side: ByOwner, RefusesUpload: CodeReleaseDeleted, Listing: Tombstone, Hides: true,
		FileCode: CodeFileDeleted, PastTense: "Deleted", Categories: deletions, Record: []Record{RecordOfDeleted},
		SaysOfFile: "File deleted{why} on {date}",
	},
	{
		Name: Quarantined, Rank: 6, On: []Level{OnProject, OnRelease, OnFile}, Side: ByAdministrator, RefusesUpload: CodeProjectQuarantined, Listing: Unlisted, Hides: true,
		FileCode: CodeFileQuarantined, Marker: "quarantined", PastTense: "Quarantined", Record: []Record{RecordOfStatuses},
		Says: "Quarantined{colon reason} since {date}", SaysOfFile: "Quarantined{colon reason} since {date}",
	},
	{
		Name: Removed, Rank: 7, On: []Level{OnProject, OnRelease, OnFile}, Side: ByAdministrator, RefusesUpload: CodeProjectRemoved, Listing: Tombstone, Hides: true,
		FileCode: CodeFileRemoved, Marker: "quarantined", PastTense: "Removed", Categories: removals, Successors: true, Record: []Record{RecordOfRemoved, RecordOfStatuses},
		Says: "Removed{why} {date}{dash reason}", SaysOfFile: "Removed{why} {date}{see}",
	},
	{Name: Frozen, Rank: 8, On: []Level{OnUser}, Side: ByAdministrator, RefusesUpload: CodeUserFrozen, PastTense: "Frozen"},
}
