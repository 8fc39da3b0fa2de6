package access

import (
	"sync"
	"time"

	"strongroom/internal/index"
)

// Right is one thing that somebody may or may not do. Every route has one, and
// every action that is reached in another way asks for one.
type Right string

// The rights that the table rules on.
const (
	Open        Right = "open"         // what must answer anybody: signing in, health, help
	ReadIndex   Right = "index:read"   // lists, feeds and counts
	ReadProject Right = "project:read" // pages, metadata and files of a project
	Upload      Right = "project:upload"
	KnockUpload Right = "upload" // the upload address: who may upload is decided when the form is known

	SeeProject   Right = "project:manage"
	YankReleases Right = "project:yank"
	SetFlags     Right = "project:status"
	DeleteThings Right = "project:delete"

	RestoreThings  Right = "project:restore" // who owned the thing then: maintain asks (SD-18)
	SeeDeleted     Right = "account:deleted" // what the account may restore
	Report         Right = "project:report"  // tell moderators
	Moderate       Right = "site:moderate"   // reports, quarantine, removal, names, accounts
	SeeHistory     Right = "project:history" // what happened to a project
	SeeRoles       Right = "project:roles:read"
	ManageRoles    Right = "project:roles:change"
	LeaveProject   Right = "project:leave"
	ChangeProject  Right = "project:change" // visibility, transfer to and from organizations
	SeeOwn         Right = "account:things" // the projects and organizations that the account is in
	SeeAccount     Right = "account:read"
	ChangeAccount  Right = "account:change" // names, addresses, password, second factors
	UseAccount     Right = "account:use"    // lists of what the account is in, invitations
	EndAccess      Right = "account:end"    // logins, remembered browsers and tokens
	ManageTokens   Right = "account:tokens" // make, narrow
	CreateGroup    Right = "organization:create"
	SeeGroup       Right = "organization:read"
	SeeLedger      Right = "organization:history"
	ManageGroup    Right = "organization:change"
	ManagePeople   Right = "organization:people"
	MoveProjects   Right = "organization:projects" // take in a project that one owns
	ManageTeams    Right = "organization:teams"
	LeaveGroup     Right = "organization:leave"
	AdministerSite Right = "site:administer"
)

// Place is the kind of thing that a right is about.
type Place string

// The places.
const (
	OnSite         Place = "site"
	OnAccount      Place = "account" // the visitor's own
	OnProject      Place = "project"
	OnOrganization Place = "organization"
)

// Who is the widest circle that has a right.
type Who string

// The circles, the widest first.
const (
	Anyone  Who = "anyone"
	Readers Who = "readers" // anyone, or whoever signed in where the index is closed
	Users   Who = "users"   // whoever signed in
	Holders Who = "holders" // whoever has one of the roles in the place
	Nobody  Who = "administrators"
)

// By is how a visitor must have proven who it is.
type By string

// The proofs.
const (
	BySession By = "browser"
	ByToken   By = "token"
	ByEither  By = "either"
)

// Rule says who has a right. Superuser lets administrators of the index have it
// in places that are not theirs, Moderator those who moderate it. Factor asks for what the policies on verified
// addresses and second factors ask for (MFA-6). Fresh is how recent a proof of
// the person must be, 0 for any (MFA-10). Held refuses accounts that are on hold
// after a reset (MFA-7). Permission is what a token with a
// list of permissions must have; a token cannot do what has none.
type Rule struct {
	Right      Right
	On         Place
	Who        Who
	Roles      []index.RoleName
	Superuser  bool
	Moderator  bool
	By         By
	Permission string
	Factor     bool
	Fresh      time.Duration
	Held       bool
	Phrase     string // "isn't allowed to <phrase> …"
}

// How recent the proof of a person must be: recent where a thief could give
// things away for good, such as the acts of owners on roles (MFA-10).
const (
	usual  = 30 * time.Minute
	recent = 5 * time.Minute
)

