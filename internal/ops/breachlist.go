package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"sync"
	"time"

	"strongroom/internal/password/breachlist"
)

// BreachListCommand groups the commands on the list of breached passwords.
type BreachListCommand struct {
	Build BreachListBuild `cmd:"" help:"Make a compact list for password_breach.file out of a downloaded one."`
}

// BreachListBuild makes a list. It needs no index.
type BreachListBuild struct {
	In     string `arg:"" name:"in" help:"The downloaded list: a text file of SHA-1 hashes ordered by hash, a folder of range files, or - for standard input."`
	Out    string `arg:"" name:"out" help:"The file to write. It is replaced when the new list is complete."`
	Filter bool   `help:"Keep nine bits of each hash: a fourteenth of the size, and one other password in 512 is called breached. Pages cannot check while people type."`
	JSON   bool   `name:"json" help:"Report as JSON."`
}

// Help is what --help says below the usage.
func (c *BreachListBuild) Help() string {
	return `Example: strongroom admin breach-list build pwned-passwords-sha1-ordered-by-hash.txt /var/lib/strongroom/breached
Example: 7z e -so pwned-passwords.7z | strongroom admin breach-list build - breached --filter

A running server opens the new file at SIGHUP.`
}

// breachListReport is what came of it.
type breachListReport struct {
	Entries uint64  `json:"entries"`
	Bytes   int64   `json:"bytes"`
	Kind    string  `json:"kind"`
	Seconds float64 `json:"seconds"`
}

// String is the report for people.
func (r breachListReport) String() string {
	return fmt.Sprintf("Wrote %d hashes in %d bytes, %.2f bytes each (%s).\n", r.Entries, r.Bytes, float64(r.Bytes)/float64(r.Entries), r.Kind)
}

// RunLocal implements Local.
func (c *BreachListBuild) RunLocal(ctx context.Context, con Console) error {
	began := time.Now()
	hashes, done, err := c.open(con)
	if err != nil {
		return err
	}
	defer done()
	kind, name := breachlist.Sorted, "sorted"
	if c.Filter {
		kind, name = breachlist.Filter, "filter"
	}
	built, err := breachlist.Build(ctx, hashes, Absolute(con.Dir, c.Out), kind)
	if err != nil {
		return fmt.Errorf("%s: %w", c.In, err)
	}
	done()
	report := breachListReport{built.Entries, built.Bytes, name, time.Since(began).Seconds()}
	if c.JSON {
		return json.NewEncoder(con.Stdout).Encode(report)
	}
	_, err = fmt.Fprint(con.Stdout, report)
	return err
}

// open begins to read the input and to show how far that is. done ends both and
// may be called again.
func (c *BreachListBuild) open(con Console) (hashes iter.Seq2[breachlist.Hash, error], done func(), err error) {
	if c.In == "-" {
		if con.Stdin == nil {
			return nil, nil, errors.New("there is no standard input")
		}
		p := con.progress("read", "MB", 0)
		return breachlist.FromText(&countedReader{from: con.Stdin, tell: p}), sync.OnceFunc(p.finish), nil
	}
	path := Absolute(con.Dir, c.In)
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		folder := os.DirFS(path)
		entries, err := fs.ReadDir(folder, ".")
		if err != nil {
			return nil, nil, err
		}
		p := con.progress("read", "files", int64(len(entries)))
		return breachlist.FromFolder(folder, func() { p.add(1) }), sync.OnceFunc(p.finish), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	p := con.progress("read", "MB", info.Size()/megabyte)
	return breachlist.FromText(&countedReader{from: f, tell: p}), sync.OnceFunc(func() { p.finish(); f.Close() }), nil
}

const megabyte = 1_000_000

// countedReader tells of each megabyte.
type countedReader struct {
	from io.Reader
	tell *progress
	left int64 // bytes not told of
}

// Read implements io.Reader.
func (r *countedReader) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	r.left += int64(n)
	r.tell.add(r.left / megabyte)
	r.left %= megabyte
	return n, err
}
