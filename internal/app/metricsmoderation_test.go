package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
	"strongroom/internal/index"
)

// TestSN16Metrics: how many reports wait, and how fast they were answered.
func TestSN16Metrics(t *testing.T) {
	address := freeAddress(t)
	s := apptest.Start(t, func(c *config.Config) { c.Metrics = address })
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	s.SetClock(time.Hour)
	v := &access.Visitor{User: s.User("bob"), Login: &index.Login{ProvenAt: s.Clock()}}
	for range 2 {
		_, err := s.Moderate.Report(t.Context(), v, index.Report{Name: "demo", Kind: index.ReportSpam, Text: "it advertises something for sale"})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.SetClock(3 * time.Hour)
	open, err := s.DB.OpenReports(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	s.Run("admin", "report", "decide", open[0].UID, "rejected")
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"strongroom_reports_open 1\n", "strongroom_reports_30d 2\n", "strongroom_report_upload_to_report_seconds 36", "strongroom_report_to_action_seconds 72",
		`strongroom_reports_answered_share{hours="1"} 0` + "\n", `strongroom_reports_answered_share{hours="4"} 0.5` + "\n", `strongroom_reports_answered_share{hours="24"} 0.5` + "\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the metrics lack %s:\n%s", want, text)
		}
	}
}
