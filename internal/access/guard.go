package access

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/sign"
)

// Guard proves who is calling and mints tokens. All fields but Remember must be
// set.
type Guard struct {
	DB       *database.DB
	Keys     *sign.Keyring
	Clock    func() time.Time
	Location string // the site's host, put into tokens for information (T-02)
	Policy   Policy
	// Remember is how long a proven token and a role count without asking the
	// database again, 0 not at all. It needs ForgetRights to be subscribed.
	Remember time.Duration

	private privates
	bans    bans
	memory  memory

	mu   sync.Mutex
	used map[string]time.Time // tokens
	seen map[string]time.Time // logins
}

// Identity is who a request acts for.
type Identity struct {
	User    index.User
	Token   index.Token
	caveats []string
}

// Actor is the identity as the journal and the audit log name it.
func (id *Identity) Actor(address, userAgent string) index.Actor {
	return index.Actor{
		Kind: "user", UserID: id.User.ID, Username: id.User.Username, TokenID: id.Token.ID,
		Address: address, UserAgent: userAgent,
	}
}

// Admits reports whether the token's caveats allow the target; the reasons
// against are in one refusal (T-07).
func (id *Identity) Admits(t Target) error {
	t.UserUID = id.User.UID
	var reasons []string
	for _, c := range id.caveats {
		if err := checkCaveat(c, t); err != nil {
			reasons = append(reasons, err.Error())
		}
	}
	if len(reasons) > 0 {
		return index.Refuse(index.CodeInvalidToken, "Invalid API Token: %s.", strings.Join(reasons, ", "))
	}
	return nil
}

// admitsTime is Admits for what has no project: the caveats about projects are
// left out of account.
func (id *Identity) admitsTime(now time.Time) error {
	any := Target{UserUID: id.User.UID, Now: now}
	for _, c := range id.caveats {
		if err := checkCaveat(c, any); err != nil && !narrowsProjects(c) {
			return index.Refuse(index.CodeInvalidToken, "Invalid API Token: %s.", err)
		}
	}
	return nil
}

// Authenticate reads an Authorization header (UA-01). It proves the token and
// that its user may act, but not yet what for: ask Admits with the target.
func (g *Guard) Authenticate(ctx context.Context, header string) (*Identity, error) {
	text, err := credentials(header)
	if err != nil {
		return nil, err
	}
	id, err := g.recall(ctx, text)
	if err != nil {
		return nil, err
	}
	g.touch(id.Token.ID)
	return id, nil
}

// prove holds a token's text against its row. The Identity it makes is never
// changed afterwards: requests share it.
func (g *Guard) prove(ctx context.Context, text string) (*Identity, error) {
	m, err := decode(text)
	if err != nil {
		return nil, index.Refuse(index.CodeAuthentication, "Invalid or non-existent authentication information: %s. See the help on API tokens.", err)
	}
	id, err := g.lookUp(ctx, g.DB.Q, string(m.Id()))
	if err != nil {
		return nil, err
	}
	key, err := g.Keys.Unseal(id.Token.SealedKey, "token "+id.Token.ID)
	if err != nil {
		return nil, err
	}
	caveats, err := m.VerifySignature(key, nil)
	if err != nil {
		return nil, index.Refuse(index.CodeAuthentication, "Invalid or non-existent authentication information: the token's signature does not fit; it may have been cut off or altered.")
	}
	id.caveats = append(caveats, id.Token.Caveats...)
	return id, nil
}

// Genuine finds the row of a token by its text, living or not; false for a text
// that this index did not make. It says nothing of what the token may do.
func (g *Guard) Genuine(ctx context.Context, text string) (t index.Token, ours bool, err error) {
	m, err := decode(text)
	if err != nil {
		return t, false, nil // somebody else's, or damaged
	}
	t, found, err := g.DB.TokenByID(ctx, string(m.Id()))
	if err != nil || !found {
		return t, false, err
	}
	key, err := g.Keys.Unseal(t.SealedKey, "token "+t.ID)
	if err != nil {
		return t, false, err
	}
	_, wrong := m.VerifySignature(key, nil)
	return t, wrong == nil, nil
}

// lookUp finds the living token and its active user (T-09).
func (g *Guard) lookUp(ctx context.Context, q database.Q, tokenID string) (*Identity, error) {
	refused := unknownToken()
	token, found, err := q.TokenByID(ctx, tokenID)
	if err != nil {
		return nil, err
	}
	if !found || !token.RevokedAt.IsZero() || !token.ExpiresAt.IsZero() && !g.Clock().Before(token.ExpiresAt) {
		return nil, refused
	}
	user, found, err := q.UserByID(ctx, token.UserID)
	if err != nil {
		return nil, err
	}
	if !found || !user.ClosedAt.IsZero() {
		return nil, refused
	}
	if err := errors.Join(notFrozen(user), g.stillWithCompany(user)); err != nil {
		return nil, err
	}
	return &Identity{User: user, Token: token}, nil
}

func unknownToken() error {
	return index.Refuse(index.CodeAuthentication, "Invalid or non-existent authentication information: the token is unknown, expired or was revoked.")
}

func notFrozen(user index.User) error {
	if st := index.StatusOf(index.At{Level: index.OnUser, Standing: user.Standing}); st.Upload != "" {
		return index.Refuse(st.Upload, "The account %s is frozen; ask the administrators.", user.Username)
	}
	return nil
}

