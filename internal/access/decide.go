package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Policy is what the operator set about reading and second factors.
type Policy struct {
	ClosedReading bool      // reading needs a login or a token (read = "login")
	Require2FA    string    // "none", "owners", "managers" or "all"
	FactorFrom    time.Time // when Require2FA begins; until then it only reminds
	ClosedGroups  bool      // only administrators make organizations
	VerifiedEmail bool      // managing and uploading need a verified primary address

	// Delegated lets a second factor count that the company asked for (MFA-13).
	Delegated bool

	// CompanyTokens is how long the tokens of an account that belongs to the company
	// work after its person last signed in there, 0 for ever.
	CompanyTokens time.Duration
}

// At is the thing that a request is about, with what the visitor is in it.
type At struct {
	Project      index.Project      // zero ID when the place is none
	Organization index.Organization // zero ID when the place is none
	Role         index.RoleName     // "" for none
	Owned        bool               // it owned a part of the project when that was deleted (SD-18)
}

// name is the thing for messages.
func (at At) name() string {
	switch {
	case at.Project.Name != "":
		return " project '" + at.Project.Name + "'"
	case at.Organization.Name != "":
		return " organization '" + at.Organization.Name + "'"
	}
	return ""
}

// hidden reports whether the visitor must not learn that the thing exists.
func (at At) hidden() bool { return at.Project.Private && at.Role == "" && !at.Owned }

// missing reports whether the thing that somebody wants to manage is not there.
// The refusal is the one for what is hidden: nobody learns which of both it is.
func (at At) missing(rule Rule) bool {
	return rule.Who == Holders && rule.By != ByToken && (rule.On == OnProject && at.Project.ID == 0 || rule.On == OnOrganization && at.Organization.ID == 0)
}

// Decide is the one place where a right is given or refused. Its refusals tell
// the door what would help: signing in (CodeSignIn), a second factor
// (CodeNeedFactor), proving oneself again (CodeProveAgain); what is secret does
// not exist (CodeNotFound).
func (g *Guard) Decide(v *Visitor, right Right, at At) error {
	rule, found := RuleOf(right)
	if !found {
		return index.Refuse(index.CodeNotAllowed, "Nobody may do this: the right %q is not in the table of rights.", right)
	}
	if err := g.circle(v, rule, at); err != nil || v.Anonymous() || rule.Who == Anyone {
		return err
	}
	state := v.State
	if v.Token != nil {
		if err := g.tokenAllows(v, rule, at); err != nil || rule.By == ByToken { // StillValid asks the policies of who uploads
			return err
		}
	} else {
		state.Delegated = v.Login.Method == index.BySSOAndMF // of this login, whatever others proved (MFA-13)
	}
	if err := g.Meets(v.User, state, rule); err != nil {
		return err
	}
	if rule.Held {
		if err := NotHeld(v.User, g.Clock()); err != nil {
			return err
		}
	}
	if rule.Fresh > 0 && v.Token == nil && g.Clock().Sub(v.Login.ProvenAt) > rule.Fresh {
		return index.Refuse(index.CodeProveAgain, "Prove again that it is you: the last time was more than %d minutes ago.", int(rule.Fresh/time.Minute))
	}
	return nil
}

// circle reports whether the visitor belongs to those who have the right.
func (g *Guard) circle(v *Visitor, rule Rule, at At) error {
	administrator := rule.Superuser && v.User.Superuser || rule.Moderator && v.User.Moderator
	if rule.Who == Anyone || rule.Who == Readers && !g.Policy.ClosedReading && !at.Project.Private {
		return nil
	}
	if v.Anonymous() || !v.provenBy(rule.By) {
		return index.Refuse(index.CodeSignIn, "Sign in to do this; programs use the user name __token__ and an API token as password.")
	}
	if at.hidden() && !administrator && rule.Who == Readers {
		return index.Refuse(index.CodeNotFound, "There is no project %q here.", at.Project.Name) // as for a name nobody has
	}
	if at.hidden() && !administrator || at.missing(rule) {
		return index.Refuse(index.CodeNotFound, "There is no project or organization of this name here.")
	}
	if err := notFrozen(v.User); err != nil && rule.On != OnAccount {
		return err
	}
	switch {
	case rule.Right == CreateGroup && g.Policy.ClosedGroups && !administrator:
		return notAllowed(v.User, rule, at)
	case administrator, rule.Who == Readers, rule.Who == Users:
		return nil
	case rule.Who == Holders && slices.Contains(rule.Roles, at.Role):
		return nil
	}
	return notAllowed(v.User, rule, at)
}

