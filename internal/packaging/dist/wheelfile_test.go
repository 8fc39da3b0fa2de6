package dist

import (
	"slices"
	"strings"
	"testing"
)

func TestParseWheelFile(t *testing.T) {
	w, err := ParseWheelFile([]byte("Wheel-Version: 1.0\r\nGenerator: x (1)\r\nRoot-Is-Purelib: True\r\nBuild: 7\r\nTag: py3-none-any\r\nTag: PY2.py3-none-any\r\nOther: a: b\r\n\r\n"))
	if err != nil || w.Version != "1.0" || w.Generator != "x (1)" || !w.Purelib || w.Build != "7" || !slices.Equal(w.Tags, []string{"py2-none-any", "py3-none-any"}) {
		t.Errorf("%+v, %v", w, err)
	}
	for text, want := range map[string]string{
		"":                             `Wheel-Version ""`,
		"Wheel-Version: 2.0\n":         `Wheel-Version "2.0"`,
		"Wheel-Version: 1.9\n":         "",
		"Wheel-Version 1.0\n":          "line 1",
		"a b: c\n":                     "not of the form",
		"Wheel-Version: 1.0\nTag: py3": "not three parts",
		"Tag: py3-none-\n":             "not a platform tag",
		"Tag: " + strings.Repeat("p.", 200) + "p-none-any": "combinations",
	} {
		_, err := ParseWheelFile([]byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	many := "Wheel-Version: 1.0\n" + strings.Repeat("Tag: a.b.c.d.e.f.g.h-a.b.c.d.e.f.g.h-any\n", 3)
	if _, err := ParseWheelFile([]byte(many)); err == nil {
		t.Error("192 tags were taken")
	}
}

// FuzzWheelFile: what is read can be written and read again.
func FuzzWheelFile(f *testing.F) {
	f.Add([]byte("Wheel-Version: 1.0\nTag: py3-none-any\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := ParseWheelFile(b)
		if err != nil {
			return
		}
		text := "Wheel-Version: 1\n"
		for _, tag := range w.Tags {
			text += "Tag: " + tag + "\n"
		}
		again, err := ParseWheelFile([]byte(text))
		if err != nil || !slices.Equal(again.Tags, w.Tags) {
			t.Errorf("%q gives %v, read again %v, %v", b, w.Tags, again.Tags, err)
		}
	})
}
