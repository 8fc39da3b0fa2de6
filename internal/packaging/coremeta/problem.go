package coremeta

import "strings"

// reference is where a packager reads on.
const reference = "https://packaging.python.org/specifications/core-metadata"

// Problem is one thing wrong with one field.
type Problem struct {
	Field   string // the field as METADATA spells it: "Requires-Dist"
	Value   string // the offending value; "" if it is the field's absence or number
	Message string // a sentence for the packager, with field and value
}

// Error returns the message, so that a problem can travel as an error.
func (p Problem) Error() string { return p.Message }

// newProblem builds the message: the field, what is wrong, where to read on.
// reason is a clause without a final stop.
func newProblem(field, value, reason string) Problem {
	return Problem{
		Field:   field,
		Value:   value,
		Message: field + ": " + reason + ". See " + reference + " for more information.",
	}
}

// ParseError holds everything [Parse] could not read.
type ParseError struct {
	Problems []Problem // at least one, in the order of M-03
}

// Error returns the messages, one a line.
func (e *ParseError) Error() string {
	messages := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		messages[i] = p.Message
	}
	return strings.Join(messages, "\n")
}
