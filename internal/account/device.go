package account

import (
	"context"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// A browser's device cookie holds one secret for each account that it was used
// with, the newest first: what one account knows a browser by is no use to
// another, and a secret that was not made for the account is never taken over.
const devicesMost = 5

// device finds the browser among those that the user signed in with before.
func device(ctx context.Context, q database.Q, cookie string, userID int64) (d index.Device, known bool, err error) {
	for _, secret := range deviceSecrets(cookie) {
		if d, known, err = q.DeviceByHash(ctx, userID, access.HashSecret(secret)); err != nil || known {
			return d, known, err
		}
	}
	return index.Device{}, false, nil
}

func deviceSecrets(cookie string) []string {
	all := strings.SplitN(cookie, ".", devicesMost+1)
	if len(all) > devicesMost {
		all = all[:devicesMost]
	}
	return all
}

// keepDevice notes that the user signed in with the browser, and makes it known
// when it was not; then added is the new value of its cookie.
func (a *Accounts) keepDevice(ctx context.Context, tx *change.Tx, cookie string, in admission) (id int64, added string, err error) {
	d, known, err := device(ctx, tx.Q, cookie, in.user.ID)
	if err != nil {
		return 0, "", err
	}
	d.UserAgent, d.Address, d.SeenAt = tx.Actor.UserAgent, a.Keys.HashAddress(tx.Actor.Address), tx.Now
	if until := a.trustUntil(tx.Now, in.proof); !until.IsZero() {
		d.TrustedUntil = until
	}
	if known {
		_, err = tx.UseDevice(ctx, d)
		return d.ID, "", err
	}
	secret, hash := access.NewSecret()
	d.UserID, d.Hash, d.CreatedAt = in.user.ID, hash, tx.Now
	id, err = tx.InsertDevice(ctx, d)
	return id, joinDevices(secret, cookie), err
}

// joinDevices puts a secret before those that a cookie holds already.
func joinDevices(secret, cookie string) string {
	all := []string{secret}
	for _, old := range deviceSecrets(cookie) {
		if len(old) == len(secret) && len(all) < devicesMost {
			all = append(all, old)
		}
	}
	return strings.Join(all, ".")
}
