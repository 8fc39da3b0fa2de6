package standing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// heldName is how long nobody gets the name of a deleted project that never
// published a file (SD-15).
const heldName = 24 * time.Hour

// deleted keeps in step what hangs on a deletion: who may undo it (SD-18), and
// where the name stands (SD-15).
func deleted(ctx context.Context, tx *change.Tx, s Subject, flag int64) error {
	if err := tx.RecordOwners(ctx, flag, s.ProjectID); err != nil || s.Level != index.OnProject {
		return err
	}
	row, _, err := tx.LockName(ctx, s.Name)
	if err != nil || row.ProjectID != s.ID || row.State != index.NameActive {
		return err
	}
	row.State = index.NameDeleted
	if !row.HadFiles {
		row.State, row.ProjectID, row.HeldUntil = index.NameHeld, 0, tx.Now.Add(heldName)
	}
	return tx.UpdateName(ctx, row)
}

// restored is what deleted did, taken back.
func restored(ctx context.Context, tx *change.Tx, s Subject) error {
	if s.Level != index.OnProject {
		return nil
	}
	row, _, err := tx.LockName(ctx, s.Name)
	if err != nil || row.ProjectID != s.ID && row.ProjectID != 0 {
		return err
	}
	if row.State == index.NameDeleted || row.State == index.NameHeld {
		row.State = index.NameActive
	}
	row.ProjectID, row.HeldUntil = s.ID, time.Time{}
	return tx.UpdateName(ctx, row)
}

// Blockers lists, in sentences, why a deleted thing cannot be restored: what it
// is part of is deleted, its name belongs to somebody else, or bytes are gone
// (SD-20). None means that it can.
func Blockers(ctx context.Context, q database.Q, s Subject) (out []string, err error) {
	p, _, err := q.ProjectByID(ctx, s.ProjectID)
	if err != nil {
		return nil, err
	}
	levels, err := Levels(ctx, q, p, s)
	if err != nil {
		return nil, err
	}
	for _, at := range levels[:len(levels)-1] {
		if f, ok := at.Standing.Get(index.Deleted); ok {
			out = append(out, fmt.Sprintf("The %s that it is part of was deleted on %s; restore that first.", at.Level, day(f.Since)))
		}
	}
	lost, err := nameLost(ctx, q, s, s.Now.Without(index.Deleted))
	if err != nil {
		return nil, err
	}
	if lost != "" {
		out = append(out, lost)
	}
	bytes, err := bytesLost(ctx, q, s)
	return append(out, bytes...), err
}

// bytesLost says which files would be offered again without their bytes.
func bytesLost(ctx context.Context, q database.Q, s Subject) (out []string, err error) {
	purged, err := q.PurgedIn(ctx, s.Level, s.ID)
	for _, f := range purged {
		out = append(out, fmt.Sprintf("The bytes of %s were removed on %s (%s).", f.Filename, day(f.At), f.Category))
	}
	return out, err
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// nameLost says why a project cannot be offered under its name any more, "" if
// it can or would not be. Hidden ones, such as those in quarantine, need none
// (SD-17).
func nameLost(ctx context.Context, q database.Q, s Subject, next index.Standing) (string, error) {
	if s.Level != index.OnProject || next.Withdrawn() {
		return "", nil
	}
	row, _, err := q.Name(ctx, s.Name)
	if err != nil {
		return "", err
	}
	switch {
	case row.ProjectID == s.ID:
		return "", nil
	case row.ProjectID != 0:
		holder, _, err := q.ProjectByID(ctx, row.ProjectID)
		return fmt.Sprintf("The name %s belongs to another project since %s.", s.Name, day(holder.CreatedAt)), err
	case row.State == index.NameProhibited || row.State == index.NameReserved:
		return fmt.Sprintf("The name %s is %s.", s.Name, row.State), nil
	}
	return "", nil
}

// mayReturn refuses to clear a flag when the thing could not be offered then.
func mayReturn(ctx context.Context, tx *change.Tx, s Subject, kind string) error {
	blockers, verb := []string(nil), "offered again"
	var err error
	switch {
	case kind == index.Deleted:
		verb = "restored"
		blockers, err = Blockers(ctx, tx.Q, s)
	case s.Now.Withdrawn() && !s.Now.Without(kind).Withdrawn():
		blockers, err = losses(ctx, tx.Q, s, kind)
	}
	if err == nil && len(blockers) > 0 {
		err = index.Refuse(index.CodeNotRestorable, "%s cannot be %s. %s", s, verb, strings.Join(blockers, " "))
	}
	return err
}

// losses are what the thing lacks to be there without the flag: its name, or
// bytes. Whatever hid files when their bytes were removed goes on hiding them.
func losses(ctx context.Context, q database.Q, s Subject, kind string) ([]string, error) {
	lost, err := nameLost(ctx, q, s, s.Now.Without(kind))
	if err != nil {
		return nil, err
	}
	bytes, err := bytesLost(ctx, q, s)
	if lost != "" {
		bytes = append(bytes, lost)
	}
	return bytes, err
}
