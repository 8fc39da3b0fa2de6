package search

import (
	"context"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Document is what the index gets of a project.
func (x *Indexer) Document(ctx context.Context, q database.Q, p index.Project) (database.SearchDoc, error) {
	return x.document(ctx, q, p)
}
