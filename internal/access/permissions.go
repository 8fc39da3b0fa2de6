package access

// Permission is what a token may be made for.
type Permission struct {
	Name string // as rules name it
	Doc  string // goes on "it may …"
}

// Permissions is the table of what tokens may be made for. A token does none of
// it unless it was made for it: who uploads cannot yank, delete or restore
// (ST-13, SD-25).
func Permissions() []Permission {
	return []Permission{
		{"read", "read what you may read"},
		{"upload", "upload files"},
		{"yank", "yank releases and files, and take that back"},
		{"status", "deprecate and archive projects and releases, and open old releases again"},
		{"delete", "delete projects, releases and files, and restore them"},
		{"roles", "see and change who has which role in projects: persons, teams, invitations"},
		{"settings", "make projects private or public, and move them into and out of organizations"},
		{"organizations", "make, change and delete organizations and teams, and change who is in them"},
		{"history", "read what happened to projects, organizations and teams"},
		{"report", "report projects to the moderators, and follow what became of it"},
		{"moderate", "do what moderators do: reports, quarantine, removal, names, accounts"},
	}
}

// PermissionsFor lists what the user may make tokens for: to moderate, for those
// only who do.
func PermissionsFor(moderates bool) (out []Permission) {
	for _, p := range Permissions() {
		if rule, _ := RuleOf(Moderate); p.Name != rule.Permission || moderates {
			out = append(out, p)
		}
	}
	return out
}
