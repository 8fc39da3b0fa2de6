package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// JobDigest is the kind of job that tells the owners of a release what the gate
// warned of.
const JobDigest = "gate-digest"

const (
	// digestDelay lets the other files of a release arrive: one mail tells of all.
	digestDelay = 5 * time.Minute
	// digestItems bounds the lines of a mail.
	digestItems = 40
)

// digest is what the job needs to know.
type digest struct {
	ProjectID int64
	ReleaseID int64
	Project   string // display name
	Version   string
}

// EnqueueDigest tells the owners and maintainers a little later which files of
// the release were accepted with warnings. It is called after each such file
// was inserted; there is one mail a release at most (PT-6), so what comes after
// it stands on the release's page alone.
func EnqueueDigest(ctx context.Context, tx *change.Tx, p index.Project, r index.Release) error {
	told, err := tx.WarnedBefore(ctx, r.ID, tx.Now.Add(-digestDelay))
	if err != nil || told {
		return err
	}
	args := digest{p.ID, r.ID, p.DisplayName, r.Version}
	return tx.Enqueue(JobDigest, args, fmt.Sprint(JobDigest, ":", r.ID), tx.Now.Add(digestDelay))
}

func (o *Office) digest(ctx context.Context, args json.RawMessage) error {
	var d digest
	if err := json.Unmarshal(args, &d); err != nil {
		return err
	}
	return o.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error {
		warned, err := tx.ReleaseWarnings(ctx, d.ReleaseID)
		if err != nil || len(warned) == 0 {
			return err
		}
		var items []string
		for _, w := range warned {
			for _, warning := range w.Warnings {
				items = append(items, w.Filename+": "+warning)
			}
		}
		data := Data{Project: d.Project, Version: d.Version, Items: items, Path: releasePath(d)}
		if more := len(items) - digestItems; more > 0 {
			data.Items, data.Count = items[:digestItems], more
		}
		return Enqueue(ctx, tx, Notice{Kind: GateWarnings, ProjectID: d.ProjectID, Data: data})
	})
}

func releasePath(d digest) string {
	return "/project/" + url.PathEscape(d.Project) + "/" + url.PathEscape(d.Version) + "/"
}
