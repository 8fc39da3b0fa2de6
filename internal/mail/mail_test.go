package mail_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"strongroom/internal/mail"
	"strongroom/internal/mail/mailtest"
)

func TestMemoryIsASender(t *testing.T) {
	mailtest.Run(t, func(*testing.T) (mail.Sender, func() []mail.Message) {
		s := &mailtest.Memory{}
		return s, s.Sent
	})
}

func TestMemoryFailsBothWays(t *testing.T) {
	kept := false
	s := &mailtest.Memory{Fail: func(mail.Message) (error, bool) { return &mail.Failure{Err: context.DeadlineExceeded}, kept }}
	for _, kept = range []bool{false, true} {
		if err := s.Send(t.Context(), mailtest.Message("a@example.com")); err == nil || mail.Permanent(err) {
			t.Error(err)
		}
	}
	if len(s.Sent()) != 1 {
		t.Errorf("kept %d", len(s.Sent()))
	}
}

func newFolder(t *testing.T, path string, terminal bool) (*mail.Folder, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	f, err := mail.NewFolder(mail.FolderOptions{
		Path: path, Identity: mail.Identity{From: "index@example.com"}, Log: slog.New(slog.NewTextHandler(&log, nil)), Terminal: terminal,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f, &log
}

func readFolder(t *testing.T, path string) []mail.Message {
	t.Helper()
	all, err := mailtest.ReadFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFolderIsASender(t *testing.T) {
	mailtest.Run(t, func(t *testing.T) (mail.Sender, func() []mail.Message) {
		path := filepath.Join(t.TempDir(), "deep", "mail")
		f, _ := newFolder(t, path, false)
		return f, func() []mail.Message { return readFolder(t, path) }
	})
}

// TestFolderKeepsSecrets: files are for their owner only, and a link that opens
// something is logged where a person looks on, and nowhere else (design 7).
func TestFolderKeepsSecrets(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "mail")
		f, log := newFolder(t, path, terminal)
		m := mailtest.Message("a@example.com")
		m.Link = "https://index.example.com/?token=secret"
		if err := f.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		line := log.String()
		if strings.Contains(line, "secret") != terminal || !strings.Contains(line, "a@example.com") || !strings.Contains(line, "Grüße") || strings.Count(line, "\n") != 1 {
			t.Errorf("terminal %v: %s", terminal, line)
		}
		file := filepath.Join(path, "20260501T140000.000000Z-ID.1-a.eml")
		for at, mode := range map[string]os.FileMode{path: 0o700, file: 0o600} {
			info, err := os.Stat(at)
			if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != mode {
				t.Errorf("%s: %v, %v", at, info, err)
			}
		}
	}
}

// TestFolderFailsWhole: a full or missing disk leaves no half of a message, and
// the message waits.
func TestFolderFailsWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f, log := newFolder(t, path, false)
	failsForNow(t, f.Send(t.Context(), mailtest.Message("a@example.com")), "keep mail")
	if log.Len() > 0 {
		t.Errorf("logged %s", log)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	taken := filepath.Join(path, "20260501T140000.000000Z-ID.1-a.eml", "x")
	if err := os.MkdirAll(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	failsForNow(t, f.Send(t.Context(), mailtest.Message("a@example.com")), "keep mail")
	if left, err := os.ReadDir(path); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCheckAddress(t *testing.T) {
	for given, want := range map[string]string{
		"a@example.com":                    "a@example.com",
		"A.b+c@EXAMPLE.com":                "A.b+c@example.com",
		"o'hara!#$%&*/=?^_`{|}~-@x.org":    "o'hara!#$%&*/=?^_`{|}~-@x.org",
		"admin@localhost":                  "admin@localhost",
		"a@bücher.example":                 "a@xn--bcher-kva.example",
		"a@xn--bcher-kva.example":          "a@xn--bcher-kva.example",
		"a@例え.テスト":                         "a@xn--r8jz45g.xn--zckzah",
		"a@" + strings.Repeat("b", 63):     "a@" + strings.Repeat("b", 63),
		strings.Repeat("a", 64) + "@b.com": strings.Repeat("a", 64) + "@b.com",
	} {
		if got, err := mail.CheckAddress(given); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", given, got, err, want)
		}
	}
	for _, bad := range mailtest.BadAddresses() {
		if got, err := mail.CheckAddress(bad); err == nil {
			t.Errorf("%q was taken as %q", bad, got)
		}
	}
}

// TestLongAddressesCostNothing: turning a domain into punycode takes time by the square of its length, and whoever
// registers may send a megabyte.
func TestLongAddressesCostNothing(t *testing.T) {
	var domain strings.Builder
	for c := rune(0x4e00); domain.Len() < 60_000; c++ {
		domain.WriteRune(c)
	}
	shortest := time.Hour // of five, since a busy machine may stop any one of them
	for range 5 {
		begun := time.Now()
		if _, err := mail.CheckAddress("a@" + domain.String()); err == nil || !strings.Contains(err.Error(), "longer than") {
			t.Fatalf("%.200v", err)
		}
		shortest = min(shortest, time.Since(begun))
	}
	if shortest > 100*time.Millisecond {
		t.Errorf("it took %v", shortest)
	}
}

func TestIdentity(t *testing.T) {
	for _, row := range []struct{ from, reply, want string }{
		{"index@example.com", "", "From: index@example.com\r\n"},
		{"Index of Ünits <index@bücher.example>", "", "From: =?utf-8?q?Index_of_=C3=9Cnits?= <index@xn--bcher-kva.example>\r\n"},
		{`"Index, Inc." <index@example.com>`, "help@example.com", "Reply-To: help@example.com\r\n"},
		{"", "", ""},
		{"index", "", ""},
		{"a@example.com, b@example.com", "", ""},
		{"index@example.com\r\nBcc: x@example.com", "", ""},
		{"Index\r\nBcc: x <index@example.com>", "", ""},
		{"index@example.com", "help", ""},
		{"index@example.com", "a@example.com\r\nBcc: x@example.com", ""},
	} {
		i := mail.Identity{From: row.from, ReplyTo: row.reply}
		raw, err := mail.Encode(mailtest.Message("a@example.com"), i)
		if (err == nil) != (row.want != "") || (i.Check() == nil) != (row.want != "") || !strings.Contains(string(raw), row.want) {
			t.Errorf("%q, %q: %v\n%.300s", row.from, row.reply, err, raw)
		}
		if strings.Contains(string(raw), "Bcc") {
			t.Errorf("%q added a receiver:\n%.300s", row.from, raw)
		}
	}
}

// TestEncodeIsAFunction: the same message gives the same bytes, and no line is
// too long or ends otherwise than by CR LF.
func TestEncodeIsAFunction(t *testing.T) {
	from := mail.Identity{From: "index@example.com"}
	m := mailtest.Message("a@example.com")
	m.Subject = strings.Repeat("Überlänge im Betreff ", 15)
	one, err := mail.Encode(m, from)
	if err != nil {
		t.Fatal(err)
	}
	if two, _ := mail.Encode(m, from); !bytes.Equal(one, two) {
		t.Error("two encodings differ")
	}
	for line := range strings.SplitSeq(string(one), "\r\n") {
		if len(line) > 78 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%q", line)
		}
	}
	if got, err := mailtest.Read(one); err != nil || got.Subject != m.Subject {
		t.Errorf("read back %q, %v", got.Subject, err)
	}
}

// FuzzEncode: whatever is accepted arrives as it was, with the headers it should
// have and no others.
func FuzzEncode(f *testing.F) {
	f.Add("Subject", "text", "<p>", "a@example.com")
	f.Add("Grüße \t", ".\n..\n", "=\n=_ID", "a@bücher.example")
	f.Add(" ", "text", "", "a@example.com")
	f.Add(" two  spaces, and "+strings.Repeat("long ", 14)+"  ", "text", "", "a@example.com")
	f.Add("x\r\nBcc: b@example.com", "\r\n.\r\n", "--=_ID--\n", "a@b\r\n.c")
	f.Fuzz(func(t *testing.T, subject, text, html, to string) {
		m := mailtest.Message(to)
		m.ID, m.Subject, m.Text, m.HTML = "ID", subject, text, html
		raw, err := mail.Encode(m, mail.Identity{From: "index@example.com"})
		if err != nil {
			return
		}
		got, err := mailtest.Read(raw)
		if err != nil {
			t.Fatalf("%v in\n%s", err, raw)
		}
		if m.To, err = mail.CheckAddress(to); err != nil || got != m {
			t.Fatalf("sent %+v\nread %+v, %v", m, got, err)
		}
		head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
		if n := strings.Count(head, "\r\n") - strings.Count(head, "\r\n "); n < 6 || n > 8 {
			t.Fatalf("%d headers:\n%s", n+1, head)
		}
	})
}
