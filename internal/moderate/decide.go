package moderate

import (
	"context"
	"slices"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// Decide closes a report. Whoever reported is told once (SN-13).
func Decide(ctx context.Context, tx *change.Tx, uid string, state index.ReportState, note string) (index.Act, error) {
	if !slices.Contains(index.ReportEnds(), state) {
		return index.Act{}, bad("A report is confirmed, rejected or duplicate, not %q.", state)
	}
	r, found, err := tx.LockReport(ctx, uid)
	if err != nil {
		return index.Act{}, err
	}
	if !found {
		return index.Act{}, index.Refuse(index.CodeNotFound, "There is no report %q.", uid)
	}
	if !r.Open() {
		return index.Act{}, index.Refuse(index.CodeReportDecided, "The report is %s already.", r.State)
	}
	l := open(ctx, tx, index.ActDecide, "report:"+uid, r.Name, string(state))
	if err := l.decide(r, state, note, false); err != nil {
		return index.Act{}, err
	}
	return l.close()
}

// decide writes a decision as part of an act.
func (l *ledger) decide(r index.Report, state index.ReportState, note string, aside bool) error {
	r.State, r.DecidedBy, r.DecidedAt, r.Note, r.Act = state, l.act.Actor, l.act.At, note, l.act.UID
	e := index.Effect{On: index.OnReport, Object: "report:" + r.UID, Key: r.UID, Aside: aside}
	if err := l.change(e, func() error { return l.tx.UpdateReport(l.ctx, r) }); err != nil {
		return err
	}
	l.tx.Event(index.Event{Action: index.EventReportDecide, Object: "report:" + r.UID, Before: string(index.ReportReceived), After: string(state), Reason: note})
	return tellReporter(l.ctx, l.tx, r)
}
