package check

import (
	"strongroom/internal/index"
	"strongroom/internal/packaging/binaries"
)

// maxFindings bounds how many findings of an audit one answer tells.
const maxFindings = 10

// platformTruth tells where a wheel's compiled files need more than its
// platform tags promise, and refuses that if the settings say so. A compiled
// file in a wheel for any platform is only told: there are good reasons for
// some (PT-5).
var platformTruth = Check{
	Name: "platform-truth", Row: 33, Stage: Contents, Ref: "PT-4…PT-7",
	Run: func(u *Upload) []index.Problem {
		if u.Audit == nil {
			return nil
		}
		if u.Audit.NotAudited != "" {
			u.Warn("The wheel's platform tags were not held against its compiled files: %s.", u.Audit.NotAudited)
		}
		var out []index.Problem
		for _, f := range u.Audit.Findings[:min(len(u.Audit.Findings), maxFindings)] {
			if u.Policy.RefuseWheels && f.Code != binaries.BinaryInAny && f.Code != binaries.Unreadable {
				out = append(out, refuse(index.CodeBinaries, "Binary wheel '%s' does not keep its platform tag. %s", u.Filename, sentence(f.String()))...)
			} else {
				u.Warn("%s", sentence(f.String()))
			}
		}
		u.tellHonestTag(len(u.Audit.Findings) + u.Audit.More)
		return out
	},
}

// tellHonestTag ends the findings with what the wheel could be called (PT-7).
func (u *Upload) tellHonestTag(findings int) {
	if findings > maxFindings {
		u.Warn("There are %d more findings about the wheel's platform tags.", findings-maxFindings)
	}
	if findings > 0 && u.Audit.Honest != "" {
		u.Warn("The smallest platform tag this wheel can honestly carry is %s.", u.Audit.Honest)
	}
}
