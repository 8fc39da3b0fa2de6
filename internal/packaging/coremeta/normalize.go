package coremeta

import (
	"slices"
	"strings"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/spdx"
)

// Normalize returns valid metadata in the spelling an index stores: the
// License-Expression in SPDX's own case (L-01), Dynamic as capitalised names.
// What cannot be normalised is kept. The receiver is not changed.
func (m Metadata) Normalize() Metadata {
	if expression, err := spdx.Parse(m.LicenseExpression); err == nil {
		m.LicenseExpression = expression.String()
	}
	m.Dynamic = slices.Clone(m.Dynamic)
	for i, name := range m.Dynamic {
		m.Dynamic[i] = capitalized(name)
	}
	return m
}

// capitalized writes each word of a field's name with a capital, also where
// the specification does not: "Home-Page", "Project-Url" (M-04).
func capitalized(name string) string {
	words := strings.Split(strings.ToLower(name), "-")
	for i, word := range words {
		if word != "" {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, "-")
}

// Warnings returns what is accepted but better changed: deprecated licence
// identifiers, and licence classifiers beside a License-Expression (L-02).
func (m Metadata) Warnings() []Problem {
	expression, err := spdx.Parse(m.LicenseExpression)
	if m.LicenseExpression == "" || err != nil {
		return nil
	}
	var warnings []Problem
	for _, id := range expression.Deprecated() {
		warnings = append(warnings, newProblem("License-Expression", id, "the SPDX identifier "+id+" is deprecated"))
	}
	for _, classifier := range m.Classifiers {
		if strings.HasPrefix(classifier, "License ::") {
			reason := "the licence classifier " + packaging.Quote(classifier) + " is deprecated where there is a License-Expression"
			warnings = append(warnings, newProblem("Classifier", classifier, reason))
		}
	}
	return warnings
}
