//go:build !slow

package durability

// raceRounds is a taste; the slow run has the full number.
const raceRounds = 12
