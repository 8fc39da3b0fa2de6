package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/pages"
)

const (
	// purgeJob is the kind of the queued work that tells caches in front of a
	// change (SN-9).
	purgeJob = "cdn-purge"
	// purgeAgain is how much later they are told once more: another node may have
	// answered them from before the change for up to a second.
	purgeAgain = 3 * time.Second
	// purgeTimeout bounds one request.
	purgeTimeout = 10 * time.Second
)

// purge is the arguments of a purgeJob.
type purge struct {
	Project string `json:"project"`
}

// queuePurges queues the purge of each project that a change touched: at once,
// and again when all nodes know of the change. At most one of each waits.
func queuePurges(tx *change.Tx, names []string) error {
	later := tx.Now.Add(purgeAgain)
	for _, name := range names {
		if err := tx.Enqueue(purgeJob, purge{name}, "purge "+name, tx.Now); err != nil {
			return err
		}
		if err := tx.Enqueue(purgeJob, purge{name}, fmt.Sprintf("purge %s at %d", name, later.Unix()+1), later); err != nil {
			return err
		}
	}
	return nil
}

// purger asks the content delivery network to let go of a project's answers.
type purger struct {
	url, header, token string
	client             *http.Client
}

func newPurger(c config.CDN) (*purger, error) {
	token, err := readSecret("cdn.token_file", c.TokenFile)
	if err != nil {
		return nil, err
	}
	return &purger{url: c.PurgeURL, header: c.TokenHeader, token: token, client: &http.Client{Timeout: purgeTimeout}}, nil
}

// Run does one purgeJob; the queue tries again what fails.
func (p *purger) Run(ctx context.Context, args json.RawMessage) error {
	var what purge
	if err := json.Unmarshal(args, &what); err != nil {
		return fmt.Errorf("read purge: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, http.NoBody)
	if err != nil {
		return err
	}
	r.Header.Set("Surrogate-Key", pages.SurrogateKey(what.Project))
	if p.token != "" {
		r.Header.Set(p.header, p.token)
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return fmt.Errorf("purge %s: %w", what.Project, err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("purge %s: the network answers %s", what.Project, answer.Status)
	}
	return nil
}
