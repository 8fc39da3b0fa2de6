package standing

// Place is a part of a project: a release, a file, or all of it when both are
// empty. Version is canonical.
type Place struct{ Version, File string }
