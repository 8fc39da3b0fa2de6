package check

import (
	"encoding/hex"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// digestField is one form field that may hold a digest of the file.
type digestField struct {
	name  string
	bytes int
	of    func(u *Upload) string
}

func digestTable() []digestField {
	return []digestField{
		{"sha256_digest", 32, func(u *Upload) string { return u.Digests.SHA256 }},
		{"blake2_256_digest", 32, func(u *Upload) string { return u.Digests.BLAKE2b256 }},
		{"md5_digest", 16, func(u *Upload) string { return u.Digests.MD5 }},
	}
}

var digestFields = Check{
	Name: "digest-fields", Row: 7, Stage: Form, Ref: "wire-spec 6.3",
	Run: func(u *Upload) []index.Problem {
		for _, d := range digestTable() {
			v := u.field(d.name)
			if b, err := hex.DecodeString(v); v != "" && (err != nil || len(b) != d.bytes) {
				return refuse(index.CodeInvalidDigest, "%s: Use a valid hex-encoded digest of %d characters, not %s.", d.name, 2*d.bytes, packaging.Quote(v))
			}
		}
		return nil
	},
}

var anyDigest = Check{
	Name: "any-digest", Row: 9, Stage: Form, Ref: "wire-spec 6.5",
	Run: func(u *Upload) []index.Problem {
		for _, d := range digestTable() {
			if u.field(d.name) != "" {
				return nil
			}
		}
		return refuse(index.CodeNoDigest, "Include at least one message digest: sha256_digest, blake2_256_digest or md5_digest.")
	},
}

var digests = Check{
	Name: "digests", Row: 24, Stage: Filename, Ref: "wire-spec 6.5",
	Run: func(u *Upload) []index.Problem {
		for _, d := range digestTable() {
			v := u.field(d.name)
			if v != "" && !strings.EqualFold(v, d.of(u)) {
				return refuse(index.CodeDigestMismatch, "The digest supplied in %s does not match a digest calculated from the uploaded file (%s). The file was damaged on its way; upload it again.", d.name, d.of(u))
			}
		}
		return nil
	},
}
