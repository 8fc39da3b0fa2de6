// Package browser tests the pages in a real browser: headless Chromium with a
// virtual authenticator, against the real server. The suite has the build tag
// slow. It also draws the pictures in docs/screens and asks axe about
// accessibility.
package browser
