package durability

import (
	"maps"
	"path"
	"sync"
	"syscall"
	"time"
)

// disk is a file system in memory that behaves at a power cut as badly as POSIX allows. What a program writes is
// seen by all at once, but it is kept only by a sync: the bytes of a file by fsync of that file, the names in a folder
// by fsync of that folder. What was not synced is lost, or kept in part (see loss).
type disk struct {
	// cut is asked before each call that changes or syncs: true turns the power off, and the call does not happen.
	cut func(call, path string) bool
	// lies is asked at each sync: true says that it is done without doing it, as a broken disk does.
	lies func(call, path string) bool

	mu      sync.Mutex
	now     map[uint64]*inode // what programs see
	kept    map[uint64]*inode // what is surely on the platter
	pending []change          // what is not, in the order it was done
	last    uint64            // the highest number of an inode
	off     bool
}

// rootInode is the number FUSE gives the top folder.
const rootInode = 1

// inode is a file, a socket or a folder.
type inode struct {
	mode  uint32
	data  []byte
	names map[string]uint64 // of a folder
	links int
	path  string // where it was made, for cut and lies
	mtime time.Time
}

// change is one thing done to a file or folder.
type change struct {
	node  uint64            // the file or folder whose fsync keeps it
	names map[string]uint64 // entries of the folder; 0 removes one
	data  []byte            // bytes of the file from off on
	off   int64
	size  int64 // where there are neither names nor data: the file's new length
}

func newDisk() *disk {
	return &disk{now: newTop(), kept: newTop(), last: rootInode}
}

func newTop() map[uint64]*inode {
	return map[uint64]*inode{rootInode: newInode(syscall.S_IFDIR|0o700, "/")}
}

func newInode(mode uint32, at string) *inode {
	return &inode{mode: mode, path: at, mtime: time.Now(), names: map[string]uint64{}}
}

// apply does a change to one of the two views.
func (c change) apply(nodes map[uint64]*inode) {
	n := nodes[c.node]
	n.mtime = time.Now()
	switch {
	case c.names != nil:
		for name, ino := range c.names {
			if ino == 0 {
				delete(n.names, name)
			} else {
				n.names[name] = ino
			}
		}
	case c.data != nil:
		n.resize(max(int64(len(n.data)), c.off+int64(len(c.data))))
		copy(n.data[c.off:], c.data)
	default:
		n.resize(c.size)
	}
}

func (n *inode) resize(size int64) {
	if size <= int64(len(n.data)) {
		n.data = n.data[:size:size] // what is cut off must read as zeros when it grows again
		return
	}
	n.data = append(n.data, make([]byte, size-int64(len(n.data)))...)
}

// powered reports whether the power is still on.
func (d *disk) powered() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.off
}

// turnOff is the power cut: from now on every call fails.
func (d *disk) turnOff() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
}

// arm sets what ends the power.
func (d *disk) arm(cut func(call, path string) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cut = cut
}

// call runs a call that changes or syncs.
func (d *disk) call(call, at string, do func() syscall.Errno) syscall.Errno {
	if !d.off && d.cut != nil && d.cut(call, at) {
		d.off = true
	}
	if d.off {
		return syscall.EIO
	}
	return do()
}

// do makes a change visible; only a sync keeps it.
func (d *disk) do(c change) {
	c.apply(d.now)
	d.pending = append(d.pending, c)
}

// get finds an inode while there is power.
func (d *disk) get(ino uint64) (*inode, syscall.Errno) {
	if d.off {
		return nil, syscall.EIO
	}
	if n := d.now[ino]; n != nil {
		return n, 0
	}
	return nil, syscall.ESTALE
}

// child finds what a name in a folder stands for.
func (d *disk) child(folder uint64, name string) (dir *inode, ino uint64, errno syscall.Errno) {
	dir, errno = d.get(folder)
	if errno == 0 {
		if ino = dir.names[name]; ino == 0 {
			errno = syscall.ENOENT
		}
	}
	return dir, ino, errno
}

// make adds a file, folder or socket.
func (d *disk) make(folder uint64, name string, mode uint32) (ino uint64, errno syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, _, errno := d.child(folder, name)
	if errno != syscall.ENOENT {
		return 0, firstErrno(errno, syscall.EEXIST)
	}
	at := path.Join(dir.path, name)
	errno = d.call("create", at, func() syscall.Errno {
		d.last++
		d.now[d.last], d.kept[d.last] = newInode(mode, at), newInode(mode, at)
		d.now[d.last].links = 1
		d.do(change{node: folder, names: map[string]uint64{name: d.last}})
		return 0
	})
	return d.last, errno
}

