package dist

import (
	"archive/zip"
	"errors"
	"strings"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

// directoryBytes is how much of a zip's directory may be read for each member
// the limits permit: the record's 46 bytes, the path and extra fields.
const directoryBytes = 320

// zipArchive is an opened zip whose directory keeps the limits.
type zipArchive struct {
	files  map[string]*zip.File // the regular files by path
	double map[string]bool      // the paths that stand twice
	lim    Limits
}

// readZip opens a zip and lists its members; nothing is expanded yet.
func readZip(src *source, size int64, lim Limits) (zipArchive, Contents, error) {
	opened, err := openZip(src, size, lim)
	if err != nil {
		return zipArchive{}, Contents{}, err
	}
	a := zipArchive{files: make(map[string]*zip.File, len(opened)), double: map[string]bool{}, lim: lim}
	c := Contents{Members: make([]Member, 0, len(opened))}
	var expanded uint64
	for _, file := range opened {
		expanded += min(file.UncompressedSize64, 1<<62/uint64(len(opened)))
		c.Members = append(c.Members, a.add(file))
	}
	c.TopDirs = topDirs(c.Members)
	return a, c, lim.expansion(int64(expanded), size)
}

// openZip reads the directory of a zip within the limits.
func openZip(src *source, size int64, lim Limits) ([]*zip.File, error) {
	src.left = 1<<20 + int64(lim.Members)*directoryBytes
	opened, err := zip.NewReader(src, size)
	if errors.Is(err, errDirectory) || err == nil && len(opened.File) > lim.Members {
		return nil, refuse(TooManyMembers, "", "the archive has more than %d members", lim.Members)
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, damaged("zip", err)
	}
	src.left = unbounded // the members' own limits hold from here on
	return opened.File, nil
}

// add notes a file under its path and returns its Member.
func (a zipArchive) add(file *zip.File) Member {
	member := Member{Path: memberPath(file.Name), Dir: strings.HasSuffix(file.Name, "/")}
	if member.Dir {
		return member
	}
	member.Size = int64(min(file.UncompressedSize64, 1<<62))
	if a.files[member.Path] != nil {
		a.double[member.Path] = true
	}
	a.files[member.Path] = file
	return member
}

// content expands the file at path, at most limit bytes; nil if there is none.
func (a zipArchive) content(path string, limit int64) ([]byte, error) {
	file := a.files[path]
	if file == nil {
		return nil, nil
	}
	if a.double[path] {
		return nil, refuse(DuplicateMember, path, "stands twice in the archive")
	}
	opened, err := file.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, refuse(Unsupported, path, "compressed by a method other than stored and deflated")
	}
	if err != nil {
		return nil, damaged("zip", err)
	}
	defer opened.Close()
	content, err := readMember(opened, path, limit)
	if err != nil {
		return nil, damaged("zip", err)
	}
	return content, nil
}

// readZipSdist reads a .zip source distribution: old files only (W-02).
func readZipSdist(src *source, size int64, lim Limits) (Contents, error) {
	a, c, err := readZip(src, size, lim)
	if err != nil {
		return c, err
	}
	for _, member := range c.Members {
		if member.Dir || !isPKGInfo(member.Path) || member.Path == c.MetadataPath {
			continue
		}
		content, err := a.content(member.Path, lim.Metadata)
		if err != nil {
			return c, err
		}
		if c.MetadataPath != "" {
			return c, refuse(DuplicateMember, member.Path, "the archive has more than one PKG-INFO in a top folder")
		}
		c.MetadataPath, c.Metadata = member.Path, content
	}
	return c.finishSdist()
}

// readWheel reads a wheel's .dist-info folder (W-16).
func readWheel(src *source, size int64, f Filename, lim Limits) (Contents, error) {
	a, c, err := readZip(src, size, lim)
	if err != nil {
		return c, err
	}
	info, err := distInfo(c.TopDirs, f)
	if err != nil {
		return c, err
	}
	for _, part := range [...]struct {
		name    string
		limit   int64
		content *[]byte
	}{
		{"WHEEL", lim.Wheel, &c.Wheel},
		{"RECORD", lim.Record, &c.Record},
		{"entry_points.txt", lim.EntryPoints, &c.EntryPoints},
		{"METADATA", lim.Metadata, &c.Metadata},
	} {
		if *part.content, err = a.content(info+"/"+part.name, part.limit); err != nil {
			return c, err
		}
	}
	return c.finishWheel(info)
}

// finishWheel says which of the required files were found and which not.
func (c Contents) finishWheel(info string) (Contents, error) {
	c.HasWheelFile, c.HasRecord, c.HasEntryPoint = c.Wheel != nil, c.Record != nil, c.EntryPoints != nil
	var missing []error
	for _, required := range [...]struct {
		found bool
		kind  ErrorKind
		name  string
	}{
		{c.HasWheelFile, MissingWheel, "WHEEL"},
		{c.HasRecord, MissingRecord, "RECORD"},
		{c.Metadata != nil, MissingMetadata, "METADATA"},
	} {
		if !required.found {
			missing = append(missing, refuse(required.kind, info+"/"+required.name, "the wheel has no such file"))
		}
	}
	if c.Metadata != nil {
		c.MetadataPath = info + "/METADATA"
	}
	return c, errors.Join(missing...)
}

// distInfo returns the wheel's one .dist-info folder. Its name is the first
// two parts of the filename; another spelling of the same name and version is
// accepted, because old build tools escaped them differently (AV-14).
func distInfo(tops []string, f Filename) (string, error) {
	var found []string
	for _, top := range tops {
		if strings.HasSuffix(top, ".dist-info") {
			found = append(found, top)
		}
	}
	want := f.Name + "-" + f.VersionText + ".dist-info"
	switch {
	case len(found) == 0:
		return "", refuse(WrongDistInfo, want, "the wheel has no such folder")
	case len(found) > 1:
		return "", refuse(WrongDistInfo, "", "the wheel has more than one .dist-info folder: %.100q and %.100q", found[0], found[1])
	case found[0] != want && !sameRelease(found[0], f):
		return "", refuse(WrongDistInfo, found[0], "the folder's name does not fit the filename, which needs %s", want)
	}
	return found[0], nil
}

// sameRelease reports whether a .dist-info folder is named after f's project
// and version.
func sameRelease(folder string, f Filename) bool {
	stem := strings.TrimSuffix(folder, ".dist-info")
	dash := strings.LastIndexByte(stem, '-')
	if dash < 0 || packaging.NormalizeName(stem[:dash]) != f.Project() {
		return false
	}
	version, err := pep440.Parse(stem[dash+1:])
	return err == nil && version.Canonical() == f.Version.Canonical()
}
