package database

import "context"

// rightsTurn is the fact that counts changes of who may do what.
const rightsTurn = "rights-turn"

// RightsTurn is how often who may do what was changed: revoked tokens, frozen
// accounts, roles. A node that sees it move forgets what it remembers of that.
func (q Q) RightsTurn(ctx context.Context) (turn int64, err error) {
	_, err = q.one(ctx, `SELECT CAST(value AS BIGINT) FROM instance WHERE key = $1`, []any{rightsTurn}, &turn)
	return turn, wrap("read", rightsTurn, err)
}

// TurnRights moves the count and wakes the other nodes at commit. It locks one
// row that all such changes share.
func (tx *Tx) TurnRights(ctx context.Context) error {
	_, err := tx.exec(ctx, `INSERT INTO instance (key, value) VALUES ($1, '1')
		ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(instance.value AS BIGINT) + 1 AS TEXT)`, rightsTurn)
	if err != nil {
		return wrap("move", rightsTurn, err)
	}
	return tx.Notify(ctx)
}
