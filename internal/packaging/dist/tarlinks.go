package dist

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tarLinkHops is how many symbolic links may lead to one another, as in
// libx.so, libx.so.1, libx.so.1.2.
const tarLinkHops = 8

// checkLinks holds links against the members they lead to (AV-12, PEP 721):
// inside the top folder and never through another link as a folder, because
// where such a path leads depends on who unpacks it and when (CVE-2025-4330,
// CVE-2025-4517). A link to a link is accepted: each is held to this rule.
func (s *tarSdist) checkLinks() {
	missing := map[string]int{} // a link by the target that is no member
	for i, m := range s.Members {
		var target, problem string
		switch s.kinds[i] {
		case tarHardLink:
			target, problem = s.hardTarget(i)
		case tarSymlink:
			target, problem = s.softTarget(m.Path, m.Link)
		default:
			continue
		}
		if problem != "" {
			s.found.problem(LinkTarget, m.Path, s.at[i], fmt.Sprintf("the link to %.200q is refused: %s", m.Link, problem))
		} else if _, ok := s.paths[target]; !ok {
			missing[target] = i
		}
	}
	s.warnDangling(missing)
}

// warnDangling tells of the targets that are not the folder of a member either.
func (s *tarSdist) warnDangling(missing map[string]int) {
	if len(missing) == 0 {
		return
	}
	for _, m := range s.Members {
		for folder := parentFolder(m.Path); folder != ""; folder = parentFolder(folder) {
			delete(missing, folder)
		}
	}
	for _, i := range slices.Sorted(maps.Values(missing)) {
		s.found.warn(DanglingLink, s.Members[i].Path, s.at[i], fmt.Sprintf("the link leads to %.200q, which is not in the archive", s.Members[i].Link))
	}
}

// hardTarget finds what a hard link leads to: a file further up in the archive.
func (s *tarSdist) hardTarget(link int) (target, problem string) {
	m := s.Members[link]
	target = strings.TrimPrefix(m.Link, "./")
	if problem := tarNameProblem(target); problem != "" {
		return target, problem
	}
	top, _, _ := strings.Cut(m.Path, "/")
	if !strings.HasPrefix(target, top+"/") {
		return target, "it leads out of the top folder"
	}
	if i, ok := s.paths[target]; !ok || i >= link || s.kinds[i] != tarFile {
		return target, "a hard link needs a file that stands before it in the archive"
	}
	return target, ""
}

// softTarget finds what a symbolic link leads to in the end.
func (s *tarSdist) softTarget(path, link string) (target, problem string) {
	for range tarLinkHops {
		if path, problem = tarTarget(path, link, s.isSymlink); problem != "" || !s.isSymlink(path) {
			return path, problem
		}
		link = s.Members[s.paths[path]].Link
	}
	return path, fmt.Sprintf("it leads to a loop, or to a chain of more than %d links", tarLinkHops)
}

// isSymlink reports whether the member at path is a symbolic link.
func (s *tarSdist) isSymlink(path string) bool {
	i, ok := s.paths[path]
	return ok && s.kinds[i] == tarSymlink
}

// tarTarget follows one symbolic link from its place in the archive, segment by
// segment, and returns the path it leads to or why it is refused.
func tarTarget(path, target string, isSymlink func(string) bool) (resolved, problem string) {
	switch {
	case target == "":
		return "", "it has no target"
	case strings.HasPrefix(target, "/") || hasDrive(target):
		return "", "its target is absolute; it has to be relative"
	case len(target) > tarPathLimit || strings.Count(target, "/") >= tarDepthLimit:
		return "", fmt.Sprintf("its target is longer than %d bytes or %d parts", tarPathLimit, tarDepthLimit)
	case strings.ContainsRune(target, '\\') || hasControl(target) || strings.ContainsFunc(target, isBidi) || strings.ToValidUTF8(target, "") != target:
		return "", "its target holds a character that no path may hold"
	}
	place := strings.Split(path, "/")
	place = place[:len(place)-1]
	segments := strings.Split(strings.TrimSuffix(target, "/"), "/")
	for i, segment := range segments {
		switch segment {
		case "":
			return "", "a part of its target is empty"
		case ".":
			continue
		case "..":
			place = place[:max(0, len(place)-1)]
		default:
			place = append(place, segment)
		}
		if len(place) == 0 {
			return "", "it leads out of the top folder"
		}
		resolved = strings.Join(place, "/")
		if last := i == len(segments)-1 && !strings.HasSuffix(target, "/"); !last && isSymlink(resolved) {
			return resolved, "it leads through another link"
		}
	}
	return strings.Join(place, "/"), ""
}
