package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/blob"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/docsredirect"
	"strongroom/internal/mail"
	"strongroom/internal/maintain"
	"strongroom/internal/notify"
	"strongroom/internal/sign"
	"strongroom/internal/upload"
)

// CLI is the whole grammar of the command line.
type CLI struct {
	Config string `help:"Settings file (TOML)." type:"path" placeholder:"FILE"`
	Data   string `help:"Data folder (default ./strongroom-data)." placeholder:"DIR"`

	Serve   ServeCommand   `cmd:"" help:"Run the index. The first run makes the administrator and shows an upload token once."`
	Check   CheckCommand   `cmd:"" help:"Hold local files against the checks of an upload."`
	Import  ImportCommand  `cmd:"" help:"Take over a folder of wheels and source distributions."`
	Admin   AdminCommand   `cmd:"" help:"Accounts, tokens, roles, flags, names, switches and mail; works while the server runs."`
	Fsck    FsckCommand    `cmd:"" help:"Hold blobs against rows, and rows against each other."`
	Backup  BackupCommand  `cmd:"" help:"Copy the whole index while it runs."`
	Restore RestoreCommand `cmd:"" help:"Make an index out of a backup."`

	DocsRedirects DocsRedirectsCommand `cmd:"" help:"The redirects of old hosted documentation, as a file."`

	Version VersionCommand `cmd:"" help:"Show the version."`
}

// ServeCommand is carried out by package app.
type ServeCommand struct {
	Listen string `help:"Address to listen on (default 127.0.0.1:8471)." placeholder:"ADDR"`
}

// AdminCommand groups what moderators and operators do.
type AdminCommand struct {
	Ban    BanCommand    `cmd:"" help:"Networks that nobody may call from."`
	User   UserCommand   `cmd:"" help:"Accounts."`
	Token  TokenCommand  `cmd:"" help:"API tokens."`
	Role   RoleCommand   `cmd:"" help:"Who may do what in a project."`
	Flag   FlagCommand   `cmd:"" help:"Flags: yanked, deprecated, archived, quarantined, removed, deleted, locked."`
	Label  LabelCommand  `cmd:"" help:"Labels: flags for which nothing behaves differently."`
	Name   NameCommand   `cmd:"" help:"The name registry."`
	Switch SwitchCommand `cmd:"" help:"Run-time switches such as read-only."`
	Mail   MailCommand   `cmd:"" help:"How mail leaves."`

	Report        ReportCommand        `cmd:"" help:"What people reported."`
	Quarantine    QuarantineCommand    `cmd:"" help:"Take a project, release or file out of reach until somebody has judged it. Example: strongroom admin quarantine demo --reason 'suspected malware'"`
	Remove        RemoveCommand        `cmd:"" help:"Take a project, release or file away for good. Example: strongroom admin remove demo --category malware --reason 'steals keys'"`
	ClearTakedown ClearTakedownCommand `cmd:"" help:"End a quarantine or removal; everything is as it was before."`
	Act           ActCommand           `cmd:"" help:"What moderators and rules did, and how to take it back."`

	Project      ProjectCommand      `cmd:"" help:"Projects, and who may read them."`
	Organization OrganizationCommand `cmd:"" help:"Organizations and who is in them."`
	Team         TeamCommand         `cmd:"" help:"Teams of organizations and their roles."`

	Search SearchCommand `cmd:"" help:"The index that searches for projects ask."`

	DocsRedirect DocsRedirectCommand `cmd:"" help:"Where the old hosted documentation of a project redirects to."`

	Gate       GateCommand       `cmd:"" help:"What is known to be bad, or harmless: hashes, releases, paths, texts."`
	BreachList BreachListCommand `cmd:"" help:"The list of breached passwords."`
	Recheck    RecheckCommand    `cmd:"" help:"Hold stored files against the rules of today; changes nothing."`
}

// VersionCommand shows what is running.
type VersionCommand struct{}

// Console is where a command reads and writes.
type Console struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Dir    string // the caller's working folder: relative paths start there
	Width  int    // columns of the caller's terminal, 0 when there is none
}

// Operator is what commands work with.
type Operator struct {
	Console
	DB       *database.DB
	Recorder *change.Recorder
	Guard    *access.Guard
	Acceptor *upload.Acceptor
	Bucket   blob.Bucket
	Keys     *sign.Keyring
	Accounts *account.Accounts
	Maintain *maintain.Actions
	Mail     mail.Sender
	Site     notify.Site
	Docs     docsredirect.Policy
	DocsDir  string // the folder of hosted documentation, "" for none
	Data     string // the data folder
	Storage  string // the folder of the blobs
}

// Command is a command that works on an open index.
type Command interface {
	Run(ctx context.Context, o *Operator) error
}

// Asker is a command that reads standard input.
type Asker interface {
	Command
	Asks() bool
}

// say writes v as JSON when asked for, else the text.
func (o *Operator) say(asJSON bool, v any, format string, args ...any) error {
	if asJSON {
		return json.NewEncoder(o.Stdout).Encode(v)
	}
	_, err := fmt.Fprintf(o.Stdout, format, args...)
	return err
}

// Local is a command that needs no index.
type Local interface {
	RunLocal(ctx context.Context, c Console) error
}

// Folders is where an index keeps its data.
type Folders struct {
	Data     string
	Storage  string
	Database string // as database.Options.URL
}

// Offline is a command that must find the data folder unused.
type Offline interface {
	RunOffline(ctx context.Context, c Console, f Folders) error
}

// ExitError ends the program with a code after everything was said.
type ExitError struct{ Code int }

// Error implements error.
func (e ExitError) Error() string { return fmt.Sprintf("exit %d", e.Code) }

// Absolute resolves a path of the caller's command line.
func Absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
