package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Deletion is the settings of what owners may delete and restore. In the file
// they stand in the table [deletion].
type Deletion struct {
	// Policy is what owners may delete: "allowed" anything, "window" what is young
	// or little used, and pre-releases, or "admins-only" nothing. What they may not
	// delete they can yank.
	Policy string `toml:"policy"`

	// MaxAgeHours is how old a thing may be that owners delete under "window".
	MaxAgeHours *int `toml:"max_age_hours"`

	// Downloads is how many downloads in 30 days an older thing may have that
	// owners delete under "window".
	Downloads *int64 `toml:"downloads"`

	// RestoreDays is for how many days owners may restore what was deleted, 365 at
	// most; with 0 only administrators can.
	RestoreDays *int `toml:"restore_days"`

	// PurgeAfterDays is after how many days the bytes of what owners deleted are
	// removed for good; 0 keeps them.
	PurgeAfterDays *int `toml:"purge_after_days"`
}

func (d *Deletion) resolve(public bool) {
	setText(&d.Policy, public, "allowed", "allowed")
	set(&d.MaxAgeHours, public, 72, 72)
	set(&d.Downloads, public, 100, 100)
	set(&d.RestoreDays, public, 30, 30)
	set(&d.PurgeAfterDays, public, 0, 0)
}

func (d Deletion) check() error {
	if policies := []string{"allowed", "window", "admins-only"}; !slices.Contains(policies, d.Policy) {
		return fmt.Errorf("deletion.policy: %q is unknown; it is one of %s", d.Policy, strings.Join(policies, ", "))
	}
	if *d.RestoreDays < 0 || *d.RestoreDays > 365 {
		return fmt.Errorf("deletion.restore_days: %d is not possible; it is from 0 to 365", *d.RestoreDays)
	}
	if *d.MaxAgeHours < 0 || *d.Downloads < 0 || *d.PurgeAfterDays < 0 {
		return fmt.Errorf("the limits of deletion must not be negative")
	}
	return nil
}

// Restore is how long owners may restore what was deleted.
func (d Deletion) Restore() time.Duration { return days(*d.RestoreDays) }

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
