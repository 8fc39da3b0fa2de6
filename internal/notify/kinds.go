package notify

// Kind names a notice; mails/<kind>.mail holds its text.
type Kind string

// The kinds of the account. What they are for stands in the table.
const (
	VerifyEmail             Kind = "verify-email"
	NewEmailAdded           Kind = "new-email-added"
	EmailRemoved            Kind = "email-removed"
	PrimaryEmailChange      Kind = "primary-email-change"
	PasswordChange          Kind = "password-change"
	PasswordReset           Kind = "password-reset"
	PasswordResetUnverified Kind = "password-reset-unverified"
	PasswordResetByAdmin    Kind = "password-reset-by-admin"
	PasswordBreached        Kind = "password-breached"
	UnrecognizedLogin       Kind = "unrecognized-login"
	SessionsEnded           Kind = "sessions-ended"
	AccountClosed           Kind = "account-closed"
	AccountRecovery         Kind = "account-recovery-initiated"
	AssociationAdded        Kind = "account-association-added"
	AssociationRemoved      Kind = "account-association-removed"
	TermsUpdated            Kind = "user-terms-of-service-updated"
	IndexInvitation         Kind = "index-invitation"
	NotMe                   Kind = "not-me"
	MailTest                Kind = "mail-test"
)

// The kinds of second factors.
const (
	TwoFactorAdded         Kind = "two-factor-added"
	TwoFactorRemoved       Kind = "two-factor-removed"
	TwoFactorReset         Kind = "two-factor-reset"
	RecoveryCodesGenerated Kind = "recovery-codes-generated"
	RecoveryCodeUsed       Kind = "recovery-code-used"
	RecoveryCodeReminder   Kind = "recovery-code-reminder"
	SignCounter            Kind = "sign-counter"
)

// The kinds of API tokens.
const (
	TokenLeaked          Kind = "token-compromised-leak"
	TokenBesidePublisher Kind = "api-token-used-in-trusted-publisher-project"
)

// The kinds of projects and the roles in them.
const (
	VerifyProjectRole         Kind = "verify-project-role"
	ProjectRoleDeclined       Kind = "project-role-declined"
	ProjectRoleCanceled       Kind = "project-role-canceled"
	CollaboratorAdded         Kind = "collaborator-added"
	CollaboratorRemoved       Kind = "collaborator-removed"
	CollaboratorRoleChanged   Kind = "collaborator-role-changed"
	AddedAsCollaborator       Kind = "added-as-collaborator"
	RemovedAsCollaborator     Kind = "removed-as-collaborator"
	RoleChangedAsCollaborator Kind = "role-changed-as-collaborator"
	OwnershipTransferred      Kind = "ownership-transferred"
	RemovedProject            Kind = "removed-project"
	RemovedRelease            Kind = "removed-project-release"
	RemovedFile               Kind = "removed-project-release-file"
	Restored                  Kind = "restored-project"
	Purged                    Kind = "purged-project"
	StatusSet                 Kind = "project-status-set"
	StatusCleared             Kind = "project-status-cleared"
	ReleaseReopened           Kind = "release-reopened"
	YankedRelease             Kind = "yanked-project-release"
	UnyankedRelease           Kind = "unyanked-project-release"
	GateWarnings              Kind = "gate-warnings"
	DocsRedirectChanged       Kind = "docs-redirect-changed"
)

// The kinds of moderation.
const (
	Quarantined     Kind = "project-quarantined"
	TakenDown       Kind = "project-taken-down"
	TakedownCleared Kind = "project-takedown-cleared"
	AutoQuarantined Kind = "auto-quarantined"
	VerifyReport    Kind = "verify-report"
	ReportDecided   Kind = "report-decided"
)

// The kinds of organizations.
const (
	OrganizationUpdated           Kind = "organization-updated"
	OrganizationRenamed           Kind = "organization-renamed"
	OrganizationDeleted           Kind = "organization-deleted"
	OrganizationProjectAdded      Kind = "organization-project-added"
	OrganizationProjectRemoved    Kind = "organization-project-removed"
	VerifyOrganizationRole        Kind = "verify-organization-role"
	OrganizationMemberInvited     Kind = "organization-member-invited"
	OrganizationInviteCanceled    Kind = "organization-member-invite-canceled"
	OrganizationInviteDeclined    Kind = "organization-member-invite-declined"
	CanceledAsInvited             Kind = "canceled-as-invited-organization-member"
	DeclinedAsInvited             Kind = "declined-as-invited-organization-member"
	OrganizationMemberAdded       Kind = "organization-member-added"
	OrganizationMemberRemoved     Kind = "organization-member-removed"
	OrganizationMemberRoleChanged Kind = "organization-member-role-changed"
	AddedAsMember                 Kind = "added-as-organization-member"
	RemovedAsMember               Kind = "removed-as-organization-member"
	RoleChangedAsMember           Kind = "role-changed-as-organization-member"
)

// The kinds of teams.
const (
	TeamCreated                   Kind = "team-created"
	TeamDeleted                   Kind = "team-deleted"
	TeamMemberAdded               Kind = "team-member-added"
	TeamMemberRemoved             Kind = "team-member-removed"
	AddedAsTeamMember             Kind = "added-as-team-member"
	RemovedAsTeamMember           Kind = "removed-as-team-member"
	TeamCollaboratorAdded         Kind = "team-collaborator-added"
	TeamCollaboratorRemoved       Kind = "team-collaborator-removed"
	TeamCollaboratorRoleChanged   Kind = "team-collaborator-role-changed"
	AddedAsTeamCollaborator       Kind = "added-as-team-collaborator"
	RemovedAsTeamCollaborator     Kind = "removed-as-team-collaborator"
	RoleChangedAsTeamCollaborator Kind = "role-changed-as-team-collaborator"
)
