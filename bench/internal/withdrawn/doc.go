// Package withdrawn measures what deleted rows cost the reads of live ones
// (SD-26): two databases of PyPI's size, one with a tenth of everything deleted
// and one in which those rows were never there, are served side by side and asked
// the same in turns.
package withdrawn
