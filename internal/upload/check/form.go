package check

import (
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

var strayFile = Check{
	Name: "stray-file", Row: 1, Stage: Form, Ref: "U-02",
	Run: func(u *Upload) []index.Problem {
		if u.Stray == "" {
			return nil
		}
		return refuse(index.CodeInvalidForm, "%.100s: Should not be a tuple: the field came as a file, only content may.", u.Stray)
	},
}

var protocolVersion = Check{
	Name: "protocol-version", Row: 4, Stage: Form, Ref: "U-01",
	Run: func(u *Upload) []index.Problem {
		if v := u.field("protocol_version"); v != "" && v != "1" {
			return refuse(index.CodeUnknownProtocol, "Unknown protocol version %s: this index speaks version 1.", packaging.Quote(v))
		}
		return nil
	},
}

var hasContent = Check{
	Name: "content", Row: 11, Stage: Form, Ref: "U-02",
	Run: func(u *Upload) []index.Problem {
		if !u.HasFile {
			return refuse(index.CodeNoContent, "Upload payload does not have a file: the form needs the field content with a filename.")
		}
		return nil
	},
}
