package ops_test

import (
	"os"
	"testing"

	"strongroom/internal/app"
)

// TestMain lets the tests' program look into archives for itself, as the real
// one does.
func TestMain(m *testing.M) {
	app.ServeChild()
	os.Exit(m.Run())
}
