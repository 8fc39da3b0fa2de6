package ops

import (
	"context"
	"fmt"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// ReportCommand groups the commands on reports.
type ReportCommand struct {
	List   ReportList   `cmd:"" help:"List the open reports by project, the most urgent first."`
	Show   ReportShow   `cmd:"" help:"Show one report whole."`
	Decide ReportDecide `cmd:"" help:"Close a report. Example: strongroom admin report decide UID rejected --note 'nothing there'"`
}

// ReportList lists open reports.
type ReportList struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ReportList) Run(ctx context.Context, o *Operator) error {
	cases, err := moderate.Queue(ctx, o.DB.Q, o.Recorder.Clock())
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, k := range cases {
		var reports []map[string]any
		fmt.Fprintf(&text, "%s\turgency %d, %d reports, %d downloads in 30 days, oldest %s\n", k.Name, k.Urgency, len(k.Reports), k.Downloads, k.Oldest.Format("2006-01-02 15:04"))
		for _, r := range k.Reports {
			reports = append(reports, reportRow(r))
			fmt.Fprintf(&text, "\t%s\t%s by %s%s: %s\n", r.UID, r.Kind, orNobody(r.Reporter), trustText(r), oneLine(r.Text, 80))
		}
		rows = append(rows, map[string]any{
			"project": k.Name, "urgency": k.Urgency, "reporters": k.Reporters, "trusted": k.Trusted, "downloads_30d": k.Downloads, "oldest": k.Oldest, "reports": reports,
		})
	}
	return o.say(c.JSON, map[string]any{"cases": rows}, "%s", &text)
}

func orNobody(reporter string) string {
	if reporter == "" {
		return "somebody without an account"
	}
	return reporter
}

func trustText(r index.Report) string {
	if r.Trusted {
		return " (trusted)"
	}
	return ""
}

// oneLine cuts a stranger's text so that it cannot move a terminal's cursor.
func oneLine(text string, most int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return string(runes)
}

func reportRow(r index.Report) map[string]any {
	row := map[string]any{
		"uid": r.UID, "project": r.Name, "version": r.Version, "file": r.Filename, "sha256": r.SHA256, "kind": r.Kind, "text": r.Text, "path": r.Path, "line": r.Line,
		"url": r.URL, "reporter": r.Reporter, "trusted": r.Trusted, "state": r.State, "downloads_30d": r.Downloads, "at": r.CreatedAt,
	}
	if !r.DecidedAt.IsZero() {
		row["decided_by"], row["decided_at"], row["note"] = r.DecidedBy, r.DecidedAt, r.Note
	}
	return row
}

// ReportShow shows a report.
type ReportShow struct {
	UID  string `arg:"" name:"uid" help:"The report, as the list names it."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ReportShow) Run(ctx context.Context, o *Operator) error {
	r, found, err := o.DB.Report(ctx, c.UID)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no report %q", c.UID)
	}
	var text strings.Builder
	for _, f := range [][2]string{
		{"project", r.Name},
		{"version", r.Version},
		{"file", r.Filename},
		{"sha256", r.SHA256},
		{"kind", string(r.Kind)},
		{"state", string(r.State)},
		{"by", orNobody(r.Reporter) + trustText(r)},
		{"path", r.Path},
		{"link", r.URL},
		{"note", r.Note},
	} {
		if f[1] != "" {
			fmt.Fprintf(&text, "%-8s %s\n", f[0]+":", f[1])
		}
	}
	for line := range strings.Lines(r.Text) {
		fmt.Fprintf(&text, "\n    %s", oneLine(line, 1000))
	}
	return o.say(c.JSON, reportRow(r), "%s\n", &text)
}

// ReportDecide closes a report.
type ReportDecide struct {
	UID   string `arg:"" name:"uid" help:"The report, as the list names it."`
	State string `arg:"" enum:"confirmed,rejected,duplicate" help:"confirmed, rejected or duplicate."`
	Note  string `help:"A private note."`
	JSON  bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ReportDecide) Run(ctx context.Context, o *Operator) error {
	return moderated(ctx, o, c.JSON, func(tx *change.Tx) (index.Act, error) {
		return moderate.Decide(ctx, tx, c.UID, index.ReportState(c.State), c.Note)
	})
}
