//go:build slow

package durability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"strongroom/internal/app/apptest"
)

// storm is many clients that upload at once while others read, and a ledger of what came of it.
type storm struct {
	*ledger
	clients int
	readers int
	sizes   func(*rand.Rand) int // bytes of a file

	// up is asked after each answer: false means that the end had come before, so that errors are no surprise any more.
	up func() bool
	// late says that a 200 counts even when up is false: who is killed cannot take back what he said.
	late bool

	pool    string // random text that files are cut from
	round   int
	contest atomic.Int64

	mu         sync.Mutex
	recent     []apptest.Dist // acknowledged
	unanswered []apptest.Dist // sent, and nobody knows what became of it
	made       []string       // the round's projects
}

const poolSize = 2 << 20

func newStorm(rng *rand.Rand) *storm {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, poolSize)
	for i := range text {
		text[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return &storm{ledger: newLedger(), clients: 16, readers: 1, sizes: mixedSizes, pool: string(text)}
}

// mixedSizes is 20 kB to 60 kB mostly, and up to 1 MB.
func mixedSizes(rng *rand.Rand) int {
	if rng.IntN(8) == 0 {
		return 20_000 + rng.IntN(980_000)
	}
	return 20_000 + rng.IntN(40_000)
}

// begin starts the clients of a round; they stop when the context ends, and the returned function waits for that.
func (s *storm) begin(ctx context.Context, c *client, seed uint64) (wait func()) {
	s.round++
	s.contest.Store(0)
	s.mu.Lock()
	s.made = nil
	s.mu.Unlock()
	var all sync.WaitGroup
	for i := range s.clients {
		all.Go(func() { s.publish(ctx, c, i, rand.New(rand.NewPCG(seed, uint64(i)))) })
	}
	for i := range s.readers {
		all.Go(func() { s.read(ctx, c, rand.New(rand.NewPCG(seed, uint64(1000+i)))) })
	}
	return all.Wait
}

// publish is one client: new projects, new releases, filenames that others want too, and what was sent before.
func (s *storm) publish(ctx context.Context, c *client, me int, rng *rand.Rand) {
	project := ""
	for n := 0; ctx.Err() == nil; n++ {
		switch dice := rng.IntN(100); {
		case project == "" || dice < 20:
			project = fmt.Sprintf("p%d-%d-%d", s.round, me, n)
			s.push(ctx, c, s.wheel(rng, project, "1.0"), http.StatusOK)
		case dice < 60:
			s.push(ctx, c, s.wheel(rng, project, fmt.Sprintf("1.%d", n)), http.StatusOK)
		case dice < 80:
			s.push(ctx, c, s.contested(rng), http.StatusOK, http.StatusBadRequest)
		case dice < 90:
			if d, found := s.earlier(rng); found { // U-21
				s.push(ctx, c, d, http.StatusOK)
			}
		case dice < 95:
			if d, found := s.earlier(rng); found { // U-23
				s.push(ctx, c, apptest.Wheel(d.Name, d.Version, "other bytes"), http.StatusBadRequest)
			}
		default:
			if d, found := s.again(); found { // who got no answer asks again
				s.push(ctx, c, d, http.StatusOK)
			}
		}
	}
}

// wheel makes a file that nobody else sends.
func (s *storm) wheel(rng *rand.Rand, project, version string) apptest.Dist {
	size := s.sizes(rng)
	from := rng.IntN(poolSize - size)
	d := apptest.Wheel(project, version, s.pool[from:from+size])
	s.mu.Lock()
	s.made = append(s.made, project)
	s.mu.Unlock()
	return d
}

// contested makes one of three bodies for a filename that several clients send at about the same time.
func (s *storm) contested(rng *rand.Rand) apptest.Dist {
	n := s.contest.Add(1) / 6
	project := fmt.Sprintf("contest-%d", s.round)
	body := rng.IntN(3)
	s.mu.Lock()
	s.made = append(s.made, project)
	s.mu.Unlock()
	return apptest.Wheel(project, fmt.Sprintf("1.%d", n), s.pool[body*40_000:][:30_000])
}

// earlier picks a file that was acknowledged.
func (s *storm) earlier(rng *rand.Rand) (apptest.Dist, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.recent) == 0 {
		return apptest.Dist{}, false
	}
	return s.recent[rng.IntN(len(s.recent))], true
}

// again takes a file whose upload was broken off by an earlier end.
func (s *storm) again() (d apptest.Dist, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.unanswered) == 0 {
		return d, false
	}
	d, s.unanswered = s.unanswered[0], s.unanswered[1:]
	return d, true
}

// push sends a file and enters the answer into the ledger. Any answer but those wanted is a broken promise, unless the
// end has come.
func (s *storm) push(ctx context.Context, c *client, d apptest.Dist, want ...int) {
	s.send(d)
	a, err := c.upload(ctx, d)
	up := s.up()
	switch {
	case err == nil && a.status == http.StatusOK && (up || s.late):
		s.acknowledge(d)
		s.remember(&s.recent, d)
	case !up:
		if !slices.Contains(want, http.StatusBadRequest) {
			s.remember(&s.unanswered, d)
		}
		return
	case err != nil:
		s.complain("upload of %s: %v", d.Filename, err)
		return
	}
	if !slices.Contains(want, a.status) || a.status == http.StatusBadRequest && !strings.Contains(a.text, "File already exists") {
		s.complain("upload of %s: %s, want %v", d.Filename, a, want)
	}
}

// remember keeps the last few.
func (s *storm) remember(list *[]apptest.Dist, d apptest.Dist) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, d)
	if len(*list) > 64 {
		*list = slices.Delete(*list, 0, 1)
	}
}

// read looks at projects of the round as installers do while they grow (P4).
func (s *storm) read(ctx context.Context, c *client, rng *rand.Rand) {
	for ctx.Err() == nil {
		s.mu.Lock()
		project := ""
		if len(s.made) > 0 {
			project = s.made[rng.IntN(len(s.made))]
		}
		s.mu.Unlock()
		var err error
		if project == "" {
			_, err = c.projects(ctx)
		} else {
			err = s.compare(ctx, c, project, 4)
		}
		if err != nil && s.up() {
			s.complain("while reading: %v", err)
		}
	}
}

// touched lists the projects of the round, and some earlier ones.
func (s *storm) touched(rng *rand.Rand, earlier int) []string {
	s.mu.Lock()
	projects := slices.Clone(s.made)
	s.mu.Unlock()
	all := s.names()
	for range min(earlier, len(all)) {
		projects = append(projects, all[rng.IntN(len(all))])
	}
	slices.Sort(projects)
	return slices.Compact(projects)
}
