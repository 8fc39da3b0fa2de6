package index

// Switches an administrator turns at run time (FN-4).
const (
	SwitchReadOnly      = "read-only"
	SwitchNoUploads     = "disallow-new-upload"
	SwitchNoNewProjects = "disallow-new-project-registration"
	SwitchNoDeletion    = "disallow-deletion"
	SwitchNoNewUsers    = "disallow-new-user-registration"
	SwitchNoScanning    = "disable-scanning"
)

// Switch is one of them.
type Switch struct {
	Name  string
	Means string // a sentence: what is so while it is on
}

// Switches is the table of all of them.
func Switches() []Switch {
	return []Switch{
		{SwitchReadOnly, "Nothing can be changed. Installing goes on."},
		{SwitchNoUploads, "No file can be uploaded."},
		{SwitchNoNewProjects, "No project can be made; files of known ones can be uploaded."},
		{SwitchNoNewUsers, "Nobody can make an account."},
		{SwitchNoDeletion, "Owners cannot delete anything."},
		{SwitchNoScanning, "The operator's scanner does not look at uploads."},
	}
}

// SwitchNames are the names of all of them, in the table's order.
func SwitchNames() (names []string) {
	for _, s := range Switches() {
		names = append(names, s.Name)
	}
	return names
}
