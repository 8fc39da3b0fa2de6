package check

import (
	"errors"
	"slices"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/pep440"
)

var formMetadata = Check{
	Name: "form-metadata", Row: 10, Stage: Form, Ref: "M-01…M-04",
	Run: func(u *Upload) []index.Problem {
		if len(u.Malformed) > 0 {
			return asProblems(u.Malformed)
		}
		return asProblems(u.Form.Validate(u.options(false)))
	},
}

// metadataFile checks what will be served: the metadata in the file itself
// (AV-16, M-11).
var metadataFile = Check{
	Name: "file-metadata", Row: 37, Stage: Contents, Ref: "M-11",
	Run: func(u *Upload) []index.Problem {
		if u.Archive.Metadata == nil {
			return nil // the archive check told why
		}
		var parse *coremeta.ParseError
		if errors.As(u.FileErr, &parse) {
			return asProblems(parse.Problems)
		}
		return asProblems(u.File.Validate(u.options(true)))
	},
}

func (u *Upload) options(fromFile bool) coremeta.Options {
	return coremeta.Options{LocalVersions: u.Policy.LocalVersions, FromFile: fromFile}
}

func asProblems(list []coremeta.Problem) []index.Problem {
	var out []index.Problem
	for _, p := range list {
		out = append(out, index.Problem{Code: index.CodeInvalidMetadata, Detail: p.Message})
	}
	return out
}

// metadataAgrees compares the form with the file. The file wins; another name
// or version is refused, other differences are told (AV-16).
var metadataAgrees = Check{
	Name: "metadata-agrees", Row: 37, Stage: Contents, Ref: "AV-16",
	Run: func(u *Upload) []index.Problem {
		if u.Archive.Metadata == nil || u.FileErr != nil {
			return nil
		}
		if packaging.NormalizeName(u.File.Name) != u.Name {
			return refuse(index.CodeMetadataMismatch, "The file's metadata name the project %s, the upload %s.", packaging.Quote(u.File.Name), packaging.Quote(u.NameText))
		}
		if v, err := pep440.Parse(u.File.Version); err != nil || !v.Equal(u.Version) {
			return refuse(index.CodeMetadataMismatch, "The file's metadata have version %s, the upload %s.", packaging.Quote(u.File.Version), packaging.Quote(u.Version.String()))
		}
		different := differences(u.Form, u.File)
		if len(different) > 0 && u.Policy.RefuseForm {
			return refuse(index.CodeMetadataMismatch, "%s differs between the upload form and the file's own metadata.", strings.Join(different, ", "))
		}
		for _, name := range different {
			u.Warn("%s differs between the upload form and the file's own metadata; the file's is used.", name)
		}
		return nil
	},
}

func differences(form, file coremeta.Metadata) []string {
	var out []string
	texts := []struct{ name, a, b string }{
		{"Summary", form.Summary, file.Summary},
		{"Requires-Python", form.RequiresPython, file.RequiresPython},
		{"License", form.License, file.License},
		{"License-Expression", form.LicenseExpression, file.LicenseExpression},
		{"Description", form.Description, file.Description},
	}
	for _, t := range texts {
		if squeeze(t.a) != squeeze(t.b) {
			out = append(out, t.name)
		}
	}
	if !sameSet(form.RequiresDist, file.RequiresDist) {
		out = append(out, "Requires-Dist")
	}
	if !sameSet(form.ProvidesExtra, file.ProvidesExtra) {
		out = append(out, "Provides-Extra")
	}
	return out
}

// squeeze compares texts without regard to how white space was folded.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func sameSet(a, b []string) bool {
	x, y := make([]string, len(a)), make([]string, len(b))
	for i := range a {
		x[i] = squeeze(a[i])
	}
	for i := range b {
		y[i] = squeeze(b[i])
	}
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(slices.Compact(x), slices.Compact(y))
}
