// Package pages makes the bytes that installers and mirrors read: Simple API
// pages, the legacy JSON API and the list of all projects. A page is a pure
// function of the project's state (TUF-1): rendered at the first read after a
// change, remembered, and never asked about again until the change that makes
// it false forgets it.
package pages
