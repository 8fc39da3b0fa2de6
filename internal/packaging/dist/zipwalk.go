package dist

import (
	"errors"
	"io"
)

// walk reads the archive from its first byte to the directory at end: each
// local header must stand where the directory says, agree with it, and be
// followed by the member and then the next, so that there is no byte left
// that only some readers see (AV-7).
func (z *zipReader) walk(entries []zipEntry, end int64) error {
	z.window.move(0, end)
	for i := range entries {
		entry, limit := &entries[i], end
		if i+1 < len(entries) {
			limit = min(end, int64(entries[i+1].offset))
		}
		if err := z.reach(int64(entry.offset)); err != nil {
			return err
		}
		if err := z.readLocal(entry); err != nil {
			return err
		}
		if entry.packed > uint64(max(0, limit-z.window.at)) {
			return zipRefusal(ZipOverlap, entry.name, z.window.at, "the member's %d bytes reach into the next member or the directory", entry.packed)
		}
		if err := z.readMember(entry, i); err != nil {
			return err
		}
	}
	return z.reach(end)
}

// reach checks that the window stands at the offset where the next thing
// begins.
func (z *zipReader) reach(offset int64) error {
	at := z.window.at
	if offset == at {
		return nil
	}
	if offset < at {
		return zipRefusal(ZipOverlap, "", at, "two members share the bytes from offset %d on", offset)
	}
	begin, err := z.window.take(int(min(4, z.window.end-at)))
	if err != nil {
		return zipCut(err)
	}
	if string(begin) == zipLocal {
		return zipRefusal(ZipEntries, "", at, "the archive holds a member that its directory does not list")
	}
	return zipRefusal(ZipBytes, "", at, "%d bytes belong to no member", offset-at)
}

// readLocal reads a member's local header and compares it with the directory.
func (z *zipReader) readLocal(e *zipEntry) error {
	at := z.window.at
	header, err := z.window.take(localBytes)
	if err != nil {
		return zipCut(err)
	}
	if string(header[:4]) != zipLocal {
		return zipRefusal(ZipEntries, e.name, at, "the directory lists a member that is not there")
	}
	local := parseZipFields(header[4:])
	name, err := z.window.take(local.nameSize)
	if err != nil {
		return zipCut(err)
	}
	if local.flags&flagDescriptor != 0 {
		return descriptor(e.name, at)
	}
	if string(name) != e.name {
		z.refuse(ZipMismatch, e.name, at, "the member's own header names it %s", quoteName(string(name)))
	}
	extra, err := z.window.take(local.extraSize)
	if err != nil {
		return zipCut(err)
	}
	if kind, detail := local.readExtra(extra); detail != "" {
		z.refuse(kind, e.name, at, "%s", detail)
	}
	if detail := local.differences(&e.zipFields); detail != "" {
		z.refuse(ZipMismatch, e.name, at, "the member's own header and the directory differ in: %s", detail)
	}
	return nil
}

// readMember expands the member of entry i, in one pass for all that is asked
// of its bytes, and notes its hash. A refusal of the member is told; the error
// is the source's or the watcher's.
func (z *zipReader) readMember(e *zipEntry, i int) error {
	at := z.window.at
	z.payload.open(int64(e.packed))
	if !e.dir {
		if detail, err := z.expand(e, &z.c.Members[i]); err != nil {
			return err
		} else if detail != "" {
			z.refuse(ZipContent, e.name, at, "%s", detail)
		}
	}
	if err := z.payload.skip(); err != nil { // what is left of a member given up
		return zipCut(err)
	}
	return nil
}

// expand reads one regular member into the sink and compares what came with
// what was declared. detail says what is wrong with the member's bytes.
func (z *zipReader) expand(e *zipEntry, member *Member) (detail string, err error) {
	switch e.method {
	case zipStored, zipDeflated:
	default:
		return "", nil // refused already
	}
	z.sink.open(e, z.kept[e.name])
	if z.opt.Watch != nil {
		z.sink.watch = z.opt.Watch(*member)
	}
	if e.method == zipStored {
		err = z.copyStored()
	} else {
		err = z.inflate()
	}
	if z.sink.failed != nil || z.src.failed != nil {
		return "", errors.Join(z.sink.failed, z.src.failed)
	}
	member.Size, member.SHA256 = z.sink.size, ""
	if detail = z.sink.verdict(e, err, z.payload.left()); detail == "" {
		member.SHA256 = z.sink.digest()
	}
	return detail, nil
}

// copyStored passes the member's bytes on without copying them.
func (z *zipReader) copyStored() error {
	for z.payload.left() > 0 {
		if err := z.payload.more(); err != nil {
			return err
		}
		z.payload.next = len(z.payload.chunk)
		if _, err := z.sink.Write(z.payload.chunk); err != nil {
			return err
		}
	}
	return nil
}

// inflate passes the member's bytes on expanded.
func (z *zipReader) inflate() error {
	if err := z.restartInflater(); err != nil {
		return err
	}
	for {
		n, err := z.inflater.Read(z.expanded)
		if n > 0 {
			if _, err := z.sink.Write(z.expanded[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
