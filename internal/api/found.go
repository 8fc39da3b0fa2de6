package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/ratelimit"
)

// Bounds of one report.
const (
	maxReport = 1 << 20 // bytes
	maxFound  = 100     // tokens
)

// finding is one token that somebody found, as GitHub's secret scanning tells
// of it.
type finding struct {
	Token string `json:"token"`
	Type  string `json:"type"`
	URL   string `json:"url"` // where it was found
}

// verdict is what the finder hears, in GitHub's form. The secret is not repeated.
type verdict struct {
	Hash  string `json:"token_hash"` // base64 of its SHA-256
	Type  string `json:"token_type"`
	Label string `json:"label"` // "true_positive" for a token of this index, else "false_positive"
}

// found ends tokens that were found in public (PW-11). Having a token is proof
// enough, so reports need no signature: whoever has one that should not can do
// worse things with it than end it.
func (a *API) found(w http.ResponseWriter, r *http.Request) error {
	rec := middleware.Of(w)
	if err := a.Limiter.Use(r.Context(), ratelimit.TokenFound, ratelimit.Address(rec.Remote)); err != nil {
		return err
	}
	var all []finding
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxReport)).Decode(&all); err != nil || len(all) > maxFound {
		return index.Refuse(index.CodeInvalidForm, "The report must be a JSON list of at most %d objects with the members token, type and url.", maxFound)
	}
	answer := make([]verdict, 0, len(all))
	for _, f := range all {
		ours, err := a.Accounts.RevokeFound(r.Context(), rec.Visitor.Actor(), f.Token, f.URL)
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(f.Token))
		v := verdict{Hash: base64.StdEncoding.EncodeToString(sum[:]), Type: f.Type, Label: "false_positive"}
		if ours {
			v.Label = "true_positive"
		}
		answer = append(answer, v)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(answer)
}
