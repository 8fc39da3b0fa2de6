package spdx

import (
	"fmt"

	"strongroom/internal/packaging"
)

// longestGuess is the longest word for which a guess is made, in bytes; the
// longest identifier has 36.
const longestGuess = 64

// commonSpelling knows what people write instead of an identifier, where the
// distance between the two says nothing.
func commonSpelling(token string) string {
	switch lower(token) {
	case "apache", "apache2", "apachev2", "asl2", "asl-2.0":
		return "Apache-2.0"
	case "bsd", "newbsd", "new-bsd", "bsd3", "bsd-3":
		return "BSD-3-Clause"
	case "bsd2", "bsd-2", "simplified-bsd":
		return "BSD-2-Clause"
	case "gpl2", "gplv2", "gpl-2":
		return "GPL-2.0-only or GPL-2.0-or-later"
	case "gpl", "gpl3", "gplv3", "gpl-3":
		return "GPL-3.0-only or GPL-3.0-or-later"
	case "lgpl", "lgpl3", "lgplv3", "lgpl-3":
		return "LGPL-3.0-only or LGPL-3.0-or-later"
	case "agpl", "agpl3", "agplv3", "agpl-3":
		return "AGPL-3.0-only or AGPL-3.0-or-later"
	case "mpl", "mpl2", "mplv2":
		return "MPL-2.0"
	case "psf":
		return "PSF-2.0"
	case "proprietary", "commercial":
		return "LicenseRef-Proprietary"
	}
	return ""
}

// suggestLicense returns the identifier that was probably meant, or "".
func suggestLicense(known *list, token string) string {
	if guess := commonSpelling(token); guess != "" {
		return guess
	}
	return nearest(known.licenses, token)
}

// unknown is the error for an identifier that is not on the list. Without a
// guess it says where the list is.
func unknown(what, token, guess string) error {
	if guess != "" {
		return fmt.Errorf("unknown %s %s (did you mean %s?)", what, packaging.Quote(token), guess)
	}
	return fmt.Errorf("unknown %s %s; SPDX lists them at https://spdx.org/licenses/, "+
		"a license of your own is written LicenseRef-NAME", what, packaging.Quote(token))
}

// missingOperator explains two words in a row. "GPL-2.0 only" is the usual case:
// an identifier with a space in it.
func missingOperator(known *list, before, token string) error {
	if found, _, ok := known.license(before + "-" + token); ok {
		return fmt.Errorf("%s %s is not one identifier (did you mean %s?)", packaging.Quote(before), packaging.Quote(token), found.id)
	}
	return fmt.Errorf("AND, OR or WITH is missing between %s and %s", packaging.Quote(before), packaging.Quote(token))
}

// nearest returns the identifier with the smallest edit distance, if that is at
// most a quarter of the token. Current identifiers win over deprecated ones,
// then the alphabet decides, so that the same mistake has the same answer.
func nearest(known map[string]entry, token string) string {
	if len(token) > longestGuess {
		return ""
	}
	token = lower(token)
	best, limit := entry{}, len(token)/4
	for key, e := range known {
		if len(key) < len(token)-limit || len(key) > len(token)+limit {
			continue
		}
		d := distance(token, key)
		if d < limit || d == limit && (best.id == "" || preferred(e, best)) {
			best, limit = e, d
		}
	}
	return best.id
}

func preferred(a, b entry) bool {
	if a.deprecated != b.deprecated {
		return !a.deprecated
	}
	return a.id < b.id
}

// distance counts the insertions, deletions and substitutions of bytes that
// turn a into b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
