package breachlist

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
)

// Built says what came of Build.
type Built struct {
	Entries uint64
	Bytes   int64
}

// Build writes a list of the hashes, which must come in ascending order, to the file at path. It takes some megabytes of
// memory whatever their number. The file appears whole or not at all, and replaces what was there; a server goes on
// with the old one until it reloads. Repeated hashes count once; without any hash it fails.
func Build(ctx context.Context, hashes iter.Seq2[Hash, error], path string, kind Kind) (built Built, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return built, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	w := &writer{header: header{kind: kind, indexOffset: headerSize}, out: bufio.NewWriterSize(f, 1<<20)}
	if _, err = w.out.Write(make([]byte, headerSize)); err != nil {
		return built, err
	}
	if err = w.all(ctx, hashes); err != nil {
		return built, err
	}
	if err = w.finish(f); err != nil {
		return built, err
	}
	if err = f.Close(); err == nil {
		err = os.Rename(f.Name(), path)
	}
	return Built{w.entries, int64(w.indexOffset) + int64(len(w.index))}, err
}

// writer writes block after block.
type writer struct {
	header
	out   *bufio.Writer
	index []byte
	block []Hash // not yet written
}

func (w *writer) all(ctx context.Context, hashes iter.Seq2[Hash, error]) error {
	size := sortedBlock
	if w.kind == Filter {
		size = filterBlock
	}
	var last Hash
	for h, err := range hashes {
		if err != nil {
			return err
		}
		order := bytes.Compare(h[:], last[:])
		if order < 0 {
			return fmt.Errorf("the hash %X comes after %X; take the list that is ordered by hash", h, last)
		}
		if len(w.block) > 0 && (order == 0 || w.kind == Filter && h.key() == last.key()) {
			continue // a filter knows hashes by their first eight bytes
		}
		if len(w.block) >= size && h.key() != last.key() {
			if err := w.flush(); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if len(w.block) > 2*size {
			return fmt.Errorf("more than %d hashes begin like %X; this is no list of SHA-1 hashes", size, h)
		}
		w.block, last = append(w.block, h), h
	}
	if len(w.block) == 0 {
		return errors.New("there are no hashes in it")
	}
	return w.flush()
}

// flush writes the block.
func (w *writer) flush() (err error) {
	var b []byte
	if w.kind == Sorted {
		b = packSorted(w.block)
	} else if b, err = packFilter(keys(w.block)); err != nil {
		return err
	}
	r := row{first: w.block[0].key(), size: uint32(len(b)), entries: uint32(len(w.block)), sum: checksum(b)}
	w.index = r.append(w.index)
	w.blocks, w.entries, w.indexOffset = w.blocks+1, w.entries+uint64(r.entries), w.indexOffset+uint64(r.size)
	w.block = w.block[:0]
	_, err = w.out.Write(b)
	return err
}

func keys(hashes []Hash) []uint64 {
	out := make([]uint64, len(hashes))
	for i, h := range hashes {
		out[i] = h.key()
	}
	return out
}

// finish writes the index, and the header when everything else is on the disk.
func (w *writer) finish(f *os.File) error {
	w.indexSum = checksum(w.index)
	if _, err := w.out.Write(w.index); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	if _, err := f.WriteAt(w.header.bytes(), 0); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil { // no secret; the server may run as another user
		return err
	}
	return f.Sync()
}
