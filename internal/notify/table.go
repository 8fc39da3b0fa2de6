package notify

import "strongroom/internal/index"

// Info is what holds for every notice of a kind.
type Info struct {
	Kind     Kind
	Group    Group
	Class    Class
	Audience Audience // whom a ProjectID reaches
	When     string   // what happened, for docs/MAILS.md
}

// Group is where a kind stands in the documentation.
type Group string

// The groups.
const (
	Account       Group = "Account"
	Factors       Group = "Second factor"
	Tokens        Group = "Tokens"
	Projects      Group = "Projects"
	Organizations Group = "Organizations"
	Teams         Group = "Teams"
	Moderation    Group = "Moderation"
)

// Class decides which addresses a notice goes to.
type Class int

// The classes.
const (
	// Security is what nobody can unsubscribe from, to all verified addresses
	// (MFA-11).
	Security Class = iota
	// Link holds a link that opens something, so it goes to one address: the
	// notice's Address, else the primary one. Nobody can unsubscribe: somebody
	// asked for it, or must act on it.
	Link
	// News is good to know: to the primary address, until somebody unsubscribes.
	News
)

// Audience is whom a notice to a project reaches.
type Audience int

// The audiences.
const (
	Person        Audience = iota // nobody: the kind needs a UserID or an Address
	Owners                        // the owners
	Collaborators                 // owners and maintainers
)

// reaches reports whether somebody with the role belongs to the audience.
func (a Audience) reaches(role index.RoleName) bool {
	return role == index.Owner && a != Person || role == index.Maintainer && a == Collaborators
}

// Kinds is the table of all kinds, in the order of the documentation.
func Kinds() []Info { return kinds[:] }

