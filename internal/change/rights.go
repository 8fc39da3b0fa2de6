package change

import (
	"context"
	"slices"
	"strings"

	"strongroom/internal/index"
)

// SubscribeRights registers fn to hear that who may do what has changed: a token
// was revoked, an account frozen, a role taken away. On this node it runs before
// the change's caller gets its answer; other nodes call theirs within a second.
func (r *Recorder) SubscribeRights(fn func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rights = append(r.rights, fn)
}

func (r *Recorder) tellRights() {
	r.mu.Lock()
	listeners := r.rights
	r.mu.Unlock()
	for _, fn := range listeners {
		fn()
	}
}

// turnRights reports whether the change may take a right from somebody, and lets
// the other nodes know. Every change has its audit event (P8), so none is missed.
func (tx *Tx) turnRights(ctx context.Context) (bool, error) {
	if !slices.ContainsFunc(tx.events, tx.takesRights) {
		return false, nil
	}
	return true, tx.TurnRights(ctx)
}

// takesRights holds for every event but those of which it is known that they
// take nothing away: a new action counts until somebody says otherwise.
func (tx *Tx) takesRights(e index.Event) bool {
	switch e.Action {
	case index.EventUserCreate, index.EventTokenCreate, index.EventProjectCreate, index.EventReleaseCreate, index.EventRepair:
		return false
	case index.EventRoleAdd: // the Owner of a project that is just made
		return !slices.ContainsFunc(tx.events, func(e index.Event) bool { return e.Action == index.EventProjectCreate })
	}
	scope, _, _ := strings.Cut(e.Action, ":")
	return !slices.Contains([]string{"file", "gate", "name", "switch", "mail"}, scope)
}

// followRights tells the subscribers when the count of changes moved, and when
// it cannot be read: then nobody knows what still holds.
func (r *Recorder) followRights(ctx context.Context, last int64) (int64, error) {
	turn, err := r.DB.RightsTurn(ctx)
	if err != nil || turn != last {
		r.tellRights()
	}
	return turn, err
}
