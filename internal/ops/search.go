package ops

import (
	"context"

	"strongroom/internal/database"
)

// SearchCommand groups what operators do with the search index.
type SearchCommand struct {
	Rebuild SearchRebuild `cmd:"" help:"Make the search index anew. Example: strongroom admin search rebuild"`
	Status  SearchStatus  `cmd:"" help:"How far the search index is."`
}

// SearchRebuild drops the index; the server makes it again (P12).
type SearchRebuild struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *SearchRebuild) Run(ctx context.Context, o *Operator) error {
	if err := o.DB.Write(ctx, func(tx *database.Tx) error { return tx.DropSearchIndex(ctx) }); err != nil {
		return err
	}
	return o.say(c.JSON, map[string]bool{"rebuilding": true}, "The search index is made anew while the server runs; until then a search finds only a part.\n")
}

// SearchStatus tells how far the index is.
type SearchStatus struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// searchStatus is the answer.
type searchStatus struct {
	Complete bool  `json:"complete"` // every project was indexed once
	Serial   int64 `json:"serial"`   // changes up to it are in the index
	Behind   int64 `json:"behind"`   // changes that are not
}

// Run implements Command.
func (c *SearchStatus) Run(ctx context.Context, o *Operator) error {
	at, err := o.DB.SearchProgress(ctx)
	if err != nil {
		return err
	}
	last, err := o.DB.LastSerial(ctx)
	if err != nil {
		return err
	}
	st := searchStatus{at.Built < 0, at.Serial, last - at.Serial}
	if !st.Complete {
		return o.say(c.JSON, st, "The search index is being made: it has the projects up to number %d.\n", at.Built)
	}
	return o.say(c.JSON, st, "The search index has all changes up to %d; %d are still to come.\n", st.Serial, st.Behind)
}
