package index

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
	Marked       *Flag  // the project's flag that gives the marker, nil for active
	Yanked       bool
	YankedReason string
	Deprecated   *Flag // the deprecation of the narrowest level that has one, nil for none (ST-10)
	Succeeded    *Flag // the project's flag that names what to use instead (ST-5), nil for none
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
			if at.Level == OnProject {
				marker = st.mark(k, f, marker)
			}
		}
	}
	st.Upload, st.File = st.refusals()
	return st
}

// mark lets a project's flag with a higher rank than marker say what clients
// hear. Successors are taken from the highest that names some.
func (st *Status) mark(k FlagKind, f *Flag, marker int) int {
	if k.Marker == "" {
		return marker
	}
	if len(f.Successors) > 0 && (k.Rank > marker || st.Succeeded == nil) {
		st.Succeeded = f
	}
	if k.Rank > marker {
		marker, st.Marker, st.Reason, st.Marked = k.Rank, k.Marker, f.Reason, f
	}
	return marker
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
	if k.FileCode != "" && st.Served.Category == "legal" {
		file = CodeFileLegal
	}
	return upload, file
}

// Successors are what to use instead of the project (ST-5).
func (st Status) Successors() []string {
	if st.Succeeded == nil {
		return nil
	}
	return st.Succeeded.Successors
}
