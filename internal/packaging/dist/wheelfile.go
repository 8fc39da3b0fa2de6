package dist

import (
	"fmt"
	"slices"
	"strings"
)

// WheelFile is what a WHEEL file says (PEP 427, "File contents").
type WheelFile struct {
	Version   string   // Wheel-Version, "1.0"
	Generator string   // "" if it is not said
	Purelib   bool     // Root-Is-Purelib
	Tags      []string // expanded, in lower case, sorted, each once
	Build     string   // "" if there is none
}

// ParseWheelFile reads a WHEEL file. Its version must be 1 with any minor part,
// which PEP 427 tells installers to accept. Compressed tags are expanded, at
// most [MaxTags].
func ParseWheelFile(b []byte) (w WheelFile, err error) {
	for n, line := range strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		key, value, found := strings.Cut(line, ":")
		if !found || strings.ContainsAny(key, " \t") {
			return w, fmt.Errorf("WHEEL, line %d: %.100q is not of the form Key: value", n+1, line)
		}
		if err := w.set(strings.ToLower(key), strings.TrimSpace(value)); err != nil {
			return w, fmt.Errorf("WHEEL, line %d: %w", n+1, err)
		}
	}
	if major, _, _ := strings.Cut(w.Version, "."); major != "1" {
		return w, fmt.Errorf("WHEEL states the Wheel-Version %.20q; it is 1.0", w.Version)
	}
	slices.Sort(w.Tags)
	w.Tags = slices.Compact(w.Tags)
	return w, nil
}

func (w *WheelFile) set(key, value string) error {
	switch key {
	case "wheel-version":
		w.Version = value
	case "generator":
		w.Generator = value
	case "root-is-purelib":
		w.Purelib = strings.EqualFold(value, "true")
	case "build":
		w.Build = value
	case "tag":
		return w.addTag(value)
	}
	return nil
}

// addTag expands a compressed tag such as py2.py3-none-any.
func (w *WheelFile) addTag(text string) error {
	parts := strings.Split(strings.ToLower(text), "-")
	if len(parts) != 3 {
		return fmt.Errorf("the tag %.100q has not three parts", text)
	}
	f := Filename{Python: strings.Split(parts[0], "."), ABI: strings.Split(parts[1], "."), Platform: strings.Split(parts[2], ".")}
	if bad := badTags(f); bad != "" {
		return fmt.Errorf("the tag %.100q: %s", text, bad)
	}
	if len(w.Tags)+len(f.Python)*len(f.ABI)*len(f.Platform) > 2*MaxTags {
		return fmt.Errorf("more tags than a filename can have")
	}
	for _, tag := range f.Tags() {
		w.Tags = append(w.Tags, tag.String())
	}
	return nil
}
