// Package limit is the yardstick of the benchmark: a bare net/http server that
// does no more than a package index must.
//
// Reading: it answers bytes rendered beforehand, as they are and gzipped, with
// the headers a Simple page needs, and 304 for a known ETag. Files come from
// disk through http.ServeContent.
//
// Writing: an upload is hashed with SHA-256 while it streams into a staging
// file, which is synced and linked under its hash, and the folder is synced;
// the METADATA inside is stored the same way; then one line goes to a log that
// is synced before the answer. Uploads that arrive together share a sync of the
// log. The project's pages are rendered again when next read.
//
// What it leaves out is everything else: it has no users, no database, no other
// digests, and accepts any file whatever its form says.
package limit
