package dist

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"

	"strongroom/internal/packaging"
)

// tarSdist reads a .tar.gz source distribution in one pass, to its end so that
// a damaged tail is noticed. Every file is expanded, counted and hashed.
type tarSdist struct {
	Contents
	opt     Options
	archive int64 // size of the compressed file
	in      *tarStream
	found   tarFindings
	digest  hash.Hash

	kinds  []byte            // type of each member
	at     []int64           // offset of each member's header
	paths  map[string]int    // index of the member with this path
	folded map[string]string // path of the member with this folded path
	links  map[string]bool   // the folded paths of symbolic links
}

// readTarSdist reads src, which holds size bytes, as the file f.
func readTarSdist(src *source, size int64, f Filename, opt Options) (Contents, error) {
	expanded, err := newGzipReader(src, size, opt.GzipPadding)
	if err == nil {
		err = refuseZipTail(src, size)
	}
	if err != nil {
		return Contents{}, err
	}
	s := tarSdist{
		opt: opt, archive: size, digest: sha256.New(), paths: map[string]int{}, folded: map[string]string{}, links: map[string]bool{},
		in: newTarStream(&meter{source: &gzipAhead{gzipReader: expanded, lim: opt.Limits}, archive: size, lim: opt.Limits}),
	}
	err = s.found.join(s.read(f))
	s.Warnings = s.found.warnings
	return s.Contents, err
}

// read goes through the archive. What it returns ended the reading early; what
// can be told without ending it is in s.found.
func (s *tarSdist) read(f Filename) error {
	walk := tarWalk{in: s.in, found: &s.found, budget: tarExtensionBudget}
	for !s.found.full() {
		e, err := walk.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = s.add(e)
		}
		if err != nil {
			return err
		}
	}
	s.checkClashes()
	s.checkLinks()
	if len(s.found.problems) > 0 {
		return nil
	}
	var err error
	if s.Contents, err = s.finishSdist(); err != nil {
		return err
	}
	return s.finishTop(f)
}

// add notes a member and reads its content.
func (s *tarSdist) add(e tarEntry) error {
	if len(s.Members) == s.opt.Members {
		return refuseAt(TooManyMembers, e.at, "the archive has more than %d members", s.opt.Members)
	}
	if e.kind == tarSymlink && len(s.links) == tarLinkLimit {
		return refuseAt(TooManyMembers, e.at, "the archive has more than %d symbolic links", tarLinkLimit)
	}
	m := Member{Path: memberPath(e.name), Dir: e.kind == tarFolder, Size: e.size, Exec: e.kind == tarFile && e.exec, Link: e.link}
	if problem := e.typeProblem(); problem != "" {
		if e.size > 0 { // readers differ in whether a content follows, so nothing after this is certain
			return &ArchiveError{Kind: MemberType, Path: tarShown(m.Path), Offset: e.at, Detail: problem}
		}
		s.found.problem(MemberType, m.Path, e.at, problem)
	}
	s.addName(e, m.Path)
	if e.kind == tarFile {
		if err := s.content(&m, e.at); err != nil {
			return err
		}
	}
	s.Members, s.kinds, s.at = append(s.Members, m), append(s.kinds, e.kind), append(s.at, e.at)
	return nil
}

// addName checks a member's path by itself and against the paths before it.
func (s *tarSdist) addName(e tarEntry, path string) {
	root := e.kind == tarFolder && e.name == "./" // what tar -C folder . writes first
	refused, warned := judge(Sdist, path, e.kind == tarFolder)
	if len(refused) > 0 && !root {
		s.found.problem(refused[0].kind, path, e.at, refused[0].detail)
		return
	}
	if e.kind != tarFolder && strings.HasSuffix(e.name, "/") {
		s.found.problem(BadName, path, e.at, "the name ends in a slash, and the member is no folder")
	}
	for _, p := range warned {
		s.found.warn(p.kind, path, e.at, p.detail)
	}
	if _, double := s.paths[path]; double {
		s.found.problem(DuplicateMember, path, e.at, "stands twice in the archive")
		return
	}
	s.paths[path] = len(s.Members)
	s.addFolded(e, path)
}

// addFolded tells of a path that some systems take for another one's. It is
// odd, unless one of them is the metadata or a link, through which the other
// would be written.
func (s *tarSdist) addFolded(e tarEntry, path string) {
	folded := foldName(path)
	other, similar := s.folded[folded]
	detail := fmt.Sprintf("differs from %.200q only in case or in another way that some systems ignore", other)
	switch {
	case !similar:
		s.folded[folded] = path
	case isPKGInfo(path) || isPKGInfo(other):
		s.found.problem(DuplicateMember, path, e.at, detail)
	case s.links[folded] || e.kind == tarSymlink:
		s.found.problem(FileIsFolder, path, e.at, detail)
	default:
		s.found.warn(NameClash, path, e.at, detail)
	}
	if e.kind == tarSymlink {
		s.links[folded] = true
	}
}

