// Package password is what can be done with a password without knowing whose it is: hash it at a bounded cost
// (Hasher), estimate how soon it is guessed (Strength), and ask whether it is known from a breach (Checker).
//
// A password is any Unicode text of MinLength characters or more and MaxBytes bytes or less (PW-8); there are no rules
// on its composition. It is brought to normalisation form C before anything is done with it, because the same keys
// give "é" as one character on one system and as two on another. NFC, not NFKC, keeps characters apart that look
// different. Nothing here writes a password, a hash of one or a prefix of a hash to a log (PW-4).
package password
