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

// words returns the rank of each word, 1 for the most frequent of its list. No word is in two lists. It takes some
// milliseconds at the first call, and 5 MiB from then on.
var words = sync.OnceValue(loadWords)

func loadWords() map[string]uint16 {
	r, err := gzip.NewReader(bytes.NewReader(wordsFile))
	if err != nil { // a test reads the file
		panic(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	ranks := make(map[string]uint16, 94_000)
	for list := range strings.Lines(string(text)) {
		rank := uint16(0)
		for word := range strings.SplitSeq(strings.TrimSuffix(list, "\n"), ",") {
			rank++
			ranks[word] = rank
		}
	}
	return ranks
}
