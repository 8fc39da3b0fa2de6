package staff

import (
	"context"
	"slices"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// uploadsMost is how many of an account's uploads a page lists.
const uploadsMost = 50

// person is an account as evidence: how old it is, how well it is guarded, from
// where it is used and what else it did.
type person struct {
	index.User
	Why     string // what the account has to do with the project, "" on its own page
	State   index.AccountState
	Factors []index.Factor
	Tokens  []index.Token
	Logins  []index.Login
	Owned   []index.Grant          // projects, one row for each reason
	Uploads []database.FileInPlace // of the last 30 days, the newest first
	Frozen  *index.Flag
}

// MoreUploads reports whether there were more uploads than the list has.
func (p person) MoreUploads() bool { return len(p.Uploads) == uploadsMost }

// Count writes a number of things.
func (p person) Count(n int, unit string) string { return count(n, unit) }

// Age is how long ago the account was made.
func (p person) Age(now time.Time) string { return span(now.Sub(p.CreatedAt)) }

func (s *Staff) person(ctx context.Context, u index.User, why string, now time.Time) (p person, err error) {
	p = person{User: u, Why: why}
	if f, found := u.Standing.Get(index.Frozen); found {
		p.Frozen = &f
	}
	if p.State, err = s.DB.StateOf(ctx, u.ID); err != nil {
		return p, err
	}
	if p.Factors, err = s.DB.FactorsOf(ctx, u.ID); err != nil {
		return p, err
	}
	if p.Tokens, err = s.DB.TokensOf(ctx, u.ID); err != nil {
		return p, err
	}
	if p.Logins, err = s.DB.LoginsOf(ctx, u.ID, now); err != nil {
		return p, err
	}
	if p.Owned, err = s.DB.GrantsOfUser(ctx, u.ID); err != nil {
		return p, err
	}
	p.Uploads, err = s.DB.UploadsBy(ctx, u.ID, now.AddDate(0, 0, -30), uploadsMost)
	return p, err
}

// involved is an account with what it has to do with a project.
type involved struct {
	id  int64
	why string
}

// peopleOf gathers who uploaded to a project, the newest upload first, and then
// who else has a role in it: peopleMost of them.
func (s *Staff) peopleOf(ctx context.Context, data *evidencePage, files []uploaded) (out []person, err error) {
	grants, err := s.DB.GrantsOf(ctx, data.Project.ID)
	if err != nil {
		return nil, err
	}
	for _, who := range whoIsInvolved(files, grants) {
		if len(out) == peopleMost {
			break
		}
		u, found, err := s.DB.UserByID(ctx, who.id)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		p, err := s.person(ctx, u, who.why, data.Now)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func whoIsInvolved(files []uploaded, grants []index.Grant) (out []involved) {
	byTime := slices.Clone(files)
	slices.SortFunc(byTime, func(a, b uploaded) int { return b.UploadedAt.Compare(a.UploadedAt) })
	known := func(id int64) int { return slices.IndexFunc(out, func(i involved) bool { return i.id == id }) }
	for _, f := range byTime {
		if f.UploadedBy != 0 && known(f.UploadedBy) < 0 {
			out = append(out, involved{f.UploadedBy, "uploaded"})
		}
	}
	for _, g := range grants {
		i := known(g.UserID)
		if i < 0 {
			out = append(out, involved{g.UserID, string(g.Role)})
		} else if out[i].why == "uploaded" {
			out[i].why = string(g.Role) + ", uploaded"
		}
	}
	return out
}
