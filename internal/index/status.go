package index

import (
	"fmt"
	"strings"
)

// Status is what the flags on a thing and its parents add up to: may it be
// uploaded to, listed, offered, chosen, and what clients hear. Restrictions
// add up; Served is the flag with the highest rank.
type Status struct {
	Served       *Flag // nil when nothing is said
	ServedOn     Level // where the served flag stands
	Upload       Code  // "" lets uploads in, else why not
	Listing      Listing
	Offered      bool
	File         Code   // "" serves the file, else why not
	Marker       string // PEP 792: active, deprecated, archived, quarantined
	Reason       string // the marker's reason, one line, may be empty
	Yanked       bool
	YankedReason string
	Deprecated   *Flag // the deprecation of the narrowest level that has one, nil for none (ST-10)
	Upcoming     *Flag // announced and not in effect yet (ST-11), nil for nothing
}

// At is the standing of one level.
type At struct {
	Level    Level
	Standing Standing
}

// StatusOf folds the flags of a thing and its parents, the widest level first.
// It is the only place where the meaning of flags is worked out (design §3).
// A kind this version does not know has no effect (ST-7).
func StatusOf(levels ...At) Status {
	st := Status{Offered: true, Marker: "active"}
	rank, marker := 0, 0
	for _, at := range levels {
		for i := range at.Standing {
			f := &at.Standing[i]
			k, ok := KindOf(f.Kind)
			if !ok {
				continue
			}
			if f.Pending {
				st.Upcoming = f
				continue
			}
			st.restrict(k, f)
			if k.Rank > rank {
				rank, st.Served, st.ServedOn = k.Rank, f, at.Level
			}
			if k.Marker != "" && k.Rank > marker && at.Level == OnProject {
				marker, st.Marker, st.Reason = k.Rank, k.Marker, f.Reason
			}
		}
	}
	st.Upload, st.File = st.refusals()
	return st
}

func (st *Status) restrict(k FlagKind, f *Flag) {
	st.Listing = max(st.Listing, k.Listing)
	st.Offered = st.Offered && !k.Hides
	if k.Warns {
		st.Deprecated = f
	}
	if k.Yanks {
		st.Yanked = true
		if f.Reason != "" {
			st.YankedReason = f.Reason
		}
	}
	if k.RefusesUpload != "" && st.Upload == "" {
		st.Upload = k.RefusesUpload
	}
	if k.FileCode != "" && st.File == "" {
		st.File = k.FileCode
	}
}

// refusals lets the served flag name the refusal when it has one, so that a
// quarantined and deleted file is answered as quarantined.
func (st *Status) refusals() (upload, file Code) {
	upload, file = st.Upload, st.File
	if st.Served == nil {
		return upload, file
	}
	k, _ := KindOf(st.Served.Kind)
	if k.RefusesUpload != "" {
		upload = k.RefusesUpload
	}
	if upload == CodeReleaseDeleted && st.ServedOn == OnProject {
		upload = CodeProjectDeleted
	}
	if k.FileCode != "" {
		file = k.FileCode
	}
	if file == CodeFileRemoved && st.Served.Category == "legal" {
		file = CodeFileLegal
	}
	return upload, file
}

// Phrase is the one line that reaches a person through a reason phrase
// (SN-5, SD-8), such as "Removed as malware 2026-05-02 - reason". It is empty
// when nothing is said.
func (st Status) Phrase() string {
	f := st.Served
	if f == nil {
		return ""
	}
	k, _ := KindOf(f.Kind)
	var b strings.Builder
	b.WriteString(k.PastTense)
	if f.Category != "" {
		fmt.Fprintf(&b, " as %s", f.Category)
	} else if f.Kind == Deleted && f.Side == ByOwner {
		b.WriteString(" by its owner")
	}
	fmt.Fprintf(&b, " on %s", f.Since.UTC().Format("2006-01-02"))
	if f.Reason != "" {
		fmt.Fprintf(&b, " - %s", f.Reason)
	}
	return b.String()
}
