// Package structure holds the tests that keep the tree in its shape: who may import whom (rows.txt), what may stand
// where, how large functions and files may grow, and that everything is documented.
//
// The tests read the source with go/parser, so they see every file whatever its build tags and need nothing to
// compile. Each rule is a function from the tree to a list of violations, and each has a test of its own that plants
// a violation and expects it to be caught. A rule without such a test may have stopped working without anybody noticing.
package structure
