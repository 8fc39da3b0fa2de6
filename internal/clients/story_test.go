//go:build slow

package clients

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// readmeAddress is where the README says that the index listens.
const readmeAddress = "127.0.0.1:8471"

// storyOf finds the lines of the README's story.
func storyOf(t *testing.T, readme string) string {
	t.Helper()
	_, rest, begins := strings.Cut(readme, "<!-- story -->\n```sh\n")
	story, _, ends := strings.Cut(rest, "```\n<!-- /story -->")
	if !begins || !ends || !strings.Contains(story, "go run ./cmd/strongroom serve") {
		t.Fatalf("the README has no story between its marks")
	}
	return story
}

// fresh copies what a clone would have.
func fresh(t *testing.T) string {
	t.Helper()
	root, err := checkout()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "README.md"} {
		copied(t, filepath.Join(root, name), filepath.Join(dir, name))
	}
	for _, name := range []string{"cmd", "internal"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// goVars lets a clean environment use Go as the test does.
func goVars(t *testing.T) []string {
	t.Helper()
	names := []string{"GOMODCACHE", "GOCACHE", "GOPROXY", "GOSUMDB", "GOFLAGS", "GOTOOLCHAIN"}
	output, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var vars []string
	for i, value := range strings.Split(strings.TrimSuffix(string(output), "\n"), "\n") {
		vars = append(vars, names[i]+"="+value)
	}
	return vars
}

// toolbox is a folder with the programs that a reader of the README has, to stand first in PATH.
func (s *Shell) toolbox() string {
	s.t.Helper()
	dir := filepath.Join(s.Home, "toolbox")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		s.t.Fatal(err)
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		s.t.Fatal(err)
	}
	python, err := filepath.EvalSymlinks(filepath.Join(s.bin(Build), "python"))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, program := range map[string]string{
		"go": goTool, "python3": python, "uv": filepath.Join(s.bin(UV), "uv"), "twine": filepath.Join(s.bin(Twine), "twine"),
	} {
		script := "#!/bin/sh\nexec '" + program + "' \"$@\"\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			s.t.Fatal(err)
		}
	}
	return dir
}

// script runs lines as a person would paste them, except that the first mistake ends them. What they leave running ends
// with the test.
func (s *Shell) script(bin, lines string) Result {
	s.t.Helper()
	var output strings.Builder
	cmd := exec.Command("sh", "-e", "-x", "-c", lines)
	cmd.Dir, cmd.Env = s.Dir, s.environment(bin)
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.WaitDelay = 5 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	group := cmd.Process.Pid
	s.t.Cleanup(func() {
		_ = syscall.Kill(-group, syscall.SIGTERM)
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && syscall.Kill(-group, 0) == nil; {
			time.Sleep(20 * time.Millisecond)
		}
	})
	timer := time.AfterFunc(4*time.Minute, func() { _ = syscall.Kill(-group, syscall.SIGTERM) })
	defer timer.Stop()
	_ = cmd.Wait() // the exit code says it
	return Result{Output: output.String(), Code: cmd.ProcessState.ExitCode()}
}

// here puts another address into the README's lines where somebody uses theirs already.
func here(t *testing.T, lines string) (story, address string) {
	t.Helper()
	address = readmeAddress
	listener, err := net.Listen("tcp", address)
	if err != nil {
		address = free(t)
		return strings.ReplaceAll(lines, readmeAddress, address), address
	}
	listener.Close()
	return lines, address
}