// stillWithCompany refuses the tokens of somebody who belongs to the company and
// did not sign in there for long: nobody tells us who left.
func (g *Guard) stillWithCompany(user index.User) error {
	if g.Policy.CompanyTokens == 0 || user.PasswordOff != index.PasswordCompany || g.Clock().Sub(user.LastLoginAt) <= g.Policy.CompanyTokens {
		return nil
	}
	return index.Refuse(index.CodeInvalidToken, "Invalid API Token: the user '%s' did not sign in for more than %d days. Sign in once with a browser and the token works again.",
		user.Username, int(g.Policy.CompanyTokens/(24*time.Hour)))
}

// StillValid asks, through q, whether the token lives and its user may upload:
// not frozen, and with what the policies on addresses and second factors ask for
// (MFA-6). It is asked again at the end, for an upload can take minutes.
func (g *Guard) StillValid(ctx context.Context, q database.Q, id *Identity) error {
	user, state, found, err := q.TokenOwner(ctx, id.Token.ID)
	if err != nil {
		return err
	}
	if !found || !user.ClosedAt.IsZero() {
		return unknownToken()
	}
	if err := errors.Join(notFrozen(user), g.stillWithCompany(user)); err != nil {
		return err
	}
	rule, _ := RuleOf(Upload)
	return g.Meets(user, state, rule)
}

// credentials finds the token in the header.
func credentials(header string) (string, error) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	switch strings.ToLower(scheme) {
	case "":
		return "", index.Refuse(index.CodeAuthentication, "Invalid or non-existent authentication information: the request has no Authorization header. Use the user name __token__ and an API token as password.")
	case "bearer", "token":
		return strings.TrimSpace(rest), nil
	case "basic":
		return basic(strings.TrimSpace(rest))
	}
	return "", index.Refuse(index.CodeAuthentication, "Invalid or non-existent authentication information: unknown scheme %q, use Basic with __token__ or Bearer.", scheme)
}

func basic(encoded string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	user, password, ok := strings.Cut(string(raw), ":")
	if err != nil || !ok {
		return "", index.Refuse(index.CodeAuthentication, "Invalid or non-existent authentication information: the Basic credentials are malformed.")
	}
	if strings.TrimSpace(user) != "__token__" {
		return "", index.Refuse(index.CodePasswordRefused, "Username/Password authentication is not supported. Use an API token: user name __token__, and the token with its pypi- prefix as password.")
	}
	return strings.TrimSpace(password), nil
}

// Grant describes a token to be made.
type Grant struct {
	User        index.User
	Description string
	Project     string        // normalised; empty for all the user's projects
	Only        index.Project // a project that is there; its token ends with it. Zero for none
	Permissions []string      // none for what a token of PyPI may
	Expires     time.Duration // 0 for never
}

// NewToken makes a token in the caller's change and returns its row and its
// secret text, which is not kept anywhere.
func (g *Guard) NewToken(ctx context.Context, tx *change.Tx, grant Grant) (index.Token, string, error) {
	if err := NotHeld(grant.User, tx.Now); err != nil && tx.Actor.Kind == "user" {
		return index.Token{}, "", err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return index.Token{}, "", err
	}
	t := index.Token{ID: NewUID(), UserID: grant.User.ID, Description: grant.Description, CreatedAt: tx.Now}
	t.SealedKey, t.ProjectID, t.Permissions = g.Keys.Seal(key, "token "+t.ID), grant.Only.ID, grant.Permissions
	if grant.Expires > 0 {
		t.ExpiresAt = tx.Now.Add(grant.Expires)
	}
	text, err := encode(key, t.ID, g.Location, grant.caveats(tx.Now))
	if err != nil {
		return index.Token{}, "", err
	}
	tx.Event(index.Event{Action: index.EventTokenCreate, Object: "user:" + grant.User.Username, After: t.ID, Reason: grant.Description})
	return t, text, tx.InsertToken(ctx, t)
}

// caveats are the token's limits as it carries them itself, so that whoever
// holds it can read them.
func (grant Grant) caveats(now time.Time) []string {
	all := []string{RequestUserCaveat(grant.User.UID)}
	if grant.Project != "" {
		all = append(all, ProjectNameCaveat(grant.Project))
	}
	if grant.Only.ID != 0 {
		all = append(all, ProjectIDCaveat(grant.Only.UID))
	}
	if grant.Expires > 0 {
		all = append(all, ExpirationCaveat(now.Add(grant.Expires), now.Add(-time.Minute)))
	}
	return all
}

// NewUID makes a random version 4 UUID in its text form.
func NewUID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil { // never fails since Go 1.24
		panic(err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (g *Guard) touch(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.used == nil {
		g.used = map[string]time.Time{}
	}
	g.used[id] = g.Clock()
}

// FlushUsed writes when tokens and logins were last used. It is apart from the
// requests that use them, which never wait for it (T-11).
func (g *Guard) FlushUsed(ctx context.Context) error {
	g.mu.Lock()
	used, seen := g.used, g.seen
	g.used, g.seen = nil, nil
	g.mu.Unlock()
	if len(used)+len(seen) == 0 {
		return nil
	}
	return g.DB.Write(ctx, func(tx *database.Tx) error {
		return errors.Join(tx.TouchTokens(ctx, used), tx.TouchLogins(ctx, seen))
	})
}
