package check

import (
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

var fileType = Check{
	Name: "filetype", Row: 6, Stage: Form, Ref: "wire-spec 6.3",
	Run: func(u *Upload) []index.Problem {
		switch t := u.field("filetype"); t {
		case string(index.Sdist), string(index.Wheel):
			return nil
		case "":
			return refuse(index.CodeInvalidFiletype, "filetype: This field is required. Use a known file type: sdist or bdist_wheel.")
		default:
			return refuse(index.CodeInvalidFiletype, "filetype: %s is invalid. Use a known file type: sdist or bdist_wheel.", packaging.Quote(t))
		}
	},
}

var pythonVersion = Check{
	Name: "pyversion", Row: 8, Stage: Form, Ref: "wire-spec 6.3",
	Run: func(u *Upload) []index.Problem {
		v := u.field("pyversion")
		if u.wheel() && v == "" {
			return refuse(index.CodeInvalidPyversion, "pyversion: Python version is required for binary distribution uploads.")
		}
		if !u.wheel() && v != "" && v != "source" {
			return refuse(index.CodeInvalidPyversion, "pyversion: Use 'source' as Python version for an sdist, not %s.", packaging.Quote(v))
		}
		return nil
	},
}
