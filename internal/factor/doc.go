// Package factor is second factors and secrets, as far as no database is needed: time-based codes (TOTP), recovery
// codes, WebAuthn keys and passkeys, random links. The caller stores what it gets, compares and swaps in one
// transaction, and limits attempts.
package factor
