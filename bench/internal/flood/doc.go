// Package flood measures what a flood of sign-ins does to somebody who reads
// pages (P34). The flood falls due by the clock, 5,000 attempts a second,
// whether or not those before were answered; each has the costliest form that a
// stranger can give it: a browser's Accept header and a cookie that is no login.
// Quiet and flooded seconds take turns on one server that does all that it
// always does, its request log included.
//
// The attackers of a real flood bring their own machines. Here client and server
// share one, so the client's threads have a processor given to them, go first on
// it (SCHED_FIFO, the reader before the flood), and send prepared bytes from one
// thread each: what they wait for is the server, which goes before the machine's
// other work by its nice value. Two arrangements say what the
// server has: a processor of its own, or all of them but for what the clients take.
//
// It runs on Linux with two processors or more, as root.
package flood
