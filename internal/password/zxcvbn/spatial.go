package zxcvbn

import (
	"math"
	"strings"
	"sync"
)

// keyboard is which keys lie beside which.
type keyboard struct {
	beside  map[uint16][]string // by character: what each neighbouring key types, plain and shifted; "" where none is
	shifted string              // characters that need the shift key
	degree  float64             // neighbours of a key, on average
}

// noKey fills a place without a key in a layout.
const noKey = "__"

// layouts are drawn with blanks between the keys; on a slanted keyboard each row stands half a key to the right of the
// one above.
var layouts = []struct {
	slanted bool
	rows    string
}{
	{true, "`~ 1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) -_ =+\n" +
		"__ qQ wW eE rR tT yY uU iI oO pP [{ ]} \\|\n__ aA sS dD fF gG hH jJ kK lL ;: '\"\n__ zZ xX cC vV bB nN mM ,< .> /?"},
	{true, "`~ 1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) [{ ]}\n" +
		"__ '\" ,< .> pP yY fF gG cC rR lL /? =+ \\|\n__ aA oO eE uU iI dD hH tT nN sS -_\n__ ;: qQ jJ kK xX bB mM wW vV zZ"},
	{false, "__ / * -\n7 8 9 +\n4 5 6\n1 2 3\n__ 0 ."},
	{false, "__ = / *\n7 8 9 -\n4 5 6 +\n1 2 3\n__ 0 ."},
}

// keyboards are QWERTY, Dvorak, the keypad and the Mac's keypad.
var keyboards = sync.OnceValue(func() (all []keyboard) {
	for _, l := range layouts {
		all = append(all, newKeyboard(l.rows, l.slanted))
	}
	return all
})

func newKeyboard(rows string, slanted bool) keyboard {
	around := [][2]int{{-1, 0}, {-1, -1}, {0, -1}, {1, -1}, {1, 0}, {1, 1}, {0, 1}, {-1, 1}}
	if slanted {
		around = [][2]int{{-1, 0}, {0, -1}, {1, -1}, {1, 0}, {0, 1}, {-1, 1}}
	}
	k := keyboard{beside: map[uint16][]string{}}
	var grid [][]string
	for row := range strings.SplitSeq(rows, "\n") {
		grid = append(grid, strings.Fields(row))
	}
	for y := range grid {
		for x := range grid[y] {
			k.add(grid, x, y, around)
		}
	}
	k.degree /= float64(len(k.beside))
	return k
}

// add enters the key at a place of the grid.
func (k *keyboard) add(grid [][]string, x, y int, around [][2]int) {
	types := keyAt(grid, x, y)
	if len(types) == 2 {
		k.shifted += types[1:]
	}
	var beside []string
	for _, step := range around {
		other := keyAt(grid, x+step[0], y+step[1])
		beside = append(beside, other)
		if other != "" {
			k.degree += float64(len(types))
		}
	}
	for _, c := range types {
		k.beside[uint16(c)] = beside
	}
}

func keyAt(grid [][]string, x, y int) string {
	if y < 0 || y >= len(grid) || x < 0 || x >= len(grid[y]) || grid[y][x] == noKey {
		return ""
	}
	return grid[y][x]
}

// spatial finds walks over keys that lie side by side. The second keyboard of each sort counts with the figures of the
// first, as zxcvbn does.
func spatial(t text) (found []match) {
	for n, k := range keyboards() {
		for i := 0; i < len(t.units)-1; {
			w := k.walk(t.units[i:], n < 2)
			if w.length > 2 {
				found = append(found, match{i, i + w.length - 1, keyboards()[n/2*2].guesses(w)})
			}
			i += w.length
		}
	}
	return found
}

// walk is a way over a keyboard.
type walk struct{ length, turns, shifted int }

// walk follows a text from its beginning.
func (k *keyboard) walk(units []uint16, slanted bool) walk {
	w, last := walk{length: 1}, -1
	if slanted && units[0] < 0x80 && strings.IndexByte(k.shifted, byte(units[0])) >= 0 {
		w.shifted = 1
	}
	for w.length < len(units) {
		direction, shifted := k.step(units[w.length-1], units[w.length])
		if direction < 0 {
			break
		}
		if shifted {
			w.shifted++
		}
		if direction != last {
			w.turns++
			last = direction
		}
		w.length++
	}
	return w
}

// step is the direction from one key to the next, -1 when they are not neighbours.
func (k *keyboard) step(from, to uint16) (direction int, shifted bool) {
	for d, key := range k.beside[from] {
		if at := strings.IndexRune(key, rune(to)); key != "" && at >= 0 {
			return d, at == 1
		}
	}
	return -1, false
}

// guesses is how many walks are as short and have as few turns.
func (k *keyboard) guesses(w walk) (sum float64) {
	for length := 2; length <= w.length; length++ {
		for turns := 1; turns <= min(w.turns, length-1); turns++ {
			sum += binomial(length-1, turns-1) * float64(len(k.beside)) * math.Pow(k.degree, float64(turns))
		}
	}
	switch plain := w.length - w.shifted; {
	case w.shifted == 0:
		return sum
	case plain == 0:
		return sum * 2
	default:
		return sum * choices(w.shifted, plain)
	}
}
