package dist

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// names is the set of paths in one archive. It finds those that would meet on
// some file system: equal as spelled, equal after NFC and case folding, or a
// file where another path needs a folder (AV-8).
type names struct {
	kind    Kind
	most    int // distinct folders it takes in
	seen    map[string]nameUse
	folders int
}

// nameUse is what stands under a folded path.
type nameUse struct {
	spelled string
	use     useOfName
}

type useOfName uint8

const (
	usedOnTheWay  useOfName = iota // a folder that only a longer path names
	usedForFolder                  // a folder that is a member itself
	usedForFile
)

// newNames returns an empty set for an archive of a wheel or an sdist, of
// which at most so many distinct folders are taken in.
func newNames(kind Kind, folders int) *names {
	return &names{kind: kind, most: folders, seen: map[string]nameUse{}}
}

// add takes one member's path in, by the rules of [checkName] and of the set.
// The path of a folder has no trailing "/". What it returns is about this
// path and has the Offset given; both are nil for a name nobody minds. A
// refusal of kind [TooManyMembers] says that the set is full: nothing more is
// to be added.
func (n *names) add(path string, dir bool, offset int64) (refused, warned []*ArchiveError) {
	tell := func(p nameProblem) {
		e := &ArchiveError{Kind: p.kind, Path: path, Offset: offset, Detail: p.detail}
		if p.refuses(n.kind) {
			refused = append(refused, e)
		} else {
			warned = append(warned, e)
		}
	}
	for _, p := range checkName(path, dir) {
		tell(p)
	}
	if len(refused) > 0 {
		return refused, warned // such a name has no place in the set
	}
	key := foldName(path)
	use := usedForFile
	if dir {
		use = usedForFolder
	}
	if p, met := n.place(key, nameUse{path, use}); met {
		tell(p)
	}
	if p, met := n.addFolders(key, path); met {
		tell(p)
	}
	return refused, warned
}

// place puts one path under its key and says if it meets another.
func (n *names) place(key string, now nameUse) (p nameProblem, met bool) {
	old, ok := n.seen[key]
	switch {
	case !ok:
		n.seen[key] = now
		return p, false
	case (old.use == usedForFile) != (now.use == usedForFile):
		return meeting(FileIsFolder, old, now, "is a file and a folder"), true
	case old.use == usedOnTheWay:
		n.seen[key] = now
		return folderMeeting(old, now)
	}
	return meeting(DuplicateMember, old, now, "stands twice in the archive"), true
}

// addFolders takes in the folders above path, from the inmost to the first
// that is known. Their number is bounded, because one member can name many.
func (n *names) addFolders(key, path string) (p nameProblem, met bool) {
	for {
		above, spelled := strings.LastIndexByte(key, '/'), strings.LastIndexByte(path, '/')
		if above < 0 || spelled < 0 {
			return p, false
		}
		key, path = key[:above], path[:spelled]
		old, ok := n.seen[key]
		if ok && old.use == usedForFile {
			return meeting(FileIsFolder, old, nameUse{spelled: path}, "is a file and a folder"), true
		}
		if ok {
			return folderMeeting(old, nameUse{spelled: path})
		}
		if n.folders++; n.folders > n.most {
			return nameProblem{TooManyMembers, nameRefused, "the archive has more folders than it may have members"}, true
		}
		n.seen[key] = nameUse{path, usedOnTheWay}
	}
}

// meeting tells that two members share a place. As spelled that is refused;
// after folding it depends on the system the archive is unpacked on.
func meeting(kind ErrorKind, old, now nameUse, what string) nameProblem {
	if old.spelled == now.spelled {
		if kind == FileIsFolder {
			what = "the path " + quoteName(now.spelled) + " " + what
		}
		return nameProblem{kind, nameRefused, what}
	}
	return nameProblem{NameClash, nameRefusedInWheels, "the path " + quoteName(now.spelled) + " is the same as " +
		quoteName(old.spelled) + " where upper and lower case or Unicode forms are not told apart"}
}

// folderMeeting warns of a folder that is spelled in two ways.
func folderMeeting(old, now nameUse) (p nameProblem, met bool) {
	if old.spelled == now.spelled {
		return p, false
	}
	p = meeting(NameClash, old, now, "")
	p.weight = nameWarned
	return p, true
}

// foldName returns what two paths have in common if a file system may take
// them for one: canonical decomposition with simple case folding (Unicode,
// definition D145). An ASCII path in lower case is returned as it is.
func foldName(path string) string {
	upper := false
	for i := range len(path) {
		if path[i] >= utf8.RuneSelf {
			return norm.NFD.String(strings.Map(foldRune, norm.NFD.String(path)))
		}
		upper = upper || 'A' <= path[i] && path[i] <= 'Z'
	}
	if upper {
		return strings.ToLower(path)
	}
	return path
}

// foldRune returns one character for all that differ in case only, in lower
// case if that is ASCII.
func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if 'A' <= least && least <= 'Z' {
		return least + 'a' - 'A'
	}
	return least
}
