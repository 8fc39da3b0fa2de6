package password

import (
	"time"

	"strongroom/internal/password/zxcvbn"
)

// Score says how many guesses find a password: 0 fewer than 10³, 1 than 10⁶, 2 than 10⁸, 3 than 10¹⁰, 4 more.
type Score int

// Enough is the least score of an acceptable password (PW-8).
const Enough Score = 2

// OK says whether the password may be used.
func (s Score) OK() bool { return s >= Enough }

// estimated is how many characters the estimator looks at: its time grows with the third power of the length.
const estimated = 72

// Strength estimates a password as zxcvbn 4.4.2 does. inputs are what an attacker tries first: user name, names, e-mail
// address. Only the first 72 characters count; so many are strong or a repetition.
func Strength(password string, inputs ...string) Score {
	return Score(zxcvbn.Score(prefix(Normalize(password)), inputs, time.Now().UTC().Year()))
}

// prefix is the beginning of a text, of characters as JavaScript counts them, so that browser and server agree.
func prefix(s string) string {
	units := 0
	for i, r := range s {
		if units++; r > 0xffff {
			units++
		}
		if units > estimated {
			return s[:i]
		}
	}
	return s
}
