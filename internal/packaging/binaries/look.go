package binaries

import (
	"encoding/binary"
	"fmt"
	"io"
)

// magicSize is how many bytes tell whether a file may be a compiled one.
const magicSize = 8

// Look reads the facts of one file of a wheel. It reports false if the file, by its first bytes, is not a compiled one.
// What is wrong inside a compiled file is no error: it stands in [Binary.Problem], with the facts found before.
func Look(path string, content io.ReaderAt, size int64) (Binary, bool) {
	head := make([]byte, min(size, magicSize))
	if n, _ := content.ReadAt(head, 0); n < len(head) {
		head = head[:n]
	}
	format := recognise(head)
	if format == "" {
		return Binary{}, false
	}
	b := Binary{Path: path, Format: format}
	text := maxText
	if err := b.read(raw{file: content, size: size, order: binary.LittleEndian, text: &text}); err != nil {
		if err == errNotPE {
			return Binary{}, false
		}
		b.Problem = "cannot be read as " + string(format) + ": " + err.Error()
	}
	return b, true
}

// read fills in the facts of the format. A panic is a fault of ours; it must not take the upload with it.
func (b *Binary) read(r raw) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("fault in the reader: %v", fault)
		}
	}()
	switch b.Format {
	case FormatELF:
		b.ELF, err = readELF(r)
	case FormatMachO:
		b.MachO, err = readMachO(r)
	case FormatPE:
		b.PE, err = readPE(r)
	}
	return err
}

// recognise returns the format that the first bytes of a file claim, or "". Fewer than magicSize bytes are enough for
// all but Mach-O files of several architectures.
func recognise(head []byte) Format {
	switch {
	case len(head) >= 4 && string(head[:4]) == "\x7fELF":
		return FormatELF
	case isMachO(head):
		return FormatMachO
	case len(head) >= 2 && string(head[:2]) == "MZ":
		return FormatPE
	}
	return ""
}
