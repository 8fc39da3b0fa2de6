package database

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ErrNotEmpty says that a dump cannot be loaded over rows that are there.
var ErrNotEmpty = errors.New("the database is not empty")

// dumpReader reads a dump line by line.
type dumpReader struct {
	Dumped
	dec *json.Decoder
}

func readDump(r io.Reader) (*dumpReader, error) {
	d := &dumpReader{dec: json.NewDecoder(r)}
	d.dec.UseNumber()
	if err := d.dec.Decode(&d.Dumped); err != nil {
		return nil, fmt.Errorf("read dump: %w", err)
	}
	if d.Format != dumpFormat {
		return nil, fmt.Errorf("read dump: it has format %d, this version reads format %d", d.Format, dumpFormat)
	}
	return d, nil
}

// each calls begin at the beginning of each table, and row for each of its
// rows, which have a value for each column.
func (d *dumpReader) each(begin func(tableLine) error, row func(t tableLine, values []any) error) error {
	var at tableLine
	for {
		var line json.RawMessage
		err := d.dec.Decode(&line)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && line[0] == '[' {
			err = at.row(line, row)
		} else if err == nil {
			if at, err = parseTable(line); err == nil {
				err = begin(at)
			}
		}
		if err != nil {
			return fmt.Errorf("read dump: %w", err)
		}
	}
}

// parseTable reads the beginning of a table, and keeps words of a strange file
// out of statements.
func parseTable(line []byte) (t tableLine, err error) {
	if err := json.Unmarshal(line, &t); err != nil {
		return t, err
	}
	if !slices.Contains(tables(), t.Table) || len(t.Columns) == 0 {
		return t, fmt.Errorf("there is no table %q with columns", t.Table)
	}
	for _, column := range t.Columns {
		if strings.Trim(column, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || column == "" {
			return t, fmt.Errorf("%q is not the name of a column", column)
		}
	}
	return t, nil
}

// row reads the values of one line.
func (t tableLine) row(line []byte, fn func(t tableLine, values []any) error) error {
	var cells []json.RawMessage
	if err := json.Unmarshal(line, &cells); err != nil {
		return err
	}
	if len(cells) != len(t.Columns) {
		return fmt.Errorf("a row of table %q has %d values for %d columns", t.Table, len(cells), len(t.Columns))
	}
	values := make([]any, len(cells))
	for i, cell := range cells {
		var err error
		if values[i], err = value(cell); err != nil {
			return err
		}
	}
	return fn(t, values)
}

func value(cell json.RawMessage) (any, error) {
	switch {
	case bytes.Equal(cell, []byte("null")):
		return nil, nil
	case cell[0] == '"':
		var text string
		err := json.Unmarshal(cell, &text)
		return text, err
	case cell[0] == '{':
		var b binary
		err := json.Unmarshal(cell, &b)
		return string(b.Base64), err
	}
	return json.Number(cell).Int64()
}

// DumpedBlobs streams the blobs that the rows of a dump know and that no sweep
// had condemned: the bytes that belong to it.
func DumpedBlobs(r io.Reader, fn func(Blob) error) error {
	d, err := readDump(r)
	if err != nil {
		return err
	}
	nothing := func(tableLine) error { return nil }
	return d.each(nothing, func(t tableLine, values []any) error {
		if t.Table != "blobs" {
			return nil
		}
		row := map[string]any{}
		for i, v := range values {
			row[t.Columns[i]] = v
		}
		key, _ := row["sha256"].(string)
		size, _ := row["size"].(int64)
		if row["condemned_at"] != int64(0) {
			return nil
		}
		return fn(Blob{SHA256: key, Size: size})
	})
}

// Load makes the schema of a dump in an empty database, writes all rows of it
// in one transaction and brings the schema up to date. ErrNotEmpty says that
// rows are there; then nothing was changed.
func Load(ctx context.Context, o Options, r io.Reader) error {
	d, err := readDump(r)
	if err != nil {
		return err
	}
	o.schema = d.Schema
	db, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Write(ctx, func(tx *Tx) error { return tx.load(ctx, d) }); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	o.schema = 0
	newest, err := Open(ctx, o)
	if err != nil {
		return err
	}
	return newest.Close()
}

func (tx *Tx) load(ctx context.Context, d *dumpReader) error {
	version, err := tx.schema(ctx)
	if err != nil {
		return err
	}
	if version != d.Schema {
		return fmt.Errorf("the dump has schema version %d, the database %d; use an empty database and a program that is not older than the dump", d.Schema, version)
	}
	if err := tx.mustBeEmpty(ctx); err != nil {
		return err
	}
	if err := tx.loadRows(ctx, d); err != nil {
		return err
	}
	return tx.settle(ctx)
}

func (tx *Tx) mustBeEmpty(ctx context.Context) error {
	for _, table := range []string{"users", "names", "journal", "blobs"} {
		var one int
		found, err := tx.one(ctx, `SELECT 1 FROM `+table+` LIMIT 1`, nil, &one)
		if err != nil {
			return wrap("look into", table, err)
		}
		if found {
			return fmt.Errorf("%w: the table %s has rows", ErrNotEmpty, table)
		}
	}
	return nil
}

// loadBatch is how many rows one statement inserts.
const loadBatch = 50

func (tx *Tx) loadRows(ctx context.Context, d *dumpReader) error {
	var at tableLine
	var waiting []any // values of rows that are not inserted yet
	flush := func(n int) error {
		for width := len(at.Columns); len(waiting) > 0 && len(waiting) >= n*width; waiting = waiting[n*width:] {
			if _, err := tx.exec(ctx, insertText(at, n), waiting[:n*width]...); err != nil {
				return wrap("load table", at.Table, err)
			}
		}
		return nil
	}
	begin := func(t tableLine) error {
		err := flush(1)
		at = t
		if err == nil { // what the migrations put in; tables that are younger than the dump do not exist yet
			_, err = tx.exec(ctx, `DELETE FROM `+t.Table)
		}
		return wrap("empty table", t.Table, err)
	}
	row := func(_ tableLine, values []any) error {
		waiting = append(waiting, values...)
		return flush(loadBatch)
	}
	if err := d.each(begin, row); err != nil {
		return err
	}
	return flush(1)
}

func insertText(t tableLine, rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", t.Table, strings.Join(t.Columns, ", "))
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(places(1+i*len(t.Columns), len(t.Columns)))
	}
	return b.String()
}

// settle ends what was going on when the dump was made, and lets PostgreSQL
// continue its keys after the highest. SQLite does that by itself.
func (tx *Tx) settle(ctx context.Context) error {
	if _, err := tx.exec(ctx, `DELETE FROM instance WHERE key LIKE '`+holdPrefix+`%'`); err != nil {
		return wrap("drop", "holds", err)
	}
	if _, err := tx.exec(ctx, `UPDATE jobs SET leased_to = 0`); err != nil {
		return wrap("drop", "leases", err)
	}
	if tx.d.name != "postgres" {
		return nil
	}
	keyed, err := tx.texts(ctx, `SELECT table_name FROM information_schema.columns WHERE is_identity = 'YES' AND table_schema = current_schema()`)
	if err != nil {
		return wrap("list", "identity columns", err)
	}
	for _, table := range keyed {
		var next int64
		if _, err := tx.one(ctx, `SELECT setval(pg_get_serial_sequence('`+table+`', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM `+table, nil, &next); err != nil {
			return wrap("continue the keys of", table, err)
		}
	}
	return nil
}
