package report

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestFigure(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 50: "50", 0.85: "0.85", 0.0012: "0.0012", 1.234: "1.23", 12.34: "12.3", 123.4: "123",
		1234.5: "1,235", 1234567: "1,234,567", 1000: "1,000", math.NaN(): "–", -3.21: "-3.21",
	} {
		if got := Figure(v); got != want {
			t.Errorf("Figure(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestMedianAndRatio(t *testing.T) {
	if got := Median([]float64{3, 1, 2}); got != 2 {
		t.Errorf("median %v", got)
	}
	if got := Median([]float64{4, 1, 2, 3}); got != 2.5 {
		t.Errorf("median %v", got)
	}
	if got := PairedRatio([]float64{1, 20, 300}, []float64{2, 20, 100}); got != 1 {
		t.Errorf("ratio %v", got)
	}
	for _, nothing := range []float64{Median(nil), PairedRatio(nil, nil), PairedRatio([]float64{1}, nil)} {
		if !math.IsNaN(nothing) {
			t.Errorf("%v of nothing", nothing)
		}
	}
}

func TestBarsAreMet(t *testing.T) {
	for _, c := range []struct {
		bar  Bar
		want bool
	}{
		{Bar{Value: 0.85, Min: 0.85}, true},
		{Bar{Value: 0.84, Min: 0.85}, false},
		{Bar{Value: 1.3, Max: 1.3}, true},
		{Bar{Value: 1.31, Max: 1.3}, false},
		{Bar{Value: math.NaN(), Min: 1}, false},
		{Bar{Value: math.NaN()}, true},
		{Bar{Value: 0.01}, true},
	} {
		if got := c.bar.Met(); got != c.want {
			t.Errorf("%+v met: %v", c.bar, got)
		}
	}
}

func TestWrite(t *testing.T) {
	r := Report{
		Columns: []string{"ours", "limit"},
		Facts:   []string{"2 cores"},
		Groups: []Group{{Title: "Pages", About: "32 connections.", Rows: []Row{
			{Work: "JSON", Unit: "requests/s", Values: map[string]float64{"ours": 50000, "limit": 60000}, Bars: []Bar{
				{Name: "× limit", Value: 0.8333, Min: 0.85}, {Name: "× nginx", Value: 0.4},
			}},
			{Work: "CPU", Unit: "µs", Values: map[string]float64{"ours": 12}, Bars: []Bar{{Name: "× limit", Value: 1.1, Max: 1.3}}, Notes: []string{"limit failed"}},
		}}},
		Notes: "## Why\n\nBecause.\n",
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"- 2 cores\n\n1 of 2 bars are met.\n\n- ✗ JSON: 0.83 × limit, asked ≥ 0.85 × limit\n",
		"| JSON | requests/s | 50,000 | 60,000 | 0.83 × limit; 0.40 × nginx | ≥ 0.85 × limit | ✗ |\n",
		"| CPU | µs | 12 | – | 1.10 × limit | ≤ 1.30 × limit | ✓ |\n",
		"- CPU: limit failed\n",
		"## Why\n\nBecause.\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("report lacks %q:\n%s", want, b.String())
		}
	}
	if r.Groups[0].Rows[0].Met() || !r.Groups[0].Rows[1].Met() {
		t.Error("rows are judged wrongly")
	}
}

func TestRoundingHidesNothing(t *testing.T) {
	if got := (Bar{Name: "× limit", Value: 0.8493, Min: 0.85}).measured(); got != "0.8493 × limit" {
		t.Errorf("a missed bar reads %q", got)
	}
	if got := (Bar{Name: "ms", Value: 1000.4, Max: 1000}).measured(); got != "1000 ms" {
		t.Errorf("a missed bar reads %q", got)
	}
	if got := (Bar{Name: "× limit", Value: 0.8501, Min: 0.85}).measured(); got != "0.85 × limit" {
		t.Errorf("a met bar reads %q", got)
	}
}

func TestNotesAreWrittenOnce(t *testing.T) {
	row := Row{Work: "a", Notes: []string{"limit: gone"}}
	other := row
	other.Work = "b"
	var b strings.Builder
	if err := (Report{Groups: []Group{{Title: "g", Rows: []Row{row, other}}}}).Write(&b); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "limit: gone"); n != 1 {
		t.Errorf("the note stands %d times:\n%s", n, b.String())
	}
}

func TestBusy(t *testing.T) {
	for loadavg, want := range map[string]bool{"0.42 1 1 1/99 7": false, "5.10 4 3 2/99 7": true, "": false} {
		if got := busy(loadavg, 2); (got != "") != want || (want && !strings.Contains(got, "5.1")) {
			t.Errorf("busy(%q) = %q", loadavg, got)
		}
	}
}

func TestMachine(t *testing.T) {
	text := strings.Join(Machine(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)), "\n")
	for _, want := range []string{"22 November 2026", "cores", "go1."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
}
