package check

import "strongroom/internal/index"

var fileSize = Check{
	Name: "file-size", Row: 22, Stage: Filename, Ref: "warehouse-inventory 7.1",
	Run: func(u *Upload) []index.Problem {
		limit := u.FileLimit()
		if u.Digests.Size > limit {
			return refuse(index.CodeFileTooLarge, "File too large. Limit for project '%s' is %s.", u.Name, megabytes(limit))
		}
		return nil
	},
}

// FileLimit is the largest file the project takes, in bytes.
func (u *Upload) FileLimit() int64 {
	if own := u.Facts.Project.FileLimit; own > 0 {
		return own
	}
	return u.Policy.FileLimit
}

var projectSize = Check{
	Name: "project-size", Row: 23, Stage: Registry, Ref: "warehouse-inventory 7.1",
	Run: func(u *Upload) []index.Problem {
		limit := u.Policy.ProjectLimit
		if own := u.Facts.Project.SizeLimit; own > 0 {
			limit = own
		}
		if u.Facts.Project.Size+u.Digests.Size > limit {
			return refuse(index.CodeProjectTooLarge, "Project size too large. Limit for project '%s' total size is %s; it holds %s.", u.Name, gigabytes(limit), gigabytes(u.Facts.Project.Size))
		}
		return nil
	},
}
