package pep440

import "strings"

// SortKey returns printable ASCII text whose byte-wise order is the order of
// [Version.Compare], so that a database can sort versions (V-04). Equal
// versions have the same key. It is for comparing only.
//
//	1.10.post2+gpu.3  →  A0A1B10.~1A210gpu-1A3
func (v Version) SortKey() string {
	var room [64]byte
	key := appendNumber(room[:0], v.epochNumber())
	for number := range strings.SplitSeq(trimZeros(v.releaseText()), ".") {
		key = appendNumber(key, number)
	}
	// The dot is below "A", so that a release comes before a longer one.
	key = append(key, '.', v.phase())
	if v.hasPre() {
		key = appendNumber(key, strings.TrimLeft(v.preText(), "abrc"))
	}
	if v.IsPostrelease() {
		key = appendNumber(append(key, '1'), strings.TrimPrefix(v.postText(), ".post"))
	} else {
		key = append(key, '0')
	}
	if v.IsDevrelease() {
		key = appendNumber(append(key, '0'), strings.TrimPrefix(v.devText(), ".dev"))
	} else {
		key = append(key, '1')
	}
	return string(appendLocal(key, v.Local()))
}

// appendLocal writes "0" before words and "1" before numbers. The hyphen that
// ends a word is below all that a word can contain.
func appendLocal(key []byte, local string) []byte {
	for local != "" {
		var segment string
		segment, local, _ = strings.Cut(local, ".")
		if isNumber(segment) {
			key = appendNumber(append(key, '1'), segment)
			continue
		}
		key = append(append(key, '0'), segment...)
		key = append(key, '-')
	}
	return key
}

// appendNumber writes the digits after their count: "A" for one, "Y" for 25,
// and "Z" for each 25 when there are more to come.
func appendNumber(key []byte, digits string) []byte {
	n := len(digits)
	for ; n > 25; n -= 25 {
		key = append(key, 'Z')
	}
	return append(append(key, byte('A'+n-1)), digits...)
}
