package inspect

import (
	"bytes"
	"io"

	"strongroom/internal/packaging/dist"
)

// maxHits bounds what one archive reports.
const maxHits = 100

// searcher looks for texts in the files of one archive while they expand.
type searcher struct {
	texts []string
	hits  []Hit
}

// watch is for dist.Options.
func (s *searcher) watch(m dist.Member) io.Writer {
	longest := 0
	for _, text := range s.texts {
		longest = max(longest, len(text))
	}
	return &search{all: s, path: m.Path, left: append([]string(nil), s.texts...), keep: longest - 1}
}

// search is the search in one file.
type search struct {
	all  *searcher
	path string
	left []string // not found in this file yet
	keep int      // how much of the end may begin a text that goes on in the next write
	tail []byte
}

// Write implements io.Writer. A text is found also where two writes meet.
func (s *search) Write(p []byte) (int, error) {
	if len(s.left) == 0 {
		return len(p), nil
	}
	seam := append(s.tail, p[:min(len(p), s.keep)]...)
	var left []string
	for _, text := range s.left {
		if !bytes.Contains(seam, []byte(text)) && !bytes.Contains(p, []byte(text)) {
			left = append(left, text)
		} else if len(s.all.hits) < maxHits {
			s.all.hits = append(s.all.hits, Hit{Path: s.path, Text: text})
		}
	}
	s.left = left
	if len(p) >= s.keep {
		s.tail = append(s.tail[:0], p[len(p)-s.keep:]...)
	} else {
		s.tail = append(s.tail[:0], seam[max(0, len(seam)-s.keep):]...)
	}
	return len(p), nil
}
