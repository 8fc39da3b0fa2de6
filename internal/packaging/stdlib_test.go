package packaging

import (
	"slices"
	"strings"
	"testing"
)

func TestIsStandardLibrary(t *testing.T) { // N-06
	modules := []string{
		"os", "sys", "json", "OS", "Json",
		"urllib2", "StringIO", "cPickle", "Tkinter", "ConfigParser", // Python 2
		"asyncore", "distutils", "imp", "cgi", "telnetlib", "lib2to3", // removed over time
		"py_compile", "py-compile", "PY.COMPILE", "dummy_threading",
		"winreg", "msvcrt", "aetools", // other platforms
		"tomllib", "zoneinfo", "compression", "annotationlib", "test",
	}
	others := []string{"", "django", "requests", "oss", "os2", "py--", "pycompile", "# of stdlib", "setuptools", "pip", "future"}
	for _, name := range modules {
		if !IsStandardLibrary(name) {
			t.Errorf("IsStandardLibrary(%q) = false", name)
		}
	}
	for _, name := range others {
		if IsStandardLibrary(name) {
			t.Errorf("IsStandardLibrary(%q) = true", name)
		}
	}
}

// The question is asked with normalised names, so a name in the list that is
// not normal would never be found.
func TestStandardLibraryListIsNormal(t *testing.T) {
	names := strings.Fields(stdlibText[strings.LastIndex(stdlibText, "#"):])[1:]
	names = names[slices.Index(names, "abc"):]
	if len(names) < 300 {
		t.Fatalf("only %d names in the list", len(names))
	}
	if !slices.IsSorted(names) {
		t.Error("the list is not sorted")
	}
	for _, name := range names {
		if !ValidName(name) || NormalizeName(name) != name {
			t.Errorf("%q is not a normalised name", name)
		}
	}
}
