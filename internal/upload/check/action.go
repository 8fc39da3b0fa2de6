package check

import (
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// Validate is the :action of an upload that is only asked about (AV-19); the
// query dry_run=1 means the same.
const Validate = "validate"

var action = Check{
	Name: "action", Row: 1, Stage: Form, Ref: "U-01, warehouse-inventory 2.1",
	Run: func(u *Upload) []index.Problem {
		switch a := u.field(":action"); a {
		case "file_upload", Validate:
			return nil
		case "submit", "submit_pkg_info", "doc_upload":
			return Retired(a)
		case "":
			return refuse(index.CodeInvalidForm, "The form needs the field :action with the value file_upload.")
		default:
			return refuse(index.CodeInvalidForm, "Unknown :action %s; the only one is file_upload.", packaging.Quote(a))
		}
	},
}

// Retired tells what became of an action that PyPI once had.
func Retired(a string) []index.Problem {
	if a == "doc_upload" {
		return refuse(index.CodeRetired, "Uploading documentation is no longer supported; host it elsewhere and link to it with Project-URL.")
	}
	return refuse(index.CodeRetired, "The action %s is retired: a project is registered by uploading its first file to /legacy/.", a)
}
