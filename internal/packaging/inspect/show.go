package inspect

import (
	"io"
	"slices"

	"strongroom/internal/packaging/dist"
)

// ShowMost is the largest part of one member that [Request.Show] gives back, in
// bytes, and showTotal that of all members together: the reply of a child is bounded.
const (
	ShowMost  = 256 << 10
	showTotal = 4 << 20
)

// Shown is the beginning of a member's bytes. Whole says that there are no more.
type Shown struct {
	Path  string `json:"path"`
	Bytes []byte `json:"bytes"`
	Whole bool   `json:"whole"`
}

// shower keeps the beginnings of the members that somebody wants to read.
type shower struct {
	paths []string
	kept  []*keeper
	left  int // of showTotal
}

// watch is for dist.Options. Of several members with one path, which no good
// archive has, it keeps the first.
func (s *shower) watch(m dist.Member) io.Writer {
	known := slices.ContainsFunc(s.kept, func(k *keeper) bool { return k.shown.Path == m.Path })
	if known || !slices.Contains(s.paths, m.Path) {
		return nil
	}
	k := &keeper{all: s, shown: Shown{Path: m.Path, Whole: true}}
	s.kept = append(s.kept, k)
	return k
}

func (s *shower) found() (out []Shown) {
	for _, k := range s.kept {
		out = append(out, k.shown)
	}
	return out
}

// keeper keeps the beginning of one member.
type keeper struct {
	all   *shower
	shown Shown
}

// Write implements io.Writer. It never fails: what is too much is left out.
func (k *keeper) Write(p []byte) (int, error) {
	n := min(len(p), ShowMost-len(k.shown.Bytes), k.all.left)
	k.shown.Bytes = append(k.shown.Bytes, p[:n]...)
	k.all.left -= n
	k.shown.Whole = k.shown.Whole && n == len(p)
	return len(p), nil
}
