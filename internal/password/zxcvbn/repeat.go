package zxcvbn

import "slices"

// repeats finds what is repeated at once: aaa, abcabc. The guesses are those for one of it, times how often it stands
// there.
func (e *estimator) repeats(t text) (found []match) {
	for from := 0; from < len(t.units); {
		i, long, short := firstRepeat(t.units, from)
		if long == 0 {
			break
		}
		base, length := short, repeated(t.units[i:], short)
		if l := repeated(t.units[i:], long); l > length {
			length = l
			base = smallestRepeat(t.units[i : i+l])
		}
		guesses := e.guesses(unitText(t.units[i:i+base])) * float64(length/base)
		found = append(found, match{i, i + length - 1, guesses})
		from = i + length
	}
	return found
}

// firstRepeat finds the first place where something is repeated: the longest and the shortest of what is.
func firstRepeat(units []uint16, from int) (i, long, short int) {
	for i = from; i < len(units); i++ {
		for size := 1; 2*size <= len(units)-i && !endsLine(units[i+size-1]); size++ {
			if !slices.Equal(units[i:i+size], units[i+size:i+2*size]) {
				continue
			}
			if long = size; short == 0 {
				short = size
			}
		}
		if long > 0 {
			break
		}
	}
	return i, long, short
}

// repeated is the length of all repetitions of the first size units.
func repeated(units []uint16, size int) int {
	n := size
	for n+size <= len(units) && slices.Equal(units[:size], units[n:n+size]) {
		n += size
	}
	return n
}

// smallestRepeat is the shortest beginning whose repetition makes the whole.
func smallestRepeat(units []uint16) int {
	size := 1
	for repeated(units, size) != len(units) {
		size++
	}
	return size
}

// endsLine says what a point in a JavaScript pattern does not match.
func endsLine(u uint16) bool { return u == '\n' || u == '\r' || u == 0x2028 || u == 0x2029 }

// maxStep is the largest distance between neighbours of a sequence.
const maxStep = 5

// sequences finds characters at equal distances: abcd, 7531.
func sequences(t text) (found []match) {
	u := t.units
	if len(u) < 2 {
		return nil
	}
	start, last := 0, int(u[1])-int(u[0])
	add := func(end int) {
		size := max(last, -last)
		if (end-start > 1 || size == 1) && size > 0 && size <= maxStep {
			found = append(found, match{start, end, sequenceGuesses(u[start:end+1], last > 0)})
		}
	}
	for k := 2; k < len(u); k++ {
		if step := int(u[k]) - int(u[k-1]); step != last {
			add(k - 1)
			start, last = k-1, step
		}
	}
	add(len(u) - 1)
	return found
}

func sequenceGuesses(token []uint16, ascending bool) float64 {
	base := 26
	switch {
	case slices.Contains([]uint16{'a', 'A', 'z', 'Z', '0', '1', '9'}, token[0]):
		base = 4
	case isDigit(token[0]):
		base = 10
	}
	if !ascending {
		base *= 2
	}
	return float64(base * len(token))
}
