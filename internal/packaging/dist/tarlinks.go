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

// tarLinkLimit is how many symbolic links an archive may have: to follow one
// costs more than to read a member. ansible 2.9 has 347.
const tarLinkLimit = 10_000

// checkLinks holds links against the members they lead to (AV-12, PEP 721):
// inside the top folder and never through another link as a folder, because
// where such a path leads depends on who unpacks it and when (CVE-2025-4330,
// CVE-2025-4517). A link to a link is accepted: each is held to this rule.
func (s *tarSdist) checkLinks() {
	next := map[string]string{} // what each symbolic link leads to, by its path
	for i, m := range s.Members {
		problem := ""
		switch s.kinds[i] {
		case tarHardLink:
			problem = s.hardLinkProblem(i)
		case tarSymlink:
			next[m.Path], problem = tarTarget(m.Path, m.Link, s.throughLink)
		}
		s.refuseLink(i, problem)
	}
	if len(s.found.problems) == 0 {
		s.checkChains(next)
	}
}

// checkChains follows links to links to their end.
func (s *tarSdist) checkChains(next map[string]string) {
	missing := map[string]int{} // a link by the target that is no member
	for i, m := range s.Members {
		if s.kinds[i] != tarSymlink {
			continue
		}
		target, hops := m.Path, 0
		for ; next[target] != "" && hops <= tarLinkHops; hops++ {
			target = next[target]
		}
		if hops > tarLinkHops {
			s.refuseLink(i, fmt.Sprintf("it leads to a loop, or to a chain of more than %d links", tarLinkHops))
		} else if _, ok := s.paths[target]; !ok {
			missing[target] = i
		}
	}
	s.warnDangling(missing)
}

// refuseLink notes what is wrong with a link, if anything.
func (s *tarSdist) refuseLink(i int, problem string) {
	if problem != "" {
		m := s.Members[i]
		s.found.problem(LinkTarget, m.Path, s.at[i], fmt.Sprintf("the link to %.200q is refused: %s", m.Link, problem))
	}
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

// hardLinkProblem says what is wrong with a hard link. It leads to a file that
// stands before it in the archive.
func (s *tarSdist) hardLinkProblem(link int) string {
	m := s.Members[link]
	target := strings.TrimPrefix(m.Link, "./")
	if refused, _ := judge(Sdist, target, false); len(refused) > 0 {
		return refused[0].detail
	}
	if top, _, _ := strings.Cut(m.Path, "/"); !strings.HasPrefix(target, top+"/") {
		return "it leads out of the top folder"
	}
	if i, ok := s.paths[target]; !ok || i >= link || s.kinds[i] != tarFile {
		return "a hard link needs a file that stands before it in the archive"
	}
	return ""
}

// throughLink reports whether a system that ignores case may take the folder
// for a symbolic link.
func (s *tarSdist) throughLink(folder string) bool {
	return len(s.links) > 0 && s.links[foldName(folder)]
}

// tarTarget follows one symbolic link from its place in the archive, segment by
// segment, and returns the path it leads to or why it is refused. isLink says
// which folders on the way are links.
func tarTarget(path, target string, isLink func(string) bool) (resolved, problem string) {
	switch {
	case target == "":
		return "", "it has no target"
	case strings.HasPrefix(target, "/") || hasDrive(target):
		return "", "its target is absolute; it has to be relative"
	case len(target) > maxPath || strings.Count(target, "/") >= maxDepth:
		return "", fmt.Sprintf("its target is longer than %d bytes or %d parts", maxPath, maxDepth)
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
		if last := i == len(segments)-1 && !strings.HasSuffix(target, "/"); !last && isLink(resolved) {
			return resolved, "it leads through another link"
		}
	}
	return strings.Join(place, "/"), ""
}

// parentFolder returns the folder that path stands in, "" at the top.
func parentFolder(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }

// isBelow reports whether path is folder or below it.
func isBelow(path, folder string) bool {
	return strings.HasPrefix(path, folder) && (len(path) == len(folder) || path[len(folder)] == '/')
}
