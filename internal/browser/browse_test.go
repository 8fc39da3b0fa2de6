//go:build slow

package browser

import (
	"strings"
	"testing"

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
	for _, address := range b.asked() {
		if !strings.HasPrefix(address, b.site) && address != "about:blank" && !strings.HasPrefix(address, "data:") {
			t.Errorf("a page asked somebody else: %s", address)
		}
	}
	if said := b.said(); len(said) > 0 {
		t.Errorf("the console says: %v", said)
	}
}
