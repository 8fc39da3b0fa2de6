package durability

import (
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
)

// loss decides which of the changes that were not synced a power cut leaves, in order. Nobody may rely on more than
// what was synced, and nobody may be harmed by more.
type loss func(pending []change, rng *rand.Rand) []change

// losses are the ways in which disks lose things.
func losses() map[string]loss {
	return map[string]loss{"forgetful": forgetful, "ordered": ordered, "scattered": scattered}
}

// sector is what a disk writes as one.
const sector = 512

// forgetful leaves nothing that was not synced.
func forgetful([]change, *rand.Rand) []change { return nil }

// ordered leaves what happened before some moment, and tears the write that was under way.
func ordered(pending []change, rng *rand.Rand) []change {
	n := rng.IntN(len(pending) + 1)
	left := slices.Clone(pending[:n])
	if n < len(pending) && pending[n].data != nil {
		pieces := sectors(pending[n])
		left = append(left, pieces[:rng.IntN(len(pieces)+1)]...)
	}
	return left
}

// scattered leaves about half: each name and each sector for itself.
func scattered(pending []change, rng *rand.Rand) (left []change) {
	for _, c := range pending {
		for _, piece := range sectors(c) {
			if rng.IntN(2) == 0 {
				left = append(left, piece)
			}
		}
	}
	return left
}

// sectors splits a write where sectors begin. Other changes are one piece.
func sectors(c change) (pieces []change) {
	if c.data == nil {
		return []change{c}
	}
	for len(c.data) > 0 {
		n := min(int64(len(c.data)), sector-c.off%sector)
		pieces = append(pieces, change{node: c.node, off: c.off, data: c.data[:n]})
		c.off, c.data = c.off+n, c.data[n:]
	}
	return pieces
}

// afterCut is the disk that comes up when the power returns.
func (d *disk) afterCut(how loss, rng *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
	for _, c := range how(d.pending, rng) {
		c.apply(d.kept)
	}
	next := &disk{now: newTop(), kept: newTop(), last: d.last}
	next.adopt(rootInode, d.kept)
	return next
}

// adopt copies a folder and all below it. What no name leads to is gone.
func (d *disk) adopt(folder uint64, from map[uint64]*inode) {
	for name, ino := range from[folder].names {
		d.now[folder].names[name], d.kept[folder].names[name] = ino, ino
		if d.now[ino] == nil {
			d.now[ino], d.kept[ino] = from[ino].copied(), from[ino].copied()
			d.adopt(ino, from)
		}
		d.now[ino].links++
	}
}

func (n *inode) copied() *inode {
	return &inode{mode: n.mode, data: slices.Clone(n.data), names: map[string]uint64{}, path: n.path, mtime: n.mtime}
}

// script does to a disk what a program does: a folder with a file of 1,200 bytes, a second name, and a sync of what
// the test wants synced.
func script(t *testing.T, syncs ...string) *disk {
	t.Helper()
	d := newDisk()
	folder, errno := d.make(rootInode, "folder", syscall.S_IFDIR|0o700)
	file, errno2 := d.make(folder, "a", syscall.S_IFREG|0o600)
	body := slices.Repeat([]byte("x"), 1200)
	if e := firstErrno(errno, errno2, d.write(file, 0, body), d.link(file, folder, "b"), d.remove(folder, "a")); e != 0 {
		t.Fatal(e)
	}
	nodes := map[string]uint64{"top": rootInode, "folder": folder, "file": file}
	for _, name := range syncs {
		if errno := d.sync(nodes[name]); errno != 0 {
			t.Fatal(errno)
		}
	}
	return d
}

// tree lists the files of a disk with their lengths.
func (d *disk) tree() map[string]int {
	all := map[string]int{}
	var walk func(at string, ino uint64)
	walk = func(at string, ino uint64) {
		for name, child := range d.now[ino].names {
			if d.now[child].mode&syscall.S_IFDIR != 0 {
				all[at+name+"/"] = 0
				walk(at+name+"/", child)
			} else {
				all[at+name] = len(d.now[child].data)
			}
		}
	}
	walk("", rootInode)
	return all
}

// content gives the bytes of a file.
func (d *disk) content(path ...string) (data []byte, found bool) {
	ino := uint64(rootInode)
	for _, name := range path {
		if ino = d.now[ino].names[name]; ino == 0 {
			return nil, false
		}
	}
	return d.now[ino].data, true
}

// The disk loses what was not synced, and only that.
func TestDiskForgets(t *testing.T) {
	for _, test := range []struct {
		syncs []string
		want  map[string]int
	}{
		{nil, map[string]int{}},
		{[]string{"file"}, map[string]int{}},
		{[]string{"file", "folder"}, map[string]int{}},
		{[]string{"top"}, map[string]int{"folder/": 0}},
		{[]string{"top", "file"}, map[string]int{"folder/": 0}},
		{[]string{"folder", "top"}, map[string]int{"folder/": 0, "folder/b": 0}},
		{[]string{"file", "folder", "top"}, map[string]int{"folder/": 0, "folder/b": 1200}},
	} {
		d := script(t, test.syncs...)
		if got := d.tree(); !maps.Equal(got, map[string]int{"folder/": 0, "folder/b": 1200}) {
			t.Errorf("before the cut there is %v", got)
		}
		if got := d.afterCut(forgetful, nil).tree(); !maps.Equal(got, test.want) {
			t.Errorf("with %v synced, %v is left, want %v", test.syncs, got, test.want)
		}
		if errno := d.sync(rootInode); errno != syscall.EIO {
			t.Errorf("a call after the cut gives %v, want EIO", errno)
		}
	}
}

// What is left of unsynced changes differs from cut to cut: nothing, all, a part of the write, a name without bytes.
func TestDiskLosesInParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, how := range losses() {
		seen := map[string]bool{}
		for range 400 {
			left := script(t).afterCut(how, rng).tree()
			size, there := left["folder/b"]
			switch {
			case len(left) == 0:
				seen["nothing"] = true
			case there && size == 0:
				seen["a name without bytes"] = true
			case there && size == 1200 && left["folder/a"] == 0:
				seen["everything"] = true
			case left["folder/a"] != 0 && left["folder/a"] != 1200:
				seen["a torn write"] = true
			}
		}
		want := map[string]int{"forgetful": 1, "ordered": 3, "scattered": 4}
		if len(seen) != want[name] || !seen["nothing"] {
			t.Errorf("%s: saw only %v", name, slices.Sorted(maps.Keys(seen)))
		}
	}
}

// A cut happens before the call it is set for; a lie keeps nothing.
func TestDiskObeys(t *testing.T) {
	d := script(t)
	d.arm(func(call, at string) bool { return call == "sync" && at == "/folder" })
	folder, _ := d.lookup(rootInode, "folder")
	if errno := d.sync(rootInode); errno != 0 || !d.powered() {
		t.Errorf("sync of the top folder: %v", errno)
	}
	if errno := d.sync(folder); errno != syscall.EIO || d.powered() {
		t.Errorf("the sync that was to cut the power gives %v", errno)
	}
	if got := d.afterCut(forgetful, nil).tree(); !maps.Equal(got, map[string]int{"folder/": 0}) {
		t.Errorf("%v is left, want the folder", got)
	}
	d = newDisk()
	d.lies = func(call, at string) bool { return at == "/" }
	if _, errno := d.make(rootInode, "f", syscall.S_IFREG); errno != 0 || d.sync(rootInode) != 0 {
		t.Error("the lying disk fails")
	}
	if got := d.afterCut(forgetful, nil).tree(); len(got) != 0 {
		t.Errorf("a lying disk kept %v", got)
	}
}
