package ops

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// TokenCommand groups the commands on API tokens.
type TokenCommand struct {
	Create TokenCreate `cmd:"" help:"Make a token and show it once. Example: strongroom admin token create --user alice --project demo --expires 90d"`
	Revoke TokenRevoke `cmd:"" help:"End a token."`
	List   TokenList   `cmd:"" help:"List a user's tokens."`
}

// TokenCreate makes a token.
type TokenCreate struct {
	User        string   `required:"" help:"Whose token."`
	Project     string   `help:"Narrow it to one project."`
	Permission  []string `help:"What it may do: read, upload, yank, status, delete, roles, settings, organizations, history, report or moderate, several with commas; read and upload without." enum:"read,upload,yank,status,delete,roles,settings,organizations,history,report,moderate"`
	Expires     string   `help:"How long it lives, such as 90d or 12h; for ever without."`
	Description string   `help:"What it is for." default:"made on the command line"`
	JSON        bool     `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *TokenCreate) Run(ctx context.Context, o *Operator) error {
	life, err := parseDuration(c.Expires)
	if err != nil {
		return err
	}
	if c.Project != "" && !packaging.ValidName(c.Project) {
		return fmt.Errorf("%q is not a project name", c.Project)
	}
	user, found, err := o.DB.UserByName(ctx, c.User)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no user %q", c.User)
	}
	grant := access.Grant{User: user, Description: c.Description, Permissions: c.Permission, Expires: life}
	if c.Project != "" {
		grant.Project = packaging.NormalizeName(c.Project)
		if grant.Only, _, err = o.DB.Project(ctx, grant.Project); err != nil {
			return err
		}
	}
	token, secret, err := CreateToken(ctx, o.Recorder, o.Guard, grant)
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"token": secret, "id": token.ID}, "%s\n", secret)
}

// CreateToken makes a token on behalf of an operator.
func CreateToken(ctx context.Context, rec *change.Recorder, g *access.Guard, grant access.Grant) (token index.Token, secret string, err error) {
	err = rec.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		token, secret, err = g.NewToken(ctx, tx, grant)
		return err
	})
	return token, secret, err
}

// parseDuration reads Go durations and whole days.
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err == nil && n > 0 && n < 36_500 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is not a duration such as 90d or 12h", text)
	}
	return d, nil
}

// TokenRevoke ends a token.
type TokenRevoke struct {
	ID   string `arg:"" name:"id" help:"The token's id."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *TokenRevoke) Run(ctx context.Context, o *Operator) error {
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		lived, err := tx.RevokeToken(ctx, c.ID, tx.Now)
		if err == nil && !lived {
			err = fmt.Errorf("there is no living token %q", c.ID)
		}
		tx.Event(index.Event{Action: index.EventTokenRevoke, Object: "token:" + c.ID})
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"revoked": c.ID}, "Revoked.\n")
}

// TokenList lists tokens, never their secrets.
type TokenList struct {
	User string `required:"" help:"Whose tokens."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *TokenList) Run(ctx context.Context, o *Operator) error {
	user, found, err := o.DB.UserByName(ctx, c.User)
	if err != nil || !found {
		return fmt.Errorf("there is no user %q (%v)", c.User, err)
	}
	tokens, err := o.DB.TokensOf(ctx, user.ID)
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, t := range tokens {
		rows = append(rows, map[string]any{"id": t.ID, "description": t.Description, "created": t.CreatedAt, "last_used": t.LastUsedAt, "revoked": !t.RevokedAt.IsZero()})
		fmt.Fprintf(&text, "%s\t%s\n", t.ID, t.Description)
	}
	return o.say(c.JSON, rows, "%s", text.String())
}
