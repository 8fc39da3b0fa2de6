//go:build slow

package durability

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// powerRounds is how often the power is cut on each database.
const powerRounds = 30

// machine is a computer whose power can be cut: a server and the disk it writes to.
type machine struct {
	*storm
	disk    *disk
	folder  string // where the disk is mounted
	place   place
	token   string
	rng     *rand.Rand
	server  *server
	unmount func()
}

// newMachine has an empty disk. The rows are on it too, unless a PostgreSQL database is given: then keys and blobs are
// on it, in folders of their own.
func newMachine(t *testing.T, database string) *machine {
	rng := rand.New(rand.NewPCG(newSeed(t), 0))
	m := &machine{storm: newStorm(rng), disk: newDisk(), folder: t.TempDir(), rng: rng}
	m.clients, m.readers, m.up = 8, 0, func() bool { return m.disk.powered() }
	m.sizes = func(rng *rand.Rand) int { return 5_000 + rng.IntN(30_000) }
	m.place = newPlace(filepath.Join(m.folder, "srv", "data"), database)
	if database != "" {
		m.place.settings = append(m.place.settings, "STRONGROOM_STORAGE="+filepath.Join(m.folder, "blobs"))
	}
	return m
}

// boot mounts the disk and starts the server. An error is that of the server, with its last words.
func (m *machine) boot(t *testing.T) (err error) {
	m.unmount = mount(t, m.disk, m.folder)
	m.server, err = m.place.start(t)
	return err
}

// install boots for the first time, with the power cut on the way a few times.
func (m *machine) install(t *testing.T, how loss) {
	for range 3 {
		m.disk.arm(nthCall(1+m.rng.IntN(300), ""))
		if err := m.boot(t); err != nil && m.disk.powered() {
			t.Fatalf("first start: %v", err)
		}
		m.lose(t, how)
	}
	m.mustBoot(t)
	m.token = m.place.token(t)
}

func (m *machine) mustBoot(t *testing.T) {
	t.Helper()
	if err := m.boot(t); err != nil {
		t.Fatalf("the index does not start after a power cut: %v\nthe disk holds: %v", err, slices.Sorted(maps.Keys(m.disk.tree())))
	}
}

// lose cuts the power and takes the disk out.
func (m *machine) lose(t *testing.T, how loss) {
	m.disk.turnOff()
	if m.server != nil {
		m.server.kill()
		m.server = nil
	}
	m.unmount()
	m.disk = m.disk.afterCut(how, m.rng)
}

// work lets clients upload until the power is cut, or for a while and cuts it then.
func (m *machine) work(t *testing.T, patience time.Duration) {
	ctx, cancel := context.WithCancel(t.Context())
	c := newClient(m.server.url, m.token)
	defer c.close()
	wait := m.begin(ctx, c, m.rng.Uint64())
	for end := time.Now().Add(patience); m.disk.powered() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	m.disk.turnOff() // before the clients hear of it: what they were told until now counts
	cancel()
	wait()
}

// recover boots on what is left and compares it with what was acknowledged.
func (m *machine) recover(t *testing.T) {
	t.Helper()
	m.intact(t)
	m.mustBoot(t)
	c := newClient(m.server.url, m.token)
	defer c.close()
	check(t, m.place, m.storm, c, m.touched(m.rng, 30))
}

