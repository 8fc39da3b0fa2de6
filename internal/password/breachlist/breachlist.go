// Package breachlist keeps the hashes of breached passwords in one compact file that is read without loading it. Two
// kinds: Sorted holds every hash and lists ranges; Filter holds a fingerprint of each and is wrong about one password
// in 512, by calling it breached.
package breachlist
