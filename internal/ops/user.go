package ops

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/mail"
	"strongroom/internal/password"
)

// UserCommand groups the commands on accounts.
type UserCommand struct {
	Create    UserCreate    `cmd:"" help:"Make an account. Example: strongroom admin user create alice --email alice@example.com --password-stdin < secret"`
	List      UserList      `cmd:"" help:"List the accounts."`
	Invite    UserInvite    `cmd:"" help:"Make a link with which somebody makes an account. Example: strongroom admin user invite --email bob@example.com"`
	Freeze    UserFreeze    `cmd:"" help:"Keep an account from doing anything. Example: strongroom admin user freeze bob --reason 'uploads malware' --until 7d"`
	Unfreeze  UserUnfreeze  `cmd:"" help:"Let an account act again."`
	Moderator UserModerator `cmd:"" help:"Make an account moderator of the index, or take that back. Example: strongroom admin user moderator bob --on"`
	Trust     UserTrust     `cmd:"" help:"Let an account's reports count more: with its help rules quarantine on their own."`
	Distrust  UserDistrust  `cmd:"" help:"Take that trust back."`
	Remove    UserRemove    `cmd:"" help:"Close an account for good. What it published stays; projects that nobody owns then are named. Example: strongroom admin user remove bob --confirm bob"`
	Reset     UserReset     `cmd:"" help:"Remove an account's second factors, for somebody who lost them; no new tokens or roles for a day. Example: strongroom admin user reset bob --password"`
}

// UserCreate makes an account whose address counts as verified.
type UserCreate struct {
	Name          string `arg:"" help:"User name."`
	Email         string `required:"" help:"E-mail address."`
	PasswordStdin bool   `help:"Read the password from the first line of standard input; without it the account has none."`
	Superuser     bool   `help:"Make an administrator of the index."`
	JSON          bool   `name:"json" help:"Answer as JSON."`
}

// Asks implements Asker.
func (c *UserCreate) Asks() bool { return c.PasswordStdin }

// Run implements Command.
func (c *UserCreate) Run(ctx context.Context, o *Operator) error {
	password := ""
	if c.PasswordStdin {
		line, err := bufio.NewReader(o.Stdin).ReadString('\n')
		if password = strings.TrimRight(line, "\r\n"); password == "" {
			return fmt.Errorf("no password on standard input (%v); write one line, or leave --password-stdin out", err)
		}
	}
	if c.PasswordStdin {
		if err := o.Accounts.CheckPassword(ctx, index.User{Username: c.Name, Email: c.Email}, password); err != nil {
			return err
		}
	}
	user, err := CreateUser(ctx, o.Recorder, NewAccount{Username: c.Name, Email: c.Email, Password: password, Superuser: c.Superuser})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"username": user.Username, "email": user.Email, "superuser": user.Superuser},
		"Made the account %s.\n", user.Username)
}

// NewAccount describes an account to be made.
type NewAccount struct {
	Username, Email, Password string
	Superuser                 bool
}

// CreateUser makes an account on behalf of an operator.
func CreateUser(ctx context.Context, rec *change.Recorder, n NewAccount) (index.User, error) {
	if err := n.check(); err != nil {
		return index.User{}, err
	}
	user := index.User{UID: access.NewUID(), Username: n.Username, Email: n.Email, Superuser: n.Superuser}
	if n.Password != "" {
		user.PasswordHash = password.Hash(n.Password)
	}
	err := rec.Do(ctx, index.Operator(), func(tx *change.Tx) error { return insertUser(ctx, tx, &user) })
	return user, err
}

func insertUser(ctx context.Context, tx *change.Tx, user *index.User) error {
	user.CreatedAt = tx.Now
	id, err := tx.InsertUser(ctx, *user, true)
	if database.IsUnique(err) {
		return fmt.Errorf("the user name %q or the address %q is taken", user.Username, user.Email)
	}
	user.ID = id
	tx.Event(index.Event{Action: index.EventUserCreate, Object: "user:" + user.Username, After: user.Email})
	return err
}

// FirstAccount makes the administrator of a new index and its first token in
// one transaction, so that no crash leaves an index that nobody can enter. keep
// is called with the secret before the commit: what it wrote counts only if
// FirstAccount succeeds.
func FirstAccount(ctx context.Context, accounts *account.Accounts, n NewAccount, keep func(secret, link string) error) error {
	return accounts.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		user := index.User{UID: access.NewUID(), Username: n.Username, Email: n.Email, Superuser: n.Superuser}
		if err := insertUser(ctx, tx, &user); err != nil {
			return err
		}
		_, secret, err := accounts.Guard.NewToken(ctx, tx, access.Grant{User: user, Description: "made on the first run"})
		if err != nil {
			return err
		}
		link, err := accounts.FirstLink(ctx, tx, user)
		if err != nil {
			return err
		}
		return keep(secret, link)
	})
}

func (n NewAccount) check() error {
	if err := access.CheckUsername(n.Username); err != nil {
		return err
	}
	_, err := mail.CheckAddress(n.Email)
	return err
}

// UserList lists accounts.
type UserList struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *UserList) Run(ctx context.Context, o *Operator) error {
	users, err := o.DB.Users(ctx)
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, u := range users {
		rows = append(rows, map[string]any{"username": u.Username, "email": u.Email, "superuser": u.Superuser, "created": u.CreatedAt})
		fmt.Fprintf(&text, "%s\t%s\n", u.Username, u.Email)
	}
	return o.say(c.JSON, rows, "%s", text.String())
}
