package dist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// RecordEntry is one line of a wheel's RECORD (PEP 376, PEP 427).
type RecordEntry struct {
	Path      string // with "/", also where the file has "\"
	Algorithm string // "sha256"; "" if the line states no hash
	Digest    string // as written: URL-safe base64 without padding
	Size      int64  // bytes; -1 if the line states none
}

// ParseRecord reads a RECORD: CSV lines of path, algorithm=digest and size,
// of which the last two may be empty. The error names the line.
func ParseRecord(b []byte) ([]RecordEntry, error) {
	lines := csv.NewReader(bytes.NewReader(b))
	lines.FieldsPerRecord = 3
	lines.ReuseRecord = true
	var entries []RecordEntry
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("RECORD is not a table of path, hash and size: %w", err)
		}
		entry, err := recordEntry(fields)
		if err != nil {
			line, _ := lines.FieldPos(0)
			return nil, fmt.Errorf("RECORD, line %d: %w", line, err)
		}
		entries = append(entries, entry)
	}
}

// recordEntry reads the three fields of a line.
func recordEntry(fields []string) (RecordEntry, error) {
	entry := RecordEntry{Path: strings.ReplaceAll(fields[0], `\`, "/"), Size: -1}
	if entry.Path == "" {
		return entry, errors.New("the path is empty")
	}
	if fields[1] != "" {
		algorithm, digest, ok := strings.Cut(fields[1], "=")
		if !ok || algorithm == "" || digest == "" {
			return entry, fmt.Errorf("the hash %.100q is not of the form algorithm=digest", fields[1])
		}
		entry.Algorithm, entry.Digest = algorithm, digest
	}
	if fields[2] != "" {
		size, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil || size < 0 {
			return entry, fmt.Errorf("the size %.100q is not a number of bytes", fields[2])
		}
		entry.Size = size
	}
	return entry, nil
}

// RecordDifferences is how a RECORD differs from the archive it stands in.
// Each list is sorted and without duplicates.
type RecordDifferences struct {
	NotInRecord  []string // files of the archive that RECORD does not list
	NotInArchive []string // lines of RECORD without such a file
	Repeated     []string // paths RECORD lists more than once
}

// Empty reports whether there is no difference.
func (d RecordDifferences) Empty() bool {
	return len(d.NotInRecord)+len(d.NotInArchive)+len(d.Repeated) == 0
}

// CompareRecord compares the paths in a RECORD with the files of the wheel
// (AV-15, A-11). Folders may stand in either; the signature files RECORD.jws
// and RECORD.p7s cannot stand in RECORD and are left out.
func CompareRecord(record []RecordEntry, members []Member) RecordDifferences {
	files, folders := make(map[string]bool, len(members)), map[string]bool{}
	for _, member := range members {
		if member.Dir {
			folders[member.Path] = true
		} else if !isSignature(member.Path) {
			files[member.Path] = true
		}
	}
	listed := make(map[string]bool, len(record))
	var d RecordDifferences
	for _, entry := range record {
		name, folder := strings.CutSuffix(entry.Path, "/")
		if folder || folders[name] || isSignature(name) {
			continue
		}
		if listed[name] {
			d.Repeated = append(d.Repeated, name)
		}
		listed[name] = true
	}
	slices.Sort(d.Repeated)
	d.Repeated = slices.Compact(d.Repeated)
	d.NotInRecord, d.NotInArchive = missingFrom(listed, files), missingFrom(files, listed)
	return d
}

// missingFrom returns the names that are not in set, sorted.
func missingFrom(set, names map[string]bool) []string {
	var missing []string
	for name := range names {
		if !set[name] {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}

// isSignature reports whether name is a signature of a RECORD (PEP 427,
// deprecated by PEP 815).
func isSignature(name string) bool {
	folder, file := path.Split(name)
	return (file == "RECORD.jws" || file == "RECORD.p7s") &&
		strings.HasSuffix(folder, ".dist-info/") && strings.Count(folder, "/") == 1
}
