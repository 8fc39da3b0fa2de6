package pep440

import (
	"errors"
	"fmt"
	"strings"
)

// Specifier is one clause such as ">=1.2" that a version satisfies or not
// (V-10 … V-15), an immutable value. [ParseSpecifier] makes one; the zero value
// is no specifier, and no version satisfies it.
type Specifier struct {
	operator string
	text     string  // operator and version as written, without white space
	version  Version // what text means; with prefix the part before ".*"; zero when === is followed by no version
	prefix   bool    // text ends in ".*"
}

// ParseSpecifier reads one clause: an operator and a version, white space
// around both is free (V-10). The error names the clause and says what is wrong.
func ParseSpecifier(s string) (Specifier, error) {
	clause := trimSpace(s)
	operator := operatorOf(clause)
	spec := Specifier{operator: operator, text: operator + trimSpace(clause[len(operator):])}
	var err error
	switch operator {
	case "":
		err = errors.New("it must begin with one of ~= == != <= >= < > ===")
	case "===":
		err = spec.readArbitrary()
	default:
		err = spec.readVersion()
	}
	if err != nil {
		return Specifier{}, fmt.Errorf("invalid specifier %s: %w", quote(clause), err)
	}
	return spec, nil
}

// operatorOf returns the operator that clause begins with, or nothing.
func operatorOf(clause string) string {
	for _, operator := range [...]string{"===", "~=", "==", "!=", "<=", ">=", "<", ">"} {
		if strings.HasPrefix(clause, operator) {
			return operator
		}
	}
	return ""
}

// readArbitrary reads what follows "===": any text, even none, that ends
// where the clause of a requirement ends (V-15).
func (s *Specifier) readArbitrary() error {
	ends := func(r rune) bool { return isSpace(r) || r == ';' || r == ')' }
	if strings.ContainsFunc(s.versionText(), ends) {
		return errors.New(`no white space, ";" or ")" may stand in the text after ===`)
	}
	s.version, _ = Parse(s.versionText()) // it need not be a version
	return nil
}

// readVersion reads what follows any other operator (V-11, V-12, V-13).
func (s *Specifier) readVersion() error {
	text := s.versionText()
	if base, found := strings.CutSuffix(text, ".*"); found && s.isEquality() {
		text, s.prefix = base, true
	}
	v, err := Parse(text)
	switch {
	case err != nil:
		return err
	case s.prefix && (len(v.text) > v.release || !isDigit(text[len(text)-1])):
		return errors.New(".* can only follow the numbers of a release, as in 1.2.*")
	case v.HasLocal() && !s.isEquality():
		return fmt.Errorf("%s does not allow a local part (%s)", s.operator, quote("+"+v.Local()))
	case s.operator == "~=" && !strings.Contains(v.releaseText(), "."):
		return fmt.Errorf("~= needs two numbers or more, as in ~=%.100s.0", v.releaseText())
	}
	s.version = v
	return nil
}

func (s Specifier) isEquality() bool { return s.operator == "==" || s.operator == "!=" }

// Operator returns one of ~= == != <= >= < > ===.
func (s Specifier) Operator() string { return s.operator }

// String returns the operator and the version as it was written, with no white
// space.
func (s Specifier) String() string { return s.text }

func (s Specifier) versionText() string { return s.text[len(s.operator):] }

// MentionsPrerelease reports whether the clause itself names a pre-release and
// so asks for pre-releases; "!=" asks for nothing.
func (s Specifier) MentionsPrerelease() bool {
	return s.operator != "!=" && s.version.IsPrerelease()
}

// canonical returns a text that is the same for clauses that say the same:
// "==1.0" and "==1.0.0" do. The count of numbers matters to "~=".
func (s Specifier) canonical() string {
	switch {
	case s.prefix || s.operator == "===":
		return s.text
	case s.operator == "~=":
		return s.operator + s.version.text
	}
	return s.operator + s.version.Canonical()
}
