//go:build race

package sandbox

// raceEnabled says that the program is built with the race detector.
const raceEnabled = true
