package index

// EventInfo documents one audit action.
type EventInfo struct {
	Action  string
	Meaning string
}

// EventActions is the table of all audit actions; an event with another
// action is refused by the code that writes events.
func EventActions() []EventInfo { return eventActions[:] }

// The audit actions.
const (
	EventUserCreate  = "user:create"
	EventTokenCreate = "token:create"
	EventTokenRevoke = "token:revoke"

	EventAccountName    = "account:name:change"
	EventEmailAdd       = "account:email:add"
	EventEmailRemove    = "account:email:remove"
	EventEmailPrimary   = "account:email:primary:change"
	EventEmailPublic    = "account:email:public:change"
	EventEmailReverify  = "account:email:reverify"
	EventPasswordChange = "account:password:change"
	EventFactorAdd      = "account:two_factor:method_added"
	EventFactorRemove   = "account:two_factor:method_removed"
	EventRecoveryCodes  = "account:recovery_codes:generated"
	EventLoginEnd       = "account:login:end"
	EventLoginsEnd      = "account:login:end_all"
	EventDeviceDistrust = "account:device:forget"
	EventAccountClose   = "account:close"

	EventAccountCreate = "account:create"
	EventLogin         = "account:login:success"
	EventLoginFail     = "account:login:failure"
	EventFactorFail    = "account:two_factor:failure"
	EventReauthFail    = "account:reauthenticate:failure"
	EventReauth        = "account:reauthenticate:success"
	EventConfirmAsk    = "account:login:confirm"
	EventLogout        = "account:logout"
	EventEmailVerify   = "account:email:verify"
	EventResetAsk      = "account:password:reset:request"
	EventReset         = "account:password:reset"
	EventPasswordOff   = "account:password:disabled"
	EventRecoveryUsed  = "account:recovery_codes:used"
	EventAdminReset    = "account:recovery:reset"
	EventInvite        = "account:invite"
	EventBanAdd        = "ban:add"

	EventAssociationAdd    = "account:association:add"
	EventAssociationRemove = "account:association:remove"
	EventAdministrator     = "account:administrator:change"

	EventBanRemove = "ban:remove"

	EventProjectCreate = "project:create"
	EventOwnerless     = "project:ownerless"
	EventRoleAdd       = "project:role:add"
	EventRoleChange    = "project:role:change"
	EventRoleRemove    = "project:role:remove"
	EventRoleInvite    = "project:role:invite"
	EventRoleRevoke    = "project:role:revoke_invite"
	EventRoleDecline   = "project:role:decline_invite"
	EventVisibility    = "project:visibility"
	EventGroupProject  = "project:organization_project:add"
	EventGroupLeft     = "project:organization_project:remove"
	EventTeamInProject = "project:team_project_role:add"
	EventTeamChanged   = "project:team_project_role:change"
	EventTeamOut       = "project:team_project_role:remove"

	EventGroupCreate        = "organization:create"
	EventGroupUpdate        = "organization:update"
	EventGroupRename        = "organization:rename"
	EventGroupDelete        = "organization:delete"
	EventGroupProjectAdd    = "organization:organization_project:add"
	EventGroupProjectRemove = "organization:organization_project:remove"
	EventMemberInvite       = "organization:organization_role:invite"
	EventMemberRevoke       = "organization:organization_role:revoke_invite"
	EventMemberDecline      = "organization:organization_role:decline_invite"
	EventMemberAdd          = "organization:organization_role:add"
	EventMemberChange       = "organization:organization_role:change"
	EventMemberRemove       = "organization:organization_role:remove"

	EventTeamCreate       = "team:create"
	EventTeamRename       = "team:rename"
	EventTeamDelete       = "team:delete"
	EventTeamMemberAdd    = "team:team_role:add"
	EventTeamMemberRemove = "team:team_role:remove"
	EventTeamRoleAdd      = "team:team_project_role:add"
	EventTeamRoleChange   = "team:team_project_role:change"
	EventTeamRoleRemove   = "team:team_project_role:remove"

	EventReleaseCreate = "release:create"
	EventFileAdd       = "file:add"
	EventFlagSet       = "flag:set"
	EventReleaseReopen = "release:reopen"
	EventRuleAdd       = "project:rule:add"
	EventRuleEnd       = "project:rule:end"
	EventLabelPut      = "label:put"
	EventLabelRemove   = "label:remove"
	EventNameAssign    = "name:assign"
	EventNameRelease   = "name:release"
	EventFlagClear     = "flag:clear"
	EventNameProhibit  = "name:prohibit"
	EventNameFree      = "name:allow"
	EventSwitch        = "switch:set"
	EventRepair        = "project:repair"
	EventGateRule      = "gate:rule"
	EventGateMatch     = "gate:match"
	EventGateScan      = "gate:scan"
	EventMailFail      = "mail:fail"
	EventDocsSet       = "docs:redirect:set"
	EventDocsRemove    = "docs:redirect:remove"
	EventDocsDelete    = "docs:delete"

	EventQuarantine      = "project:quarantine"
	EventRemoval         = "project:remove"
	EventTakedownClear   = "project:takedown:clear"
	EventReport          = "report:create"
	EventReportConfirm   = "report:verify"
	EventReportDecide    = "report:decide"
	EventActUndo         = "act:undo"
	EventAccountFreeze   = "account:freeze"
	EventAccountUnfreeze = "account:unfreeze"
	EventModerator       = "account:moderator:change"
	EventTrustedReporter = "account:trusted_reporter:change"
)

