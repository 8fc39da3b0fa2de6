package check

import (
	"strconv"
	"strings"
)

func megabytes(n int64) string { return scaled(n, 1<<20) + " MB" }
func gigabytes(n int64) string { return scaled(n, 1<<30) + " GB" }

// scaled writes a number of units with at most two decimals.
func scaled(n, unit int64) string {
	s := strconv.FormatFloat(float64(n)/float64(unit), 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
