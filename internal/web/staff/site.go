package staff

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/moderate"
	"strongroom/internal/packaging"
)

const actsMost = 50 // of a page

func (s *Staff) siteRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/admin/acts/{$}", Right: access.Moderate, Handler: get(s.acts), Doc: "What moderators and rules did, the newest first."},
		{Methods: "POST", Path: "/admin/acts/undo/{$}", Right: access.Moderate, Handler: post(s.undo, s.acts), Doc: "Takes an act back."},
		{Methods: "GET", Path: "/admin/names/{$}", Right: access.Moderate, Handler: get(s.names), Doc: "Names that nobody may register."},
		{Methods: "POST", Path: "/admin/names/{$}", Right: access.Moderate, Handler: post(s.setName, s.names), Doc: "Prohibits a name, or allows it again (ST-6)."},
		{Methods: "GET", Path: "/admin/switches/{$}", Right: access.Moderate, Handler: get(s.switches), Doc: "The run-time switches (FN-4)."},
		{Methods: "POST", Path: "/admin/switches/{$}", Always: true, Right: access.AdministerSite, Handler: post(s.turn, s.switches), Doc: "Turns a run-time switch."},
	}
}

// overviewPage is what overview.html shows.
type overviewPage struct {
	frame
	Queue       []waiting // the most urgent
	Open        int       // projects with open reports
	Quarantined []database.PlacedFlag
	Automatic   []index.Act // the newest acts of rules
	Switches    []turned
	Speed       moderate.Speed // of the last 30 days (SN-16)
}

const (
	overviewMost = 10
	speedMost    = 10_000 // reports that the medians are of
)

// Reported is how long it took until something was reported, in words.
func (p overviewPage) Reported() string { return span(p.Speed.UploadToReport) }

// Answered is how long it took until a report was answered, in words.
func (p overviewPage) Answered() string { return span(p.Speed.ReportToAct) }

// Percent writes a share.
func (p overviewPage) Percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func (s *Staff) overview(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, data := r.Context(), overviewPage{}
	if data.frame, err = s.frame(w, r, "overview", refusal{}); err != nil {
		return err
	}
	cases, err := moderate.Queue(ctx, s.DB.Q, data.Now)
	if err != nil {
		return err
	}
	data.Open = len(cases)
	if data.Queue, err = s.cases(ctx, cases, overviewMost, data.Now); err != nil {
		return err
	}
	if data.Quarantined, err = s.DB.FlagsOfKind(ctx, index.Quarantined, "", 0, overviewMost); err != nil {
		return err
	}
	reports, err := s.DB.ReportsSince(ctx, data.Now.AddDate(0, 0, -30), speedMost)
	if err != nil {
		return err
	}
	data.Speed = moderate.SpeedOf(reports)
	if data.Automatic, err = s.automatic(ctx); err != nil {
		return err
	}
	if data.Switches, err = s.turned(ctx); err != nil {
		return err
	}
	data.Switches = slices.DeleteFunc(data.Switches, func(t turned) bool { return !t.On })
	return s.write(w, r, "overview", refusal{}, data)
}

// automatic lists the acts of rules among the newest.
func (s *Staff) automatic(ctx context.Context) (out []index.Act, err error) {
	acts, err := s.DB.ActsBefore(ctx, 0, 200)
	for _, a := range acts {
		if a.Automatic && len(out) < overviewMost {
			out = append(out, a)
		}
	}
	return out, err
}

// actsPage is what acts.html shows.
type actsPage struct {
	frame
	Acts  []index.Act
	Older int64 // the key to go on from, 0 for none
}

func (s *Staff) acts(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	data := actsPage{}
	if data.frame, err = s.frame(w, r, "acts", f); err != nil {
		return err
	}
	data.Path = "/admin/acts/"
	if data.Acts, err = s.DB.ActsBefore(r.Context(), number(r, "before"), actsMost+1); err != nil {
		return err
	}
	if len(data.Acts) > actsMost {
		data.Acts = data.Acts[:actsMost]
		data.Older = data.Acts[actsMost-1].ID
	}
	return s.write(w, r, "acts", f, data)
}

// number is a number in an address, 0 for none.
func number(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (s *Staff) undo(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	err := s.Actions.Undo(r.Context(), v, form.Get("act"))
	return done{to: back(form, "/admin/acts/"), sentence: "Undone: everything is as it was before."}, err
}

// namesPage is what names.html shows.
type namesPage struct {
	frame
	Names []index.Name
	More  bool // there are more than the page shows
	Query string
}

const namesMost = 200

func (s *Staff) names(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	ctx, data := r.Context(), namesPage{Query: packaging.NormalizeName(strings.TrimSpace(r.URL.Query().Get("q")))}
	if data.frame, err = s.frame(w, r, "names", f); err != nil {
		return err
	}
	data.Path = "/admin/names/"
	for _, state := range []index.NameState{index.NameProhibited, index.NameReserved} {
		all, err := s.DB.NamesInState(ctx, state)
		if err != nil {
			return err
		}
		for _, name := range all {
			if !strings.Contains(name, data.Query) {
				continue
			}
			if data.More = len(data.Names) == namesMost; data.More {
				break
			}
			row, _, err := s.DB.Name(ctx, name)
			if err != nil {
				return err
			}
			data.Names = append(data.Names, row)
		}
	}
	return s.write(w, r, "names", f, data)
}

func (s *Staff) setName(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	name, note := strings.TrimSpace(form.Get("name")), strings.TrimSpace(form.Get("note"))
	end := done{to: "/admin/names/"}
	var err error
	switch form.Get("do") {
	case "allow":
		end.sentence = fmt.Sprintf("The name %s may be registered again.", name)
		end.act, err = s.Actions.Allow(r.Context(), v, name, note)
	case "prohibit":
		end.sentence = fmt.Sprintf("Nobody may register the name %s.", name)
		end.act, err = s.Actions.Prohibit(r.Context(), v, name, strings.TrimSpace(form.Get("message")), list(form.Get("successors")), note)
	default:
		err = index.Refuse(index.CodeInvalidForm, "Choose to prohibit or to allow.")
	}
	return end, err
}

// list takes names apart that were typed with spaces or commas between them.
func list(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' || c == '\n' || c == '\r' })
}

// turned is a switch as it stands.
type turned struct {
	Name, Means, Note string
	On                bool
}

// switchesPage is what switches.html shows.
type switchesPage struct {
	frame
	Switches []turned
}

func (s *Staff) turned(ctx context.Context) (out []turned, err error) {
	on, err := s.DB.Switches(ctx)
	for _, name := range index.Switches() {
		note, isOn := on[name]
		out = append(out, turned{Name: name, Means: switchMeaning(name), Note: note, On: isOn})
	}
	return out, err
}

// switchMeaning says what a switch does while it is on.
func switchMeaning(name string) string {
	switch name {
	case index.SwitchReadOnly:
		return "Nothing can be changed. Installing goes on."
	case index.SwitchNoUploads:
		return "No file can be uploaded."
	case index.SwitchNoNewProjects:
		return "No project can be made; files of known ones can be uploaded."
	case index.SwitchNoDeletion:
		return "Owners cannot delete anything."
	case index.SwitchNoNewUsers:
		return "Nobody can make an account."
	case index.SwitchNoScanning:
		return "The operator's scanner does not look at uploads."
	}
	return "See docs/MODERATING.md."
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
