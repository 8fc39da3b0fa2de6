package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/standing"
)

// actJSON is what a moderator, an operator or a rule did.
type actJSON struct {
	ID        string        `json:"id" doc:"The act's identifier: it is undone with it."`
	Kind      index.ActKind `json:"kind" doc:"What was done, such as quarantine or freeze."`
	Object    string        `json:"object" doc:"To what, as the audit log names it."`
	Project   string        `json:"project,omitempty" doc:"The normal name of the project that it is about."`
	Reason    string        `json:"reason,omitempty" doc:"Why."`
	Automatic bool          `json:"automatic" doc:"A rule did it."`
	Actor     string        `json:"actor" doc:"Who did it."`
	At        time.Time     `json:"at" doc:"When."`
	UndoneBy  string        `json:"undone_by,omitempty" doc:"Who undid it."`
	UndoneAt  time.Time     `json:"undone_at,omitzero" doc:"When it was undone."`
}

// location implements located.
func (a actJSON) location() string { return Base + "/moderation/acts/" + a.ID }

func toAct(a index.Act) actJSON {
	return actJSON{a.UID, a.Kind, a.Object, a.Name, a.Reason, a.Automatic, a.Actor, a.At, a.UndoneBy, a.UndoneAt}
}

// done passes an act of package moderate on.
func done(act index.Act, err error) (actJSON, error) { return toAct(act), err }

// takedownBody says why something is quarantined, removed or cleared.
type takedownBody struct {
	Category     string   `json:"category,omitempty" enum:"malware,spam,dependency-confusion,impersonation,policy,legal,other" doc:"As what it is removed; a removal needs it."`
	Reason       string   `json:"reason,omitempty" doc:"Why, in one public line of printable ASCII, 200 characters at most; clearing needs none."`
	Details      string   `json:"details,omitempty" doc:"Why, at length; public."`
	URL          string   `json:"url,omitempty" doc:"An advisory, or where to read more."`
	Note         string   `json:"note,omitempty" doc:"For moderators only."`
	Silent       bool     `json:"silent,omitempty" doc:"The owners are not told."`
	FreezeOwners bool     `json:"freeze_owners,omitempty" doc:"Freeze the owners and maintainers too."`
	KeepOwners   bool     `json:"keep_owners,omitempty" doc:"Do not freeze them, although it is malware."`
	Confirms     []string `json:"confirms,omitempty" doc:"Identifiers of the reports that are confirmed by it."`
	Rejects      []string `json:"rejects,omitempty" doc:"Identifiers of the reports that are rejected with it."`
	Duplicates   []string `json:"duplicates,omitempty" doc:"Identifiers of the reports that are duplicates of others."`
}

func (b takedownBody) takedown() moderate.Takedown {
	return moderate.Takedown{
		Category: b.Category, Reason: b.Reason, Details: b.Details, URL: b.URL, Note: b.Note, Silent: b.Silent,
		FreezeOwners: b.FreezeOwners, KeepOwners: b.KeepOwners, Confirms: b.Confirms, Rejects: b.Rejects, Duplicates: b.Duplicates,
	}
}

// place is the part of the project that the address names.
func (c *call) place() (on standing.Place, err error) {
	if on.File = c.path("filename"); c.path("version") != "" {
		on.Version, err = c.canonical()
	}
	return on, err
}

func (c *call) quarantine(in takedownBody) (actJSON, error) {
	on, err := c.place()
	if err != nil {
		return actJSON{}, err
	}
	return done(c.Moderate.Quarantine(c.ctx, c.visitor, c.project, on, in.takedown()))
}

func (c *call) remove(in takedownBody) (actJSON, error) {
	on, err := c.place()
	if err != nil {
		return actJSON{}, err
	}
	return done(c.Moderate.Remove(c.ctx, c.visitor, c.project, on, in.takedown()))
}

func (c *call) clear(in takedownBody) (actJSON, error) {
	on, err := c.place()
	if err != nil {
		return actJSON{}, err
	}
	return done(c.Moderate.ClearTakedown(c.ctx, c.visitor, c.project, on, in.takedown()))
}

func (c *call) undo(none) error { return c.Moderate.Undo(c.ctx, c.visitor, c.path("uid")) }

func (c *call) readAct(q database.Q) (actJSON, error) {
	a, found, err := q.Act(c.ctx, c.path("uid"))
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "There is no act %.60q.", c.path("uid"))
	}
	return toAct(a), err
}

func (c *call) readActs(q database.Q) (list[actJSON], error) {
	return pageFrom(c, func(before int64, limit int) ([]index.Act, error) { return q.ActsBefore(c.ctx, before, limit) },
		func(a index.Act) int64 { return a.ID }, toAct)
}

