// Package sandbox runs this program again as a locked-down child that looks at one open file and can do nothing else
// (AV-2). It knows nothing of archives: a request of bytes and a file go in, a reply of bytes comes out.
//
// The program must call ServeChild when IsChild says so, before anything else (package child does that); the server makes a Pool and calls Run. On Linux
// a child locks itself down before it reads anything: see Layer for what that consists of, and Explain for what of it
// this machine has. Elsewhere a child has limits on its time and memory only, and Explain says so.
//
// Children are started ahead of need, used once and replaced. They end with the server, however it ends.
package sandbox
