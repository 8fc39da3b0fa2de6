package database

import (
	"context"
	"strconv"
	"strings"
)

// rowsInserter gathers rows for one INSERT: a statement costs SQLite more than
// a row.
type rowsInserter struct {
	into    string // up to and with VALUES
	columns int
	after   string // behind the rows, such as ON CONFLICT
	args    []any
}

// maxRows bounds a statement: both databases have a limit on parameters, and
// each number of rows is a statement of its own to prepare.
const maxRows = 16

func (r *rowsInserter) add(values ...any) { r.args = append(r.args, values...) }

func (r *rowsInserter) run(ctx context.Context, tx *Tx) error {
	for len(r.args) > 0 {
		n := min(len(r.args), maxRows*r.columns)
		if _, err := tx.exec(ctx, r.into+placeholders(n, r.columns)+r.after, r.args[:n]...); err != nil {
			return err
		}
		r.args = r.args[n:]
	}
	return nil
}

// placeholders is ($1, $2), ($3, $4) for 4 values of 2 columns.
func placeholders(values, columns int) string {
	var b strings.Builder
	for i := range values {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	return b.String() + ")"
}
