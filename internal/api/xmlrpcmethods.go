package api

import (
	"context"
	"iter"
	"slices"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/pages"
)

// The most rows a method gives: PyPI's for the changelog, ours for
// browse; and the most classifiers that browse takes.
const (
	rpcChanges     = 50_000
	rpcReleases    = 50_000
	rpcClassifiers = 50
)

// rpcMethod is a row of the table of methods: a live one runs, a retired one
// says what to use instead, with %s for the site's address.
type rpcMethod struct {
	name    string
	usage   string
	accepts func(params []any) bool
	run     func(a *API, ctx context.Context, params []any) (any, error)
	retired string
}

// rpcMethods is the table (X-01, warehouse-inventory 2.2).
func rpcMethods() []rpcMethod {
	const useJSON = "use %s/pypi/NAME/json"
	return []rpcMethod{
		{name: "changelog_last_serial", usage: "changelog_last_serial()", accepts: none, run: (*API).rpcLastSerial},
		{name: "changelog_since_serial", usage: "changelog_since_serial(serial: int)", accepts: one[int64], run: (*API).rpcSinceSerial},
		{name: "list_packages_with_serial", usage: "list_packages_with_serial()", accepts: none, run: (*API).rpcListPackages},
		{name: "package_roles", usage: "package_roles(name: str)", accepts: one[string], run: (*API).rpcPackageRoles},
		{name: "user_packages", usage: "user_packages(username: str)", accepts: one[string], run: (*API).rpcUserPackages},
		{name: "browse", usage: "browse(classifiers: list[str])", accepts: oneList, run: (*API).rpcBrowse},

		{name: "changelog", retired: "use changelog_since_serial, or the serials at %s/simple/"},
		{name: "search", retired: "search at %s/"},
		{name: "list_packages", retired: "use list_packages_with_serial, or %s/simple/ as JSON"},
		{name: "top_packages", retired: "the largest projects are at %s/stats/"},
		{name: "package_releases", retired: useJSON},
		{name: "package_data", retired: useJSON},
		{name: "release_data", retired: "use %s/pypi/NAME/VERSION/json"},
		{name: "package_urls", retired: useJSON},
		{name: "release_urls", retired: "use %s/pypi/NAME/VERSION/json"},
		{name: "system.multicall", retired: "make the calls one by one, or use %s/simple/ and the JSON API"},
	}
}

func none(params []any) bool { return len(params) == 0 }

// one accepts exactly one parameter of a type.
func one[T any](params []any) bool {
	if len(params) != 1 {
		return false
	}
	_, ok := params[0].(T)
	return ok
}

// oneList accepts one list of strings.
func oneList(params []any) bool {
	return one[[]any](params) && !slices.ContainsFunc(params[0].([]any), func(v any) bool {
		_, ok := v.(string)
		return !ok
	})
}

func (a *API) rpcLastSerial(ctx context.Context, _ []any) (any, error) {
	return a.DB.LastSerial(ctx)
}

// rpcSinceSerial lists changes after a serial. A reader who learned of one from
// here must not get a page from before it; other nodes' newest changes
// may have reached the database sooner than this node's memory.
func (a *API) rpcSinceSerial(ctx context.Context, params []any) (any, error) {
	entries, err := a.DB.PublicEntries(ctx, params[0].(int64), rpcChanges)
	if err != nil {
		return nil, err
	}
	if err := a.forgetNewest(ctx, entries); err != nil {
		return nil, err
	}
	rows := make([][]any, 0, len(entries))
	for _, e := range entries {
		row := []any{e.Name, nil, e.At.Unix(), e.Action, e.Serial}
		if e.Version != "" {
			row[1] = e.Version
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// forgetNewest drops the pages of what changed after the list of projects was
// last brought up to date: at most about a second's changes.
func (a *API) forgetNewest(ctx context.Context, entries []index.Entry) error {
	list, err := a.Root.Get(ctx, pages.JSON)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range slices.Backward(entries) {
		if e.Serial <= list.Serial {
			break
		}
		names = append(names, e.Name)
	}
	if len(names) > 0 {
		a.Pages.Forget(names)
	}
	return nil
}

// rpcListPackages lists what /simple/ lists, so not what is quarantined
// (warehouse-inventory 9, 16).
func (a *API) rpcListPackages(ctx context.Context, _ []any) (any, error) {
	var list []database.ListedProject
	err := a.Root.Names(ctx, func(name string, serial int64) {
		list = append(list, database.ListedProject{Name: name, Serial: serial})
	})
	return iter.Seq2[string, int64](func(yield func(string, int64) bool) {
		for _, p := range list {
			if !yield(p.Name, p.Serial) {
				return
			}
		}
	}), err
}

func (a *API) rpcPackageRoles(ctx context.Context, params []any) (any, error) {
	rows := [][]any{}
	p, found, err := a.DB.Project(ctx, packaging.NormalizeName(params[0].(string)))
	if err != nil || !found || p.Standing.Withdrawn() || p.Private {
		return rows, err
	}
	roles, err := a.DB.RolesOf(ctx, p.ID)
	for _, r := range roles {
		if r.Role != index.Reader {
			rows = append(rows, []any{string(r.Role), r.Username})
		}
	}
	return rows, err
}

func (a *API) rpcUserPackages(ctx context.Context, params []any) (any, error) {
	rows := [][]any{}
	roles, err := a.DB.LiveRolesOfUser(ctx, params[0].(string))
	for _, r := range roles {
		rows = append(rows, []any{string(r.Role), r.Project})
	}
	return rows, err
}

// rpcBrowse lists the releases that have all the classifiers.
func (a *API) rpcBrowse(ctx context.Context, params []any) (any, error) {
	var wanted []string
	for _, v := range params[0].([]any) {
		wanted = append(wanted, v.(string))
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	rows := [][]any{}
	if len(wanted) == 0 {
		return rows, nil
	}
	if len(wanted) > rpcClassifiers {
		return nil, faultf(rpcWrongParams, "%d classifiers are too many; name %d at most", len(wanted), rpcClassifiers)
	}
	if !a.rpc.browsing.TryLock() {
		return nil, faultf(rpcUnavailable, "somebody else is browsing; try again in a moment")
	}
	defer a.rpc.browsing.Unlock()
	releases, err := a.DB.ReleasesWith(ctx, wanted, rpcReleases+1)
	if len(releases) > rpcReleases {
		return nil, faultf(rpcApplication, "more than %d releases have these classifiers; name more of them", rpcReleases)
	}
	for _, r := range releases {
		rows = append(rows, []any{r.Project, r.Version})
	}
	return rows, err
}
