package staff

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/diff"
	"strongroom/internal/index"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/web/shell"
)

const (
	rowsMost   = 500     // members or changes in a table
	memberMost = 100_000 // lines on a member's own page
)

// filePage is what file.html shows: one file, from the inside, beside the one
// before it.
type filePage struct {
	frame
	File     database.FileInPlace
	Status   index.Status
	Gate     index.FileReport
	Count    database.FileDownloads
	Trace    *database.Trace
	New, Old sight
	Before   *database.FileInPlace // what it is compared with, nil for nothing
	Others   []string              // what else it can be compared with
	Comparison
	Metadata []shownHunk
}

// Comparison is what a page tells of two archives.
type Comparison struct {
	comparison
	Texts []difference
}

// Rows are the changes that the table has room for; Left is how many more there are.
func (c Comparison) Rows() []memberChange { return c.Changes[:min(len(c.Changes), rowsMost)] }

// Left counts the changes that the table has no room for.
func (c Comparison) Left() int { return len(c.Changes) - len(c.Rows()) }

// Members are the members that the table has room for.
func (p filePage) Members() []dist.Member {
	all := p.New.Contents.Members
	return all[:min(len(all), rowsMost)]
}

// theFile finds the file of an address, in a project that the visitor may see.
func (s *Staff) theFile(w http.ResponseWriter, r *http.Request) (f database.FileInPlace, all []database.FileInPlace, err error) {
	place, err := s.meet(w, r)
	if err != nil {
		return f, nil, err
	}
	if all, err = s.DB.ProjectFiles(r.Context(), place.Project.ID, false); err != nil {
		return f, nil, err
	}
	f, found := named(all, r.PathValue("filename"))
	if !found {
		return f, nil, index.Refuse(index.CodeNotFound, "The project %s has no file %s.", place.Name, shell.Visible(r.PathValue("filename")))
	}
	return f, all, nil
}

func named(all []database.FileInPlace, filename string) (database.FileInPlace, bool) {
	i := slices.IndexFunc(all, func(f database.FileInPlace) bool { return f.Filename == filename })
	if i < 0 {
		return database.FileInPlace{}, false
	}
	return all[i], true
}

// against is the file to compare with: the one that the address names, else the
// one before.
func against(r *http.Request, f database.FileInPlace, all []database.FileInPlace) (database.FileInPlace, bool) {
	if given := r.URL.Query().Get("against"); given != "" {
		return named(all, given)
	}
	return previous(f, all)
}

func (s *Staff) file(w http.ResponseWriter, r *http.Request) error {
	f, all, err := s.theFile(w, r)
	if err != nil {
		return err
	}
	data := filePage{File: f, Status: f.Status()}
	if data.frame, err = s.frame(w, r, "reports", refusal{}); err != nil {
		return err
	}
	if err := s.recorded(r, &data); err != nil {
		return err
	}
	if data.New, err = s.look(r.Context(), f.File); err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != f.ID {
			data.Others = append(data.Others, other.Filename)
		}
	}
	slices.Sort(data.Others)
	if before, found := against(r, f, all); found {
		data.Before = &before
		if err := s.compare(r, &data); err != nil {
			return err
		}
	}
	return s.write(w, r, "file", refusal{}, data)
}

// recorded reads what the index knows of a file without looking into it.
func (s *Staff) recorded(r *http.Request, data *filePage) (err error) {
	ctx := r.Context()
	if data.Gate, err = s.DB.FileReport(ctx, data.File.ID); err != nil {
		return err
	}
	counts, err := s.DB.FileDownloadsOf(ctx, data.File.ProjectID, data.Now)
	if err != nil {
		return err
	}
	data.Count = counts[data.File.ID]
	traces, err := s.traces(ctx, data.File.Project)
	if t, found := traces[data.File.Filename]; found {
		data.Trace = &t
	}
	return err
}

// compare looks into both files and tells how they differ.
func (s *Staff) compare(r *http.Request, data *filePage) (err error) {
	if data.Old, err = s.look(r.Context(), data.Before.File); err != nil || data.Old.Failed != "" || data.New.Failed != "" {
		return err
	}
	old, now := data.Old.Contents, data.New.Contents
	data.comparison = compareMembers(old, now)
	for _, h := range diff.Lines(string(old.Metadata), string(now.Metadata), around) {
		data.Metadata = append(data.Metadata, seen(h))
	}
	data.Texts, err = s.texts(r.Context(), data.Before.File, data.File.File, data.comparison)
	return err
}

// seen is a hunk in which nothing hides.
func seen(h diff.Hunk) shownHunk {
	for i := range h {
		h[i].Text = shell.Visible(h[i].Text)
	}
	return shownHunk(h)
}

// memberPage is what member.html shows: one member, whole, beside what it was.
type memberPage struct {
	frame
	Project      string
	File, Before string
	Path         string // of the member
	Size         int64
	SHA256       string
	difference
}

func (s *Staff) member(w http.ResponseWriter, r *http.Request) error {
	f, all, err := s.theFile(w, r)
	if err != nil {
		return err
	}
	path := r.URL.Query().Get("path")
	data := memberPage{Project: f.Project, File: f.Filename, Path: path}
	if data.frame, err = s.frame(w, r, "reports", refusal{}); err != nil {
		return err
	}
	now, err := s.look(r.Context(), f.File, path)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(now.Contents.Members, func(m dist.Member) bool { return m.Path == path && !m.Dir })
	if at < 0 {
		return index.Refuse(index.CodeNotFound, "The file %s has no member %s.", f.Filename, shell.Visible(path))
	}
	m := &now.Contents.Members[at]
	data.Size, data.SHA256 = m.Size, m.SHA256
	change, old, before, err := s.earlier(r, f, all, now, m)
	if err != nil {
		return err
	}
	data.Before = before
	data.difference = differ(change, old.of(change.Old), now.of(m), memberMost)
	return s.write(w, r, "member", refusal{}, data)
}

// earlier finds the member in the file that is compared with, and its text.
func (s *Staff) earlier(r *http.Request, f database.FileInPlace, all []database.FileInPlace, now sight, m *dist.Member) (c memberChange, old sight, filename string, err error) {
	c = memberChange{Key: keyOf(m.Path, now.Contents.Top()), New: m}
	before, found := against(r, f, all)
	if !found {
		return c, old, "", nil
	}
	if old, err = s.look(r.Context(), before.File); err != nil || old.Failed != "" {
		return c, old, before.Filename, err
	}
	if c.Old = keyed(old.Contents)[c.Key]; c.Old != nil {
		old, err = s.look(r.Context(), before.File, c.Old.Path)
	}
	return c, old, before.Filename, err
}

// members lists all members of a file as text, a line each: hash, size, path.
func (s *Staff) members(w http.ResponseWriter, r *http.Request) error {
	f, _, err := s.theFile(w, r)
	if err != nil {
		return err
	}
	in, err := s.look(r.Context(), f.File)
	if err != nil {
		return err
	}
	var b strings.Builder
	if in.Failed != "" {
		fmt.Fprintln(&b, in.Failed)
	}
	for _, m := range in.Contents.Members {
		fmt.Fprintf(&b, "%-64s %10d %s\n", m.SHA256, m.Size, strings.ReplaceAll(shell.Visible(m.Path), "\n", "⟨U+000A⟩"))
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err = w.Write([]byte(b.String()))
	return err
}
