package dist

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"strings"
)

// readTarSdist reads a .tar.gz source distribution in one pass, to its end so
// that a damaged tail is noticed.
func readTarSdist(src *source, size int64, lim Limits) (Contents, error) {
	inflated, err := gzip.NewReader(io.NewSectionReader(src, 0, size))
	if err != nil {
		return Contents{}, damaged("tar.gz", err)
	}
	m := &meter{source: inflated, archive: size, lim: lim}
	var c Contents
	for archive := tar.NewReader(m); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = c.addTarMember(header, archive, lim)
		}
		if err != nil {
			return Contents{}, damaged("tar.gz", err)
		}
	}
	if _, err := io.Copy(io.Discard, m); err != nil {
		return Contents{}, damaged("tar.gz", err)
	}
	return c.finishSdist()
}

// addTarMember notes a member and keeps it if it is a PKG-INFO in a top folder.
func (c *Contents) addTarMember(h *tar.Header, content io.Reader, lim Limits) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if len(c.Members) == lim.Members {
		return refuse(TooManyMembers, "", "the archive has more than %d members", lim.Members)
	}
	member := Member{Path: memberPath(h.Name), Dir: h.Typeflag == tar.TypeDir}
	if h.Typeflag == tar.TypeReg {
		member.Size = h.Size
	}
	c.Members = append(c.Members, member)
	if h.Typeflag != tar.TypeReg || !isPKGInfo(member.Path) {
		return nil
	}
	return c.keepPKGInfo(member.Path, content, lim)
}

// keepPKGInfo reads the metadata of an sdist, of which there must be one.
func (c *Contents) keepPKGInfo(path string, content io.Reader, lim Limits) (err error) {
	if c.MetadataPath != "" {
		return refuse(DuplicateMember, path, "the archive has more than one PKG-INFO in a top folder")
	}
	c.MetadataPath = path
	c.Metadata, err = readMember(content, path, lim.Metadata)
	return err
}

// finishSdist checks what only the whole archive can tell: one common top
// folder with a PKG-INFO in it.
func (c Contents) finishSdist() (Contents, error) {
	c.TopDirs = topDirs(c.Members)
	if len(c.TopDirs) != 1 || c.hasTopFile() {
		return c, refuse(TopDirectory, "", "a source distribution holds one top folder with everything in it")
	}
	if c.MetadataPath == "" {
		return c, refuse(MissingPKGInfo, c.TopDirs[0]+"/PKG-INFO", "the source distribution has no such file")
	}
	return c, nil
}

// hasTopFile reports whether a file stands outside every folder.
func (c Contents) hasTopFile() bool {
	for _, member := range c.Members {
		if !member.Dir && !strings.Contains(member.Path, "/") {
			return true
		}
	}
	return false
}

// isPKGInfo reports whether path is PKG-INFO directly below a top folder.
func isPKGInfo(path string) bool {
	top, file, _ := strings.Cut(path, "/")
	return top != "" && file == "PKG-INFO"
}

// memberPath takes a leading "./" and a trailing "/" off, which archives
// differ in without meaning it.
func memberPath(name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
}

// damaged turns an error of a standard reader into an [ArchiveError]; one
// that already is an ArchiveError stays itself.
func damaged(format string, err error) error {
	if _, ok := errors.AsType[*ArchiveError](err); ok {
		return err
	}
	return refuse(NotAnArchive, "", "not a readable %s archive: %v", format, err)
}
