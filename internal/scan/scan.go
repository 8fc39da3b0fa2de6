// Package scan asks an operator's own scanner about a file that passed the
// gate: a program that gets it on standard input, or a service it is sent to
// (AV-20). The scanner is trusted: it runs with the server's rights.
package scan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"strongroom/internal/index"
)

// Scanner is a configured scanner.
type Scanner struct {
	Target  string // an absolute path with arguments, or an http(s) URL
	Timeout time.Duration
}

// File is what the scanner is told beside the bytes.
type File struct {
	Filename string `json:"filename"`
	Project  string `json:"project"` // normalised
	Version  string `json:"version"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"` // bytes
}

// Verdict is what a scanner answers. Reason is one line for the publisher (a
// refusal) or the moderators (a flag).
type Verdict struct {
	Action index.GateAction `json:"action"`
	Reason string           `json:"reason"`
}

// answerLimit bounds what is read of an answer, in bytes.
const answerLimit = 64 << 10

// Scan asks about the file whose bytes are in content, from its beginning. An
// error says that there is no verdict: the scanner failed, took too long, or
// answered nonsense.
func (s *Scanner) Scan(ctx context.Context, content *os.File, about File) (Verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return Verdict{}, err
	}
	ask := runProgram
	if strings.HasPrefix(s.Target, "http://") || strings.HasPrefix(s.Target, "https://") {
		ask = callService
	}
	answer, err := ask(ctx, s.Target, content, about)
	if ctx.Err() != nil {
		err = fmt.Errorf("no answer within %s", s.Timeout)
	}
	if err != nil {
		return Verdict{}, fmt.Errorf("scanner: %w", err)
	}
	return parse(answer)
}

func parse(answer []byte) (v Verdict, err error) {
	if err := json.Unmarshal(answer, &v); err != nil {
		return Verdict{}, fmt.Errorf("scanner: the answer %.100q is not JSON: %w", answer, err)
	}
	switch v.Action {
	case index.ActionAllow, index.ActionFlag, index.ActionRefuse:
		v.Reason = strings.Join(strings.Fields(v.Reason), " ")
		return v, nil
	}
	return Verdict{}, fmt.Errorf("scanner: the action %q is unknown; it is allow, flag or refuse", v.Action)
}

// runProgram gives the file on standard input and what is known of it as JSON
// in STRONGROOM_FILE; the answer comes on standard output.
func runProgram(ctx context.Context, target string, content *os.File, about File) ([]byte, error) {
	described, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(target)
	var out, failure limited
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "STRONGROOM_FILE=" + string(described)}
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = content, &out, &failure, "/"
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %.200s", words[0], err, bytes.TrimSpace(failure.Bytes()))
	}
	return out.Bytes(), nil
}

// limited keeps the first answerLimit bytes and drops the rest.
type limited struct{ bytes.Buffer }

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:min(len(p), answerLimit-l.Len())])
	return len(p), nil
}

// callService posts the file; what is known of it stands in the header
// Strongroom-File. Redirects are not followed.
func callService(ctx context.Context, target string, content *os.File, about File) ([]byte, error) {
	described, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, io.NopCloser(content))
	if err != nil {
		return nil, err
	}
	r.ContentLength = about.Size
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("Strongroom-File", string(described))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the scanner redirects") }}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s", answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, answerLimit))
}