// intact asks SQLite about the database on the disk, while nobody uses it.
func (m *machine) intact(t *testing.T) {
	t.Helper()
	copied := place{data: t.TempDir()}
	for _, name := range []string{"strongroom.db", "strongroom.db-wal"} {
		if text, found := m.disk.content("srv", "data", name); found {
			if err := os.WriteFile(filepath.Join(copied.data, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	intact(t, copied)
}

// nthCall cuts the power before the n-th call, or the n-th of one kind.
func nthCall(n int, kind string) func(call, at string) bool {
	return func(call, _ string) bool {
		if kind == "" || kind == call {
			n--
		}
		return n < 1
	}
}

// nthStep cuts the power before the n-th step of what happens next. Writes to one file that follow each other are one
// step. The memory that SQLite shares through a file is written when the kernel likes, and does not count.
func nthStep(n int, steps *[]string) func(call, at string) bool {
	last := ""
	return func(call, at string) bool {
		if step := call + " " + at; step != last && !strings.HasSuffix(at, "-shm") {
			last = step
			*steps = append(*steps, step)
		}
		return len(*steps) >= n
	}
}

// TestPowerCut cuts the power under 8 uploading clients: before a random call or sync, at a random time, while the server
// starts, or after it was stopped. On what is left the index must start and have every file that was acknowledged (P2).
func TestPowerCut(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) { powerCuts(t, newMachine(t, database(t))) })
	}
}

func powerCuts(t *testing.T, m *machine) {
	began := time.Now()
	kinds := slices.Sorted(maps.Keys(losses()))
	m.install(t, losses()[kinds[m.rng.IntN(3)]])
	cuts := map[string]int{}
	for round := range rounds(powerRounds) {
		cut, how := m.cutOff(t), kinds[round%len(kinds)]
		cuts[cut]++
		m.lose(t, losses()[how])
		m.recover(t)
		if t.Failed() {
			t.Fatalf("round %d: cut %s on a %s disk", round, cut, how)
		}
	}
	c := newClient(m.server.url, m.token)
	m.verifyAll(t.Context(), c)
	check(t, m.place, m.storm, c, nil)
	t.Logf("%d cuts %v, %d files acknowledged, %d read and hashed, %.0f s", rounds(powerRounds), cuts, m.acknowledged(), m.reads.Load(), time.Since(began).Seconds())
}

// cutOff has clients work, cuts the power in one of five ways, and says in which.
func (m *machine) cutOff(t *testing.T) string {
	switch m.rng.IntN(5) {
	case 0:
		m.disk.arm(nthCall(1+m.rng.IntN(200), "sync"))
		m.work(t, 1500*time.Millisecond)
		return "before a sync"
	case 1:
		m.disk.arm(nthCall(1+m.rng.IntN(2500), ""))
		m.work(t, 1500*time.Millisecond)
		return "before a call"
	case 2:
		m.work(t, time.Duration(m.rng.Int64N(int64(time.Second))))
		return "at some time"
	case 3:
		m.work(t, 200*time.Millisecond)
		m.lose(t, losses()["scattered"])
		m.disk.arm(nthCall(1+m.rng.IntN(40), ""))
		if err := m.boot(t); err != nil && m.disk.powered() {
			t.Fatalf("the index does not start after a power cut: %v", err)
		}
		return "while starting again"
	}
	m.upload(t, 5)
	if code := m.server.stop(t); code != 0 {
		t.Errorf("the server exits with %d\n%s", code, m.server.tail())
	}
	return "after the server was stopped"
}

// upload sends files one after the other.
func (m *machine) upload(t *testing.T, files int) {
	m.round++
	c := newClient(m.server.url, m.token)
	defer c.close()
	for i := range files {
		m.push(t.Context(), c, m.wheel(m.rng, fmt.Sprintf("single-%d", m.round), fmt.Sprintf("1.%d", i)), http.StatusOK)
	}
}

// TestPowerCutAtEachStep cuts the power before every step of one upload: on a disk that forgets everything, and on one that
// keeps a random half.
func TestPowerCutAtEachStep(t *testing.T) {
	m := newMachine(t, "")
	m.install(t, forgetful)
	began, cuts := time.Now(), 0
	for _, name := range []string{"forgetful", "scattered"} {
		for n := 1; ; n++ {
			var steps []string
			m.disk.arm(nthStep(n, &steps))
			m.upload(t, 1)
			done := m.disk.powered()
			m.lose(t, losses()[name])
			m.recover(t)
			m.sendAgain(t)
			if t.Failed() {
				t.Fatalf("cut before step %d on a %s disk; the steps: %v", n, name, steps)
			}
			if cuts++; done {
				break
			}
		}
	}
	if cuts < 2*12 {
		t.Errorf("only %d cuts: an upload has more steps than that", cuts)
	}
	t.Logf("%d cuts, %d files acknowledged, %.0f s", cuts, m.acknowledged(), time.Since(began).Seconds())
}

// sendAgain repeats what got no answer.
func (m *machine) sendAgain(t *testing.T) {
	c := newClient(m.server.url, m.token)
	defer c.close()
	for d, found := m.again(); found; d, found = m.again() {
		m.push(t.Context(), c, d, http.StatusOK)
	}
	m.settle(t)
}

// TestPowerCutIsSeen proves that these tests can fail: a disk that says it has synced, and has not, must show as loss.
func TestPowerCutIsSeen(t *testing.T) {
	for name, lie := range map[string]func(call, at string) bool{
		"the bytes of staged files": func(_, at string) bool { return strings.HasPrefix(at, "/srv/data/staging/") },
		"the folders of blobs":      func(_, at string) bool { return strings.HasPrefix(at, "/srv/data/blobs/") },
		"the write-ahead log":       func(_, at string) bool { return strings.HasSuffix(at, "-wal") },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, "")
			m.mustBoot(t)
			m.token = m.place.token(t)
			m.disk.lies = lie
			m.upload(t, 5)
			if n := m.acknowledged(); n != 5 {
				t.Fatalf("%d of 5 uploads were acknowledged: %v", n, m.take())
			}
			m.lose(t, forgetful)
			if err := m.boot(t); err != nil {
				return // seen: it does not even start
			}
			c := newClient(m.server.url, m.token)
			m.verifyAll(t.Context(), c)
			if len(m.take()) == 0 {
				t.Error("the disk forgot what it had been told to sync, and nothing was missed")
			}
		})
	}
}

// TestPowerCutOnFirstRun cuts the power during the very first start, and again as soon as the second one listens. The
// third finds the keys, the account and the token that the second one said it had written.
func TestPowerCutOnFirstRun(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			kinds := slices.Sorted(maps.Keys(losses()))
			for round := range rounds(15) {
				m := newMachine(t, database(t))
				m.firstRun(t, losses()[kinds[round%len(kinds)]])
				if t.Failed() {
					t.Fatalf("round %d, on a %s disk", round, kinds[round%len(kinds)])
				}
			}
		})
	}
}

func (m *machine) firstRun(t *testing.T, how loss) {
	var steps []string
	m.disk.arm(nthStep(1+m.rng.IntN(45), &steps))
	if err := m.boot(t); err != nil && m.disk.powered() {
		t.Fatalf("first start: %v", err)
	}
	m.lose(t, how)
	m.mustBoot(t)
	second := m.server
	m.lose(t, forgetful)
	welcomed := strings.Contains(second.out.String(), "The upload token of admin is in ")
	text, found := m.disk.content("srv", "data", "admin-token")
	if welcomed && !found {
		t.Fatalf("the administrator's token is lost; the disk holds %v", slices.Sorted(maps.Keys(m.disk.tree())))
	}
	m.mustBoot(t)
	m.token = strings.TrimSpace(string(text))
	if !welcomed {
		m.token = m.place.token(t)
	}
	m.upload(t, 1)
	m.settle(t)
	m.lose(t, forgetful)
}
