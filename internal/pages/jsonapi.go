package pages

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

// jsonProject is the legacy JSON API's answer (J-05); releases is left out of
// the answer for one release.
type jsonProject struct {
	Info            jsonInfo               `json:"info"`
	LastSerial      int64                  `json:"last_serial"`
	Ownership       jsonOwnership          `json:"ownership"`
	Releases        *map[string][]jsonFile `json:"releases,omitempty"`
	URLs            []jsonFile             `json:"urls"`
	Vulnerabilities []any                  `json:"vulnerabilities"`
}

type jsonOwnership struct {
	Organization *string    `json:"organization"`
	Roles        []jsonRole `json:"roles"`
}

type jsonRole struct {
	Role string `json:"role"`
	User string `json:"user"`
}

// jsonInfo is J-06, its fields in the order of their keys.
type jsonInfo struct {
	Deprecated          *deprecation `json:"_deprecated,omitempty"`           // of the release (ST-10)
	QuarantinedVersions []string     `json:"_quarantined_versions,omitempty"` // SN-3
	Status              *jsonStatus  `json:"_status,omitempty"`               // of the project, where something is said (ST-2)

	Author                 *string           `json:"author"`
	AuthorEmail            *string           `json:"author_email"`
	BugtrackURL            *string           `json:"bugtrack_url"`
	Classifiers            []string          `json:"classifiers"`
	Description            string            `json:"description"`
	DescriptionContentType *string           `json:"description_content_type"`
	DocsURL                *string           `json:"docs_url"`
	DownloadURL            *string           `json:"download_url"`
	Downloads              jsonDownloads     `json:"downloads"`
	Dynamic                []string          `json:"dynamic"`
	HomePage               *string           `json:"home_page"`
	Keywords               *string           `json:"keywords"`
	License                *string           `json:"license"`
	LicenseExpression      *string           `json:"license_expression"`
	LicenseFiles           []string          `json:"license_files"`
	Maintainer             *string           `json:"maintainer"`
	MaintainerEmail        *string           `json:"maintainer_email"`
	Name                   string            `json:"name"`
	PackageURL             string            `json:"package_url"`
	Platform               *string           `json:"platform"`
	ProjectURL             string            `json:"project_url"`
	ProjectURLs            map[string]string `json:"project_urls"`
	ProvidesExtra          []string          `json:"provides_extra"`
	ReleaseURL             string            `json:"release_url"`
	RequiresDist           []string          `json:"requires_dist"`
	RequiresPython         *string           `json:"requires_python"`
	Summary                *string           `json:"summary"`
	Version                string            `json:"version"`
	Yanked                 bool              `json:"yanked"`
	YankedReason           *string           `json:"yanked_reason"`
}

type jsonDownloads struct {
	LastDay   int `json:"last_day"`
	LastMonth int `json:"last_month"`
	LastWeek  int `json:"last_week"`
}

// jsonFile is J-07, its fields in the order of their keys.
type jsonFile struct {
	CommentText       *string     `json:"comment_text"`
	CoreMetadata      any         `json:"core-metadata"`
	Digests           jsonDigests `json:"digests"`
	Downloads         int         `json:"downloads"`
	Filename          string      `json:"filename"`
	HasSig            bool        `json:"has_sig"`
	MD5Digest         string      `json:"md5_digest"`
	Packagetype       string      `json:"packagetype"`
	PythonVersion     string      `json:"python_version"`
	RequiresPython    *string     `json:"requires_python"`
	Size              int64       `json:"size"`
	UploadTime        string      `json:"upload_time"`
	UploadTimeISO8601 string      `json:"upload_time_iso_8601"`
	URL               string      `json:"url"`
	Yanked            bool        `json:"yanked"`
	YankedReason      *string     `json:"yanked_reason"`
}

type jsonDigests struct {
	BLAKE2b256 string `json:"blake2b_256"`
	MD5        string `json:"md5"`
	SHA256     string `json:"sha256"`
}

func (s *Store) renderJSON(ctx context.Context, q database.Q, key Key, p index.Project) (*Page, error) {
	st := index.StatusOf(index.At{Level: index.OnProject, Standing: p.Standing})
	if !st.Offered {
		return nil, s.gone(st, p, "Project "+p.Name)
	}
	files, err := liveFiles(ctx, q, p)
	if err != nil {
		return nil, err
	}
	groups := byRelease(files)
	shown, ok := pickRelease(groups, key.Version)
	if !ok {
		return nil, s.goneRelease(ctx, q, p, key.Version)
	}
	meta, err := q.ReleaseMetadata(ctx, shown.files[0].ReleaseID)
	if err != nil {
		return nil, err
	}
	owned, err := ownership(ctx, q, p)
	if err != nil {
		return nil, err
	}
	answer := jsonProject{
		Info: s.info(p, shown, meta), LastSerial: p.LastSerial, Ownership: owned,
		URLs: s.jsonFiles(shown.files), Vulnerabilities: []any{},
	}
	answer.Info.Deprecated, answer.Info.Status = deprecationOf(shown.files[0].ReleaseStanding), statusOf(st)
	if answer.Info.QuarantinedVersions, err = quarantinedVersions(ctx, q, p); err != nil {
		return nil, err
	}
	if key.Kind == ProjectJSON {
		answer.Releases = s.allReleases(groups)
	}
	body, err := compactJSON(answer)
	if err != nil {
		return nil, err
	}
	return s.newPage(key, body, p.LastSerial), nil
}

