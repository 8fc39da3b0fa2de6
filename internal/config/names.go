package config

import (
	"fmt"
	"time"
)

// Names is the settings of the name registry. In the file they stand in the table
// [names].
type Names struct {
	// ReleaseAfterDays is after how many days the name of a deleted project becomes
	// free for anybody; 0 keeps it for ever. Its versions and filenames stay used.
	ReleaseAfterDays *int `toml:"release_after_days"`
}

func (n Names) check() error {
	if *n.ReleaseAfterDays < 0 {
		return fmt.Errorf("names.release_after_days: %d is not possible; 0 keeps names for ever", *n.ReleaseAfterDays)
	}
	return nil
}

// ReleaseAfter is when names become free, 0 for never.
func (n Names) ReleaseAfter() time.Duration { return days(*n.ReleaseAfterDays) }
