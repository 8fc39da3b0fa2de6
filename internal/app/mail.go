package app

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"strongroom/internal/config"
	"strongroom/internal/mail"
	"strongroom/internal/notify"
)

// mailFolder is where messages are kept that no server takes.
const mailFolder = "mail"

// openSender makes what the settings say delivers mail.
func openSender(c config.Config, log *slog.Logger) (mail.Sender, error) {
	from := mail.Identity{From: c.Mail.From, ReplyTo: c.Mail.ReplyTo}
	if c.Mail.SMTP == "" {
		return mail.NewFolder(mail.FolderOptions{
			Path: filepath.Join(c.Data, mailFolder), Identity: from, Log: log, Terminal: term.IsTerminal(int(os.Stderr.Fd())),
		})
	}
	password, err := readSecret("mail.password_file", c.Mail.PasswordFile)
	if err != nil {
		return nil, err
	}
	return mail.NewSMTP(mail.SMTPOptions{
		Address: c.Mail.SMTP, Security: mail.Security(c.Mail.TLS), User: c.Mail.User, Password: password, Identity: from,
	})
}

// readSecret reads the first line of a file that a setting names; no file holds
// none.
func readSecret(key, path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	password, _, _ := strings.Cut(string(text), "\n")
	if password = strings.TrimRight(password, "\r"); password == "" {
		return "", fmt.Errorf("%s: the first line of %s is empty", key, path)
	}
	return password, nil
}

// office does the queued work of telling people.
func (a *App) office() *notify.Office {
	return &notify.Office{DB: a.DB, Recorder: a.Recorder, Keys: a.Keys, Sender: a.Mail, Site: a.site(), Log: a.Log, Clock: a.Recorder.Clock}
}

// site is what mails say of the index.
func (a *App) site() notify.Site {
	contact := strings.ReplaceAll(a.Config.SecurityContact, "mailto:", "")
	return notify.Site{Name: location(a.Config.URL), URL: a.Config.URL, Contact: strings.Join(strings.Fields(contact), " or ")}
}
