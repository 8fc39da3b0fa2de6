package dist

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// What extension headers may take, in bytes. Builders write one for nearly
// every member, so those of a block or less are counted as members are; all
// larger ones of an archive share one budget.
const (
	tarExtensionLimit  = 64 << 10 // one header
	tarExtensionBudget = 1 << 20  // those larger than a block together
)

// tarEntry is a member of a tar with its extension headers applied. Its
// content, if any, comes next in the stream.
type tarEntry struct {
	name string // as the archive spells it
	link string // the target of a link
	kind byte   // tarFile, tarFolder, tarSymlink, tarHardLink or one that is refused
	size int64  // bytes of content that follow
	exec bool
	at   int64 // offset of its header
}

// tarWalk goes through the members of a tar (AV-11, AV-12).
type tarWalk struct {
	in     *tarStream
	found  *tarFindings
	budget int  // bytes that large extension headers may still take
	global bool // the global header was read
}

// tarExtension is what the extension headers before a member say.
type tarExtension struct {
	kinds []byte // those read
	at    int64  // offset of the first
	pax   paxAttributes
}

// next returns the next member, or io.EOF when the archive ended as it
// should. Any other error leaves it open where the next member begins.
func (w *tarWalk) next() (tarEntry, error) {
	ext := tarExtension{pax: paxAttributes{size: -1}}
	for {
		at := w.in.pos
		h, err := w.header()
		if err != nil {
			return tarEntry{}, w.ended(err, at, ext)
		}
		switch h.kind {
		case tarPax, tarPaxGlobal, tarLongName, tarLongLink:
			if err := w.extend(&ext, h, at); err != nil {
				return tarEntry{}, tarAt(err, at)
			}
		default:
			e, err := ext.apply(h)
			e.at = at
			return e, tarAt(err, at)
		}
	}
}

// header reads the next header block. Two blocks of zeros end the archive.
func (w *tarWalk) header() (tarHeader, error) {
	block, err := w.in.block()
	if errors.Is(err, io.EOF) {
		w.found.warn(NoEndOfArchive, "", w.in.pos, "the two blocks of zeros at the end of the tar are missing")
	}
	if err != nil {
		return tarHeader{}, err
	}
	if allZero(block) {
		return tarHeader{}, w.end()
	}
	return parseTarHeader(block)
}

// end reads what follows the first block of zeros. Readers differ in what they
// make of anything but zeros there.
func (w *tarWalk) end() error {
	switch second, err := w.in.block(); {
	case errors.Is(err, io.EOF):
		w.found.warn(NoEndOfArchive, "", w.in.pos, "the second of the two blocks of zeros at the end of the tar is missing")
		return io.EOF
	case err != nil:
		return err
	case !allZero(second):
		return refuse(TrailingData, "", "a single block of zeros stands in the middle of the tar")
	}
	return w.in.rest()
}

// ended explains why no header could be read.
func (w *tarWalk) ended(err error, at int64, ext tarExtension) error {
	if errors.Is(err, io.EOF) && len(ext.kinds) > 0 {
		return refuseAt(TarExtension, ext.at, "the tar ends after an extension header, without the member it belongs to")
	}
	return tarAt(err, at)
}

// extend reads an extension header's content.
func (w *tarWalk) extend(ext *tarExtension, h tarHeader, at int64) error {
	if tarShadow(h.name, h.full) {
		return refuse(TarExtension, "", "an extension header is named %.100q, which old readers would unpack outside of the archive", h.name)
	}
	if h.kind == tarPaxGlobal && (w.global || len(ext.kinds) > 0) {
		return refuse(TarExtension, "", "a second pax header for the whole archive, or one between a header and its member")
	}
	if slices.Contains(ext.kinds, h.kind) || len(ext.kinds) > 0 && (h.kind == tarPax) != (ext.kinds[0] == tarPax) {
		return refuse(TarExtension, "", "two extension headers (%q after %q) speak of one member", h.kind, ext.kinds)
	}
	body, err := w.body(h)
	if err != nil {
		return err
	}
	if h.kind == tarPaxGlobal {
		w.global = true
		_, err = parsePax(body, true)
		return err
	}
	if len(ext.kinds) == 0 {
		ext.at = at
	}
	ext.kinds = append(ext.kinds, h.kind)
	return ext.read(h, body)
}

