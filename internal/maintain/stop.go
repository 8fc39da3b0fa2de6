package maintain

import (
	"context"
	"strconv"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/standing"
)

// StopURL is the path at which somebody says that a change of a project was not
// theirs, with the query parameter token. A GET asks, a POST does it.
const StopURL = "/account/stop/"

const (
	stopLife = 7 * 24 * time.Hour // how long the link of a mail works
	frozen   = 24 * time.Hour     // how long it freezes the project
)

// newStop makes the link of one mail to one person.
func newStop(ctx context.Context, tx *change.Tx, userID int64, p index.Project) (secret string, err error) {
	secret, hash := access.NewSecret()
	return secret, tx.InsertTicket(ctx, index.Ticket{
		Hash: hash, Kind: index.TicketStop, UserID: userID, Subject: strconv.FormatInt(p.ID, 10), CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(stopLife),
	})
}

// ReadStop finds the project that a link would freeze.
func ReadStop(ctx context.Context, q database.Q, secret string, now time.Time) (index.Project, error) {
	t, found, err := q.Ticket(ctx, index.TicketStop, access.HashSecret(secret), now)
	if err != nil {
		return index.Project{}, err
	}
	return stopped(ctx, q, t, found)
}

func stopped(ctx context.Context, q database.Q, t index.Ticket, found bool) (p index.Project, err error) {
	ended := index.Refuse(index.CodeLinkEnded, "The link was used before or is too old. Tell the administrators what happened.")
	if !found {
		return p, ended
	}
	id, err := strconv.ParseInt(t.Subject, 10, 64)
	if err != nil {
		return p, ended
	}
	p, found, err = q.ProjectByID(ctx, id)
	if err == nil && !found {
		err = ended
	}
	return p, err
}

// Stop freezes a project for a day on behalf of somebody who was told of a change
// by mail: nobody but administrators changes it meanwhile (SD-28). A link works
// once. What administrators locked already stays as they have it.
func Stop(ctx context.Context, r *change.Recorder, secret, address string) (p index.Project, until time.Time, err error) {
	t, found, err := r.DB.Ticket(ctx, index.TicketStop, access.HashSecret(secret), r.Clock())
	if err != nil {
		return p, until, err
	}
	actor := index.Actor{Kind: "user", UserID: t.UserID, Address: address}
	if found {
		user, _, err := r.DB.UserByID(ctx, t.UserID)
		if err != nil {
			return p, until, err
		}
		actor.Username = user.Username
	}
	err = r.Do(ctx, actor, func(tx *change.Tx) error {
		t, found, err := tx.RedeemTicket(ctx, index.TicketStop, access.HashSecret(secret), tx.Now)
		if err != nil {
			return err
		}
		if p, err = stopped(ctx, tx.Q, t, found); err != nil {
			return err
		}
		if p, err = HoldProject(ctx, tx, p); err != nil {
			return err
		}
		until, err = freeze(ctx, tx, t.UserID, p)
		return err
	})
	return p, until, err
}

func freeze(ctx context.Context, tx *change.Tx, userID int64, p index.Project) (until time.Time, err error) {
	s, err := standing.In(ctx, tx.Q, p, Place{})
	if err != nil {
		return until, err
	}
	until = tx.Now.Add(frozen)
	if f, locked := s.Now.Get(index.Locked); locked {
		until = f.Until
	} else if _, err := standing.Set(ctx, tx, s, index.Flag{
		Kind: index.Locked, Category: "dispute", Side: index.ByAdministrator, Until: until,
		Reason: "Somebody who looks after the project says that a change of it was not agreed",
	}, ""); err != nil {
		return until, err
	}
	items := []string{"The project " + p.DisplayName + " is frozen: nobody can upload to it or change it."}
	return until, tell(ctx, tx, userID, notify.NotMe, notify.Data{Items: items, Until: until})
}
