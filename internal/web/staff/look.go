package staff

import (
	"bytes"
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"strongroom/internal/blob"
	"strongroom/internal/database"
	"strongroom/internal/diff"
	"strongroom/internal/index"
	"strongroom/internal/packaging/inspect"
	"strongroom/internal/upload"
	"strongroom/internal/web/shell"
)

const (
	lookTime  = 20 * time.Second // for one file, in the sandbox
	shownMost = 30               // members of which the page shows the lines
	linesMost = 400              // of one member on the page of a file; its own page has them all
	around    = 3                // lines around a change
)

// sight is what looking into a stored file gave. Failed says in a sentence why
// it could not be looked into.
type sight struct {
	inspect.Report
	Failed string
}

// look looks into a stored file, in the sandbox and within a time, and gives the
// beginnings of the members with these paths. Whatever the file does to whoever
// looks is a finding, not an error.
func (s *Staff) look(ctx context.Context, f index.File, show ...string) (sight, error) {
	within, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	file, err := upload.OpenStored(within, s.Bucket, blob.Key(f.SHA256))
	if errors.Is(err, blob.ErrNotExist) {
		return sight{Failed: "The bytes of this file are not stored any more."}, nil
	}
	if err != nil {
		return sight{}, err
	}
	defer file.Close()
	report, err := s.Look(within, file, inspect.Request{Filename: f.Filename, Limits: s.Limits, Show: show})
	switch refusal := (*index.Error)(nil); {
	case err == nil:
		return sight{Report: report}, nil
	case ctx.Err() != nil:
		return sight{}, err
	case within.Err() != nil:
		return sight{Failed: "Looking into this file took too long, and was stopped."}, nil
	case errors.As(err, &refusal) && refusal.Code != index.CodeArchiveCheck:
		return sight{}, err // the sandbox is busy, or cannot start
	}
	return sight{Failed: "This file could not be looked into within the limits of the sandbox. A harmless archive does not do that."}, nil
}

// shownText is a member's text, or why there is none.
type shownText struct {
	Text string
	Why  string
}

// textOf finds the text of a member among what was shown.
func (v sight) textOf(path string) shownText {
	for _, shown := range v.Shown {
		switch {
		case shown.Path != path:
			continue
		case bytes.IndexByte(shown.Bytes, 0) >= 0 || !utf8.Valid(whole(shown)):
			return shownText{Why: "It is no text in UTF-8."}
		case !shown.Whole:
			return shownText{Text: string(whole(shown)), Why: "It is longer: this is its beginning."}
		}
		return shownText{Text: string(shown.Bytes)}
	}
	return shownText{Why: "Its bytes could not be read."}
}

// whole cuts a text at the end of a character.
func whole(shown inspect.Shown) []byte {
	b := shown.Bytes
	for i := 0; !shown.Whole && i < utf8.UTFMax && len(b) > 0 && !utf8.Valid(b[max(0, len(b)-utf8.UTFMax):]); i++ {
		b = b[:len(b)-1]
	}
	return b
}

// difference is in which lines a member differs.
type difference struct {
	memberChange
	Hunks []shownHunk
	Why   string // why there are no lines, or not all
	Cut   bool   // there are more lines
}

// shownHunk is a hunk as people read it: nothing in its lines hides.
type shownHunk []diff.Line

// differ compares the texts of a member; most bounds the lines.
func differ(c memberChange, before, after shownText, most int) difference {
	d := difference{memberChange: c}
	if d.Why = before.Why; d.Why == "" {
		d.Why = after.Why
	}
	if before.Text == "" && after.Text == "" {
		return d
	}
	for _, h := range diff.Lines(before.Text, after.Text, around) {
		if len(h) > most {
			h, d.Cut = h[:most], true
		}
		most -= len(h)
		for i := range h {
			h[i].Text = shell.Visible(h[i].Text)
		}
		if len(h) > 0 {
			d.Hunks = append(d.Hunks, shownHunk(h))
		}
	}
	return d
}

// texts reads both texts of changed members: those that are worth it, up to
// shownMost.
func (s *Staff) texts(ctx context.Context, before, after index.File, c comparison) ([]difference, error) {
	var oldPaths, newPaths []string
	var wanted []memberChange
	for _, change := range c.Changes {
		if len(wanted) == shownMost {
			break
		}
		if !change.text() {
			continue
		}
		wanted = append(wanted, change)
		oldPaths, newPaths = addPath(oldPaths, change.Old), addPath(newPaths, change.New)
	}
	old, err := s.lookFor(ctx, before, oldPaths)
	if err != nil {
		return nil, err
	}
	now, err := s.lookFor(ctx, after, newPaths)
	if err != nil {
		return nil, err
	}
	var out []difference
	for _, change := range wanted {
		out = append(out, differ(change, old.of(change.Old), now.of(change.New), linesMost))
	}
	return out, nil
}

// lookFor looks again, for bytes; not at all when none are wanted.
func (s *Staff) lookFor(ctx context.Context, f index.File, paths []string) (sight, error) {
	if len(paths) == 0 {
		return sight{}, nil
	}
	return s.look(ctx, f, paths...)
}

// previous chooses the file that another one is compared with: of the same kind,
// of the newest version below, the one whose tags are most alike.
func previous(f database.FileInPlace, all []database.FileInPlace) (database.FileInPlace, bool) {
	var best database.FileInPlace
	found := false
	for _, other := range all {
		if other.ID != f.ID && other.Packagetype == f.Packagetype && versionLess(other.Version, f.Version) && (!found || nearer(other, best, f)) {
			best, found = other, true
		}
	}
	return best, found
}
