package index_test

import (
	"strings"
	"testing"
	"time"

	"strongroom/internal/index"
)

// since is when the flags of these tests were set.
func since() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

// on is a standing of one flag.
func on(level index.Level, f index.Flag) index.At {
	f.Since = since()
	return index.At{Level: level, Standing: index.Standing{f}}
}

// open is what a Status says when nothing restricts it.
func open() index.Status { return index.Status{Offered: true, Marker: "active"} }

// statusRows is the table of design 3: what each kind means on each level it may stand on.
func statusRows() []struct {
	kind  string
	level index.Level
	want  index.Status
} {
	yanked := index.Status{Offered: true, Marker: "active", Yanked: true, YankedReason: "why"}
	down := index.Status{Offered: true, Marker: "active", Listing: index.RankedDown}
	deprecated := index.Status{Offered: true, Marker: "deprecated", Reason: "why", Listing: index.RankedDown}
	archived := index.Status{Offered: true, Marker: "archived", Reason: "why", Listing: index.RankedDown, Upload: index.CodeProjectArchived}
	locked := index.Status{Offered: true, Marker: "active", Upload: index.CodeProjectLocked}
	deleted := index.Status{Marker: "active", Listing: index.Tombstone, Upload: index.CodeReleaseDeleted, File: index.CodeFileDeleted}
	gone := deleted
	gone.Upload = index.CodeProjectDeleted
	quarantined := index.Status{Marker: "active", Listing: index.Unlisted, Upload: index.CodeProjectQuarantined, File: index.CodeFileQuarantined}
	wholly := quarantined
	wholly.Marker, wholly.Reason = "quarantined", "why"
	removed := index.Status{Marker: "active", Listing: index.Tombstone, Upload: index.CodeProjectRemoved, File: index.CodeFileRemoved}
	withdrawn := removed
	withdrawn.Marker, withdrawn.Reason = "quarantined", "why"
	frozen := index.Status{Offered: true, Marker: "active", Upload: index.CodeUserFrozen}
	return []struct {
		kind  string
		level index.Level
		want  index.Status
	}{
		{index.Yanked, index.OnRelease, yanked},
		{index.Yanked, index.OnFile, yanked},
		{index.Deprecated, index.OnProject, deprecated},
		{index.Deprecated, index.OnRelease, down},
		{index.Archived, index.OnProject, archived},
		{index.Locked, index.OnProject, locked},
		{index.Deleted, index.OnProject, gone},
		{index.Deleted, index.OnRelease, deleted},
		{index.Deleted, index.OnFile, deleted},
		{index.Quarantined, index.OnProject, wholly},
		{index.Quarantined, index.OnRelease, quarantined},
		{index.Quarantined, index.OnFile, quarantined},
		{index.Removed, index.OnProject, withdrawn},
		{index.Removed, index.OnRelease, removed},
		{index.Removed, index.OnFile, removed},
		{index.Frozen, index.OnUser, frozen},
	}
}