func (s *Store) allReleases(groups []group) *map[string][]jsonFile {
	out := make(map[string][]jsonFile, len(groups))
	for _, g := range groups {
		out[g.files[0].Version] = s.jsonFiles(g.files)
	}
	return &out
}

// group is the files of one release.
type group struct{ files []placed }

// byRelease splits files, which are sorted by version, into releases.
func byRelease(files []placed) []group {
	var out []group
	for i, f := range files {
		if i == 0 || f.ReleaseID != files[i-1].ReleaseID {
			out = append(out, group{})
		}
		g := &out[len(out)-1]
		g.files = append(g.files, f)
	}
	return out
}

// pickRelease finds the wanted canonical version, or the latest: not yanked
// before yanked, final before pre-release, then the highest (J-03).
func pickRelease(groups []group, canonical string) (group, bool) {
	if canonical != "" {
		i := slices.IndexFunc(groups, func(g group) bool { return g.files[0].version.Canonical() == canonical })
		if i < 0 {
			return group{}, false
		}
		return groups[i], true
	}
	best := -1
	for i, g := range groups {
		if best < 0 || rankRelease(g) >= rankRelease(groups[best]) {
			best = i
		}
	}
	if best < 0 {
		return group{}, false
	}
	return groups[best], true
}

func rankRelease(g group) int {
	rank := 0
	if !g.allYanked() {
		rank += 2
	}
	if !g.files[0].version.IsPrerelease() {
		rank++
	}
	return rank
}

func (g group) allYanked() bool {
	return !slices.ContainsFunc(g.files, func(f placed) bool { return !f.status.Yanked })
}

func (s *Store) info(p index.Project, g group, m coremeta.Metadata) jsonInfo {
	version := g.files[0].Version
	home := s.opt.URL + "/project/" + p.Name + "/"
	return jsonInfo{
		Author: text(m.Author), AuthorEmail: text(m.AuthorEmail), Classifiers: orEmpty(m.Classifiers),
		Description: m.Description, DescriptionContentType: text(m.DescriptionContentType),
		DownloadURL: text(m.DownloadURL), Downloads: jsonDownloads{-1, -1, -1}, Dynamic: m.Dynamic,
		HomePage: text(m.HomePage), Keywords: text(strings.Join(m.Keywords, ",")), License: text(m.License),
		LicenseExpression: text(m.LicenseExpression), LicenseFiles: m.LicenseFiles,
		Maintainer: text(m.Maintainer), MaintainerEmail: text(m.MaintainerEmail), Name: p.DisplayName,
		PackageURL: home, Platform: text(strings.Join(m.Platforms, ",")), ProjectURL: home, ProjectURLs: urls(m),
		ProvidesExtra: m.ProvidesExtra, ReleaseURL: home + version + "/", RequiresDist: m.RequiresDist,
		RequiresPython: text(m.RequiresPython), Summary: text(m.Summary), Version: version,
		Yanked: g.allYanked(), YankedReason: text(yankedReason(g)),
	}
}

func yankedReason(g group) string {
	if !g.allYanked() {
		return ""
	}
	return g.files[0].status.YankedReason
}

func urls(m coremeta.Metadata) map[string]string {
	out := map[string]string{}
	for _, u := range m.ProjectURLs {
		out[u.Label] = u.URL
	}
	if m.HomePage != "" && out["Homepage"] == "" {
		out["Homepage"] = m.HomePage
	}
	if m.DownloadURL != "" && out["Download"] == "" {
		out["Download"] = m.DownloadURL
	}
	if len(out) == 0 {
		return nil
	}
	return maps.Clone(out)
}

func (s *Store) jsonFiles(files []placed) []jsonFile {
	out := make([]jsonFile, 0, len(files))
	for _, f := range files {
		e := jsonFile{
			CommentText: text(f.Comment), CoreMetadata: false,
			Digests:   jsonDigests{f.BLAKE2b256, f.MD5, f.SHA256},
			Downloads: -1, Filename: f.Filename, MD5Digest: f.MD5, Packagetype: string(f.Packagetype),
			PythonVersion: f.PythonVersion, RequiresPython: text(f.RequiresPython), Size: f.Size,
			UploadTime:        f.UploadedAt.UTC().Format("2006-01-02T15:04:05"),
			UploadTimeISO8601: isoTime(f.UploadedAt), URL: s.opt.URL + "/" + escapePath(f.Path()),
			Yanked: f.status.Yanked, YankedReason: text(f.status.YankedReason),
		}
		if f.MetadataSHA256 != "" {
			e.CoreMetadata = map[string]string{"sha256": f.MetadataSHA256}
		}
		out = append(out, e)
	}
	return out
}

func isoTime(t time.Time) string { return t.UTC().Format(UploadTime) }

// ownership is J-09: who was given a role, but no readers, and the organization.
func ownership(ctx context.Context, q database.Q, p index.Project) (jsonOwnership, error) {
	out := jsonOwnership{Roles: []jsonRole{}}
	roles, err := q.RolesOf(ctx, p.ID)
	for _, r := range roles {
		if r.Role != index.Reader { // who may read is nobody's business
			out.Roles = append(out.Roles, jsonRole{string(r.Role), r.Username})
		}
	}
	if err != nil {
		return out, err
	}
	o, _, err := q.OrganizationOf(ctx, p.ID)
	out.Organization = text(o.Name)
	return out, err
}

// text is null for an empty text.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
