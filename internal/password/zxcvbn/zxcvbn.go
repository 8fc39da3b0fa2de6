// Package zxcvbn estimates how many guesses find a password, with the results of the JavaScript library zxcvbn 4.4.2
// (Daniel Lowe Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016), so that the page and
// the server say the same. It is written anew because Go packages that do this build 10 MiB of tables before main
// begins; here they are built when the first password is judged.
//
// It finds everything in a password that an attacker would try early (words, keyboard walks, repetitions, sequences,
// years, dates), estimates the guesses for each, and searches the cheapest way to put the password together from them.
// One fault is not copied: the library takes "constructor" and "__proto__" for words of unknown rank and calls them
// strong.
package zxcvbn

// Score is the estimate for a password: 0 fewer than 10³ guesses, 1 than 10⁶, 2 than 10⁸, 3 than 10¹⁰, 4 more. inputs
// are words an attacker tries first, the likeliest first. year is the present one: dates near it are guessed first.
// Time grows with the third power of the length: the caller bounds it.
func Score(password string, inputs []string, year int) int {
	guesses := Guesses(password, inputs, year)
	for score, limit := range []float64{1e3, 1e6, 1e8, 1e10} {
		if guesses < limit+5 {
			return score
		}
	}
	return 4
}

// Guesses is the number of guesses that Score judges.
func Guesses(password string, inputs []string, year int) float64 {
	e := &estimator{lexicon: words(), inputs: map[string]int{}, inputStarts: map[string]bool{}, longest: longestWord, year: year}
	for i, input := range inputs {
		t := newText(input)
		e.inputs[t.lower] = i + 1
		addStart(e.inputStarts, t.lower)
		e.longest = max(e.longest, len(t.lower))
	}
	return e.guesses(newText(password))
}

// estimator is what all matchers know.
type estimator struct {
	*lexicon
	inputs      map[string]int  // rank of the caller's words
	inputStarts map[string]bool // how these begin
	longest     int             // bytes of the longest word
	year        int
}

// match is a part of a password that an attacker would try early.
type match struct {
	i, j    int // first and last character
	guesses float64
}

// guesses estimates a text.
func (e *estimator) guesses(t text) float64 {
	if len(t.units) == 0 {
		return 1
	}
	return cheapest(t, e.matches(t))
}

func (e *estimator) matches(t text) (all []match) {
	all = append(all, e.dictionary(t)...)
	all = append(all, e.reversed(t)...)
	all = append(all, e.leet(t)...)
	all = append(all, spatial(t)...)
	all = append(all, e.repeats(t)...)
	all = append(all, sequences(t)...)
	all = append(all, e.years(t)...)
	return append(all, e.dates(t)...)
}