// same compares two statuses apart from the flags that give them.
func same(t *testing.T, got, want index.Status) {
	t.Helper()
	if (got.Marked == nil) != (got.Marker == "active") || got.Marked != nil && got.Marked.Reason != got.Reason {
		t.Errorf("%s by %+v", got.Marker, got.Marked)
	}
	got.Served, got.ServedOn, got.Deprecated, got.Marked, want.Served, want.ServedOn = nil, "", nil, nil, nil, ""
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestStatusOfEachKindOnEachLevel(t *testing.T) {
	covered := map[string]int{}
	for _, row := range statusRows() {
		t.Run(row.kind+" on "+string(row.level), func(t *testing.T) {
			covered[row.kind]++
			st := index.StatusOf(on(row.level, index.Flag{Kind: row.kind, Reason: "why"}))
			same(t, st, row.want)
			if (st.Deprecated != nil) != (row.kind == index.Deprecated) {
				t.Errorf("deprecated %+v", st.Deprecated)
			}
			if st.Served == nil || st.Served.Kind != row.kind || st.ServedOn != row.level {
				t.Errorf("served %+v on %q", st.Served, st.ServedOn)
			}
		})
	}
	for _, k := range index.FlagKinds() {
		if covered[k.Name] != len(k.On) {
			t.Errorf("%s stands on %d levels; the table has %d", k.Name, len(k.On), covered[k.Name])
		}
	}
}

func TestStatusOfNothing(t *testing.T) {
	same(t, index.StatusOf(), open())
	same(t, index.StatusOf(index.At{Level: index.OnProject}), open())
}

// TestST7AnUnknownKindHasNoEffect keeps an older node serving what a newer one wrote.
func TestST7AnUnknownKindHasNoEffect(t *testing.T) {
	same(t, index.StatusOf(on(index.OnProject, index.Flag{Kind: "from-the-future", Reason: "why"})), open())
}

// TestRanks puts two kinds on a project in both orders; the first of a row must be served (design 3).
func TestRanks(t *testing.T) {
	for _, pair := range [][2]string{
		{index.Removed, index.Quarantined},
		{index.Quarantined, index.Deleted},
		{index.Deleted, index.Archived},
		{index.Archived, index.Deprecated},
		{index.Quarantined, index.Archived},
	} {
		both := index.Standing{{Kind: pair[0], Since: since()}, {Kind: pair[1], Since: since()}}
		swapped := index.Standing{both[1], both[0]}
		for _, s := range []index.Standing{both, swapped} {
			if st := index.StatusOf(index.At{Level: index.OnProject, Standing: s}); st.Served.Kind != pair[0] {
				t.Errorf("%v serves %s, want %s", pair, st.Served.Kind, pair[0])
			}
		}
	}
}

// TestST1ClearingQuarantineShowsArchivedAgain keeps the owner's flag beside the administrator's (SN-10).
func TestST1ClearingQuarantineShowsArchivedAgain(t *testing.T) {
	s := index.Standing{}.With(index.Flag{Kind: index.Archived, Reason: "done"}).With(index.Flag{Kind: index.Quarantined, Reason: "odd"})
	st := index.StatusOf(index.At{Level: index.OnProject, Standing: s})
	if st.Marker != "quarantined" || st.Reason != "odd" || st.Offered || st.Upload != index.CodeProjectQuarantined {
		t.Errorf("with both: %+v", st)
	}
	st = index.StatusOf(index.At{Level: index.OnProject, Standing: s.Without(index.Quarantined)})
	if st.Marker != "archived" || st.Reason != "done" || !st.Offered || st.Upload != index.CodeProjectArchived {
		t.Errorf("after clearing: %+v", st)
	}
}

// TestRestrictionsAddUp takes the worst of the levels, whichever flag is served.
func TestRestrictionsAddUp(t *testing.T) {
	st := index.StatusOf(
		on(index.OnProject, index.Flag{Kind: index.Archived, Reason: "finished"}),
		on(index.OnRelease, index.Flag{Kind: index.Yanked, Reason: "broken"}),
		on(index.OnFile, index.Flag{Kind: index.Deleted}))
	want := index.Status{
		Upload: index.CodeReleaseDeleted, Listing: index.Tombstone, File: index.CodeFileDeleted,
		Marker: "archived", Reason: "finished", Yanked: true, YankedReason: "broken",
	}
	same(t, st, want)
	if st.Served.Kind != index.Deleted || st.ServedOn != index.OnFile {
		t.Errorf("served %v on %s", st.Served, st.ServedOn)
	}
}

// TestSY01TheNarrowerYankReasonWins: a file's own reason says more than its release's.
func TestSY01TheNarrowerYankReasonWins(t *testing.T) {
	release := on(index.OnRelease, index.Flag{Kind: index.Yanked, Reason: "release"})
	for reason, want := range map[string]string{"file": "file", "": "release"} {
		st := index.StatusOf(release, on(index.OnFile, index.Flag{Kind: index.Yanked, Reason: reason}))
		if !st.Yanked || st.YankedReason != want {
			t.Errorf("file's reason %q: %+v, want %q", reason, st, want)
		}
	}
}

// TestSN5LegalRemovalIs451 tells a court's order from other removals.
func TestSN5LegalRemovalIs451(t *testing.T) {
	for category, want := range map[string]index.Code{"malware": index.CodeFileRemoved, "legal": index.CodeFileLegal, "": index.CodeFileRemoved} {
		st := index.StatusOf(on(index.OnFile, index.Flag{Kind: index.Removed, Category: category}))
		if st.File != want {
			t.Errorf("category %q: %s, want %s", category, st.File, want)
		}
	}
	if kind := index.CodeFileLegal.Info().Kind; kind != index.LegallyBlocked {
		t.Errorf("kind %v", kind)
	}
}

func TestPhrase(t *testing.T) {
	for want, f := range map[string]index.Flag{
		"Quarantined: suspected malware since 2026-05-01":   {Kind: index.Quarantined, Reason: "suspected malware"},
		"Quarantined since 2026-05-01":                      {Kind: index.Quarantined},
		"Removed as malware 2026-05-01":                     {Kind: index.Removed, Category: "malware"},
		"Removed for legal reasons 2026-05-01 - case 7":     {Kind: index.Removed, Category: "legal", Reason: "case 7"},
		"Deleted by its owner on 2026-05-01":                {Kind: index.Deleted, Category: "owner"},
		"Deleted by an administrator on 2026-05-01 - asked": {Kind: index.Deleted, Category: "admin", Reason: "asked"},
		"Archived on 2026-05-01":                            {Kind: index.Archived},
		"Deprecated as insecure on 2026-05-01":              {Kind: index.Deprecated, Category: "insecure"},
	} {
		if got := index.StatusOf(on(index.OnProject, f)).Phrase(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := open().Phrase() + open().FilePhrase("https://example.org/"); got != "" {
		t.Errorf("nothing said, yet %q", got)
	}
}

// TestSN5PhrasesOfFiles are exact, of one line of printable ASCII, and of 120 bytes at most whatever the reason and the site are (SD-8).
func TestSN5PhrasesOfFiles(t *testing.T) {
	const see = "https://pypi.example.com/project/demo/"
	long := strings.Repeat("é long reason ", 20)
	for _, row := range []struct {
		flag      index.Flag
		see, want string
	}{
		{index.Flag{Kind: index.Quarantined, Reason: "suspected malware"}, see, "Quarantined: suspected malware since 2026-05-01"},
		{index.Flag{Kind: index.Quarantined, Reason: "“odd” – very"}, see, `Quarantined: "odd" - very since 2026-05-01`},
		{index.Flag{Kind: index.Removed, Category: "malware", Reason: "steals keys"}, see, "Removed as malware 2026-05-01 - see " + see},
		{index.Flag{Kind: index.Removed, Category: "malware"}, see + long, "Removed as malware 2026-05-01"},
		{index.Flag{Kind: index.Removed, Category: "legal"}, see, "Removed for legal reasons 2026-05-01 - see " + see},
		{index.Flag{Kind: index.Deleted, Category: "owner", Reason: "a mistake"}, see, "File deleted by its owner on 2026-05-01"},
		{index.Flag{Kind: index.Quarantined, Reason: long}, see, "Quarantined: " + strings.ReplaceAll(long, "é", "?")[:90] + " since 2026-05-01"},
	} {
		got := index.StatusOf(on(index.OnFile, row.flag)).FilePhrase(row.see)
		if got != row.want || len(got) > 120 {
			t.Errorf("%s: %d bytes, %q, want %q", row.flag.Kind, len(got), got, row.want)
		}
	}
}

// TestST2Line is what clients show that know ASCII only.
func TestST2Line(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "plain ~": "plain ~", "a\nb\tc": "a b c", "it’s – “fine”…": `it's - "fine"...`, "naïve 日本 \u202e": "na?ve ?? ?",
	} {
		if got := index.Line(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestST5SuccessorsOfTheHighestThatNamesSome: an archived project whose deprecation names a successor still has one.
func TestST5SuccessorsOfTheHighestThatNamesSome(t *testing.T) {
	deprecated := index.Flag{Kind: index.Deprecated, Successors: []string{"old-heir"}}
	for want, archived := range map[string]index.Flag{
		"old-heir": {Kind: index.Archived}, "heir": {Kind: index.Archived, Successors: []string{"heir"}},
	} {
		for _, s := range []index.Standing{{deprecated, archived}, {archived, deprecated}} {
			st := index.StatusOf(index.At{Level: index.OnProject, Standing: s})
			if got := strings.Join(st.Successors(), " "); got != want || st.Marker != "archived" {
				t.Errorf("%s: successors %q, want %q", st.Marker, got, want)
			}
		}
	}
}

// TestPhraseIsInUTC keeps nodes in different zones from naming different days.
func TestPhraseIsInUTC(t *testing.T) {
	f := index.Flag{Kind: index.Quarantined, Since: time.Date(2026, 5, 1, 23, 0, 0, 0, time.FixedZone("", -7*3600))}
	st := index.StatusOf(index.At{Level: index.OnFile, Standing: index.Standing{f}})
	if got := st.Phrase(); !strings.HasSuffix(got, "2026-05-02") {
		t.Errorf("got %q, want the day in UTC", got)
	}
}

// TestST11Pending: what is announced for a day to come is told, and nothing else.
func TestST11Pending(t *testing.T) {
	f := index.Flag{Kind: index.Archived, Reason: "soon", From: since(), Pending: true}
	st := index.StatusOf(on(index.OnProject, f))
	if st.Upcoming == nil || st.Upcoming.Reason != "soon" || st.Served != nil {
		t.Errorf("upcoming %+v, served %+v", st.Upcoming, st.Served)
	}
	st.Upcoming = nil
	same(t, st, open())
	if (index.Standing{{Kind: index.Deleted, Pending: true}}).Withdrawn() {
		t.Error("what is only announced withdraws")
	}
}
