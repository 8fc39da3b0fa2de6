package ops

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	manifestName   = "manifest.json"
	manifestFormat = 1
)

// Manifest describes a backup. The folder with it holds
//
//	manifest.json            this, written last
//	rows-….jsonl.gz          all rows of one moment, see database.DB.Dump
//	blobs/sha256/ab/…        every blob they name, as in the data folder
//	keys/                    the instance's keys
type Manifest struct {
	Format    int       `json:"format"`
	Version   string    `json:"version"` // of the program
	CreatedAt time.Time `json:"created_at"`
	Serial    int64     `json:"serial"`
	Schema    int64     `json:"schema"`
	Rows      struct {
		File   string           `json:"file"`
		SHA256 string           `json:"sha256"`
		Size   int64            `json:"size"`
		Tables map[string]int64 `json:"tables"` // rows
	} `json:"rows"`
	Blobs struct {
		Count int64 `json:"count"`
		Bytes int64 `json:"bytes"`
	} `json:"blobs"`
	// Damaged are blobs that rows name and that could not be saved, because
	// their bytes were wrong or missing already.
	Damaged []string `json:"damaged,omitempty"`
}

func readManifest(folder string) (m Manifest, err error) {
	text, err := os.ReadFile(filepath.Join(folder, manifestName))
	if os.IsNotExist(err) {
		return m, fmt.Errorf("it has no %s: it is no backup, or one that was interrupted", manifestName)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestName, err)
	}
	if m.Format != manifestFormat {
		return m, fmt.Errorf("%s has format %d, this version reads format %d", manifestName, m.Format, manifestFormat)
	}
	if filepath.Base(m.Rows.File) != m.Rows.File {
		return m, fmt.Errorf("%s names rows outside of the folder: %q", manifestName, m.Rows.File)
	}
	return m, nil
}

// write replaces the folder's manifest, durably.
func (m *Manifest) write(folder string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(folder, manifestName), append(text, '\n'))
}