// Rules is the one table of rights.
func Rules() []Rule {
	all := []index.RoleName{index.Owner, index.Maintainer, index.Reader}
	both := []index.RoleName{index.Owner, index.Maintainer}
	owner := []index.RoleName{index.Owner}
	group := []index.RoleName{index.OrganizationOwner, index.OrganizationManager, index.OrganizationMember}
	leaders := []index.RoleName{index.OrganizationOwner, index.OrganizationManager}
	return []Rule{
		{Right: Open, On: OnSite, Who: Anyone, By: ByEither, Phrase: "read"},
		{Right: ReadIndex, On: OnSite, Who: Readers, By: ByEither, Permission: "read", Phrase: "read"},
		{Right: ReadProject, On: OnProject, Who: Readers, Roles: all, Superuser: true, By: ByEither, Permission: "read", Phrase: "read"},
		{Right: KnockUpload, On: OnSite, Who: Anyone, By: ByToken, Permission: "upload", Phrase: "upload"},
		{Right: Upload, On: OnProject, Who: Holders, Roles: both, By: ByToken, Permission: "upload", Factor: true, Phrase: "upload to"},

		{Right: SeeProject, On: OnProject, Who: Holders, Roles: both, Superuser: true, By: BySession, Factor: true, Phrase: "manage"},
		{Right: YankReleases, On: OnProject, Who: Holders, Roles: both, Superuser: true, By: ByEither, Permission: "yank", Factor: true, Phrase: "yank releases of"},
		{Right: SetFlags, On: OnProject, Who: Holders, Roles: owner, Superuser: true, By: ByEither, Permission: "status", Factor: true, Fresh: recent, Phrase: "change the status of"},
		{Right: DeleteThings, On: OnProject, Who: Holders, Roles: owner, Superuser: true, By: ByEither, Permission: "delete", Factor: true, Fresh: recent, Phrase: "delete"},
		{Right: RestoreThings, On: OnProject, Who: Users, Superuser: true, By: ByEither, Permission: "delete", Factor: true, Fresh: recent, Phrase: "restore parts of"},
		{Right: SeeDeleted, On: OnAccount, Who: Users, By: ByEither, Permission: "delete", Phrase: "list what was deleted of"},
		{Right: Report, On: OnProject, Who: Users, By: ByEither, Permission: "report", Phrase: "report"},
		{Right: Moderate, On: OnSite, Who: Nobody, Superuser: true, Moderator: true, By: ByEither, Permission: "moderate", Factor: true, Fresh: usual, Phrase: "moderate"},
		{Right: SeeHistory, On: OnProject, Who: Holders, Roles: both, Superuser: true, By: ByEither, Permission: "history", Factor: true, Phrase: "read the history of"},
		{Right: SeeRoles, On: OnProject, Who: Holders, Roles: both, Superuser: true, By: ByEither, Permission: "roles", Factor: true, Phrase: "see the roles of"},
		{Right: ManageRoles, On: OnProject, Who: Holders, Roles: owner, Superuser: true, By: ByEither, Permission: "roles", Factor: true, Fresh: recent, Held: true, Phrase: "change the roles of"},
		{Right: LeaveProject, On: OnProject, Who: Holders, Roles: all, By: ByEither, Permission: "roles", Fresh: usual, Phrase: "leave"},
		{Right: ChangeProject, On: OnProject, Who: Holders, Roles: owner, Superuser: true, By: ByEither, Permission: "settings", Factor: true, Fresh: recent, Held: true, Phrase: "change"},

		{Right: SeeOwn, On: OnAccount, Who: Users, By: ByEither, Permission: "read", Phrase: "list the projects and organizations of"},
		{Right: SeeAccount, On: OnAccount, Who: Users, By: BySession, Phrase: "see"},
		{Right: ChangeAccount, On: OnAccount, Who: Users, By: BySession, Fresh: recent, Phrase: "change"},
		{Right: EndAccess, On: OnAccount, Who: Users, By: BySession, Fresh: usual, Phrase: "end logins and tokens of"},
		{Right: UseAccount, On: OnAccount, Who: Users, By: BySession, Factor: true, Phrase: "use"},
		{Right: ManageTokens, On: OnAccount, Who: Users, By: BySession, Factor: true, Fresh: recent, Phrase: "manage the tokens of"},

		{Right: CreateGroup, On: OnSite, Who: Users, Superuser: true, By: ByEither, Permission: "organizations", Factor: true, Fresh: usual, Held: true, Phrase: "make an organization"},
		{Right: SeeGroup, On: OnOrganization, Who: Holders, Roles: group, Superuser: true, By: ByEither, Permission: "organizations", Factor: true, Phrase: "see"},
		{Right: SeeLedger, On: OnOrganization, Who: Holders, Roles: leaders, Superuser: true, By: ByEither, Permission: "history", Factor: true, Phrase: "read the history of"},
		{Right: ManageGroup, On: OnOrganization, Who: Holders, Roles: owner, Superuser: true, By: ByEither, Permission: "organizations", Factor: true, Fresh: recent, Phrase: "change"},
		{Right: ManagePeople, On: OnOrganization, Who: Holders, Roles: owner, Superuser: true, By: ByEither, Permission: "organizations", Factor: true, Fresh: recent, Held: true, Phrase: "change the people of"},
		{Right: ManageTeams, On: OnOrganization, Who: Holders, Roles: leaders, Superuser: true, By: ByEither, Permission: "organizations", Factor: true, Fresh: usual, Held: true, Phrase: "change the teams of"},
		{Right: MoveProjects, On: OnOrganization, Who: Holders, Roles: leaders, Superuser: true, By: ByEither, Permission: "organizations", Factor: true, Fresh: usual, Held: true, Phrase: "add projects to"},
		{Right: LeaveGroup, On: OnOrganization, Who: Holders, Roles: group, By: ByEither, Permission: "organizations", Fresh: usual, Phrase: "leave"},

		{Right: AdministerSite, On: OnSite, Who: Nobody, Superuser: true, By: ByEither, Permission: "moderate", Factor: true, Fresh: recent, Phrase: "administer the index"},
	}
}

// RuleOf finds the row of a right; a right without a row has none that lets
// anybody do anything.
func RuleOf(right Right) (Rule, bool) {
	rule, found := byRight()[right]
	return rule, found
}

var byRight = sync.OnceValue(func() map[Right]Rule {
	out := map[Right]Rule{}
	for _, rule := range Rules() {
		out[rule.Right] = rule
	}
	return out
})
