// Package ops is the command line for operators. The grammar is the struct CLI;
// each command is a struct with its flags and a Run method in a file of its
// own. A command runs inside the server when one owns the data folder, and in
// its own process when none does; it cannot tell the difference.
package ops
