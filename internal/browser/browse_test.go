//go:build slow

package browser

import (
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
)

// TestBrowsing looks at the pages that anybody may read.
func TestBrowsing(t *testing.T) {
	s := start(t)
	s.MustUpload(apptest.Wheel("demo-pkg", "1.0", "x", "Summary: Does things well", "Requires-Python: >=3.9", "Requires-Dist: six>=1"))
	b := open(t, s)
	b.goTo("/")
	b.see("demo-pkg")
	b.show("home")
	b.goTo("/project/demo-pkg/")
	b.see("Does things well")
	b.show("project")
	s.MustUpload(apptest.Wheel("demo-tools", "2.1", "x", "Summary: Tools that go with demo-pkg, and with others that are not made yet"))
	s.MustUpload(apptest.Wheel("old-demo", "0.3", "x", "Summary: What there was before"))
	s.Run("admin", "flag", "set", "--project", "old-demo", "deprecated", "--reason", "use demo-pkg")
	for end := time.Now().Add(patience); !strings.Contains(s.Get("/search/?q=%22demo%22").Text, "3 projects"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the search index does not follow")
		}
	}
	b.fill("#find", "demo") // from the start page or a project; a page of results has one form
	b.enter()
	b.see("3 projects")
	b.show("search")
	b.fill("#search-here", "no such words")
	b.enter()
	b.see("No project has all of these words")
	b.show("search-none")
	b.look("/search/", "search-empty")
	for _, address := range b.asked() {
		if !strings.HasPrefix(address, b.site) && address != "about:blank" && !strings.HasPrefix(address, "data:") {
			t.Errorf("a page asked somebody else: %s", address)
		}
	}
	if said := b.said(); len(said) > 0 {
		t.Errorf("the console says: %v", said)
	}
}
