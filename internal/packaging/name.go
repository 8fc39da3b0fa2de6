// Package packaging holds the rules of Python packaging that every other part
// of the index builds on. This package itself holds the rules of project
// names (PEP 508 names, PEP 503 normalisation, PEP 625 file-name form); its
// subpackages hold versions, requirements, licences, core metadata and
// distribution filenames.
//
// Everything here is a pure function of its arguments: no I/O, no clock, no
// state, and no input makes it panic.
package packaging

// ValidName reports whether s is a project name (N-01): ASCII letters, digits,
// ".", "_" and "-", beginning and ending with a letter or a digit.
func ValidName(s string) bool {
	if s == "" || !isAlphanumeric(s[0]) || !isAlphanumeric(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && !isSeparator(s[i]) {
			return false
		}
	}
	return true
}

// NormalizeName returns the form under which two spellings of a name are the
// same project (N-02, N-04; PEP 503): ASCII letters in lower case and every
// run of "-", "_" and "." as one "-". A name that is already normal is
// returned as it is, without an allocation. The name needs not be valid: any
// other byte is kept, and normalising twice changes nothing more.
func NormalizeName(s string) string {
	return rewriteName(s, '-')
}

// FilenameName returns the form a name has in the filename of a wheel or a
// source distribution (N-03; PEP 625): the normalised name with "_" for "-".
func FilenameName(s string) string {
	return rewriteName(s, '_')
}

// rewriteName lowers ASCII letters and writes sep for each run of separators.
func rewriteName(s string, sep byte) string {
	done := rewrittenPrefix(s, sep)
	if done == len(s) {
		return s
	}
	var room [64]byte
	out := append(room[:0], s[:done]...)
	for i := done; i < len(s); i++ {
		switch c := s[i]; {
		case !isSeparator(c):
			out = append(out, lower(c))
		case i == 0 || !isSeparator(s[i-1]):
			out = append(out, sep)
		}
	}
	return string(out)
}

// rewrittenPrefix returns how many leading bytes of s rewriteName would keep.
func rewrittenPrefix(s string, sep byte) int {
	for i := range len(s) {
		c := s[i]
		if c != lower(c) || isSeparator(c) && (c != sep || i > 0 && s[i-1] == sep) {
			return i
		}
	}
	return len(s)
}

// LookAlike returns the form under which two names are easily mistaken for
// each other (N-05): no separators, lower case, and the digits "1" for "l" and
// "i" and "0" for "o". It serves to compare with the look-alike form of other
// names only; it is not a name.
func LookAlike(s string) string {
	var room [64]byte
	out := room[:0]
	for i := range len(s) {
		switch c := lower(s[i]); c {
		case '.', '_', '-':
		case 'l', 'i':
			out = append(out, '1')
		case 'o':
			out = append(out, '0')
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

func isSeparator(c byte) bool {
	return c == '-' || c == '_' || c == '.'
}

func isAlphanumeric(c byte) bool {
	return 'a' <= lower(c) && lower(c) <= 'z' || '0' <= c && c <= '9'
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
