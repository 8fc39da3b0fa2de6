package sandbox

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFrames(t *testing.T) {
	var wire bytes.Buffer
	for _, body := range []string{"", "x", strings.Repeat("long ", 100_000)} {
		if err := writeFrame(&wire, frameReply, []byte(body)); err != nil {
			t.Fatal(err)
		}
		kind, got, err := readFrame(&wire, 1<<20)
		if kind != frameReply || string(got) != body || err != nil || wire.Len() != 0 {
			t.Errorf("%c %.10q %v, %d bytes left", kind, got, err, wire.Len())
		}
	}
}

// TestBadFrames: what announces too much is refused before any of it is read; what ends early is no reply.
func TestBadFrames(t *testing.T) {
	for wire, want := range map[string]error{
		"":                                     io.EOF,
		"R\x00\x00":                            io.ErrUnexpectedEOF,
		"R\x00\x00\x00\x00\x00\x00\x00\x02x":   io.ErrUnexpectedEOF,
		"R\x00\x00\x00\x00\x00\x00\x00\x0bxxx": errRubbish,
		"R\xff\xff\xff\xff\xff\xff\xff\xffxxx": errRubbish,
	} {
		if _, _, err := readFrame(strings.NewReader(wire), 10); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", wire, err, want)
		}
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("R\x00\x00\x00\x00\x00\x00\x00\x02xy"))
	f.Add([]byte("L\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		kind, body, err := readFrame(bytes.NewReader(wire), 1000)
		if err == nil && (len(body) > 1000 || !bytes.HasPrefix(wire, append(header(kind, len(body)), body...))) {
			t.Errorf("%q was read as %q", wire, body)
		}
	})
}

func TestLayersOnTheWire(t *testing.T) {
	layers := []Layer{{LayerSeccomp, true, "38 calls"}, outcome(LayerLandlock, "", errors.New("no\tsuch\nthing")), {LayerUser, true, ""}}
	got, err := decodeLayers(encodeLayers(layers))
	layers[1].Detail = "no such thing"
	if err != nil || !slices.Equal(got, layers) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := decodeLayers([]byte("seccomp\ttrue\n")); err == nil {
		t.Error("a line of two fields was taken")
	}
}

func TestDefaults(t *testing.T) {
	o, err := Options{}.withDefaults()
	if err != nil || o.CPU != 30*time.Second || o.Wall != time.Minute || o.Memory != 512<<20 || o.Queue != max(32, 4*o.Parallel) || o.Parallel < 1 {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := os.Stat(o.Program); err != nil {
		t.Error(err)
	}
}

func TestLimitsOnTheWire(t *testing.T) {
	want := limits{CPU: 7, Memory: 1 << 30, Without: LayerUser + " " + LayerSeccomp}
	got, err := parseLimits(want.args())
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if got.wants(LayerUser) || got.wants(LayerSeccomp) || !got.wants(LayerLandlock) {
		t.Error("the wrong layers are left out")
	}
	for _, args := range [][]string{nil, {childName}, {childName, "x", "1", ""}, {childName, "1", "x", ""}} {
		if _, err := parseLimits(args); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}

func TestWordsOfTheRuntime(t *testing.T) {
	for said, want := range map[string]bool{
		"fatal error: runtime: out of memory\n": true, "runtime: out of memory: cannot allocate\nfatal error: out of memory": true,
		"panic: out of memory\n": false, "": false,
	} {
		if got := ranOutOfMemory([]byte(said)); got != want {
			t.Errorf("%q: %t", said, got)
		}
	}
	for said, want := range map[string]string{"": "it said nothing", "\n\n a\x1b[1m\nb": `a\x1b[1m`, "plain": "plain"} {
		if got := firstLine([]byte(said)); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