// body reads the content of an extension header within its limits.
func (w *tarWalk) body(h tarHeader) ([]byte, error) {
	if h.size > tarBlock {
		w.budget -= int(min(h.size, tarExtensionLimit))
	}
	if h.size > tarExtensionLimit || w.budget < 0 {
		return nil, refuse(TarExtension, "", "the extension headers are larger than %d bytes for one member or %d for the archive",
			tarExtensionLimit, tarExtensionBudget)
	}
	body := make([]byte, 0, h.size)
	for int64(len(body)) < h.size {
		piece, err := w.in.some(h.size - int64(len(body)))
		if err != nil {
			return nil, err
		}
		body = append(body, piece...)
	}
	zeros, err := w.in.padding(h.size)
	if err == nil && !zeros {
		err = refuse(TarExtension, "", "bytes stand behind the end of an extension header")
	}
	return body, err
}

// read takes what one extension header says.
func (ext *tarExtension) read(h tarHeader, body []byte) (err error) {
	if h.kind == tarPax {
		if h.gnu {
			return refuse(TarExtension, "", "a pax header stands in a header of GNU's format")
		}
		ext.pax, err = parsePax(body, false)
		return err
	}
	text, ok := tarText(body)
	if !ok || text == "" || !h.gnu {
		return refuse(TarExtension, "", "a GNU long name is empty, has bytes behind its end, or stands in a header of another format")
	}
	if h.kind == tarLongName {
		ext.pax.path = text
	} else {
		ext.pax.link = text
	}
	return nil
}

// apply puts header and extensions together.
func (ext *tarExtension) apply(h tarHeader) (tarEntry, error) {
	e := tarEntry{name: h.name, link: h.link, kind: h.kind, size: h.size, exec: h.mode&0o111 != 0}
	if len(ext.kinds) > 0 && (ext.kinds[0] == tarPax) == h.gnu {
		return e, refuse(TarExtension, "", "an extension header of one format stands before a header of the other")
	}
	if ext.pax.size >= 0 && ext.pax.size != h.size {
		return e, refuse(TarExtension, "", "the pax header says the size is %d bytes, the member's header says %d", ext.pax.size, h.size)
	}
	if h.kind == tarFileOld {
		if strings.HasSuffix(h.name, "/") {
			return e, refuse(TarHeader, "", "%.100q is a file by its type and a folder by its name", h.name)
		}
		e.kind = tarFile
	}
	if ext.pax.path != "" {
		if e.name = ext.pax.path; tarShadow(h.name, h.full) {
			return e, refuse(TarExtension, "", "the member is named %.100q, and %.100q in its header", e.name, h.name)
		}
	}
	if isLink := e.kind == tarSymlink || e.kind == tarHardLink; !isLink && e.link+ext.pax.link != "" {
		return e, refuse(TarHeader, "", "%.100q has the target of a link and is none", e.name)
	}
	if ext.pax.link != "" {
		if e.link = ext.pax.link; tarShadowLink(e, h.link) {
			return e, refuse(TarExtension, "", "the link's target is %.100q, and %.100q in its header", e.link, h.link)
		}
	}
	return e, nil
}

// typeProblem returns why a member's type is refused, or "" (AV-12).
func (e *tarEntry) typeProblem() string {
	switch e.kind {
	case tarFile:
		return ""
	case tarFolder, tarSymlink, tarHardLink:
		if e.size > 0 {
			return fmt.Sprintf("a folder or link with a content of %d bytes", e.size)
		}
		return ""
	}
	return fmt.Sprintf("a member of type %q; a source distribution holds files, folders and links, and no devices, pipes, sparse files or the like", e.kind)
}

// tarShadow reports whether a path that an extension header replaces would
// lead out of the folder it is unpacked in, for readers that know no
// extensions. cut says that it may have been cut off, so that its last segment
// means nothing.
func tarShadow(name string, cut bool) bool {
	segments := strings.Split(name, "/")
	if cut {
		segments = segments[:len(segments)-1]
	}
	return strings.HasPrefix(name, "/") || slices.Contains(segments, "..")
}

// tarShadowLink is tarShadow for the target of a link.
func tarShadowLink(e tarEntry, target string) bool {
	if len(target) == 100 {
		target = target[:strings.LastIndexByte(target, '/')+1]
	}
	if e.kind != tarSymlink || target == "" {
		return tarShadow(target, false)
	}
	_, problem := tarTarget(e.name, target, func(string) bool { return false })
	return problem != ""
}
