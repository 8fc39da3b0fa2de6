package database

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date, or to an older version unless that is
// 0. On PostgreSQL an advisory lock keeps two starting nodes apart; on SQLite
// one process owns the file.
func migrate(ctx context.Context, db *sql.DB, d dialect, version int64) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	kind := goose.DialectSQLite3
	if d.name == "postgres" {
		kind = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(kind, db, filled{sub, d}, options...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if version == 0 {
		_, err = p.Up(ctx)
	} else {
		_, err = p.UpTo(ctx, version)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// filled is the folder of migrations with the dialect's words in them.
type filled struct {
	fs.FS
	d dialect
}

// Open fills the placeholders of .sql files; folders pass through.
func (f filled) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return file, err
	}
	defer file.Close()
	text, err := fs.ReadFile(f.FS, name)
	if err != nil {
		return nil, err
	}
	body := f.d.fill(string(text))
	return &filledFile{Reader: bytes.NewReader([]byte(body)), name: name}, nil
}

// filledFile is one migration in memory.
type filledFile struct {
	*bytes.Reader
	name string
}

func (f *filledFile) Close() error               { return nil }
func (f *filledFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *filledFile) Name() string               { return f.name }
func (f *filledFile) Mode() fs.FileMode          { return 0o444 }
func (f *filledFile) ModTime() time.Time         { return time.Time{} }
func (f *filledFile) IsDir() bool                { return false }
func (f *filledFile) Sys() any                   { return nil }
