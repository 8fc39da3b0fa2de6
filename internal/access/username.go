package access

import "strongroom/internal/index"

// CheckUsername enforces PyPI's rule: 1 to 50 ASCII letters, digits, '.', '_'
// and '-', beginning and ending with a letter or digit.
func CheckUsername(name string) error {
	ok := len(name) >= 1 && len(name) <= 50
	for i := range len(name) {
		c := name[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		inner := (c == '.' || c == '_' || c == '-') && i > 0 && i < len(name)-1
		ok = ok && (plain || inner)
	}
	if !ok {
		return index.Refuse(index.CodeInvalidForm, "The user name %q is invalid: it has 1 to 50 letters, digits, '.', '_' and '-', and begins and ends with a letter or digit.", name)
	}
	return nil
}
