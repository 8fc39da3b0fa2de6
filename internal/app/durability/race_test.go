package durability

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/config"
)

// racers is how many clients send at once.
const racers = 32

// TestRace lets 32 clients push different bytes under one filename, or under several spellings of it, at the same moment:
// one content wins, who sent that hears 200, and all others hear that the file exists (U-23, P5).
func TestRace(t *testing.T) {
	for name, database := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			s := apptest.Start(t, func(c *config.Config) { c.Database = database(t) })
			race(t, s)
		})
	}
}

func race(t *testing.T, s *apptest.Server) {
	began, l, c := time.Now(), newLedger(), newClient(s.URL, s.Token)
	defer c.close()
	winners := 0
	for round := range raceRounds {
		winners += sprint(t, l, c, entrants(round))
		l.settle(t)
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	l.verifyAll(t.Context(), c)
	l.settle(t)
	b := openBackdoor(t, s)
	for what, query := range map[string]string{
		"files":                  "SELECT id FROM files",
		"claimed filenames":      "SELECT identity FROM filename_registry",
		"releases":               "SELECT id FROM releases",
		"files in the journal":   "SELECT serial FROM journal WHERE action LIKE 'add % file %'",
		"files in the audit log": "SELECT id FROM events WHERE action = 'file:add'",
	} {
		if n := len(b.rows(query)); n != raceRounds {
			t.Errorf("after %d races there are %d %s", raceRounds, n, what)
		}
	}
	beaten := latecomers(t, s, b)
	if beaten == 0 {
		t.Error("no client came as far as the transaction and lost there: this was no race")
	}
	t.Logf("%d rounds of %d clients, %d answers 200, %d contents lost in the transaction, %.0f s",
		raceRounds, racers, winners, beaten, time.Since(began).Seconds())
}

// latecomers counts the contents that were stored, because nobody had the filename yet, and lost all the same.
func latecomers(t *testing.T, s *apptest.Server, b *backdoor) (n int) {
	named := b.rows("SELECT sha256 FROM blobs")
	err := s.Bucket.List(t.Context(), func(i blob.Info) error {
		if !slices.Contains(named, strconv.Quote(string(i.Key))) {
			n++
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// entrants makes the two to four contents of a round: of a new project's first file, or of the next file of a project
// that is there; wheels, wheels spelled in several ways, and source distributions.
func entrants(round int) (dists []apptest.Dist) {
	name, version := fmt.Sprintf("race%d", round%20), fmt.Sprintf("1.%d", round)
	for i := range 2 + round%3 {
		body := fmt.Sprintf("body %d of round %d", i, round)
		switch round % 4 {
		case 1:
			spelled := version + strings.Repeat(".0", i) // 1.5 and 1.5.0 are one version
			dists = append(dists, apptest.Wheel(name, spelled, body))
		case 2:
			dists = append(dists, apptest.Sdist(name, version, body))
		default:
			dists = append(dists, apptest.Wheel(name, version, body))
		}
	}
	return dists
}

// sprint sends the contents at the same moment, and judges the answers. It gives the number of those who won.
func sprint(t *testing.T, l *ledger, c *client, dists []apptest.Dist) (winners int) {
	answers, failures := make([]answer, racers), make([]error, racers)
	start := make(chan struct{})
	var all sync.WaitGroup
	for _, d := range dists {
		l.send(d)
	}
	for i := range racers {
		contentType, body := dists[i%len(dists)].Form(dists[i%len(dists)].Fields())
		all.Go(func() {
			<-start
			answers[i], failures[i] = c.post(t.Context(), contentType, body.Bytes())
		})
	}
	close(start)
	all.Wait()
	winner := -1
	for i, a := range answers {
		switch {
		case failures[i] != nil:
			t.Error(failures[i])
		case a.status == http.StatusOK:
			winners++
			winner = i % len(dists)
			l.acknowledge(dists[winner])
		case a.status != http.StatusBadRequest || !strings.Contains(a.text, "File already exists"):
			t.Errorf("%s: %s, want 200 or 400 File already exists", dists[i%len(dists)].Filename, a)
		}
	}
	for i, a := range answers {
		if won := i%len(dists) == winner; won != (a.status == http.StatusOK) {
			t.Errorf("content %d has won, and a sender of content %d hears %s", winner, i%len(dists), a)
		}
	}
	return winners
}
