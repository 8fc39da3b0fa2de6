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
	EventUserCreate    = "user:create"
	EventTokenCreate   = "token:create"
	EventTokenRevoke   = "token:revoke"
	EventProjectCreate = "project:create"
	EventRoleAdd       = "project:role:add"
	EventRoleChange    = "project:role:change"
	EventRoleRemove    = "project:role:remove"
	EventVisibility    = "project:visibility"
	EventReleaseCreate = "release:create"
	EventFileAdd       = "file:add"
	EventFlagSet       = "flag:set"
	EventFlagClear     = "flag:clear"
	EventNameProhibit  = "name:prohibit"
	EventNameFree      = "name:allow"
	EventSwitch        = "switch:set"
	EventRepair        = "project:repair"
	EventGateRule      = "gate:rule"
	EventGateMatch     = "gate:match"
	EventGateScan      = "gate:scan"
)

var eventActions = [...]EventInfo{
	{EventUserCreate, "An account was made."},
	{EventTokenCreate, "An API token was made."},
	{EventTokenRevoke, "An API token was revoked."},
	{EventProjectCreate, "A project was made by its first upload."},
	{EventRoleAdd, "A role in a project was given."},
	{EventRoleChange, "A role in a project was changed."},
	{EventRoleRemove, "A role in a project was taken away or given up."},
	{EventVisibility, "A project was made private or public."},
	{EventReleaseCreate, "A release was made by its first file."},
	{EventFileAdd, "A file was accepted."},
	{EventFlagSet, "A flag was set on a project, release, file or user."},
	{EventFlagClear, "A flag was cleared."},
	{EventNameProhibit, "A name was prohibited."},
	{EventNameFree, "A prohibition of a name was lifted."},
	{EventSwitch, "A run-time switch was turned."},
	{EventRepair, "A check of the whole index computed a derived column again."},
	{EventGateRule, "A rule of the gate was put or removed."},
	{EventGateMatch, "A rule of the gate matched an upload, which it allowed, flagged or refused."},
	{EventGateScan, "The scanner flagged or refused an upload, or gave no verdict."},
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

// Switches an administrator turns at run time (FN-4).
const (
	SwitchReadOnly      = "read-only"
	SwitchNoUploads     = "disallow-new-upload"
	SwitchNoNewProjects = "disallow-new-project-registration"
	SwitchNoDeletion    = "disallow-deletion"
)

// Switches lists every run-time switch.
func Switches() []string {
	return []string{SwitchReadOnly, SwitchNoUploads, SwitchNoNewProjects, SwitchNoDeletion}
}
