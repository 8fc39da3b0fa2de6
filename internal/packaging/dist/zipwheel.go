package dist

import (
	"errors"
	"strings"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

// findMetadata says which members to keep, and returns what is to be checked
// when they have been read.
func (z *zipReader) findMetadata() (finish func() error, err error) {
	if z.f.Kind == Wheel {
		return z.findDistInfo(), nil
	}
	return z.findPKGInfo()
}

// findPKGInfo prepares a .zip source distribution: old files only (W-02).
func (z *zipReader) findPKGInfo() (finish func() error, err error) {
	keep := &keptFile{limit: z.lim.Metadata}
	for _, member := range z.c.Members {
		if member.Dir || !isPKGInfo(member.Path) || member.Path == z.c.MetadataPath {
			continue
		}
		if z.c.MetadataPath != "" {
			return nil, refuse(DuplicateMember, member.Path, "the archive has more than one PKG-INFO in a top folder")
		}
		z.c.MetadataPath = member.Path
		z.kept = map[string]*keptFile{member.Path: keep}
	}
	return func() (err error) {
		z.c.Metadata = keep.content
		z.c, err = z.c.finishSdist()
		return err
	}, nil
}

// findDistInfo prepares the files of a wheel's .dist-info folder (W-16). They
// cannot be known without the folder; the members are read all the same.
func (z *zipReader) findDistInfo() (finish func() error) {
	info, err := distInfo(z.c.TopDirs, z.f)
	if err != nil {
		z.problems.add(ArchiveErrors(err)...)
		return func() error { return nil }
	}
	wheel, record := &keptFile{limit: z.lim.Wheel}, &keptFile{limit: z.lim.Record}
	points, metadata := &keptFile{limit: z.lim.EntryPoints}, &keptFile{limit: z.lim.Metadata}
	z.kept = map[string]*keptFile{
		info + "/WHEEL": wheel, info + "/RECORD": record, info + "/entry_points.txt": points, info + "/METADATA": metadata,
	}
	return func() error {
		z.c.Wheel, z.c.HasWheelFile = wheel.content, wheel.found
		z.c.Record, z.c.HasRecord = record.content, record.found
		z.c.EntryPoints, z.c.HasEntryPoint = points.content, points.found
		z.c.Metadata = metadata.content
		if metadata.found {
			z.c.MetadataPath = info + "/METADATA"
		}
		return missingFiles(z.c, info)
	}
}

// missingFiles says which of the required files a wheel does not have.
func missingFiles(c Contents, info string) error {
	var missing []error
	for _, required := range [...]struct {
		found bool
		kind  ErrorKind
		name  string
	}{
		{c.HasWheelFile, MissingWheel, "WHEEL"},
		{c.HasRecord, MissingRecord, "RECORD"},
		{c.MetadataPath != "", MissingMetadata, "METADATA"},
	} {
		if !required.found {
			missing = append(missing, refuse(required.kind, info+"/"+required.name, "the wheel has no such file"))
		}
	}
	return errors.Join(missing...)
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
