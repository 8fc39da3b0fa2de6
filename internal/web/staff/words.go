package staff

import (
	"fmt"
	"time"
)

// span writes a length of time for people, in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "no time"
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour")
	}
	return count(int(d/(24*time.Hour)), "day")
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
