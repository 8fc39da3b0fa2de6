// Package coremeta reads and checks core metadata: what a distribution says
// about itself in its METADATA or PKG-INFO file, or an uploader in the fields
// of a form (PyPA core metadata specification, versions 1.0 to 2.6).
//
// [Parse] and [FromForm] read without judging: they lose nothing that is well
// formed and report what cannot be read. [Metadata.Validate] judges and
// returns every problem, not only the first. One table, in fields.go, has a
// row for each field; everything else follows it.
package coremeta
