package check

import "strongroom/internal/index"

var switches = Check{
	Name: "switches", Row: 2, Stage: Project, Ref: "FN-4",
	Run: func(u *Upload) []index.Problem { return Switched(u.Facts.Switches) },
}

// Switched tells whether an administrator switched uploads off; it is also
// asked before the body of an upload is read.
func Switched(on map[string]string) []index.Problem {
	if note, ok := on[index.SwitchReadOnly]; ok {
		return refuse(index.CodeReadOnly, "Read-only mode: uploads are temporarily disabled.%s", tail(note))
	}
	if note, ok := on[index.SwitchNoUploads]; ok {
		return refuse(index.CodeUploadsDisabled, "New uploads are temporarily disabled.%s", tail(note))
	}
	return nil
}

func tail(note string) string {
	if note == "" {
		return ""
	}
	return " " + note
}

// projectStatus is where archived, quarantined, locked and deleted projects
// refuse uploads (PEP 792, U-26).
var projectStatus = Check{
	Name: "project-status", Row: 15, Stage: Project, Ref: "PEP 792, U-26",
	Run: func(u *Upload) []index.Problem {
		if !u.Facts.Exists {
			return nil
		}
		st := index.StatusOf(index.At{Level: index.OnProject, Standing: u.Facts.Project.Standing})
		if st.Upload == "" {
			return nil
		}
		return refuse(st.Upload, "Project '%s' takes no uploads: %s.", u.Facts.Project.Name, st.Phrase())
	},
}

// releaseStatus refuses new files for a release that was deleted (SD-11) or
// withdrawn (SN-3).
var releaseStatus = Check{
	Name: "release-status", Row: 27, Stage: Registry, Ref: "SD-11, SN-3",
	Run: func(u *Upload) []index.Problem {
		if !u.Facts.ReleaseExists {
			return nil
		}
		st := index.StatusOf(index.At{Level: index.OnRelease, Standing: u.Facts.Release.Standing})
		switch st.Upload {
		case "":
			return nil
		case index.CodeReleaseDeleted:
			return refuse(st.Upload, "Release %s of '%s' was deleted on %s; restore it or use a new version.", u.Facts.Release.Version, u.Name, st.Served.Since.Format("2006-01-02"))
		}
		return refuse(st.Upload, "Release %s of '%s' takes no files: %s.", u.Facts.Release.Version, u.Name, st.Phrase())
	},
}