func notAllowed(u index.User, rule Rule, at At) error {
	help := ""
	if rule.Who == Holders {
		help = " Ask one of its owners for a role."
	}
	return index.Refuse(index.CodeNotAllowed, "The user '%s' isn't allowed to %s%s.%s", u.Username, rule.Phrase, at.name(), help)
}

// PermissionsOf lists what a token may do. One without a list may what a token of
// PyPI may, and neither yank nor delete (ST-13, SD-25).
func PermissionsOf(t index.Token) []string {
	if len(t.Permissions) == 0 {
		return []string{"read", "upload"}
	}
	return t.Permissions
}

// permits reports whether a token's list of permissions has that of the rule.
func permits(t index.Token, rule Rule) bool {
	return rule.Permission != "" && slices.Contains(PermissionsOf(t), rule.Permission)
}

// tokenAllows asks the token's caveats and its permissions.
func (g *Guard) tokenAllows(v *Visitor, rule Rule, at At) error {
	if !permits(v.Token.Token, rule) {
		return index.Refuse(index.CodeInvalidToken, "Invalid API Token: it may not %s%s.", rule.Phrase, at.name())
	}
	if rule.Who == Readers {
		if err := v.Token.admitsTime(g.Clock()); err != nil { // pip and uv ask for another one at 401 only
			return index.Refuse(index.CodeSignIn, "%s", index.AsError(err).Detail)
		}
	}
	if rule.On == OnSite && rule.Who != Users { // nothing is meant that could be a project's: what narrows a token to projects does not matter
		return v.Token.admitsTime(g.Clock())
	}
	return v.Token.Admits(Target{Project: at.Project.Name, ProjectUID: at.Project.UID, Now: g.Clock()})
}

// Meets asks the policies on verified addresses and second factors (MFA-6). One
// that the company asked for counts where the settings say so: for a browser that
// of its own sign-in, for a token that of the last (MFA-13).
func (g *Guard) Meets(u index.User, st index.AccountState, rule Rule) error {
	if !rule.Factor {
		return nil
	}
	if g.Policy.VerifiedEmail && !st.Verified {
		return index.Refuse(index.CodeNeedEmail, "User %s does not have a verified primary email address. Verify one in the account settings first.", u.Username)
	}
	if g.NeedsFactor(u, st) && st.Factors == 0 && !(g.Policy.Delegated && st.Delegated) {
		return index.Refuse(index.CodeNeedFactor, "User %s does not have two-factor authentication enabled. Please enable 2FA in the account settings before attempting to %s.", u.Username, rule.bare())
	}
	return nil
}

// bare is the phrase where no thing follows it.
func (r Rule) bare() string {
	return strings.TrimSuffix(strings.TrimSuffix(r.Phrase, " to"), " of")
}

// NotHeld refuses while an account is on hold: after an administrator took its
// second factors away it makes no tokens and changes no roles for a day (MFA-7).
func NotHeld(u index.User, now time.Time) error {
	if now.Before(u.HeldUntil) {
		return index.Refuse(index.CodeHeld, "The account %s is on hold until %s, because its second factors were reset: until then it makes no tokens and changes no roles.",
			u.Username, u.HeldUntil.Format("2006-01-02 15:04 UTC"))
	}
	return nil
}

// asksFactor reports whether the policy is about the account.
func (g *Guard) asksFactor(st index.AccountState, u index.User) bool {
	switch g.Policy.Require2FA {
	case "all":
		return true
	case "managers":
		return st.Manages || u.Superuser
	case "owners":
		return st.Owns || u.Superuser
	}
	return false
}

