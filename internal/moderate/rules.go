package moderate

import (
	"context"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// young is how old a project may be for one report of somebody trusted to be
// enough (SN-15).
const young = 24 * time.Hour

// received lets the rules of SN-15 look at a report that moderators see from now
// on. Rules act as the system, never as the reporter.
func (a *Actions) received(ctx context.Context, tx *change.Tx, p index.Project, r index.Report) error {
	if !a.Settings.AutoQuarantine || r.Kind != index.ReportMalware || r.Downloads > a.Settings.MaxDownloads && a.Settings.MaxDownloads > 0 {
		return nil
	}
	if st := standing.Status(p); !st.Offered {
		return nil
	}
	reports, err := tx.OpenReportsOf(ctx, p.Name)
	if err != nil || !enough(reports, tx.Now.Sub(p.CreatedAt)) {
		return err
	}
	reporter := tx.Actor
	tx.Actor = index.System()
	defer func() { tx.Actor = reporter }()
	s, err := standing.Find(ctx, tx, p.Name, "", "")
	if err != nil {
		return err
	}
	act, err := Quarantine(ctx, tx, s, Takedown{Reason: "reported as malware; a moderator will look at it", FreezeOwners: true})
	if err != nil {
		return err
	}
	return tellStaff(ctx, tx, p, r, act)
}

// enough is the rule: a report of somebody trusted on a young project, or
// reports of two people of whom one is trusted.
func enough(reports []index.Report, age time.Duration) bool {
	people, trusted := map[int64]bool{}, false
	for _, r := range reports {
		if r.Kind != index.ReportMalware || r.ReporterID == 0 {
			continue
		}
		people[r.ReporterID] = true
		trusted = trusted || r.Trusted
	}
	return trusted && (age < young || len(people) >= 2)
}
