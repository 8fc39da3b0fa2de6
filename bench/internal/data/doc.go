// Package data generates what the benchmark uploads and installs: wheels that
// are valid in every byte and the same on every machine.
//
// A wheel's bytes are a pure function of its project name, version and size, so
// two runs and two servers get identical files and nothing large is committed.
package data