// NeedsFactor reports whether the policy lets the account have no second factor
// less than one: the last may not be removed then (MFA-7).
func (g *Guard) NeedsFactor(u index.User, st index.AccountState) bool {
	return g.asksFactor(st, u) && !g.Clock().Before(g.Policy.FactorFrom)
}

// FactorDue is when the account will need a second factor that it does not have
// and does not need yet, zero for never (MFA-6).
func (g *Guard) FactorDue(u index.User, st index.AccountState) time.Time {
	if st.Factors > 0 || g.Policy.Delegated && st.Delegated || !g.asksFactor(st, u) || g.NeedsFactor(u, st) {
		return time.Time{}
	}
	return g.Policy.FactorFrom
}

// Permit reports whether the identity, who has this role in the project, may
// take the action: by the role and by the token. The refusal names user and
// project (UA-04).
func (g *Guard) Permit(id *Identity, right Right, p index.Project, role index.RoleName) error {
	v := &Visitor{User: id.User, Token: id}
	return g.Decide(v, right, At{Project: p, Role: role})
}

// May is Decide in a project, with the role read through q.
func (g *Guard) May(ctx context.Context, q database.Q, v *Visitor, right Right, p index.Project) error {
	at := At{Project: p}
	if !v.Anonymous() {
		var err error
		if at.Role, err = q.RoleOf(ctx, p.ID, v.User.ID); err != nil {
			return err
		}
	}
	return g.Decide(v, right, at)
}

// MayInGroup is May in an organization.
func (g *Guard) MayInGroup(ctx context.Context, q database.Q, v *Visitor, right Right, o index.Organization) error {
	role, err := q.OrganizationRole(ctx, o.ID, v.User.ID)
	if err != nil {
		return err
	}
	return g.Decide(v, right, At{Organization: o, Role: role})
}

// MayCreate reports whether the identity's token lets it create a project of
// this name (T-08).
func (g *Guard) MayCreate(id *Identity, name string) error {
	if rule, _ := RuleOf(Upload); !permits(id.Token, rule) {
		return index.Refuse(index.CodeInvalidToken, "Invalid API Token: it may not %s project '%s'.", rule.Phrase, name)
	}
	return id.Admits(Target{Project: name, Now: g.Clock()})
}

// Locate finds the thing that a request is about and what the visitor is in it.
// A thing that is not there stays zero: the handler says so. Reading a public
// project asks nothing.
func (g *Guard) Locate(ctx context.Context, v *Visitor, rule Rule, name string) (at At, err error) {
	switch {
	case name == "":
		return at, nil
	case rule.On == OnOrganization:
		return g.locateOrganization(ctx, v, name)
	case rule.Right == ReadProject:
		return g.locatePrivate(ctx, v, name)
	}
	var found bool
	if at.Project, found, err = g.DB.Project(ctx, name); err != nil || !found || v.Anonymous() {
		return at, err
	}
	if at.Role, err = g.DB.RoleOf(ctx, at.Project.ID, v.User.ID); err != nil || at.Role != "" || rule.Right != RestoreThings {
		return at, err
	}
	at.Owned, err = g.DB.OwnedWithin(ctx, at.Project.ID, v.User.ID)
	return at, err
}

// locatePrivate finds a private project and what the visitor is in it; a public
// one stays zero.
func (g *Guard) locatePrivate(ctx context.Context, v *Visitor, name string) (at At, err error) {
	if at.Project, err = g.Private(ctx, name); err != nil || at.Project.ID == 0 || v.Anonymous() {
		return at, err
	}
	at.Role, err = g.roleOf(ctx, at.Project.ID, v.User.ID)
	return at, err
}

func (g *Guard) locateOrganization(ctx context.Context, v *Visitor, name string) (at At, err error) {
	var found bool
	if at.Organization, found, err = g.DB.Organization(ctx, name); err != nil || !found || v.Anonymous() {
		return at, err
	}
	at.Role, err = g.DB.OrganizationRole(ctx, at.Organization.ID, v.User.ID)
	return at, err
}
