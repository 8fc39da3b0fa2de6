package durability

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"strongroom/internal/app/apptest"
)

// client talks to an index that may die at any moment: a failed request is a result, not a failed test.
type client struct {
	base, token string
	http        *http.Client
}

func newClient(base, token string) *client {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	return &client{base: base, token: token, http: &http.Client{Transport: transport, Timeout: time.Minute}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// answer is what came back, with its body read to the end.
type answer struct {
	status int
	text   string
}

func (a answer) String() string { return fmt.Sprintf("%d %.300q", a.status, a.text) }

// upload sends a distribution as twine would.
func (c *client) upload(ctx context.Context, d apptest.Dist) (answer, error) {
	contentType, body := d.Form(d.Fields())
	return c.post(ctx, contentType, body.Bytes())
}

func (c *client) post(ctx context.Context, contentType string, body []byte) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/legacy/", bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", "Bearer "+c.token)
	return c.do(req)
}

// get fetches a URL; one that is not absolute is taken from the index's own.
func (c *client) get(ctx context.Context, at string) (answer, error) {
	base, err := url.Parse(c.base)
	if err != nil {
		return answer{}, err
	}
	target, err := base.Parse(at)
	if err != nil {
		return answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Accept", "application/vnd.pypi.simple.v1+json")
	return c.do(req)
}

func (c *client) do(req *http.Request) (answer, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, string(text)}, err
}

// projects reads the root list; it is sorted.
func (c *client) projects(ctx context.Context) (names []string, err error) {
	a, err := c.get(ctx, "/simple/")
	if err != nil {
		return nil, err
	}
	var list struct{ Projects []struct{ Name string } }
	if err := json.Unmarshal([]byte(a.text), &list); err != nil || a.status != http.StatusOK {
		return nil, fmt.Errorf("GET /simple/: %s (%v)", a, err)
	}
	for _, p := range list.Projects {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names, nil
}

// listed is one file of a project's page.
type listed struct {
	Filename     string
	URL          string
	Hashes       struct{ SHA256 string }
	CoreMetadata struct{ SHA256 string } `json:"core-metadata"`
}

// files reads a project's page; a project that is not there has none.
func (c *client) files(ctx context.Context, project string) ([]listed, error) {
	at := "/simple/" + project + "/"
	a, err := c.get(ctx, at)
	if err != nil || a.status == http.StatusNotFound {
		return nil, err
	}
	var page struct{ Files []listed }
	if err := json.Unmarshal([]byte(a.text), &page); err != nil || a.status != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s (%v)", at, a, err)
	}
	for i := range page.Files {
		base := url.URL{Path: at}
		absolute, err := base.Parse(page.Files[i].URL)
		if err != nil {
			return nil, fmt.Errorf("GET %s: %w", at, err)
		}
		page.Files[i].URL = absolute.String()
	}
	return page.Files, nil
}
