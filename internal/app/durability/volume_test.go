//go:build slow

package durability

import (
	"maps"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// volume shows a disk to the kernel, which is to ask it about everything: writes and syncs arrive as they are made. The
// kernel itself does the locks, and the shared memory beside SQLite's write-ahead log.
type volume struct {
	fuse.RawFileSystem
	disk *disk
}

// mount makes the disk appear in a folder; the returned function takes it away, once nobody uses it.
func mount(t *testing.T, d *disk, folder string) (unmount func()) {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Fatalf("this test cuts the power of a file system of its own and needs FUSE: run it on Linux with /dev/fuse, as root or with fusermount (%v)", err)
	}
	v := &volume{fuse.NewDefaultRawFileSystem(), d}
	srv, err := fuse.NewServer(v, folder, &fuse.MountOptions{
		DirectMount: true, FsName: "powercut", Name: "powercut", DisableXAttrs: true, DisableReadDirPlus: true,
	})
	if err != nil {
		t.Fatalf("cannot mount a FUSE file system; run this test as root or with fusermount: %v", err)
	}
	go srv.Serve()
	if err := srv.WaitMount(); err != nil {
		t.Fatal(err)
	}
	mounted := true
	unmount = func() {
		if !mounted {
			return
		}
		if err := srv.Unmount(); err != nil {
			t.Errorf("unmount %s: %v", folder, err)
		}
		mounted = false
	}
	t.Cleanup(unmount)
	return unmount
}

// attributes fills in what the kernel wants to know of an inode.
func (v *volume) attributes(ino uint64, out *fuse.Attr) fuse.Status {
	facts, size, errno := v.disk.stat(ino)
	if errno != 0 {
		return fuse.Status(errno)
	}
	out.Ino, out.Mode, out.Size, out.Nlink = ino, facts.mode, uint64(size), uint32(facts.links)
	out.Blksize, out.Blocks = 4096, uint64(size+sector-1)/sector
	out.Owner = fuse.Owner{Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())}
	out.SetTimes(&facts.mtime, &facts.mtime, &facts.mtime)
	return fuse.OK
}

// entry answers with an inode that a name stands for.
func (v *volume) entry(ino uint64, errno syscall.Errno, out *fuse.EntryOut) fuse.Status {
	if errno != 0 {
		return fuse.Status(errno)
	}
	out.NodeId = ino
	out.SetEntryTimeout(time.Minute)
	return v.attributes(ino, &out.Attr)
}

func (v *volume) Lookup(_ <-chan struct{}, in *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	ino, errno := v.disk.lookup(in.NodeId, name)
	return v.entry(ino, errno, out)
}

func (v *volume) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	return v.attributes(in.NodeId, &out.Attr)
}

func (v *volume) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	if size, ok := in.GetSize(); ok {
		if errno := v.disk.truncate(in.NodeId, int64(size)); errno != 0 {
			return fuse.Status(errno)
		}
	}
	if mode, ok := in.GetMode(); ok {
		if errno := v.disk.chmod(in.NodeId, mode); errno != 0 {
			return fuse.Status(errno)
		}
	}
	return v.attributes(in.NodeId, &out.Attr)
}

func (v *volume) Mknod(_ <-chan struct{}, in *fuse.MknodIn, name string, out *fuse.EntryOut) fuse.Status {
	ino, errno := v.disk.make(in.NodeId, name, in.Mode)
	return v.entry(ino, errno, out)
}

func (v *volume) Mkdir(_ <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	ino, errno := v.disk.make(in.NodeId, name, syscall.S_IFDIR|in.Mode&0o7777)
	return v.entry(ino, errno, out)
}

func (v *volume) Create(_ <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	ino, errno := v.disk.make(in.NodeId, name, syscall.S_IFREG|in.Mode&0o7777)
	return v.entry(ino, errno, &out.EntryOut)
}

func (v *volume) Link(_ <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	return v.entry(in.Oldnodeid, v.disk.link(in.Oldnodeid, in.NodeId, name), out)
}

func (v *volume) Unlink(_ <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	return fuse.Status(v.disk.remove(in.NodeId, name))
}

func (v *volume) Rmdir(_ <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	return fuse.Status(v.disk.remove(in.NodeId, name))
}

func (v *volume) Rename(_ <-chan struct{}, in *fuse.RenameIn, name, newName string) fuse.Status {
	if in.Flags != 0 {
		return fuse.Status(syscall.EINVAL) // exchange, or never replace: nobody here asks for it
	}
	return fuse.Status(v.disk.rename(in.NodeId, name, in.Newdir, newName))
}

func (v *volume) Open(_ <-chan struct{}, in *fuse.OpenIn, _ *fuse.OpenOut) fuse.Status {
	if in.Flags&syscall.O_TRUNC != 0 {
		return fuse.Status(v.disk.truncate(in.NodeId, 0))
	}
	return fuse.OK
}

func (v *volume) Read(_ <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	n, errno := v.disk.read(in.NodeId, int64(in.Offset), buf)
	return fuse.ReadResultData(buf[:n]), fuse.Status(errno)
}

func (v *volume) Write(_ <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	errno := v.disk.write(in.NodeId, int64(in.Offset), data)
	return uint32(len(data)), fuse.Status(errno)
}

func (v *volume) Flush(<-chan struct{}, *fuse.FlushIn) fuse.Status { return fuse.OK }

func (v *volume) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return fuse.Status(v.disk.sync(in.NodeId))
}

func (v *volume) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return fuse.Status(v.disk.sync(in.NodeId))
}

func (v *volume) OpenDir(<-chan struct{}, *fuse.OpenIn, *fuse.OpenOut) fuse.Status { return fuse.OK }

func (v *volume) ReadDir(_ <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	names, errno := v.disk.list(in.NodeId)
	if errno != 0 {
		return fuse.Status(errno)
	}
	for i, name := range slices.Sorted(maps.Keys(names)) {
		facts, _, errno := v.disk.stat(names[name])
		if uint64(i) < in.Offset || errno != 0 {
			continue
		}
		if !out.AddDirEntry(fuse.DirEntry{Name: name, Ino: names[name], Mode: facts.mode, Off: uint64(i) + 1}) {
			break
		}
	}
	return fuse.OK
}

func (v *volume) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	out.Bsize, out.Blocks, out.Bfree, out.Bavail, out.NameLen = 4096, 1<<24, 1<<23, 1<<23, 255
	return fuse.OK
}
