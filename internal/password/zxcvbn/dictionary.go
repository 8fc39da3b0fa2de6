package zxcvbn

import (
	"maps"
	"slices"
)

// eachWord visits all parts of lower that are words, with their rank.
func (e *estimator) eachWord(t text, visit func(i, j, rank int)) {
	for i := range t.units {
		for j := i; j < len(t.units) && t.starts[j+1]-t.starts[i] <= e.longest; j++ {
			part := t.part(i, j)
			if len(part) >= startSize && !e.starts[part[:startSize]] && !e.inputStarts[part[:startSize]] {
				break
			}
			rank := int(e.ranks[part])
			if own := e.inputs[part]; own > 0 && (rank == 0 || own < rank) {
				rank = own
			}
			if rank > 0 {
				visit(i, j, rank)
			}
		}
	}
}

// dictionary finds words as they stand.
func (e *estimator) dictionary(t text) (found []match) {
	e.eachWord(t, func(i, j, rank int) {
		found = append(found, match{i, j, float64(rank) * caseVariations(t.units[i:j+1])})
	})
	return found
}

// reversed finds words written backwards, which doubles the guesses.
func (e *estimator) reversed(t text) (found []match) {
	units := slices.Clone(t.units)
	slices.Reverse(units)
	last := len(units) - 1
	e.eachWord(unitText(units), func(i, j, rank int) {
		m := match{i: last - j, j: last - i}
		m.guesses = float64(rank) * caseVariations(t.units[m.i:m.j+1]) * 2
		found = append(found, m)
	})
	return found
}

// leetTable says which signs stand for a letter, in the order of the letters.
var leetTable = []struct {
	letter uint16
	signs  string
}{
	{'a', "4@"},
	{'b', "8"},
	{'c', "({[<"},
	{'e', "3"},
	{'g', "69"},
	{'i', "1!|"},
	{'l', "1|7"},
	{'o', "0"},
	{'s', "$5"},
	{'t', "+7"},
	{'x', "%"},
	{'z', "2"},
}

// leet finds words with signs in place of letters (p4ssword). Of several signs for a letter only one counts at a time.
func (e *estimator) leet(t text) (found []match) {
	for _, sub := range substitutions(t) {
		units := slices.Clone(t.units)
		for k, u := range units {
			if letter, ok := sub[u]; ok {
				units[k] = letter
			}
		}
		e.eachWord(unitText(units), func(i, j, rank int) {
			if token := t.units[i : j+1]; len(token) > 1 && t.part(i, j) != unitText(units[i:j+1]).lower {
				found = append(found, match{i, j, float64(rank) * caseVariations(token) * leetVariations(token, sub)})
			}
		})
	}
	return found
}

// substitutions lists the ways to read the signs of a text: sign → letter.
func substitutions(t text) []map[uint16]uint16 {
	subs := []map[uint16]uint16{{}}
	for _, row := range leetTable {
		var next []map[uint16]uint16
		for _, sign := range row.signs {
			if !slices.Contains(t.units, uint16(sign)) {
				continue
			}
			for _, sub := range subs {
				next = appendNew(next, sub, uint16(sign), row.letter)
			}
		}
		if next != nil {
			subs = next
		}
	}
	return slices.DeleteFunc(subs, func(sub map[uint16]uint16) bool { return len(sub) == 0 })
}

// appendNew adds sub with one more sign; where the sign has a meaning already, both meanings.
func appendNew(subs []map[uint16]uint16, sub map[uint16]uint16, sign, letter uint16) []map[uint16]uint16 {
	add := func(sub map[uint16]uint16) {
		if !slices.ContainsFunc(subs, func(s map[uint16]uint16) bool { return maps.Equal(s, sub) }) {
			subs = append(subs, sub)
		}
	}
	if _, taken := sub[sign]; taken {
		add(sub)
	}
	sub = maps.Clone(sub)
	sub[sign] = letter
	add(sub)
	return subs
}

// leetVariations is how many ways there are to substitute as often as a word does.
func leetVariations(token []uint16, sub map[uint16]uint16) float64 {
	variations := 1.0
	for sign, letter := range sub {
		signs := count(token, func(u uint16) bool { return u == sign })
		letters := count(token, func(u uint16) bool { return u == letter || isUpper(u) && u+'a'-'A' == letter })
		switch {
		case signs == 0:
		case letters == 0:
			variations *= 2
		default:
			variations *= choices(signs, letters)
		}
	}
	return variations
}

// caseVariations is how many ways there are to use capitals as a word does: the first, the last and all letters are
// tried first.
func caseVariations(token []uint16) float64 {
	upper, lower := count(token, isUpper), count(token, isLower)
	first, last := isUpper(token[0]), isUpper(token[len(token)-1])
	switch {
	case upper == 0:
		return 1
	case lower == 0, upper == 1 && len(token) > 1 && (first || last):
		return 2
	}
	return choices(upper, lower)
}

// choices is the sum of n over k for k from 1 to the smaller of a and b, n being a + b.
func choices(a, b int) (sum float64) {
	for k := 1; k <= min(a, b); k++ {
		sum += binomial(a+b, k)
	}
	return sum
}

// binomial is n over k.
func binomial(n, k int) float64 {
	if k > n {
		return 0
	}
	r := 1.0
	for d := 1; d <= k; d++ {
		r = r * float64(n) / float64(d)
		n--
	}
	return r
}
