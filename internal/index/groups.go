package index

import "time"

// Member is somebody in an organization.
type Member struct {
	OrganizationID int64
	Organization   string // name
	UserID         int64
	Username       string
	Role           RoleName // OrganizationOwner, OrganizationManager or OrganizationMember
}

// Team is a part of an organization's people with roles in its projects. UID
// never changes and is what the audit log names.
type Team struct {
	ID             int64
	UID            string
	OrganizationID int64
	Name           string // unique in the organization without regard to case
	CreatedAt      time.Time
}

// TeamRole is what the members of a team are in one of the organization's
// projects.
type TeamRole struct {
	TeamID    int64
	Team      string
	ProjectID int64
	Project   string // normalised name
	Role      RoleName
}

// GrantSource says for what reason somebody has a role in a project.
type GrantSource string

// The reasons.
const (
	FromPerson       GrantSource = "person"       // the role was given to the person
	FromTeam         GrantSource = "team"         // to a team that the person is in
	FromOrganization GrantSource = "organization" // the person leads the organization that has the project
)

// Grant is one reason for which somebody has a role in a project; the strongest
// one counts. It ends with its reason (P29).
type Grant struct {
	Project      Project
	UserID       int64
	Username     string
	Role         RoleName
	Source       GrantSource
	Team         string // name, for FromTeam
	Organization string // name of the one that has the project, "" for none
}

// Invitation is the offer of a role in a project or an organization. It is for
// the user, or, when UserID is 0, for whoever has the address verified. Hash is
// of the secret that was mailed.
type Invitation struct {
	Hash           string
	ProjectID      int64 // 0 for none
	OrganizationID int64 // 0 for none
	UserID         int64 // 0 when an address is invited
	Address        string
	Role           RoleName
	InvitedBy      int64 // 0 for the operator
	CreatedAt      time.Time
	ExpiresAt      time.Time
}

// Path is the page on which whoever has the offer's secret accepts or declines.
func (i Invitation) Path(secret string) string {
	if i.ProjectID != 0 {
		return "/account/verify-project-role/?token=" + secret
	}
	return "/account/verify-organization-role/?token=" + secret
}

// Stronger reports whether the role of a project lets do more than another;
// every role is stronger than none.
func (r RoleName) Stronger(than RoleName) bool { return r.rank() > than.rank() }

func (r RoleName) rank() int {
	switch r {
	case Owner:
		return 3
	case Maintainer:
		return 2
	case Reader:
		return 1
	}
	return 0
}