var eventActions = [...]EventInfo{
	{EventUserCreate, "An account was made."},
	{EventAccountCreate, "Somebody made an account of their own."},
	{EventLogin, "A browser signed in; how is in 'after'."},
	{EventLoginFail, "A sign-in failed. The user is named if there is one of the name that was typed."},
	{EventFactorFail, "A second factor was wrong, or used before."},
	{EventReauthFail, "A person who had signed in did not prove it again."},
	{EventReauth, "A person who had signed in proved it again."},
	{EventConfirmAsk, "A browser that is not known wants to sign in; the user was asked by mail."},
	{EventLogout, "A browser signed out."},
	{EventEmailVerify, "An address was verified."},
	{EventResetAsk, "A new password was asked for; the user is named if there is one."},
	{EventReset, "A new password was chosen by a mailed link."},
	{EventPasswordOff, "The password is no longer taken."},
	{EventRecoveryUsed, "A recovery code was used up."},
	{EventAdminReset, "An administrator removed the second factors of an account; a hold begins."},
	{EventInvite, "Somebody was invited to make an account."},
	{EventAssociationAdd, "The account was linked with a person at the company, who signs in to it."},
	{EventAssociationRemove, "The link with a person at the company was removed."},
	{EventAdministrator, "Groups at the company made the account administrator of the index, or took that back."},
	{EventBanAdd, "A network was banned."},
	{EventBanRemove, "The ban of a network was lifted."},
	{EventTokenCreate, "An API token was made."},
	{EventTokenRevoke, "An API token was revoked."},
	{EventAccountName, "The name that is shown for the account was changed."},
	{EventEmailAdd, "An address was added to the account."},
	{EventEmailRemove, "An address was removed from the account."},
	{EventEmailPrimary, "Another address became the primary one."},
	{EventEmailPublic, "It was changed which address everybody may see."},
	{EventEmailReverify, "Another mail was sent to verify an address."},
	{EventPasswordChange, "The password was changed."},
	{EventFactorAdd, "A second factor was added."},
	{EventFactorRemove, "A second factor was removed."},
	{EventRecoveryCodes, "New recovery codes were confirmed; those before are void."},
	{EventLoginEnd, "A browser was signed out from another."},
	{EventLoginsEnd, "All browsers were signed out."},
	{EventDeviceDistrust, "A remembered browser was forgotten."},
	{EventAccountClose, "The account was closed."},
	{EventProjectCreate, "A project was made by its first upload."},
	{EventOwnerless, "A project was left without an owner: its last account was closed, or its organization deleted, by administrators."},
	{EventRoleAdd, "A role in a project was given."},
	{EventRoleChange, "A role in a project was changed."},
	{EventRoleRemove, "A role in a project was taken away or given up."},
	{EventRoleInvite, "Somebody was invited to a role in a project."},
	{EventRoleRevoke, "An invitation to a role in a project was withdrawn."},
	{EventRoleDecline, "An invitation to a role in a project was declined."},
	{EventVisibility, "A project was made private or public."},
	{EventGroupProject, "A project came to an organization."},
	{EventGroupLeft, "A project left an organization."},
	{EventTeamInProject, "A team was given a role in a project."},
	{EventTeamChanged, "A team's role in a project was changed."},
	{EventTeamOut, "A team's role in a project was taken away."},
	{EventGroupCreate, "An organization was made."},
	{EventGroupUpdate, "What an organization says of itself was changed."},
	{EventGroupRename, "An organization was given another name."},
	{EventGroupDelete, "An organization was deleted."},
	{EventGroupProjectAdd, "An organization was given a project."},
	{EventGroupProjectRemove, "A project was taken out of an organization."},
	{EventMemberInvite, "Somebody was invited to an organization."},
	{EventMemberRevoke, "An invitation to an organization was withdrawn."},
	{EventMemberDecline, "An invitation to an organization was declined."},
	{EventMemberAdd, "Somebody joined an organization."},
	{EventMemberChange, "Somebody's role in an organization was changed."},
	{EventMemberRemove, "Somebody left an organization or was removed from it."},
	{EventTeamCreate, "A team was made."},
	{EventTeamRename, "A team was given another name."},
	{EventTeamDelete, "A team was deleted."},
	{EventTeamMemberAdd, "Somebody was put into a team."},
	{EventTeamMemberRemove, "Somebody left a team or was removed from it."},
	{EventTeamRoleAdd, "A team was given a role in a project of its organization."},
	{EventTeamRoleChange, "A team's role in a project of its organization was changed."},
	{EventTeamRoleRemove, "A team's role in a project of its organization was taken away."},
	{EventReleaseCreate, "A release was made by its first file."},
	{EventFileAdd, "A file was accepted."},
	{"project:delete", "A project was deleted; nothing is destroyed."},
	{"project:restore", "A deleted project was restored."},
	{"project:purge", "The bytes of a project that was deleted or removed are gone for good."},
	{"release:delete", "A release was deleted; nothing is destroyed."},
	{"release:restore", "A deleted release was restored."},
	{"release:purge", "The bytes of a release that was deleted or removed are gone for good."},
	{"file:delete", "A file was deleted; nothing is destroyed."},
	{"file:restore", "A deleted file was restored, by hand or by an upload of the same bytes."},
	{"file:purge", "The bytes of a file that was deleted or removed are gone for good."},
	{EventReleaseReopen, "A release that is too old takes new files for a day."},
	{EventRuleAdd, "Something was said about all releases that a specifier set matches."},
	{EventRuleEnd, "A rule on releases was ended, and the flags that it set cleared."},
	{EventLabelPut, "A label was defined, or is shown in another way."},
	{EventLabelRemove, "The definition of a label was taken away."},
	{EventNameAssign, "The name of a deleted project was given to somebody else; it is another project now."},
	{EventNameRelease, "The name of a project that was deleted long ago became free."},
	{EventFlagSet, "A flag was set on a project, release, file or user."},
	{EventFlagClear, "A flag was cleared."},
	{EventNameProhibit, "A name was prohibited."},
	{EventNameFree, "A prohibition of a name was lifted."},
	{EventSwitch, "A run-time switch was turned."},
	{EventRepair, "A check of the whole index computed a derived column again."},
	{EventGateRule, "A rule of the gate was put or removed."},
	{EventGateMatch, "A rule of the gate matched an upload, which it allowed, flagged or refused."},
	{EventGateScan, "The scanner flagged or refused an upload, or gave no verdict."},
	{EventDocsSet, "The documentation of a project redirects to another address."},
	{EventDocsRemove, "The documentation of a project redirects no longer."},
	{EventDocsDelete, "The hosted documentation of a project was taken off the docs host."},
	{EventMailFail, "A mail could not be delivered and was given up."},
	{EventQuarantine, "A project, release or file was quarantined; the act is in 'after'."},
	{EventRemoval, "A project, release or file was removed; the act is in 'after'."},
	{EventTakedownClear, "The quarantine or removal of a project, release or file was cleared."},
	{EventReport, "Somebody, or a rule, reported a project."},
	{EventReportConfirm, "Who reported without an account confirmed it by the mailed link."},
	{EventReportDecide, "A moderator decided on a report."},
	{EventActUndo, "An act of a moderator or rule was undone."},
	{EventAccountFreeze, "An account was frozen."},
	{EventAccountUnfreeze, "An account is no longer frozen."},
	{EventModerator, "An account was made moderator of the index, or is none any more."},
	{EventTrustedReporter, "Reports of an account count more from now on, or no longer."},
}

// EventMeaning is what an action of the table means, the action itself for one
// that is not in it.
func EventMeaning(action string) string {
	for i := range eventActions {
		if eventActions[i].Action == action {
			return eventActions[i].Meaning
		}
	}
	return action
}

// KnownEvent reports whether action is in the table.
func KnownEvent(action string) bool {
	for i := range eventActions {
		if eventActions[i].Action == action {
			return true
		}
	}
	return false
}
