package staff

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
)

// turned is a switch as it stands.
type turned struct {
	index.Switch
	Note string
	On   bool
}

// switchesPage is what switches.html shows.
type switchesPage struct {
	frame
	Switches []turned
}

func (s *Staff) turned(ctx context.Context) (out []turned, err error) {
	on, err := s.DB.Switches(ctx)
	for _, s := range index.Switches() {
		note, isOn := on[s.Name]
		out = append(out, turned{s, note, isOn})
	}
	return out, err
}

func (s *Staff) switches(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	data := switchesPage{}
	if data.frame, err = s.frame(w, r, "switches", f); err != nil {
		return err
	}
	if data.Switches, err = s.turned(r.Context()); err != nil {
		return err
	}
	return s.write(w, r, "switches", f, data)
}

func (s *Staff) turn(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	name, on := form.Get("switch"), form.Get("turn") == "on"
	act, err := s.Actions.Switch(r.Context(), v, name, on, strings.TrimSpace(form.Get("note")))
	return done{"/admin/switches/", fmt.Sprintf("The switch %s is %s.", name, map[bool]string{true: "on", false: "off"}[on]), act}, err
}
