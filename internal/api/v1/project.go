package v1

import (
	"cmp"
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/pep440"
)

// projectJSON is a project.
type projectJSON struct {
	Name    string            `json:"name" doc:"The normal name (PEP 503)."`
	Display string            `json:"display_name" doc:"The name as its newest upload spells it."`
	Private bool              `json:"private" doc:"Only who has a role can read it."`
	Group   string            `json:"organization,omitempty" doc:"The organization that has it."`
	Role    index.RoleName    `json:"role,omitempty" enum:"Owner,Maintainer,Reader" doc:"What whoever asks is in it; none for everybody else."`
	Serial  int64             `json:"last_serial" doc:"The number of its last change."`
	Created time.Time         `json:"created" doc:"When its first file was uploaded."`
	Status  statusJSON        `json:"status" doc:"What its flags add up to."`
	Flags   []flagJSON        `json:"flags" doc:"The flags on the project itself."`
	Labels  []placedLabelJSON `json:"labels" doc:"The public labels on the project."`
}

// releaseJSON is a release in a list.
type releaseJSON struct {
	Version string     `json:"version" doc:"The version as it was first uploaded, normalised (PEP 440)."`
	Created time.Time  `json:"created" doc:"When its first file was uploaded."`
	Status  statusJSON `json:"status" doc:"What the flags on the release and its project add up to."`
	Flags   []flagJSON `json:"flags" doc:"The flags on the release itself."`
}

// releaseDetailJSON is a release with its files.
type releaseDetailJSON struct {
	releaseJSON
	Labels []placedLabelJSON `json:"labels" doc:"The public labels on the release."`
	Files  []fileJSON        `json:"files" doc:"Its files, by filename. Those that are withdrawn are listed for whoever maintains the project."`
}

// fileJSON is a file.
type fileJSON struct {
	Filename string     `json:"filename" doc:"The filename, which never stands for other bytes."`
	Version  string     `json:"version" doc:"The release that it belongs to."`
	SHA256   string     `json:"sha256" doc:"SHA-256 of the file, in hexadecimal digits."`
	Size     int64      `json:"size" doc:"Bytes."`
	Uploaded time.Time  `json:"uploaded" doc:"When it was uploaded."`
	Status   statusJSON `json:"status" doc:"What the flags on the file, its release and its project add up to."`
	Flags    []flagJSON `json:"flags" doc:"The flags on the file itself."`
}

// fileDetailJSON is a file with its labels.
type fileDetailJSON struct {
	fileJSON
	Labels []placedLabelJSON `json:"labels" doc:"The public labels on the file."`
}

// insider is what the visitor is in a project, and whether that shows what
// others do not see.
func (c *call) insider(q database.Q, p index.Project) (role index.RoleName, sees bool, err error) {
	if c.visitor.Anonymous() {
		return "", false, nil
	}
	if role, err = q.RoleOf(c.ctx, p.ID, c.visitor.User.ID); err != nil {
		return "", false, err
	}
	if refused := c.Guard.May(c.ctx, q, c.visitor, access.ReadProject, p); c.at.Project.ID == 0 && refused != nil {
		return "", false, nil // a token that is for something else
	}
	u := c.visitor.User
	return role, role == index.Owner || role == index.Maintainer || u.Superuser || u.Moderator, nil
}

// here finds the project in the address, also when the request took the name
// from it (SD-15).
func (c *call) here(q database.Q) (index.Project, error) {
	p, found, err := q.Project(c.ctx, c.project)
	if err == nil && !found && c.at.Project.ID != 0 {
		p, found, err = q.ProjectByID(c.ctx, c.at.Project.ID)
	}
	if err == nil && !found {
		err = noProject(c.project)
	}
	return p, err
}

func (c *call) readProject(q database.Q) (out projectJSON, err error) {
	p, err := c.here(q)
	if err != nil {
		return out, err
	}
	role, _, err := c.insider(q, p)
	if err != nil {
		return out, err
	}
	o, _, err := q.OrganizationOf(c.ctx, p.ID)
	if err != nil {
		return out, err
	}
	labels, err := c.labelsOn(q, index.OnProject, p.ID)
	return projectJSON{
		Name: p.Name, Display: p.DisplayName, Private: p.Private, Group: o.Name, Role: role, Serial: p.LastSerial, Created: p.CreatedAt,
		Status: toStatus(index.StatusOf(onProject(p))), Flags: toFlags(p.Standing), Labels: labels,
	}, err
}

func onProject(p index.Project) index.At {
	return index.At{Level: index.OnProject, Standing: p.Standing}
}

// readStatus is a project's status alone.
func (c *call) readStatus(q database.Q) (statusJSON, error) {
	p, err := c.here(q)
	return toStatus(index.StatusOf(onProject(p))), err
}

