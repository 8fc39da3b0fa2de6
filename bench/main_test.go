package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/bench/internal/report"
)

func TestOptions(t *testing.T) {
	o, err := parse([]string{"-quick", "-only", "pages,upload", "-servers", "limit,nginx"})
	if err != nil || !o.quick || len(list(o.only)) != 2 {
		t.Fatalf("%+v, %v", o, err)
	}
	o.cache = t.TempDir()
	lab, err := newLab(t.Context(), o)
	if err != nil || strings.Join(lab.Servers, " ") != "limit nginx" || lab.Binary != "" {
		t.Errorf("%+v, %v", lab, err)
	}
	o.servers = "limit,apache"
	if _, err := newLab(t.Context(), o); err == nil || !strings.Contains(err.Error(), "pypiserver") {
		t.Errorf("error %v, want one that names the servers", err)
	}
}

func TestReportSaysWhenAnotherProgramWasMeasured(t *testing.T) {
	for binary, want := range map[string]bool{"": false, "/tmp/other": true} {
		text := strings.Join(facts(options{binary: binary}, time.Now(), ""), "\n")
		if strings.Contains(text, "Not a build of this checkout") != want || strings.Contains(text, "/tmp") {
			t.Errorf("-strongroom %q: %s", binary, text)
		}
	}
}

func TestReportNamesNoPlaces(t *testing.T) {
	out := filepath.Join(t.TempDir(), "report.md")
	r := report.Report{Facts: facts(options{quick: true, cache: "/secret/place"}, time.Now(), ""), Notes: about}
	if err := write(r, out); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"/secret", "/root", "/home", os.TempDir(), " " + host + " "} {
		if strings.Contains(string(b), place) {
			t.Errorf("the report names %q", place)
		}
	}
}
