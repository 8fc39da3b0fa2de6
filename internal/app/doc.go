// Package app wires the parts together: Open builds an index from its
// settings, Serve runs it, Main is the command line. It is the only importer
// of config besides cmd.
package app
