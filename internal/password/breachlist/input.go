package breachlist

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
)

// FromText reads the hashes of a list in one file: lines of 40 hexadecimal digits, a colon and how often the password
// was seen. A line without a count counts; one with the count 0 is padding. An error names the line.
func FromText(r io.Reader) iter.Seq2[Hash, error] {
	return func(yield func(Hash, error) bool) { eachLine(r, "", yield) }
}

// FromFolder reads a folder of ranges: a file for each five hexadecimal digits (named so, with .txt or nothing behind),
// of lines with the other 35, a colon and a count. Other files are errors, since a list that lacks a part is worse than
// none. done is called after each file.
func FromFolder(folder fs.FS, done func()) iter.Seq2[Hash, error] {
	return func(yield func(Hash, error) bool) {
		entries, err := fs.ReadDir(folder, ".") // in the order of their names
		if err != nil {
			yield(Hash{}, err)
			return
		}
		for _, e := range entries {
			if !rangeFile(folder, e.Name(), yield) {
				return
			}
			done()
		}
	}
}

// rangeFile says whether to go on.
func rangeFile(folder fs.FS, name string, yield func(Hash, error) bool) bool {
	prefix := strings.TrimSuffix(name, path.Ext(name))
	if !IsPrefix(prefix) {
		yield(Hash{}, fmt.Errorf("%s: a range is named by five hexadecimal digits", name))
		return false
	}
	f, err := folder.Open(name)
	if err != nil {
		yield(Hash{}, err)
		return false
	}
	defer f.Close()
	return eachLine(f, prefix, func(h Hash, err error) bool {
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return yield(h, err)
	})
}

// IsPrefix says whether a text is five hexadecimal digits.
func IsPrefix(s string) bool {
	return len(s) == 5 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// eachLine visits the hashes of lines that prefix stands before, and says whether to go on.
func eachLine(r io.Reader, prefix string, yield func(Hash, error) bool) bool {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), 64<<10)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSuffix(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")), []byte("\r"))
		if len(line) == 0 {
			continue
		}
		h, counts, ok := parseLine(prefix, line)
		switch {
		case !ok:
			yield(Hash{}, fmt.Errorf("line %d is not HASH:COUNT with %d hexadecimal digits: %q", n, 40-len(prefix), line[:min(len(line), 60)]))
			return false
		case counts && !yield(h, nil):
			return false
		}
	}
	if err := lines.Err(); err != nil {
		yield(Hash{}, err)
		return false
	}
	return true
}

// parseLine reads a line; counts is false for padding.
func parseLine(prefix string, line []byte) (h Hash, counts, ok bool) {
	digits, count, counted := bytes.Cut(line, []byte(":"))
	var all [40]byte
	if len(prefix)+len(digits) != len(all) || counted && (len(count) == 0 || len(bytes.Trim(count, "0123456789")) > 0) {
		return h, false, false
	}
	copy(all[copy(all[:], prefix):], digits)
	_, err := hex.Decode(h[:], all[:])
	return h, !counted || len(bytes.Trim(count, "0")) > 0, err == nil
}
