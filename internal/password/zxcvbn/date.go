package zxcvbn

import "slices"

// leastYears is the least number of years an attacker tries.
const leastYears = 20

// distance is how many years an attacker tries to come to one.
func (e *estimator) distance(year int) int { return max(year-e.year, e.year-year) }

// years finds the years 1900 to 2019.
func (e *estimator) years(t text) (found []match) {
	for i := 0; i+4 <= len(t.units); i++ {
		token := t.units[i : i+4]
		if count(token, isDigit) < 4 {
			continue
		}
		if year := number(token); year >= 1900 && year <= 2019 {
			found = append(found, match{i, i + 3, float64(max(e.distance(year), leastYears))})
			i += 3
		}
	}
	return found
}

// splits says where digits without separators are split into three numbers, by how many digits there are.
var splits = [9][][2]int{
	4: {{1, 2}, {2, 3}}, 5: {{1, 3}, {2, 3}}, 6: {{1, 2}, {2, 4}, {4, 5}}, 7: {{1, 3}, {2, 3}, {4, 5}, {4, 6}}, 8: {{2, 4}, {4, 6}},
}

// dates finds days with a year, with separators or without. A date inside another one does not count.
func (e *estimator) dates(t text) []match {
	found := append(e.plainDates(t), e.separatedDates(t)...)
	return slices.DeleteFunc(slices.Clone(found), func(m match) bool {
		return slices.ContainsFunc(found, func(o match) bool { return o != m && o.i <= m.i && o.j >= m.j })
	})
}

// plainDates finds those of digits alone; of several readings the one with the nearest year counts.
func (e *estimator) plainDates(t text) (found []match) {
	for i := range t.units {
		for j := i + 3; j < min(i+8, len(t.units)); j++ {
			token := t.units[i : j+1]
			if count(token, isDigit) < len(token) {
				break
			}
			best := -1
			for _, s := range splits[len(token)] {
				year, ok := yearOf([3]int{number(token[:s[0]]), number(token[s[0]:s[1]]), number(token[s[1]:])})
				if ok && (best < 0 || e.distance(year) < e.distance(best)) {
					best = year
				}
			}
			if best >= 0 {
				found = append(found, match{i, j, e.dateGuesses(best)})
			}
		}
	}
	return found
}

// separatedDates finds those such as 1/1/91 and 11-11-1991.
func (e *estimator) separatedDates(t text) (found []match) {
	for i := range t.units {
		for j := i + 5; j < min(i+10, len(t.units)); j++ {
			numbers, ok := separated(t.units[i : j+1])
			if !ok {
				continue
			}
			if year, ok := yearOf(numbers); ok {
				found = append(found, match{i, j, e.dateGuesses(year) * 4})
			}
		}
	}
	return found
}

func (e *estimator) dateGuesses(year int) float64 {
	return float64(max(e.distance(year), leastYears) * 365)
}

// separated reads up to four digits, up to two and up to four, with the same separator between them.
func separated(token []uint16) (numbers [3]int, ok bool) {
	var parts [][]uint16
	separator, start := uint16(0), 0
	for k, u := range token {
		switch {
		case isDigit(u):
		case !separates(u), len(parts) > 0 && u != separator, len(parts) == 2:
			return numbers, false
		default:
			separator, parts, start = u, append(parts, token[start:k]), k+1
		}
	}
	parts = append(parts, token[start:])
	if len(parts) != 3 {
		return numbers, false
	}
	for k, most := range []int{4, 2, 4} {
		if len(parts[k]) < 1 || len(parts[k]) > most {
			return numbers, false
		}
		numbers[k] = number(parts[k])
	}
	return numbers, true
}

// separates says which characters stand in dates, with all that JavaScript calls white space.
func separates(u uint16) bool {
	switch u {
	case '/', '\\', '_', '.', '-', '\t', '\n', '\v', '\f', '\r', ' ', 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff:
		return true
	}
	return u >= 0x2000 && u <= 0x200a
}

// yearOf says whether three numbers can be a date, the year being the first or the last, and its year in four digits.
func yearOf(n [3]int) (year int, ok bool) {
	if n[1] > 31 || n[1] < 1 {
		return 0, false
	}
	over12, over31, zero := 0, 0, 0
	for _, v := range n {
		if v > 99 && v < 1000 || v > 2050 {
			return 0, false
		}
		over12, over31, zero = over12+truth(v > 12), over31+truth(v > 31), zero+truth(v < 1)
	}
	if over31 >= 2 || over12 == 3 || zero >= 2 {
		return 0, false
	}
	return readYear(n)
}

func readYear(n [3]int) (year int, ok bool) {
	orders := [2][2]int{{n[2], n[0]}, {n[0], n[2]}} // the year last, the year first
	for _, o := range orders {
		if o[0] >= 1000 {
			return o[0], isDay(o[1], n[1])
		}
	}
	for _, o := range orders {
		if isDay(o[1], n[1]) {
			if o[0] > 50 {
				return 1900 + o[0], true
			}
			return 2000 + o[0], true
		}
	}
	return 0, false
}

// isDay says whether two numbers can be a day and a month, in either order.
func isDay(a, b int) bool { return min(a, b) >= 1 && min(a, b) <= 12 && max(a, b) <= 31 }

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
