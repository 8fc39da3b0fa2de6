package check

import (
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// The checks of a project's first upload, in the order of N-07.

// hiddenProject keeps a private project from whoever may not read it: its name
// is refused as one that administrators prohibited, which does not tell whether
// a project, a release or a file is behind it.
var hiddenProject = Check{
	Name: "hidden-project", Row: 14, Stage: Project, Ref: "security-bar 3.4",
	Run: func(u *Upload) []index.Problem {
		if !u.Facts.Hidden {
			return nil
		}
		return prohibited(u, index.NameProhibited)
	},
}

func prohibited(u *Upload, state index.NameState) []index.Problem {
	return refuse(index.CodeNameProhibited, "The name '%s' isn't allowed: it is %s here. Ask the administrators or choose another name.", u.NameText, state)
}

var newProjectRate = Check{
	Name: "new-project-rate", Row: 14, Stage: Project, Ref: "N-07",
	Run: func(u *Upload) []index.Problem {
		limit := u.Policy.ProjectsPerHour
		if u.Facts.Exists || limit == 0 || u.Facts.NewProjects < limit {
			return nil
		}
		return refuse(index.CodeTooManyProjects, "Too many new projects created: %d within an hour is the limit. Try again later.", limit)
	},
}

var newProjectSwitch = Check{
	Name: "new-project-switch", Row: 14, Stage: Project, Ref: "FN-4",
	Run: func(u *Upload) []index.Problem {
		if note, on := u.Facts.Switches[index.SwitchNoNewProjects]; on && !u.Facts.Exists {
			return refuse(index.CodeNewProjectsOff, "New project registration temporarily disabled by the administrators.%s", tail(note))
		}
		return nil
	},
}

// standardLibrary is lenient because the list holds names such as dataclasses,
// whose backports a folder of old files may well have.
var standardLibrary = Check{
	Name: "standard-library", Row: 14, Stage: Project, Ref: "N-06", Lenient: true,
	Run: func(u *Upload) []index.Problem {
		if !u.Facts.Exists && packaging.IsStandardLibrary(u.Name) {
			return refuse(index.CodeStandardLibrary, "The name '%s' isn't allowed: it conflicts with a module of the Python standard library. Choose another name.", u.NameText)
		}
		return nil
	},
}

var nameState = Check{
	Name: "name-state", Row: 14, Stage: Project, Ref: "SD-15",
	Run: func(u *Upload) []index.Problem {
		n := u.Facts.NameRow
		if u.Facts.Exists || !u.Facts.NameKnown {
			return nil
		}
		switch {
		case n.State == index.NameProhibited || n.State == index.NameReserved:
			return prohibited(u, n.State)
		case n.State == index.NameDeleted:
			return refuse(index.CodeNameHeld, "The name '%s' belongs to a project that was deleted; names are not given away again. Ask the administrators.", u.NameText)
		case u.Now.Before(n.HeldUntil):
			return refuse(index.CodeNameHeld, "The name '%s' is held until %s.", u.NameText, n.HeldUntil.Format("2006-01-02 15:04 MST"))
		}
		return nil
	},
}

var lookAlike = Check{
	Name: "look-alike", Row: 14, Stage: Project, Ref: "N-05",
	Run: func(u *Upload) []index.Problem {
		if u.Facts.Exists || len(u.Facts.LookAlikes) == 0 {
			return nil
		}
		names := strings.Join(u.Facts.LookAlikes, "', '")
		if u.Policy.RefuseLookAlike {
			return refuse(index.CodeNameTooSimilar, "The name '%s' is too similar to an existing project: '%s'. Choose another name.", u.NameText, names)
		}
		u.Warn("The name '%s' looks like that of an existing project: '%s'.", u.NameText, names)
		return nil
	},
}
