// Package flood measures what a flood of sign-ins does to somebody who reads
// pages (P34). The flood falls due by the clock, 5,000 attempts a second,
// whether or not those before were answered; each has the costliest form that a
// stranger can give it: a browser's Accept header and a cookie that is no login.
// Quiet and flooded seconds take turns on one server that does all that it
// always does, its request log included.
//
// The attackers of a real flood bring their own machines. Here client and server
// share one, so the client's threads are tied to one processor, go first on it,
// and send prepared bytes from one thread each: what they wait for is the server,
// which goes before the machine's other work by its nice value. Two arrangements
// say what the server has: all processors but for what the clients take of one, or
// one of its own.
//
// A guest's processors stand still now and then while its host does something
// else. A watch on each of them notices, and reads of those moments are left out.
//
// Bombs, archives that the gate must refuse, are floods too: eight connections
// send them without end (P27).
//
// It runs on Linux with two processors or more, as root.
package flood
