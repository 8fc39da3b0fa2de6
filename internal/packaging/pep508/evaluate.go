package pep508

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

var (
	// ErrUndefinedVariable means that the environment lacks a variable of the
	// marker.
	ErrUndefinedVariable = errors.New("variable not defined in the environment")
	// ErrUndefinedComparison means that the marker compares values in a way
	// that has no meaning, such as "~=" between words.
	ErrUndefinedComparison = errors.New("undefined comparison")
)

// Evaluate reports whether the marker is true in an environment. Errors are
// ErrUndefinedVariable and ErrUndefinedComparison. Every comparison is made,
// whatever the others gave, so whether there is an error does not depend on
// their values.
func (m *Marker) Evaluate(env Environment) (bool, error) {
	if m == nil {
		return true, nil
	}
	return m.root.evaluate(env)
}

func (g group) evaluate(env Environment) (bool, error) {
	anyTrue := false
	for _, terms := range g {
		allTrue := true
		for _, t := range terms {
			result, err := t.evaluate(env)
			if err != nil {
				return false, err
			}
			allTrue = allTrue && result
		}
		anyTrue = anyTrue || allTrue
	}
	return anyTrue, nil
}

func (t term) evaluate(env Environment) (bool, error) {
	if t.group != nil {
		return t.group.evaluate(env)
	}
	return t.comparison.evaluate(env)
}

// evaluate looks up one side and takes the other as it stands, even if it is a
// variable, too. Between two strings the right one is looked up. Both are what
// packaging does.
func (c comparison) evaluate(env Environment) (bool, error) {
	name := c.right.text
	if c.left.isVariable {
		name = c.left.text
	}
	v, known := findVariable(name)
	if known && v.kind == set {
		return c.evaluateSet(env, name)
	}
	value, ok := env.Values[name]
	if !ok {
		return false, fmt.Errorf("%w: %s", ErrUndefinedVariable, packaging.Quote(name))
	}
	value = repaired(v, value)
	left, right := c.left.text, value
	if c.left.isVariable {
		left, right = value, c.right.text
	}
	if v.kind == version {
		if result, ok := compareVersions(left, c.operator, right); ok {
			return result, nil
		}
	}
	return compareText(left, c.operator, right)
}

// repaired gives a value the form in which it is compared: extras are
// normalised (PEP 685), and Python builds between two tags report a version
// that ends in "+", which is not PEP 440.
func repaired(v variable, value string) string {
	switch {
	case v.kind == extra:
		return packaging.NormalizeName(value)
	case v.name == "python_full_version" && strings.HasSuffix(value, "+"):
		return value + "local"
	}
	return value
}

// evaluateSet looks a name up in a set. Sets stand on the right only. All
// operators but "in" and "not in" treat the two as different things.
func (c comparison) evaluateSet(env Environment, name string) (bool, error) {
	members, ok := env.Sets[name]
	if !ok {
		return false, fmt.Errorf("%w: %s (only lock files have it)", ErrUndefinedVariable, packaging.Quote(name))
	}
	if c.left.isVariable {
		return false, fmt.Errorf(`%w: %s is a set and can only be used as in "name" in %[2]s`, ErrUndefinedComparison, name)
	}
	wanted := packaging.NormalizeName(c.left.text)
	found := slices.ContainsFunc(members, func(m string) bool { return packaging.NormalizeName(m) == wanted })
	switch c.operator {
	case "in":
		return found, nil
	case "not in":
		return !found, nil
	case "~=", "===":
		return false, undefined(c.left.text, c.operator, name)
	}
	return c.operator == "!=", nil
}

// compareVersions compares by PEP 440, pre-releases included. It answers ok
// only when operator and right side make one version specifier; a left side
// that is no version satisfies none but "===".
func compareVersions(left, operator, right string) (result, ok bool) {
	specifier, err := pep440.ParseSpecifier(operator + right)
	if err != nil {
		return false, false
	}
	return specifier.ContainsString(left), true
}

// compareText compares as text. There is no order between texts, so "<" and
// ">" are false, and "<=" and ">=" mean equal.
func compareText(left, operator, right string) (bool, error) {
	switch operator {
	case "in":
		return strings.Contains(right, left), nil
	case "not in":
		return !strings.Contains(right, left), nil
	case "==", "<=", ">=":
		return left == right, nil
	case "!=":
		return left != right, nil
	case "<", ">":
		return false, nil
	}
	return false, undefined(left, operator, right)
}

func undefined(left, operator, right string) error {
	return fmt.Errorf("%w: %s %s %s", ErrUndefinedComparison, packaging.Quote(left), operator, packaging.Quote(right))
}
