// Package upload accepts files: the critical path of the index. accept.go has
// the steps of design 5 in their order and says after each what a crash would
// leave behind; the rules are in package check, one file each.
package upload
