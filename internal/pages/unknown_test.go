package pages_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/pages"
)

// TestST7UnknownKinds: what a newer version said has no effect here, and the log says that it was met.
func TestST7UnknownKinds(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(w)
		ctx := context.Background()
		p, _, err := s.DB.Project(ctx, "demo")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DB.Write(ctx, func(tx *database.Tx) error {
			return tx.SetStanding(ctx, index.OnProject, p.ID, index.Standing{{Kind: "from-the-future", Reason: "why"}})
		}); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		store := pages.New(s.DB, pages.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Budget: 1 << 20})
		page, err := store.Get(ctx, pages.Key{Kind: pages.SimpleJSON, Name: "demo"})
		if err != nil || !strings.Contains(string(page.In(pages.Identity).Body), `"project-status":{"status":"active"}`) {
			t.Errorf("%v", err)
		}
		if !strings.Contains(log.String(), "project demo") || !strings.Contains(log.String(), "from-the-future") {
			t.Errorf("log: %s", log.String())
		}
		log.Reset()
		if st, err := store.File(ctx, w.Filename); err != nil || st.Status.File != "" || !strings.Contains(log.String(), w.Filename) {
			t.Errorf("the file: %v, log %s", err, log.String())
		}
	})
}