// freezeBody says why an account is frozen, and until when.
type freezeBody struct {
	Reason string    `json:"reason" need:"yes" doc:"Why, in one line of printable ASCII, 200 characters at most."`
	Until  time.Time `json:"until,omitzero" doc:"When it ends by itself; never without."`
}

func (c *call) freeze(in freezeBody) (actJSON, error) {
	return done(c.Moderate.Freeze(c.ctx, c.visitor, c.path("username"), in.Reason, in.Until.UTC()))
}

// unfreezeBody says why an account may act again.
type unfreezeBody struct {
	Reason string `json:"reason,omitempty" doc:"Why."`
}

func (c *call) unfreeze(in unfreezeBody) (actJSON, error) {
	return done(c.Moderate.Unfreeze(c.ctx, c.visitor, c.path("username"), in.Reason))
}

// prohibitBody says what whoever asks for a prohibited name is told.
type prohibitBody struct {
	Message    string   `json:"message,omitempty" doc:"What whoever asks for the name is told, in one line."`
	Successors []string `json:"successors,omitempty" doc:"What to use instead: names of projects here, https addresses of others."`
	Note       string   `json:"note,omitempty" doc:"For moderators only."`
}

func (c *call) prohibit(in prohibitBody) (actJSON, error) {
	return done(c.Moderate.Prohibit(c.ctx, c.visitor, c.path("name"), in.Message, in.Successors, in.Note))
}

// noteBody is a note for moderators.
type noteBody struct {
	Note string `json:"note,omitempty" doc:"For moderators only."`
}

func (c *call) allow(in noteBody) (actJSON, error) {
	return done(c.Moderate.Allow(c.ctx, c.visitor, c.path("name"), in.Note))
}

// switchBody turns a switch.
type switchBody struct {
	On   bool   `json:"on" doc:"Whether it is on afterwards."`
	Note string `json:"note,omitempty" doc:"What people who are refused should know."`
}

func (c *call) turn(in switchBody) (actJSON, error) {
	return done(c.Moderate.Switch(c.ctx, c.visitor, c.path("name"), in.On, in.Note))
}

func moderationOperations() (out []operation) {
	type takedown struct {
		verb, sentence string
		does           doer
	}
	for _, at := range []struct{ name, path, thing string }{{"Project", atProject, "a project"}, {"Release", atRelease, "a release"}, {"File", atFile, "a file"}} {
		for _, t := range []takedown{
			{"quarantine", "Takes " + at.thing + " out of reach until somebody has judged it", makes((*call).quarantine)},
			{"remove", "Takes " + at.thing + " away for good", makes((*call).remove)},
			{"clear", "Ends the quarantine or removal of " + at.thing + ", with what came with it", makes((*call).clear)},
		} {
			out = append(out, acts(t.verb+at.name, "POST", "/moderation"+at.path+"/"+t.verb, t.sentence, t.does))
		}
	}
	turn := acts("setSwitch", "PUT", "/moderation/switches/{name}", "Turns a run-time switch; by administrators", makes((*call).turn))
	turn.Right, turn.Always = access.AdministerSite, true // or nobody could end read-only
	return append(out, turn,
		acts("freezeUser", "POST", "/moderation/users/{username}/freeze", "Keeps an account from doing anything", makes((*call).freeze)),
		acts("unfreezeUser", "POST", "/moderation/users/{username}/unfreeze", "Lets an account act again", makes((*call).unfreeze)),
		acts("prohibitName", "POST", "/moderation/names/{name}/prohibit", "Keeps a name that no project holds from being registered", makes((*call).prohibit)),
		acts("allowName", "POST", "/moderation/names/{name}/allow", "Lifts the prohibition or reservation of a name", makes((*call).allow)),
		operation{ID: "listActs", Tag: "moderation", Method: "GET", Path: "/moderation/acts", Right: access.Moderate, Listed: true, Summary: "What moderators and rules did, the newest first", Reads: reads((*call).readActs)},
		operation{ID: "getAct", Tag: "moderation", Method: "GET", Path: "/moderation/acts/{uid}", Right: access.Moderate, Summary: "One thing that was done", Reads: reads((*call).readAct)},
		operation{
			ID: "undoAct", Tag: "moderation", Method: "POST", Path: "/moderation/acts/{uid}/undo", Right: access.Moderate, Summary: "Takes an act back: everything is as it was before",
			Reads: reads((*call).readAct), Does: does((*call).undo), Errors: []index.Code{index.CodeActOvertaken},
		},
	)
}

// acts is an operation that makes an act.
func acts(id, method, path, summary string, d doer) operation {
	return operation{ID: id, Tag: "moderation", Method: method, Path: path, Right: access.Moderate, Summary: summary, Does: d, Errors: []index.Code{index.CodeActOvertaken}}
}