var kinds = [...]Info{
	{VerifyEmail, Account, Link, Person, "An address was given for an account; the link verifies it. To that address."},
	{NewEmailAdded, Account, Security, Person, "An address was added to the account."},
	{EmailRemoved, Account, Security, Person, "An address was removed from the account. Sent to that address too."},
	{PrimaryEmailChange, Account, Security, Person, "Another address became the primary one. Sent to the old one too."},
	{PasswordChange, Account, Security, Person, "The password was changed or set."},
	{PasswordReset, Account, Link, Person, "Somebody asked for a new password; the link lets them choose one."},
	{PasswordResetUnverified, Account, Link, Person, "Somebody asked for a new password at an address that is not verified, so there is no link. To that address."},
	{PasswordResetByAdmin, Account, Security, Person, "An administrator ended the password; a new one must be chosen."},
	{PasswordBreached, Account, Link, Person, "The right password was given, but it is known from a breach, so it was ended (PW-3); the link lets them choose another."},
	{UnrecognizedLogin, Account, Link, Person, "Somebody signed in from a browser that is not known; the link lets that browser in (MFA-8)."},
	{SessionsEnded, Account, Security, Person, "All browsers were signed out."},
	{AccountClosed, Account, Security, Person, "The account was closed. To the addresses it had."},
	{AccountRecovery, Account, Security, Person, "Somebody says to have lost access, and an administrator began to give it back."},
	{AssociationAdded, Account, Security, Person, "An external account can sign in from now on."},
	{AssociationRemoved, Account, Security, Person, "An external account can no longer sign in."},
	{TermsUpdated, Account, News, Person, "The terms of use changed."},
	{IndexInvitation, Account, Link, Person, "Somebody is invited to make an account. To the invited address."},
	{NotMe, Account, Security, Person, "The person said that something was not their doing: what was stopped, and what to do now."},
	{MailTest, Account, Link, Person, "An administrator tries whether mail arrives. To the given address."},

	{TwoFactorAdded, Factors, Security, Person, "A second factor was added."},
	{TwoFactorRemoved, Factors, Security, Person, "A second factor was removed."},
	{TwoFactorReset, Factors, Security, Person, "An administrator removed all second factors; a hold begins (MFA-7)."},
	{RecoveryCodesGenerated, Factors, Security, Person, "New recovery codes were made; the old ones are void."},
	{RecoveryCodeUsed, Factors, Security, Person, "A recovery code was used to sign in (MFA-4)."},
	{RecoveryCodeReminder, Factors, News, Person, "Second factors are on, but few or no recovery codes are left."},
	{SignCounter, Factors, Security, Person, "A security key's counter went back, as that of a copy would: the sign-in was refused (MFA-3)."},

	{TokenLeaked, Tokens, Security, Person, "An API token was found in public and ended (PW-11)."},
	{TokenBesidePublisher, Tokens, News, Person, "An API token uploaded to a project that has a trusted publisher."},

	{VerifyProjectRole, Projects, Link, Person, "Somebody is invited to a role in a project; the link accepts or declines."},
	{ProjectRoleDeclined, Projects, News, Owners, "Somebody declined a role in a project."},
	{ProjectRoleCanceled, Projects, News, Person, "An invitation to a role in a project was withdrawn. To the invited person."},
	{CollaboratorAdded, Projects, Security, Owners, "Somebody got a role in a project. To the owners."},
	{CollaboratorRemoved, Projects, Security, Owners, "Somebody lost the role in a project. To the owners."},
	{CollaboratorRoleChanged, Projects, Security, Owners, "Somebody's role in a project changed. To the owners."},
	{AddedAsCollaborator, Projects, Security, Person, "The receiver got a role in a project."},
	{RemovedAsCollaborator, Projects, Security, Person, "The receiver lost the role in a project."},
	{RoleChangedAsCollaborator, Projects, Security, Person, "The receiver's role in a project changed."},
	{OwnershipTransferred, Projects, Security, Collaborators, "A project went to another owner or organization."},
	{RemovedProject, Projects, Security, Collaborators, "A project was deleted (SD-28)."},
	{RemovedRelease, Projects, Security, Collaborators, "A release was deleted (SD-28)."},
	{RemovedFile, Projects, Security, Collaborators, "A file was deleted (SD-28)."},
	{Restored, Projects, Security, Collaborators, "A deleted project, release or file was restored (SD-28)."},
	{Purged, Projects, Security, Collaborators, "A deleted project, release or file is gone for ever (SD-28)."},
	{StatusSet, Projects, Security, Collaborators, "A project, release or file was deprecated, archived, locked or the like (ST-14)."},
	{StatusCleared, Projects, Security, Collaborators, "A status of a project, release or file was taken back (ST-14)."},
	{ReleaseReopened, Projects, Security, Collaborators, "A release that is too old takes new files for a day (SD-14)."},
	{YankedRelease, Projects, News, Collaborators, "A release was yanked."},
	{UnyankedRelease, Projects, News, Collaborators, "A release is no longer yanked."},
	{DocsRedirectChanged, Projects, Security, Owners, "The documentation of a project redirects to another address, or no longer (DR-3)."},
	{GateWarnings, Projects, News, Collaborators, "Files of a release were accepted with warnings (PT-6, AV-15). At most one mail a release."},

	{OrganizationUpdated, Organizations, News, Person, "What an organization says of itself changed. To its owners."},
	{OrganizationRenamed, Organizations, Security, Person, "An organization has another name. To its owners."},
	{OrganizationDeleted, Organizations, Security, Person, "An organization was deleted. To its members."},
	{OrganizationProjectAdded, Organizations, Security, Person, "A project came to an organization. To the owners of both."},
	{OrganizationProjectRemoved, Organizations, Security, Person, "A project left an organization. To the owners of both."},
	{VerifyOrganizationRole, Organizations, Link, Person, "Somebody is invited to an organization; the link accepts or declines."},
	{OrganizationMemberInvited, Organizations, Security, Person, "Somebody was invited to an organization. To its owners."},
	{OrganizationInviteCanceled, Organizations, News, Person, "An invitation to an organization was withdrawn. To its owners."},
	{OrganizationInviteDeclined, Organizations, News, Person, "Somebody declined to join an organization. To its owners."},
	{CanceledAsInvited, Organizations, News, Person, "The receiver's invitation to an organization was withdrawn."},
	{DeclinedAsInvited, Organizations, News, Person, "The receiver declined to join an organization."},
	{OrganizationMemberAdded, Organizations, Security, Person, "Somebody joined an organization. To its owners."},
	{OrganizationMemberRemoved, Organizations, Security, Person, "Somebody left an organization. To its owners."},
	{OrganizationMemberRoleChanged, Organizations, Security, Person, "Somebody's role in an organization changed. To its owners."},
	{AddedAsMember, Organizations, Security, Person, "The receiver joined an organization."},
	{RemovedAsMember, Organizations, Security, Person, "The receiver is no longer in an organization."},
	{RoleChangedAsMember, Organizations, Security, Person, "The receiver's role in an organization changed."},

	{TeamCreated, Teams, News, Person, "An organization has a new team. To its owners."},
	{TeamDeleted, Teams, Security, Person, "A team was deleted. To the organization's owners."},
	{TeamMemberAdded, Teams, Security, Person, "Somebody came to a team. To the organization's owners."},
	{TeamMemberRemoved, Teams, Security, Person, "Somebody left a team. To the organization's owners."},
	{AddedAsTeamMember, Teams, Security, Person, "The receiver came to a team."},
	{RemovedAsTeamMember, Teams, Security, Person, "The receiver is no longer in a team."},
	{TeamCollaboratorAdded, Teams, Security, Owners, "A team got a role in a project. To the project's owners."},
	{TeamCollaboratorRemoved, Teams, Security, Owners, "A team lost the role in a project. To the project's owners."},
	{TeamCollaboratorRoleChanged, Teams, Security, Owners, "A team's role in a project changed. To the project's owners."},
	{AddedAsTeamCollaborator, Teams, Security, Person, "The receiver's team got a role in a project."},
	{RemovedAsTeamCollaborator, Teams, Security, Person, "The receiver's team lost the role in a project."},
	{RoleChangedAsTeamCollaborator, Teams, Security, Person, "The receiver's team's role in a project changed."},

	{Quarantined, Moderation, Security, Collaborators, "Administrators or moderators quarantined a project, release or file (SN-11)."},
	{TakenDown, Moderation, Security, Collaborators, "Administrators or moderators removed a project, release or file (SN-11)."},
	{TakedownCleared, Moderation, Security, Collaborators, "A quarantine or removal is over (SN-11)."},
	{AutoQuarantined, Moderation, Security, Person, "A rule quarantined a project on its own (SN-15). To the administrators and moderators."},
	{VerifyReport, Moderation, Link, Person, "Somebody without an account reported a project; the link confirms it. To that address."},
	{ReportDecided, Moderation, Link, Person, "A moderator decided on a report (SN-13). To whoever reported."},
}

// lookUp finds a row of the table.
func lookUp(kind Kind) (Info, bool) {
	for i := range kinds {
		if kinds[i].Kind == kind {
			return kinds[i], true
		}
	}
	return Info{}, false
}
