package pages

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"strongroom/internal/database"
)

// model keeps the list beside a Root the simple way.
type model map[string]int64

func (m model) names() []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// TestRootFollowsRandomChanges compares the segments with a map after random
// insertions, moves and removals, in both formats and codings.
func TestRootFollowsRandomChanges(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	r, want := &Root{}, model{}
	for round := range 60 {
		var changes []database.ListedProject
		for range 100 {
			p := database.ListedProject{Name: fmt.Sprintf("p%04d", rng.IntN(4000)), Serial: int64(round*1000 + rng.IntN(1000)), Listed: rng.IntN(5) > 0}
			if slices.ContainsFunc(changes, func(c database.ListedProject) bool { return c.Name == p.Name }) {
				continue
			}
			changes = append(changes, p)
			delete(want, p.Name)
			if p.Listed {
				want[p.Name] = p.Serial
			}
		}
		r.apply(changes, int64(round))
		checkRoot(t, r, want, int64(round))
	}
	if len(r.segments) < 2 {
		t.Errorf("%d segments; the test means to split some", len(r.segments))
	}
}

func checkRoot(t *testing.T, r *Root, want model, serial int64) {
	t.Helper()
	page := r.assemble(JSON)
	var plain bytes.Buffer
	if err := page.WritePlain(&plain); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(plain.Len()); got != page.Plain.ContentLength[0] {
		t.Fatalf("plain text has %s bytes, Content-Length says %s", got, page.Plain.ContentLength[0])
	}
	if unzipped := gunzip(t, page.Gzip.Body); !bytes.Equal(unzipped, plain.Bytes()) {
		t.Fatal("the compressed list differs from the plain one")
	}
	var list struct {
		Meta struct {
			LastSerial int64 `json:"_last-serial"`
		}
		Projects []struct {
			Name   string
			Serial int64 `json:"_last-serial"`
		}
	}
	if err := json.Unmarshal(plain.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	names := want.names()
	if list.Meta.LastSerial != serial || len(list.Projects) != len(names) {
		t.Fatalf("serial %d and %d projects, want %d and %d", list.Meta.LastSerial, len(list.Projects), serial, len(names))
	}
	for i, p := range list.Projects {
		if p.Name != names[i] || p.Serial != want[p.Name] {
			t.Fatalf("entry %d is %v, want %s %d", i, p, names[i], want[names[i]])
		}
	}
	html := r.assemble(HTML)
	if n := bytes.Count(gunzip(t, html.Gzip.Body), []byte("<a href=")); n != len(names) {
		t.Fatalf("HTML has %d links, want %d", n, len(names))
	}
}

func gunzip(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	z.Multistream(false) // clients need not know of several members
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRootETagIsOfTheContent builds the same list in two ways.
func TestRootETagIsOfTheContent(t *testing.T) {
	var all, odd, even []database.ListedProject
	for i := range 3000 {
		p := database.ListedProject{Name: fmt.Sprintf("n%05d", i), Serial: int64(i), Listed: true}
		all = append(all, p)
		if i%2 == 0 {
			even = append(even, p)
		} else {
			odd = append(odd, p)
		}
	}
	a, b := &Root{}, &Root{}
	a.apply(all, 3000)
	b.apply(odd, 10)
	b.apply(even, 3000)
	if x, y := a.assemble(JSON).Plain.ETag[0], b.assemble(JSON).Plain.ETag[0]; x != y {
		t.Errorf("ETags %s and %s of the same list differ", x, y)
	}
	b.apply(odd[:1], 3000)
	if a.sum != b.sum {
		t.Error("putting a project again changed the sum")
	}
}
