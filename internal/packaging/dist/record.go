package dist

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
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
// Each list holds paths, sorted and without duplicates. A path that is not in
// both stands in none of the last four.
type RecordDifferences struct {
	NotInRecord  []string // files of the archive that RECORD does not list
	NotInArchive []string // lines of RECORD without such a file
	Repeated     []string // paths RECORD lists more than once
	WrongHash    []string // files whose SHA-256 is not the one stated, or whose stated one is not a digest
	WrongSize    []string // files whose size is not the one stated
	NoHash       []string // lines without a hash; RECORD itself needs none
	HexHash      []string // files whose SHA-256 is the one stated, but stated in hexadecimal: only a fault of spelling
	WeakHash     []string // lines with a hash weaker than SHA-256 (MD5, SHA-1) or of an unknown kind
}

// Empty reports whether there is no difference but one of spelling.
func (d RecordDifferences) Empty() bool {
	return len(d.NotInRecord)+len(d.NotInArchive)+len(d.Repeated)+
		len(d.WrongHash)+len(d.WrongSize)+len(d.NoHash)+len(d.WeakHash) == 0
}

// CompareRecord compares a RECORD with the files of the wheel: their paths,
// sizes and SHA-256 (AV-15, A-11). Folders may stand in either; the signature
// files RECORD.jws and RECORD.p7s cannot stand in RECORD and are left out. A
// hash stronger than SHA-256 is accepted without being computed, and that of a
// member whose SHA256 is not known is not compared.
func CompareRecord(record []RecordEntry, members []Member) RecordDifferences {
	files, folders := make(map[string]*Member, len(members)), map[string]bool{}
	for i := range members {
		if member := &members[i]; member.Dir {
			folders[member.Path] = true
		} else if !isSignature(member.Path) {
			files[member.Path] = member
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
		if member := files[name]; member != nil {
			d.compare(entry, member)
		}
	}
	d.NotInRecord, d.NotInArchive = missingFrom(listed, files), missingFrom(files, listed)
	for _, list := range [...]*[]string{&d.Repeated, &d.WrongHash, &d.WrongSize, &d.NoHash, &d.HexHash, &d.WeakHash} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return d
}

// compare compares what a line states with the file. RECORD cannot hold its
// own hash.
func (d *RecordDifferences) compare(entry RecordEntry, member *Member) {
	switch {
	case entry.Algorithm == "" && isRecord(member.Path):
	case entry.Algorithm == "":
		d.NoHash = append(d.NoHash, member.Path)
	case entry.Algorithm == "sha256" && member.SHA256 != "":
		if strings.EqualFold(entry.Digest, member.SHA256) { // as uv_build before 0.8.13 writes it
			d.HexHash = append(d.HexHash, member.Path)
		} else if !sameDigest(entry.Digest, member.SHA256) {
			d.WrongHash = append(d.WrongHash, member.Path)
		}
	case entry.Algorithm != "sha256" && !isStronger(entry.Algorithm):
		d.WeakHash = append(d.WeakHash, member.Path)
	}
	if entry.Size >= 0 && entry.Size != member.Size {
		d.WrongSize = append(d.WrongSize, member.Path)
	}
}

// sameDigest compares a RECORD's digest with one in hexadecimal. Padding is
// tolerated, as pip does.
func sameDigest(digest, hexadecimal string) bool {
	sum, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(digest, "="))
	return err == nil && hex.EncodeToString(sum) == hexadecimal
}

// isStronger reports whether an algorithm of Python's hashlib is at least as
// strong as SHA-256.
func isStronger(algorithm string) bool {
	switch algorithm {
	case "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s":
		return true
	}
	return false
}

// isRecord reports whether name is the RECORD of a wheel.
func isRecord(name string) bool {
	folder, file := path.Split(name)
	return file == "RECORD" && isDistInfo(folder)
}

// missingFrom returns the names that are not in set, sorted.
func missingFrom[A, B any](set map[string]A, names map[string]B) []string {
	var missing []string
	for name := range names {
		if _, ok := set[name]; !ok {
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
	return (file == "RECORD.jws" || file == "RECORD.p7s") && isDistInfo(folder)
}

// isDistInfo reports whether folder, with its slash, is a .dist-info folder at
// the top of an archive.
func isDistInfo(folder string) bool {
	return strings.HasSuffix(folder, ".dist-info/") && strings.Count(folder, "/") == 1
}
