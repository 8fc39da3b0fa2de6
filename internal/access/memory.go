package access

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"strongroom/internal/index"
)

// memory keeps for a short time whom a token proved and which role somebody has,
// so that reading with a token asks no database. It is dropped whole when any
// right changes (ForgetRights); an answer that was read before is not kept.
// Refusals are never remembered: what somebody was given counts at once.
type memory struct {
	mu     sync.Mutex
	gen    uint64
	proofs map[[sha256.Size]byte]proof // by the token's text
	roles  map[holding]remembered
}

type proof struct {
	id    *Identity
	until time.Time
}

type holding struct{ project, user int64 }

type remembered struct {
	role  index.RoleName
	until time.Time
}

// mostRemembered bounds each of the two tables; a full one is emptied.
const mostRemembered = 4096

// ForgetRights says that somebody may have lost a right: what is remembered of
// tokens and roles is asked again. Subscribe it to changes of rights
// (change.Recorder) when Remember is set.
func (g *Guard) ForgetRights() {
	m := &g.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gen++
	m.proofs, m.roles = nil, nil
}

// recall finds whom a token proved a moment ago, or proves it.
func (g *Guard) recall(ctx context.Context, text string) (*Identity, error) {
	if g.Remember == 0 {
		return g.prove(ctx, text)
	}
	key, now, m := sha256.Sum256([]byte(text)), g.Clock(), &g.memory
	m.mu.Lock()
	known, gen := m.proofs[key], m.gen
	m.mu.Unlock()
	if known.id != nil && now.Before(known.until) {
		return known.id, nil
	}
	id, err := g.prove(ctx, text)
	if err != nil {
		return nil, err
	}
	known = proof{id, now.Add(g.Remember)}
	if ends := id.Token.ExpiresAt; !ends.IsZero() && ends.Before(known.until) {
		known.until = ends
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if gen == m.gen {
		if m.proofs == nil || len(m.proofs) >= mostRemembered {
			m.proofs = map[[sha256.Size]byte]proof{}
		}
		m.proofs[key] = known
	}
	return id, nil
}

// roleOf is the role that a reader has in a project, as it was a moment ago.
func (g *Guard) roleOf(ctx context.Context, project, user int64) (index.RoleName, error) {
	key, now, m := holding{project, user}, g.Clock(), &g.memory
	m.mu.Lock()
	known, gen := m.roles[key], m.gen
	m.mu.Unlock()
	if known.role != "" && now.Before(known.until) {
		return known.role, nil
	}
	role, err := g.DB.RoleOf(ctx, project, user)
	if err != nil || role == "" || g.Remember == 0 {
		return role, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if gen == m.gen {
		if m.roles == nil || len(m.roles) >= mostRemembered {
			m.roles = map[holding]remembered{}
		}
		m.roles[key] = remembered{role, now.Add(g.Remember)}
	}
	return role, nil
}
