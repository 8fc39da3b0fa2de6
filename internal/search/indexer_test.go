package search_test

import (
	"context"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/search"
)

// TestWithdrawnHasNoWords: what nobody finds does not make the index larger for others (SD-26); its version stays.
func TestWithdrawnHasNoWords(t *testing.T) {
	x := search.Indexer{Shown: func(context.Context, database.Q, index.Project) (search.Shown, error) {
		return search.Shown{Version: "1.0", Metadata: coremeta.Metadata{Summary: "Reads logs", Description: "And more."}}, nil
	}}
	for kind, withdrawn := range map[string]bool{index.Deleted: true, index.Quarantined: true, index.Removed: true, index.Deprecated: false, index.Archived: false} {
		d, err := x.Document(t.Context(), database.Q{}, index.Project{ID: 7, DisplayName: "Log.Parser", Standing: index.Standing{{Kind: kind}}})
		if err != nil || d.ProjectID != 7 || d.Version != "1.0" || d.Summary != "Reads logs" {
			t.Errorf("%s: %+v, %v", kind, d, err)
		}
		if none := d.Name == "" && d.About == "" && d.Body == ""; none != withdrawn {
			t.Errorf("%s: words %q, %q, %q", kind, d.Name, d.About, d.Body)
		}
	}
}