func (c *call) readReleases(q database.Q) (out list[releaseJSON], err error) {
	p, err := c.here(q)
	if err != nil {
		return out, err
	}
	_, sees, err := c.insider(q, p)
	if err != nil {
		return out, err
	}
	releases, err := q.Releases(c.ctx, p.ID)
	if err != nil {
		return out, err
	}
	shown := releases[:0]
	for _, r := range releases {
		if sees || index.StatusOf(onProject(p), onRelease(r)).Listing <= index.RankedDown {
			shown = append(shown, r)
		}
	}
	if err := newestFirst(shown); err != nil {
		return out, err
	}
	rows := make([]releaseJSON, 0, len(shown))
	for _, r := range shown {
		rows = append(rows, toRelease(p, r))
	}
	return pageOf(c, rows, func(r releaseJSON) string { return r.Version })
}

func onRelease(r index.Release) index.At {
	return index.At{Level: index.OnRelease, Standing: r.Standing}
}

func toRelease(p index.Project, r index.Release) releaseJSON {
	return releaseJSON{Version: r.Version, Created: r.CreatedAt, Status: toStatus(index.StatusOf(onProject(p), onRelease(r))), Flags: toFlags(r.Standing)}
}

// newestFirst sorts releases by version, the newest first.
func newestFirst(releases []index.Release) error {
	versions := map[int64]pep440.Version{}
	for _, r := range releases {
		v, err := pep440.Parse(r.Version)
		if err != nil {
			return err
		}
		versions[r.ID] = v
	}
	slices.SortFunc(releases, func(a, b index.Release) int { return versions[b.ID].Compare(versions[a.ID]) })
	return nil
}

// canonical is the identity of the version in the address.
func (c *call) canonical() (string, error) {
	v, err := pep440.Parse(c.path("version"))
	if err != nil {
		return "", index.Refuse(index.CodeNotFound, "%.60q is no version.", c.path("version"))
	}
	return v.Canonical(), nil
}

// release finds the release in the address.
func (c *call) release(q database.Q, p index.Project) (r index.Release, err error) {
	canonical, err := c.canonical()
	if err != nil {
		return r, err
	}
	r, found, err := q.Release(c.ctx, p.ID, canonical)
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "Project %q has no release %s.", p.Name, c.path("version"))
	}
	return r, err
}

func (c *call) readRelease(q database.Q) (out releaseDetailJSON, err error) {
	p, err := c.here(q)
	if err != nil {
		return out, err
	}
	r, err := c.release(q, p)
	if err != nil {
		return out, err
	}
	out.releaseJSON = toRelease(p, r)
	if out.Labels, err = c.labelsOn(q, index.OnRelease, r.ID); err != nil {
		return out, err
	}
	_, sees, err := c.insider(q, p)
	if err != nil {
		return out, err
	}
	out.Files, err = c.filesOf(q, p, r, sees)
	return out, err
}

// filesOf lists the files of a release; what is withdrawn for insiders only.
func (c *call) filesOf(q database.Q, p index.Project, r index.Release, sees bool) ([]fileJSON, error) {
	files, err := q.ProjectFiles(c.ctx, p.ID, false)
	out := []fileJSON{}
	for _, f := range files {
		if f.ReleaseID == r.ID && (sees || f.Status().Listing <= index.RankedDown) {
			out = append(out, toFile(f))
		}
	}
	slices.SortFunc(out, func(a, b fileJSON) int { return cmp.Compare(a.Filename, b.Filename) })
	return out, err
}

func toFile(f database.FileInPlace) fileJSON {
	return fileJSON{
		Filename: f.Filename, Version: f.Version, SHA256: f.SHA256, Size: f.Size, Uploaded: f.UploadedAt,
		Status: toStatus(f.Status()), Flags: toFlags(f.Standing),
	}
}

// file finds the file in the address.
func (c *call) file(q database.Q, p index.Project) (database.FileInPlace, error) {
	f, found, err := q.PlacedFile(c.ctx, c.path("filename"))
	if err == nil && (!found || f.ProjectID != p.ID) {
		err = index.Refuse(index.CodeNotFound, "Project %q has no file %.250s.", p.Name, c.path("filename"))
	}
	return f, err
}

func (c *call) readFile(q database.Q) (out fileDetailJSON, err error) {
	p, err := c.here(q)
	if err != nil {
		return out, err
	}
	f, err := c.file(q, p)
	if err != nil {
		return out, err
	}
	out.fileJSON = toFile(f)
	out.Labels, err = c.labelsOn(q, index.OnFile, f.ID)
	return out, err
}
