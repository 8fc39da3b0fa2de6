package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"

	"strongroom/internal/change"
	"strongroom/internal/sign"
)

// UnsubscribeURL is the path at which people get rid of a kind of news, with the
// query parameter token. A GET shows what would happen; a POST without any
// cookie does it (RFC 8058).
const UnsubscribeURL = "/account/unsubscribe/"

// unsubscription is what a token says. It never expires: an old mail's link
// must work.
type unsubscription struct {
	User int64
	Kind Kind
}

const unsubscribeSeal = "unsubscribe"

// UnsubscribePath is the path with a token for one person and kind.
func UnsubscribePath(keys *sign.Keyring, userID int64, kind Kind) string {
	text, err := json.Marshal(unsubscription{userID, kind})
	if err != nil { // numbers and texts can be written
		panic(err)
	}
	token := base64.RawURLEncoding.EncodeToString(keys.Seal(text, unsubscribeSeal))
	return UnsubscribeURL + "?token=" + url.QueryEscape(token)
}

// ReadUnsubscribe returns whom and what a token is for.
func ReadUnsubscribe(keys *sign.Keyring, token string) (userID int64, info Info, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, info, fmt.Errorf("the link is not complete: %w", err)
	}
	text, err := keys.Unseal(sealed, unsubscribeSeal)
	if err != nil {
		return 0, info, err
	}
	var u unsubscription
	if err := json.Unmarshal(text, &u); err != nil {
		return 0, info, err
	}
	info, known := lookUp(u.Kind)
	if !known || info.Class != News {
		return 0, info, fmt.Errorf("nobody can unsubscribe from %q", u.Kind)
	}
	return u.User, info, nil
}

// SetWanted turns a kind of news off or on for a person.
func SetWanted(ctx context.Context, tx *change.Tx, userID int64, kind Kind, wanted bool) error {
	if info, known := lookUp(kind); !known || info.Class != News {
		return fmt.Errorf("nobody can unsubscribe from %q", kind)
	}
	return tx.SetMailWanted(ctx, userID, string(kind), wanted)
}
