package jwt

import "crypto/sha256"

func sum(text string) []byte {
	s := sha256.Sum256([]byte(text))
	return s[:]
}
