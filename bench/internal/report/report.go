// Package report turns measurements into Markdown: one table a group, each row
// with the figures of all servers, the ratios that count, their bars and a
// verdict.
package report

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Report is a whole run.
type Report struct {
	Columns []string // the servers
	Facts   []string // what it ran on, one line each
	Groups  []Group
	Notes   string // Markdown: why something falls short
}

// Group is one table.
type Group struct {
	Title string
	About string // how it was measured
	Rows  []Row
}

// Row is one workload.
type Row struct {
	Work   string
	Unit   string
	Values map[string]float64 // by server; absent: not measured
	Bars   []Bar
	Notes  []string // what went wrong
}

// Bar compares a ratio or a figure with what is asked. A bar without Min and
// Max is only reported.
type Bar struct {
	Name  string // "× limit", "ms"
	Value float64
	Min   float64
	Max   float64
}

// Met says whether the value keeps to the bar; a value that could not be
// measured does not.
func (b Bar) Met() bool {
	if math.IsNaN(b.Value) {
		return b.Min == 0 && b.Max == 0
	}
	return b.Value >= b.Min && (b.Max == 0 || b.Value <= b.Max)
}

// asks is the bar in words; empty when nothing is asked.
func (b Bar) asks() string {
	switch {
	case b.Max != 0:
		return "≤ " + Figure(b.Max) + " " + b.Name
	case b.Min != 0:
		return "≥ " + Figure(b.Min) + " " + b.Name
	}
	return ""
}

// measured is the value in words, with more digits where rounding would make a
// missed bar look met.
func (b Bar) measured() string {
	text := Figure(b.Value)
	if !b.Met() && (text == Figure(b.Min) || text == Figure(b.Max)) {
		text = fmt.Sprintf("%.4g", b.Value)
	}
	return text + " " + b.Name
}

// Met says whether the row keeps to all its bars.
func (r Row) Met() bool {
	for _, b := range r.Bars {
		if !b.Met() {
			return false
		}
	}
	return true
}

// Write writes the report.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Benchmarks\n\n")
	for _, f := range r.Facts {
		fmt.Fprintf(&b, "- %s\n", f)
	}
	b.WriteString("\n" + r.summary())
	for _, g := range r.Groups {
		g.write(&b, r.Columns)
	}
	if r.Notes != "" {
		b.WriteString("\n" + strings.TrimSpace(r.Notes) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// summary counts the bars and lists those that are missed.
func (r Report) summary() string {
	asked, met := 0, 0
	var missed strings.Builder
	for _, g := range r.Groups {
		for _, row := range g.Rows {
			for _, bar := range row.Bars {
				if bar.asks() == "" {
					continue
				}
				asked++
				if bar.Met() {
					met++
					continue
				}
				fmt.Fprintf(&missed, "- ✗ %s: %s, asked %s\n", row.Work, bar.measured(), bar.asks())
			}
		}
	}
	text := fmt.Sprintf("%d of %d bars are met.\n", met, asked)
	if missed.Len() > 0 {
		text += "\n" + missed.String()
	}
	return text
}

func (g Group) write(b *strings.Builder, columns []string) {
	fmt.Fprintf(b, "\n## %s\n\n", g.Title)
	if g.About != "" {
		b.WriteString(strings.TrimSpace(g.About) + "\n\n")
	}
	b.WriteString("| work | unit | " + strings.Join(columns, " | ") + " | measured | bar | |\n")
	b.WriteString("|---|---|" + strings.Repeat("---:|", len(columns)) + "---|---|---|\n")
	seen := map[string]bool{}
	var notes strings.Builder
	for _, row := range g.Rows {
		row.write(b, columns)
		for _, n := range row.Notes {
			if !seen[n] { // rows of one measurement share its notes
				fmt.Fprintf(&notes, "\n- %s: %s", row.Work, n)
			}
			seen[n] = true
		}
	}
	if notes.Len() > 0 {
		b.WriteString(notes.String() + "\n")
	}
}

func (r Row) write(b *strings.Builder, columns []string) {
	cells := []string{r.Work, r.Unit}
	for _, c := range columns {
		v, ok := r.Values[c]
		if !ok {
			v = math.NaN()
		}
		cells = append(cells, Figure(v))
	}
	var measured, asked, verdict []string
	for _, bar := range r.Bars {
		measured = append(measured, bar.measured())
		if text := bar.asks(); text != "" {
			asked = append(asked, text)
			verdict = append(verdict, mark(bar.Met()))
		}
	}
	cells = append(cells, strings.Join(measured, "; "), strings.Join(asked, "; "), strings.Join(verdict, " "))
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func mark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}

// Figure prints three significant digits, and thousands with separators; what
// was not measured is a dash.
func Figure(v float64) string {
	switch abs := math.Abs(v); {
	case math.IsNaN(v):
		return "–"
	case v == math.Trunc(v) && abs < 1000, abs < 0.01 && abs > 0:
		return fmt.Sprintf("%.3g", v)
	case abs < 1:
		return fmt.Sprintf("%.2f", v)
	case abs < 10:
		return fmt.Sprintf("%.2f", v)
	case abs < 100:
		return fmt.Sprintf("%.1f", v)
	case abs < 1000:
		return fmt.Sprintf("%.0f", v)
	}
	return thousands(int64(math.Round(v)))
}

func thousands(n int64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
