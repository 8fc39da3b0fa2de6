// Package database is the only package with SQL. One schema and one set of
// hand-written statements serve SQLite and PostgreSQL; where they cannot, the
// difference sits in dialect.go. Methods on Q read and write single nouns and
// work both on the pool of readers and inside a transaction.
package database
