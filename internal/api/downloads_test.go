package api_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
)

// TestSD3WhatCountsAsDownload: a whole file, or its beginning; nothing else.
func TestSD3WhatCountsAsDownload(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(w)
		f, found, err := s.DB.FileByName(context.Background(), w.Filename)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		path, want := "/"+f.Path(), int64(0)
		for _, row := range []struct {
			method, path string
			headers      []string
			status       int
			counts       bool
		}{
			{http.MethodGet, path, nil, 200, true},
			{http.MethodGet, path, []string{"Range", "bytes=0-99"}, 206, true},
			{http.MethodGet, path, []string{"Range", "bytes=100-"}, 206, false},
			{http.MethodGet, path, []string{"Range", "bytes=999999-"}, 416, false},
			{http.MethodGet, path, []string{"If-None-Match", `"` + f.SHA256 + `"`}, 304, false},
			{http.MethodHead, path, nil, 200, false},
			{http.MethodGet, path + ".metadata", nil, 200, false},
		} {
			if r := s.Do(row.method, row.path, nil, row.headers...); r.StatusCode != row.status {
				t.Fatalf("%s %s %q: %s, want %d", row.method, row.path, row.headers, r.Status, row.status)
			}
			if row.counts {
				want++
			}
			if err := s.Downloads.Flush(context.Background()); err != nil {
				t.Fatal(err)
			}
			if n, err := s.DB.Downloads30d(context.Background(), f.ProjectID, time.Now()); err != nil || n != want {
				t.Errorf("after %s %s %q: %d downloads, want %d, %v", row.method, row.path, row.headers, n, want, err)
			}
		}
	})
}