// content expands a file, in one pass: to its hash, to who watches, and to the
// metadata if it is a PKG-INFO. at is the offset of its header.
func (s *tarSdist) content(m *Member, at int64) error {
	if over := s.opt.expansion(s.in.pos+m.Size, s.archive); over != nil {
		return tarAt(over, at)
	}
	var to io.Writer = s.digest
	if s.opt.Watch != nil {
		if also := s.opt.Watch(*m); also != nil {
			to = io.MultiWriter(s.digest, also)
		}
	}
	var kept bytes.Buffer
	if isPKGInfo(m.Path) && s.keepsPKGInfo(*m, at) {
		to = io.MultiWriter(to, &kept)
	}
	s.digest.Reset()
	for left := m.Size; left > 0; {
		piece, err := s.in.some(left)
		if err == nil {
			left -= int64(len(piece))
			_, err = to.Write(piece)
		}
		if err != nil {
			return err
		}
	}
	m.SHA256 = hex.EncodeToString(s.digest.Sum(nil))
	if s.MetadataPath == m.Path && s.Metadata == nil {
		s.Metadata = append([]byte{}, kept.Bytes()...)
	}
	zeros, err := s.in.padding(m.Size)
	if err == nil && !zeros {
		s.found.warn(OddPadding, m.Path, at, "the content is filled up to a whole block with something other than zeros")
	}
	return err
}

// keepsPKGInfo reports whether a PKG-INFO is the metadata of the archive, of
// which there must be one (AV-13).
func (s *tarSdist) keepsPKGInfo(m Member, at int64) bool {
	switch {
	case s.MetadataPath == m.Path: // the path stands twice, which has been told
		return false
	case s.MetadataPath != "":
		s.found.problem(DuplicateMember, m.Path, at, "the archive has more than one PKG-INFO in a top folder")
		return false
	case m.Size > s.opt.Metadata:
		s.found.problem(TooLarge, m.Path, at, fmt.Sprintf("larger than %d bytes", s.opt.Metadata))
		return false
	}
	s.MetadataPath = m.Path
	return true
}

// checkClashes finds members that are the folder of other members and are none,
// on some system.
func (s *tarSdist) checkClashes() {
	checked := "" // the folder of the member before, whose own folders are checked with it
	for i, m := range s.Members {
		below := parentFolder(m.Path)
		for folder := below; folder != "" && !isBelow(checked, folder); folder = parentFolder(folder) {
			if j, ok := s.paths[folder]; ok && !s.Members[j].Dir || s.throughLink(folder) {
				s.found.problem(FileIsFolder, m.Path, s.at[i], fmt.Sprintf("stands below %.200q, which is not a folder", folder))
			}
		}
		checked = below
	}
}

// finishTop compares the top folder with the filename (AV-13) and looks for
// pyproject.toml. Old tools spelled the folder's name differently, which is
// odd but the same release. The filename of an old file may not be known.
func (s *tarSdist) finishTop(f Filename) error {
	top := s.Top()
	if want := strings.TrimSuffix(f.Raw, extTarGz); f.Project() != "" && top != want {
		if !sameStem(top, f) {
			return refuse(TopDirectory, top, "the top folder's name does not fit the filename, which needs %s", want)
		}
		s.found.warn(TopDirectory, top, -1, fmt.Sprintf("the top folder is spelled otherwise than the filename, which needs %s", want))
	}
	if i, ok := s.paths[top+"/pyproject.toml"]; (!ok || s.Members[i].Dir) && metadataFrom22(s.Metadata) {
		s.found.warn(NoPyproject, top+"/pyproject.toml", -1, "the source distribution has no such file, which metadata of version 2.2 and newer expect")
	}
	return nil
}

// sameStem reports whether a top folder is named after f's project and
// version, in any spelling.
func sameStem(top string, f Filename) bool {
	other, err := ParseSdistFilenameOf(top+extTarGz, f.Project())
	return err == nil && other.Version.Canonical() == f.Version.Canonical() && packaging.NormalizeName(other.Name) == f.Project()
}

// metadataFrom22 reports whether a PKG-INFO states metadata of version 2.2 or
// newer.
func metadataFrom22(info []byte) bool {
	for line := range bytes.Lines(info) {
		key, value, ok := strings.Cut(strings.TrimSpace(string(line)), ":")
		if !ok {
			return false
		}
		if strings.EqualFold(key, "Metadata-Version") {
			version, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return err == nil && version >= 2.2
		}
	}
	return false
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
