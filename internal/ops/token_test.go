package ops

import (
	"reflect"
	"strings"
	"testing"

	"strongroom/internal/access"
)

// TestTokensAreMadeForEveryPermission: the command line knows all of the table.
func TestTokensAreMadeForEveryPermission(t *testing.T) {
	field, _ := reflect.TypeFor[TokenCreate]().FieldByName("Permission")
	var all []string
	for _, p := range access.Permissions() {
		all = append(all, p.Name)
	}
	if got := field.Tag.Get("enum"); got != strings.Join(all, ",") {
		t.Errorf("--permission takes %s, the table has %v", got, all)
	}
}
