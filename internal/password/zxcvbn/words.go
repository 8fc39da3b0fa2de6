package zxcvbn

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the words are data
	"io"
	"strings"
	"sync"
)

// wordsFile is zxcvbn 4.4.2's frequency_lists.js as data: a line for each list, its words with commas between them, the
// most frequent first. See testdata/README.md for where the words come from and their licence.
//
//go:embed words.gz
var wordsFile []byte

// longestWord is in bytes.
const longestWord = 23

// lexicon is words and how they begin.
type lexicon struct {
	ranks  map[string]uint16 // 1 for the most frequent word of its list; no word is in two lists
	starts map[string]bool   // the first startSize bytes of longer words: most parts of a password begin like no word
}

const startSize = 3

// words takes some milliseconds at the first call, and 5 MiB from then on.
var words = sync.OnceValue(loadWords)

func loadWords() *lexicon {
	r, err := gzip.NewReader(bytes.NewReader(wordsFile))
	if err != nil { // a test reads the file
		panic(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	l := &lexicon{ranks: make(map[string]uint16, 94_000), starts: map[string]bool{}}
	for list := range strings.Lines(string(text)) {
		rank := uint16(0)
		for word := range strings.SplitSeq(strings.TrimSuffix(list, "\n"), ",") {
			rank++
			l.ranks[word] = rank
			addStart(l.starts, word)
		}
	}
	return l
}

func addStart(starts map[string]bool, word string) {
	if len(word) >= startSize {
		starts[word[:startSize]] = true
	}
}
