package binaries

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is the version of a system or of its C library.
type Version struct {
	Major int `json:"major"`
	Minor int `json:"minor"`
}

// String returns "2.28".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// tag returns the version as it stands in a platform tag: "2_28".
func (v Version) tag() string { return fmt.Sprintf("%d_%d", v.Major, v.Minor) }

// compare returns −1, 0 or 1, as v is older than, equal to or newer than other.
func (v Version) compare(other Version) int {
	return cmp.Or(cmp.Compare(v.Major, other.Major), cmp.Compare(v.Minor, other.Minor))
}

// parseVersion reads "2.28" or, with another separator, "2_28". More parts and leading signs are no version here.
func parseVersion(s, separator string) (Version, bool) {
	major, minor, ok := strings.Cut(s, separator)
	if !ok {
		return Version{}, false
	}
	first, ok1 := parseNumber(major)
	second, ok2 := parseNumber(minor)
	return Version{Major: first, Minor: second}, ok1 && ok2
}

// parseNumber reads up to six digits.
func parseNumber(s string) (int, bool) {
	number, err := strconv.ParseUint(s, 10, 32)
	return int(number), err == nil && len(s) <= 6
}
