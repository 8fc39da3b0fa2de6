package proc

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func start(t *testing.T, script string) *Process {
	t.Helper()
	p, err := Start(Spec{Path: "/bin/sh", Args: []string{"-c", script}, Log: filepath.Join(t.TempDir(), "log")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// burn is a shell loop of a few hundred milliseconds of processor time.
const burn = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"

func TestUsageSeesChildren(t *testing.T) {
	for name, script := range map[string]string{
		"own":    burn + "; echo done; sleep 60",
		"child":  "sh -c '" + burn + "; echo done; sleep 60' & wait",
		"reaped": "sh -c '" + burn + "'; echo done; sleep 60",
	} {
		p := start(t, script)
		for !strings.Contains(p.Tail(), "done") {
			time.Sleep(5 * time.Millisecond)
		}
		cpu, err := p.CPU()
		if err != nil || cpu < 30*time.Millisecond || cpu > 20*time.Second {
			t.Errorf("%s: %s of CPU, %v", name, cpu, err)
		}
		now, peak, err := p.Memory()
		if err != nil || now < 100<<10 || peak < now {
			t.Errorf("%s: memory %d, peak %d, %v", name, now, peak, err)
		}
	}
}

// TestProportional: what two processes share counts once.
func TestProportional(t *testing.T) {
	p := start(t, "(sleep 60; :) & (sleep 60; :) & echo done; wait")
	for !strings.Contains(p.Tail(), "done") {
		time.Sleep(5 * time.Millisecond)
	}
	once, err := p.Proportional()
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := p.Memory()
	if err != nil || once < 100<<10 || once >= all*3/4 {
		t.Errorf("%d bytes, shared pages once, and %d with all of them, %v", once, all, err)
	}
}

func TestForgetPeak(t *testing.T) {
	p := start(t, "x=$(head -c 20000000 /dev/zero | tr '\\0' x); x=; echo done; sleep 60")
	for !strings.Contains(p.Tail(), "done") {
		time.Sleep(5 * time.Millisecond)
	}
	_, before, err := p.Memory()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ForgetPeak(); err != nil {
		t.Fatal(err)
	}
	_, after, err := p.Memory()
	if err != nil || after >= before {
		t.Errorf("peak %d, then %d, %v", before, after, err)
	}
}

func TestWatchSeesShortLivedChildren(t *testing.T) {
	p := start(t, "sleep 0.2; head -c 50000000 /dev/zero | tail -c 40000000 >/dev/null; echo done; sleep 60")
	highest := p.Watch(time.Millisecond)
	for !strings.Contains(p.Tail(), "done") {
		time.Sleep(5 * time.Millisecond)
	}
	now, _, err := p.Memory()
	if most := highest(); err != nil || most < now+20<<20 {
		t.Errorf("highest %d, in the end %d, %v", most, now, err)
	}
}

func TestReadySaysWhyNot(t *testing.T) {
	p := start(t, "echo no such setting; exit 1")
	addr, err := FreePort()
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Ready(context.Background(), "http://"+addr.String()+"/")
	if err == nil || !strings.Contains(err.Error(), "no such setting") {
		t.Errorf("error %v, want the end of the log", err)
	}
	if _, err := p.CPU(); err == nil {
		t.Error("CPU of a process that has ended")
	}
}

func TestStopKillsWhatStays(t *testing.T) {
	p := start(t, "sleep 600 & echo $!; wait")
	for p.Tail() == "" {
		time.Sleep(5 * time.Millisecond)
	}
	child := strings.TrimSpace(p.Tail())
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if b, err := os.ReadFile("/proc/" + child + "/stat"); err != nil || strings.Contains(string(b), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("child %s lives on", child)
}

func TestForgetLog(t *testing.T) {
	p := start(t, "echo one; sleep 60")
	for p.Tail() == "" {
		time.Sleep(time.Millisecond)
	}
	if err := p.ForgetLog(); err != nil || p.Tail() != "" {
		t.Errorf("log %q, %v", p.Tail(), err)
	}
}

func TestParseStat(t *testing.T) {
	line := "42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 50 60 11 22 20 0 1 0 5 6 7"
	got, err := parseStat([]byte(line))
	if err != nil || got.parent != 7 || got.reaped != 330*time.Millisecond {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "42 (sh) S", "42 (sh) S x 42 42 0 -1 4194560 1 2 3 4 50 60 11 22 20"} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
