package sandbox

import (
	"fmt"
	"strings"
)

// Layer is one of the things that hold a child. Detail says in words what it does, or why it is missing.
type Layer struct {
	Name   string `json:"name"`
	Active bool   `json:"active"`
	Detail string `json:"detail"`
}

// The names of the layers, in the order in which a child takes them on.
const (
	LayerLimits    = "limits"       // processor time, descriptors, file size, core dumps
	LayerMemory    = "memory"       // bytes of data
	LayerUser      = "user"         // root becomes nobody
	LayerPrivilege = "no-new-privs" // no program gives more rights
	LayerLandlock  = "landlock"     // no file system, no network, no signals
	LayerPriority  = "priority"     // the server goes first
	LayerSeccomp   = "seccomp"      // no system call but a few
)

// active and missing say how it went with one layer; the error, if any, is the reason.
func outcome(name, detail string, err error) Layer {
	if err != nil {
		return Layer{name, false, err.Error()}
	}
	return Layer{name, true, detail}
}

// encodeLayers writes one layer a line. The fields hold no tabs and no line ends.
func encodeLayers(layers []Layer) []byte {
	var text strings.Builder
	for _, l := range layers {
		fmt.Fprintf(&text, "%s\t%t\t%s\n", l.Name, l.Active, strings.NewReplacer("\t", " ", "\n", " ").Replace(l.Detail))
	}
	return []byte(text.String())
}

// decodeLayers reads what encodeLayers wrote.
func decodeLayers(text []byte) ([]Layer, error) {
	var layers []Layer
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("a child described its layers as %q", line)
		}
		layers = append(layers, Layer{fields[0], fields[1] == "true", fields[2]})
	}
	return layers, nil
}

// Explain starts one child and says which layers hold on this machine.
func Explain(o Options) ([]Layer, error) {
	o.Idle = 1
	p, err := New(o)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return p.Layers(), nil
}
