//go:build slow

package browser

import (
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
)

// tab is one browser with a profile of its own, on one page. Every step fails
// the test when it does not work out in time.
type tab struct {
	t    *testing.T
	ctx  context.Context
	site string

	mu       sync.Mutex
	requests []string // addresses that were asked for, in order
	console  []string // what the console said
}

// patience bounds one step.
const patience = 30 * time.Second

// start runs an index on http://localhost, where browsers allow cookies and keys
// that need a secure place.
func start(t *testing.T, adjust ...func(*config.Config)) *apptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	at := func(c *config.Config) { c.Listen, c.URL = address, "http://localhost:"+port }
	return apptest.Start(t, append([]func(*config.Config){at}, adjust...)...)
}

// open starts a browser for the site.
func open(t *testing.T, s *apptest.Server) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is needed (./check setup installs it):", err)
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
	}
	parent, stopBrowser := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(parent)
	t.Cleanup(func() { stop(); stopBrowser() })
	b := &tab{t: t, ctx: ctx, site: s.Config.URL}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // the browser lives as long as the context of its first step
		t.Fatal(err)
	}
	b.watch()
	b.do("size", chromedp.EmulateViewport(1280, 900))
	return b
}

// watch keeps what the page asks for and says.
func (b *tab) watch() {
	if _, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{}); err != nil {
		b.t.Fatal(err)
	}
	sent := chromedp.Events(b.ctx, network.RequestWillBeSent)
	go func() {
		for ev, err := range sent {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.requests = append(b.requests, ev.Request.URL)
			b.mu.Unlock()
		}
	}()
	said := chromedp.Console(b.ctx)
	go func() {
		for message, err := range said {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.console = append(b.console, message.String())
			b.mu.Unlock()
		}
	}()
}

// do runs steps.
func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s at %s: %v\n%s", what, b.path(), err, b.text())
	}
}

// goTo opens a page of the site, or a whole address.
func (b *tab) goTo(path string) {
	b.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.site + path
	}
	b.do("go to "+path, chromedp.Navigate(path))
}

// path is where the tab is.
func (b *tab) path() string {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "nowhere: " + err.Error()
	}
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	return u.RequestURI()
}

// text is what a person reads on the page.
func (b *tab) text() string {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body ? document.body.innerText : ''"))
	if err != nil {
		return err.Error()
	}
	return text
}

// eval runs a script outside of the page's policy and returns its text.
func (b *tab) eval(script string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("at %s: %v", b.path(), err)
	}
	return text
}

// fill types into a field.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	css := chromedp.CSS(selector)
	b.do("fill "+selector, chromedp.WaitVisible(css), chromedp.Clear(css), chromedp.SendKeys(css, text))
}

// click presses something and waits for the page that follows. When none does,
// the failure tells where the press went.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.eval("window.left = 'no'; addEventListener('mousedown', e => { window.pressed = e.target.outerHTML.slice(0, 200) }, true); ''")
	b.do("click "+selector, chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
	b.until("a new page after "+selector, "window.left === undefined && document.readyState === 'complete'")
}

// press clicks what leads to no new page.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.do("press "+selector, chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// until waits for a condition of the page.
func (b *tab) until(what, condition string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		cancel()
		if err == nil && ok {
			return
		}
	}
	b.t.Fatalf("%s did not come, at %s:\n%s\nconsole: %v\npressed last: %s", what, b.path(), b.text(), b.said(), b.eval("window.pressed || 'nothing'"))
}

// see waits until the page says something.
func (b *tab) see(text string) {
	b.t.Helper()
	b.until(text, "document.body && document.body.innerText.includes("+quote(text)+")")
}

func quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`).Replace(text) + "'"
}

func (b *tab) said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.console...)
}

// asked lists the addresses that were asked for so far.
func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.requests...)
}

// withoutScript turns scripts of the pages off, or on again.
func (b *tab) withoutScript(off bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off}); err != nil {
		b.t.Fatal(err)
	}
}

// addKey plugs a virtual security key in that holds passkeys and always agrees.
func (b *tab) addKey() webauthn.AuthenticatorID {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		b.t.Fatal(err)
	}
	key, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	return key.AuthenticatorID
}

// widths are those of a phone and of a desk.
func widths() map[string]int64 { return map[string]int64{"phone": 360, "desk": 1280} }

// show draws the page into docs/screens, light at a desk and dark on a phone,
// and asks axe at both widths, light and dark, whether everybody can use it.
func (b *tab) show(name string) {
	b.t.Helper()
	for size, width := range widths() {
		b.do("size", chromedp.EmulateViewport(width, 800))
		if overflow := b.eval("String(document.documentElement.scrollWidth - document.documentElement.clientWidth)"); overflow != "0" {
			b.t.Errorf("%s is %s px too wide for a %s", name, overflow, size)
		}
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			if (scheme == "dark") == (size == "phone") {
				b.draw(filepath.Join("..", "..", "docs", "screens", name+"-"+size+".png"))
			}
			b.axe(name + " on a " + size + ", " + scheme)
		}
	}
	b.scheme("light")
	b.do("size", chromedp.EmulateViewport(1280, 900))
}

func (b *tab) scheme(name string) {
	b.t.Helper()
	feature := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: feature}); err != nil {
		b.t.Fatal(err)
	}
}

// draw writes a picture; only STRONGROOM_TEST_SCREENS=1 changes those in docs.
func (b *tab) draw(path string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil || len(picture) == 0 {
		b.t.Fatalf("picture %s: %v", path, err)
	}
	if os.Getenv("STRONGROOM_TEST_SCREENS") == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	small, err := fewColours(picture)
	if err == nil {
		err = os.WriteFile(path, small, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// axe fails for what is serious or critical by the rules of WCAG 2.2 AA.
func (b *tab) axe(where string) {
	b.t.Helper()
	script, err := os.ReadFile(filepath.Join("..", "..", ".cache", "browser", "axe.min.js"))
	if err != nil {
		b.t.Fatal("axe-core is needed (./check setup fetches it):", err)
	}
	if b.eval("typeof axe") == "undefined" {
		b.do("axe", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[string](string(script)+"\n;''"))
			return err
		}))
	}
	found := b.eval(`axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => r.passes.length === 0 ? 'nothing was looked at' :
		r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ')).join('\n'))`)
	if found != "" {
		b.t.Errorf("%s: axe says\n%s", where, found)
	}
}
