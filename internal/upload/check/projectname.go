package check

import (
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

var projectName = Check{
	Name: "project-name", Row: 5, Stage: Form, Ref: "N-01",
	Run: func(u *Upload) []index.Problem {
		if packaging.ValidName(u.NameText) {
			return nil
		}
		return refuse(index.CodeInvalidName, "The name %s is invalid: it must start and end with a letter or numeral and contain only ASCII numerals, letters and '.', '_', '-'.", packaging.Quote(u.NameText))
	},
}
