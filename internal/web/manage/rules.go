package manage

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging/pep440"
)

func (g *Groups) ruleRoutes() []middleware.Route {
	const at = "/manage/project/{project}/rules/"
	return []middleware.Route{
		{Methods: "GET", Path: at + "{$}", Right: access.SeeProject, Handler: get(g.rules), Doc: "The rules that deprecate releases by their versions, and what a new one would match (ST-9)."},
		{Methods: "POST", Path: at + "{$}", Right: access.SetFlags, Handler: post(g.addRule, g.rules), Doc: "Deprecates the releases that a specifier set matches."},
		{Methods: "POST", Path: at + "end/{$}", Right: access.SetFlags, Handler: post(g.endRule, g.rules), Doc: "Ends a rule, and with it the deprecations that it made."},
	}
}

// rulesPage is what project-rules.html shows. The preview is a page that is only
// asked for, with the form in its address: nothing changes, and whoever has to
// prove who they are comes back to it as it was.
type rulesPage struct {
	refusal
	projectFrame
	Rules     []standingRule
	Specifier string
	Later     bool
	Form      deprecationForm
	Preview   bool
	Matches   []string // versions, the newest first
	Unread    string   // what is wrong with the specifier
}

// standingRule is a rule with the releases that it matches now.
type standingRule struct {
	index.ReleaseRule
	Matches []string
}

func (g *Groups) rules(w http.ResponseWriter, r *http.Request, f refusal) error {
	data := rulesPage{refusal: f, projectFrame: g.frame(w, "rules")}
	releases, err := g.managed(r.Context(), data.Project, mayRestore{})
	if err != nil {
		return err
	}
	rules, err := g.DB.ReleaseRules(r.Context(), data.Project.ID)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		matches, err := matching(rule.Specifier, releases)
		if err != nil {
			return err
		}
		data.Rules = append(data.Rules, standingRule{rule, matches})
	}
	data.preview(r.URL.Query(), releases)
	return g.pages["project-rules"].Write(w, r, f.status(), data)
}

// preview fills the form in and says what it would match.
func (p *rulesPage) preview(typed url.Values, releases []managedRelease) {
	if p.Bad("rules") {
		typed = p.Typed
	}
	p.Form.ID, p.Form.Wrong = "rule", p.Bad("rules")
	p.Form.typed(typed)
	p.Specifier, p.Later = strings.TrimSpace(typed.Get("specifier")), typed.Get("later") == "yes"
	if p.Specifier == "" {
		return
	}
	var err error
	if p.Matches, err = matching(p.Specifier, releases); err != nil {
		p.Unread = index.AsError(err).Detail
		return
	}
	p.Preview = true
}

// matching lists the versions that a specifier set matches; pre-releases count
// like all others.
func matching(specifier string, releases []managedRelease) (versions []string, err error) {
	set, err := pep440.ParseSpecifierSet(specifier)
	if err != nil {
		return nil, index.Refuse(index.CodeInvalidForm, "%q is no set of version specifiers, such as <2.0 or ==1.4.*: %v.", specifier, err)
	}
	for _, rel := range releases {
		if set.Contains(rel.version) && deleted(rel.Standing) == nil {
			versions = append(versions, rel.Version)
		}
	}
	return versions, nil
}

func (g *Groups) addRule(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	flag, err := deprecationOf(form)
	if err != nil {
		return "", "", err
	}
	rule := index.ReleaseRule{
		Kind: flag.Kind, Specifier: form.Get("specifier"), Category: flag.Category, Reason: flag.Reason, URL: flag.URL,
		Successors: flag.Successors, From: flag.From, Later: form.Get("later") == "yes",
	}
	rule, matched, err := g.Actions.AddRule(r.Context(), v, at.Project, rule)
	return projectPath(at.Project, "rules"), fmt.Sprintf("The rule %s stands; it matches %s.", rule.Specifier, counted(len(matched), "release", "releases")), err
}

func (g *Groups) endRule(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	id, err := strconv.ParseInt(form.Get("rule"), 10, 64)
	if err != nil {
		return "", "", index.Refuse(index.CodeInvalidForm, "There is no such rule.")
	}
	return projectPath(at.Project, "rules"), "The rule has ended, and the deprecations that it made.", g.Actions.EndRule(r.Context(), v, at.Project, id)
}

// counted is a number with its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Named lists the first releases that a rule matches, and says how many more.
func (s standingRule) Named() string {
	const most = 12
	if len(s.Matches) <= most {
		return strings.Join(s.Matches, ", ")
	}
	return strings.Join(s.Matches[:most], ", ") + " and " + counted(len(s.Matches)-most, "other", "others")
}