// link gives an inode another name; it replaces nothing.
func (d *disk) link(ino, folder uint64, name string) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, _, errno := d.child(folder, name)
	if errno != syscall.ENOENT {
		return firstErrno(errno, syscall.EEXIST)
	}
	return d.call("link", path.Join(dir.path, name), func() syscall.Errno {
		d.now[ino].links++
		d.do(change{node: folder, names: map[string]uint64{name: ino}})
		return 0
	})
}

// remove takes a name away.
func (d *disk) remove(folder uint64, name string) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, ino, errno := d.child(folder, name)
	if errno != 0 {
		return errno
	}
	if len(d.now[ino].names) > 0 {
		return syscall.ENOTEMPTY
	}
	return d.call("remove", path.Join(dir.path, name), func() syscall.Errno {
		d.now[ino].links--
		d.do(change{node: folder, names: map[string]uint64{name: 0}})
		return 0
	})
}

// rename moves a name, replacing what has the new one. Within a folder both happen or neither.
func (d *disk) rename(folder uint64, name string, to uint64, newName string) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, ino, errno := d.child(folder, name)
	if errno != 0 {
		return errno
	}
	return d.call("rename", path.Join(dir.path, name), func() syscall.Errno {
		if _, replaced, errno := d.child(to, newName); errno == 0 {
			d.now[replaced].links--
		}
		if folder == to {
			d.do(change{node: folder, names: map[string]uint64{name: 0, newName: ino}})
			return 0
		}
		d.do(change{node: to, names: map[string]uint64{newName: ino}})
		d.do(change{node: folder, names: map[string]uint64{name: 0}})
		return 0
	})
}

// write puts bytes into a file.
func (d *disk) write(ino uint64, off int64, data []byte) syscall.Errno {
	return d.edit(ino, "write", change{node: ino, off: off, data: append([]byte{}, data...)})
}

// truncate sets a file's length.
func (d *disk) truncate(ino uint64, size int64) syscall.Errno {
	return d.edit(ino, "truncate", change{node: ino, size: size})
}

func (d *disk) edit(ino uint64, call string, c change) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, errno := d.get(ino)
	if errno != 0 {
		return errno
	}
	return d.call(call, n.path, func() syscall.Errno { d.do(c); return 0 })
}

// sync keeps everything that was done to one file or one folder.
func (d *disk) sync(ino uint64) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, errno := d.get(ino)
	if errno != 0 {
		return errno
	}
	return d.call("sync", n.path, func() syscall.Errno {
		if d.lies != nil && d.lies("sync", n.path) {
			return 0
		}
		rest := d.pending[:0]
		for _, c := range d.pending {
			if c.node == ino {
				c.apply(d.kept)
			} else {
				rest = append(rest, c)
			}
		}
		d.pending = rest
		return 0
	})
}

// read copies bytes of a file.
func (d *disk) read(ino uint64, off int64, into []byte) (int, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, errno := d.get(ino)
	if errno != 0 || off >= int64(len(n.data)) {
		return 0, errno
	}
	return copy(into, n.data[off:]), 0
}

// lookup gives a copy of what a name stands for.
func (d *disk) lookup(folder uint64, name string) (ino uint64, errno syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ino, errno = d.child(folder, name)
	return ino, errno
}

// stat gives an inode's facts, its data and names left out.
func (d *disk) stat(ino uint64) (facts inode, size int, errno syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, errno := d.get(ino)
	if errno != 0 {
		return facts, 0, errno
	}
	return inode{mode: n.mode, links: n.links, mtime: n.mtime}, len(n.data), 0
}

// chmod changes permissions; they are not what is at stake here and are kept at once.
func (d *disk) chmod(ino uint64, permissions uint32) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, errno := d.get(ino)
	if errno == 0 {
		n.mode = n.mode&syscall.S_IFMT | permissions&0o7777
		d.kept[ino].mode = n.mode
	}
	return errno
}

// list gives a copy of a folder's names.
func (d *disk) list(ino uint64) (map[string]uint64, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, errno := d.get(ino)
	if errno != 0 {
		return nil, errno
	}
	return maps.Clone(n.names), 0
}

// firstErrno returns the first that is an error.
func firstErrno(errnos ...syscall.Errno) syscall.Errno {
	for _, errno := range errnos {
		if errno != 0 {
			return errno
		}
	}
	return 0
}
