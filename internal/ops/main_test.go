package ops_test

// The tests' program looks into archives for itself, as the real one does.
import _ "strongroom/internal/child"
