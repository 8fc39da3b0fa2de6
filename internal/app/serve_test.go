package app_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	neturl "net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/app"
	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
	"strongroom/internal/ops"
)

// safeBuffer is written by the server while the test reads it.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// startMain runs `strongroom serve` on a fresh folder and returns what it
// prints and its address.
func startMain(t *testing.T, data string, width int) (out *safeBuffer, url string) {
	t.Helper()
	out, errs := &safeBuffer{}, &safeBuffer{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() {
		done <- app.Main(ctx, []string{"serve", "--data", data, "--listen", "127.0.0.1:0"},
			ops.Console{Stdin: strings.NewReader(""), Stdout: out, Stderr: errs, Dir: t.TempDir(), Width: width})
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("serve ended with %d:\n%s", code, errs)
		}
	})
	for range 500 {
		if _, after, ok := strings.Cut(errs.String(), `"msg":"listening","url":"`); ok {
			url, _, _ = strings.Cut(after, `"`)
			return out, url
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server does not listen:\n%s", errs)
	return nil, ""
}

// TestFirstRun checks what a new operator gets: the lines to paste, and a
// token that is on the terminal or in a file only the owner can read.
func TestFirstRun(t *testing.T) {
	t.Run("terminal", func(t *testing.T) {
		data := filepath.Join(t.TempDir(), "data")
		out, url := startMain(t, data, 80)
		for _, want := range []string{"twine upload --repository-url " + url + "/legacy/ -u __token__ -p pypi-", "uv publish --publish-url " + url, "pip install --index-url " + url + "/simple/", url + "/account/reset-password/?token="} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the welcome lacks %q:\n%s", want, out)
			}
		}
		if _, err := os.Stat(filepath.Join(data, "admin-token")); err == nil {
			t.Error("the token was shown and written as well")
		}
	})
	t.Run("elsewhere", func(t *testing.T) {
		data := filepath.Join(t.TempDir(), "data")
		out, _ := startMain(t, data, 0)
		if strings.Contains(out.String(), "pypi-") || strings.Contains(out.String(), "token=") {
			t.Errorf("a secret was printed to what is no terminal:\n%s", out)
		}
		for _, name := range []string{"admin-token", "admin-link"} {
			info, err := os.Stat(filepath.Join(data, name))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, mode %v, want 0600", name, err, info.Mode())
			}
		}
	})
}

// TestTheFirstAdministratorSignsIn with a password chosen by the link of the
// first run, which works once.
func TestTheFirstAdministratorSignsIn(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	_, url := startMain(t, data, 0)
	text, err := os.ReadFile(filepath.Join(data, "admin-link"))
	if err != nil {
		t.Fatal(err)
	}
	link := strings.TrimSpace(string(text))
	form := neturl.Values{"new_password": {"correct horse battery 9 staple"}, "password_confirm": {"correct horse battery 9 staple"}}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, first := range []bool{true, false} {
		resp, err := client.PostForm(link, form)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if done := resp.StatusCode == http.StatusSeeOther; done != first {
			t.Errorf("%s, the first time: %v: %s to %q", url, first, resp.Status, resp.Header.Get("Location"))
		}
	}
}

// TestSecondServerIsRefused: one process owns a data folder.
func TestSecondServerIsRefused(t *testing.T) {
	s := apptest.Start(t)
	var errs bytes.Buffer
	code := app.Main(context.Background(), []string{"serve", "--data", s.Config.Data, "--listen", "127.0.0.1:0"},
		ops.Console{Stdout: io.Discard, Stderr: &errs, Dir: "/"})
	if code != 1 || !strings.Contains(errs.String(), "another process") {
		t.Errorf("exit %d, %s", code, errs.String())
	}
}

// TestMetrics finds the requests on the metrics address, and only there.
func TestMetrics(t *testing.T) {
	address := freeAddress(t)
	s := apptest.Start(t, func(c *config.Config) { c.Metrics = address })
	s.Get("/simple/")
	s.Get("/simple/nothing/")
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`strongroom_requests_total{route="/simple/{$}",status="200"} 1`, `strongroom_requests_total{route="/simple/{project}/{$}",status="404"} 1`, "strongroom_last_serial", "go_goroutines"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if got := s.Get("/metrics"); got.StatusCode != http.StatusNotFound {
		t.Errorf("/metrics on the index: %s", got.Status)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestTLS serves https with HSTS, and keeps the reason phrase on HTTP/1.1.
func TestTLS(t *testing.T) {
	cert, key, pool := selfSigned(t)
	s := apptest.Start(t, func(c *config.Config) { c.TLSCert, c.TLSKey = cert, key })
	if !strings.HasPrefix(s.URL, "https://") {
		t.Fatalf("the address is %s", s.URL)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	resp, err := client.Get(s.URL + "/simple/nothing/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Status != `404 There is no project "nothing" here.` {
		t.Errorf("status line %q", resp.Status)
	}
	if resp.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security over https")
	}
}

func selfSigned(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, text := range map[string][]byte{certFile: certPEM, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile, pool
}

// TestTwoNodes shares one PostgreSQL between two servers: what one accepts,
// the other shows within a second.
func TestTwoNodes(t *testing.T) {
	database, ok := apptest.Databases(t)["postgres"]
	if !ok {
		t.Log("the full check sets " + apptest.PostgresVariable + "; SQLite has one node")
		return
	}
	dsn, storage := database(t), t.TempDir()
	node := func() *apptest.Server {
		return apptest.Start(t, func(c *config.Config) { c.Database, c.Storage = dsn, storage })
	}
	a, b := node(), node()
	a.MustUpload(apptest.Wheel("shared", "1.0", "x"))
	if page := b.Get("/simple/shared/"); !strings.Contains(page.Text, "shared-1.0") {
		t.Fatalf("the other node's first page: %s", page.Text)
	}
	took := time.Hour
	for _, version := range []string{"2.0", "3.0", "4.0"} {
		a.MustUpload(apptest.Wheel("shared", version, "x"))
		took = min(took, shows(t, b, "/simple/shared/", "shared-"+version)) // a busy machine may sleep through a second
	}
	if took > time.Second {
		t.Errorf("the other node shows the old page for %s at best, want a second at most", took)
	}
	shows(t, b, "/simple/", "shared")
}

// shows waits until a page says something, and tells how long that took.
func shows(t *testing.T, s *apptest.Server, page, text string) time.Duration {
	t.Helper()
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		if strings.Contains(s.Get(page).Text, text) {
			return time.Since(began)
		}
	}
	t.Fatalf("%s never shows %s", page, text)
	return 0
}
