package packaging

import (
	"fmt"
	"strings"
)

// maxQuoted bounds how much of a bad input a message repeats, in bytes.
const maxQuoted = 100

// Quote returns what somebody wrote for the middle of a message: in double
// quotes, escaped so that it stays on one line, and no more than its first 100
// bytes, with "…" after the quotes when there were more. The result must never
// be longer than 500 bytes, whatever s is.
func Quote(s string) string {
	if len(s) <= maxQuoted {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q…", strings.ToValidUTF8(s[:maxQuoted], ""))
}