// free finds an address that nobody uses.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// The README's story works as it is written, from a fresh copy: Strongroom builds, starts, and takes and gives a package.
func TestStoryOfTheREADME(t *testing.T) {
	t.Parallel()
	shell := Env(t)
	shell.Dir = fresh(t)
	readme, err := os.ReadFile(filepath.Join(shell.Dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	story, address := here(t, storyOf(t, string(readme)))
	shell.Vars = append(goVars(t), "TMPDIR="+shell.Home)
	if address != readmeAddress {
		shell.Vars = append(shell.Vars, "STRONGROOM_LISTEN="+address)
	}
	result := shell.script(shell.toolbox(), story)
	if result.Code != 0 || !strings.Contains(result.Output, "\nHello from hello-strongroom!\n") {
		log, _ := os.ReadFile(filepath.Join(shell.Dir, "strongroom-data", "serve.log"))
		t.Fatalf("exit code %d\n%s\nthe server said:\n%s", result.Code, result.Output, log)
	}
	checkFirstRun(t, filepath.Join(shell.Dir, "strongroom-data"), address)
}

// checkFirstRun looks at what the first run left when its output is no terminal: the token in a private file and nowhere
// else, and the README's lines in the output.
func checkFirstRun(t *testing.T, data, address string) {
	t.Helper()
	file := filepath.Join(data, "admin-token")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token's file: %v, %v; want mode 0600", info, err)
	}
	token, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	printed, err := os.ReadFile(filepath.Join(data, "serve.log"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(printed), strings.TrimSpace(string(token))) {
		t.Errorf("the token was printed although there is no terminal:\n%s", printed)
	}
	says(t, string(printed), welcomeLines("http://"+address, `"$(cat '`+file+`')"`)...)
}

// welcomeLines are what the first run prints to be pasted.
func welcomeLines(url, token string) []string {
	return []string{
		"twine upload --repository-url " + url + "/legacy/ -u __token__ -p " + token + " dist/*",
		"uv publish --publish-url " + url + "/legacy/ --token " + token + " dist/*",
		"pip install --index-url " + url + "/simple/ PROJECT",
		"uv pip install --index-url " + url + "/simple/ PROJECT",
	}
}

// The README's commands are those that the first run prints.
func TestREADMESaysWhatTheServerSays(t *testing.T) {
	root, err := checkout()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	story := storyOf(t, string(readme))
	for _, line := range welcomeLines("http://"+readmeAddress, `"$TOKEN"`) {
		says(t, story, strings.TrimSuffix(line, "PROJECT"))
	}
	for _, link := range regexp.MustCompile(`\]\(([A-Za-z/]+(?:\.md)?)\)`).FindAllStringSubmatch(string(readme), -1) {
		if _, err := os.Stat(filepath.Join(root, link[1])); err != nil {
			t.Errorf("the README points to %s: %v", link[1], err)
		}
	}
}

// pastable finds the four lines in what the server printed.
func pastable(t *testing.T, printed string) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(printed) {
		if line = strings.TrimSpace(line); regexp.MustCompile(`^(twine|uv|pip) `).MatchString(line) {
			lines = append(lines, line)
		}
	}
	if len(lines) != 4 {
		t.Fatalf("want four lines to paste, got %d:\n%s", len(lines), printed)
	}
	return lines
}

// On a terminal the token stands in the lines themselves, and in no file; the lines work as they are.
func TestLinesOfTheFirstRunWork(t *testing.T) {
	t.Parallel()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	shell := Env(t)
	project := Project{Name: "first", Version: "1.0", Backend: "setuptools"}
	if err := os.Mkdir(filepath.Join(shell.Dir, "dist"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range BuildProject(t, project).Paths() {
		copied(t, file, filepath.Join(shell.Dir, "dist", filepath.Base(file)))
	}
	printed := onTerminal(t, shell, "stty cols 100; exec '"+path+"' serve --listen "+free(t))
	if !strings.Contains(printed, " -p pypi-") {
		t.Errorf("no token on the terminal:\n%s", printed)
	}
	if _, err := os.Stat(filepath.Join(shell.Dir, "strongroom-data", "admin-token")); err == nil {
		t.Error("the token was shown on a terminal and written to a file as well")
	}
	lines := strings.Join(pastable(t, printed), "\n")
	lines = "python3 -m venv .venv\n. .venv/bin/activate\n" + strings.ReplaceAll(lines, "PROJECT", "first")
	if result := shell.script(shell.toolbox(), lines); result.Code != 0 || !strings.Contains(result.Output, "Successfully installed first-1.0") {
		t.Errorf("exit code %d\n%s", result.Code, result.Output)
	}
}

// onTerminal starts a command on a pseudo terminal, until the test ends, and gives what stands there once it listens.
func onTerminal(t *testing.T, shell *Shell, command string) string {
	t.Helper()
	screen := filepath.Join(shell.Home, "screen")
	file, err := os.Create(screen)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd := exec.Command(filepath.Join(shell.bin(Build), "python"), "-c", "import pty, sys; pty.spawn(['sh', '-c', sys.argv[1]])", command)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = shell.Dir, shell.environment(""), file, file
	input, err := cmd.StdinPipe() // open until the end: the terminal does not hang up
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = input.Write([]byte{3}) // as somebody who presses Ctrl-C
		_ = cmd.Wait()
	})
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if text, err := os.ReadFile(screen); err == nil && strings.Contains(string(text), `"listening"`) {
			return string(text)
		}
	}
	text, _ := os.ReadFile(screen)
	t.Fatalf("the server does not listen:\n%s", text)
	return ""
}
