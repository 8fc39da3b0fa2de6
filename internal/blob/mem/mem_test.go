package mem_test

import (
	"testing"

	"strongroom/internal/blob"
	"strongroom/internal/blob/blobtest"
	"strongroom/internal/blob/mem"
)

func TestConformance(t *testing.T) {
	blobtest.Run(t, func(*testing.T) blob.Bucket { return mem.New() })
}
