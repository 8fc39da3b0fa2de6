// Package index holds the nouns of a Python package index: users, projects,
// releases, files, the flags people put on them and the status these add up
// to. It imports only the packaging rules and does no I/O; every other package
// speaks in these words.
package index
