package access

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Target is what a token is used for. Project and ProjectUID are empty when
// the project does not exist yet: a project-scoped token creates none (T-08).
type Target struct {
	Project    string // normalised name
	ProjectUID string
	UserUID    string
	Now        time.Time
}

// The tags of caveats (T-03).
const (
	tagExpiration  = 0
	tagProjectName = 1
	tagProjectID   = 2
	tagRequestUser = 3
)

// ExpirationCaveat lets a token live from notBefore to before expires.
func ExpirationCaveat(expires, notBefore time.Time) string {
	return fmt.Sprintf("[%d,%d,%d]", tagExpiration, expires.Unix(), notBefore.Unix())
}

// ProjectNameCaveat narrows a token to projects by normalised name.
func ProjectNameCaveat(names ...string) string { return listCaveat(tagProjectName, names) }

// ProjectIDCaveat narrows a token to projects by UID: to these identities of
// their names and no later ones.
func ProjectIDCaveat(uids ...string) string { return listCaveat(tagProjectID, uids) }

// RequestUserCaveat binds a token to one user by UID.
func RequestUserCaveat(uid string) string {
	return fmt.Sprintf("[%d,%q]", tagRequestUser, uid)
}

func listCaveat(tag int, values []string) string {
	b, err := json.Marshal([]any{tag, values})
	if err != nil { // a list of texts always encodes
		panic(err)
	}
	return string(b)
}

var errUnknownCaveat = errors.New("token has a restriction that this index does not know")

// checkCaveat returns nil when the caveat allows the target, else the reason
// in words. Anything it does not fully understand denies (T-05).
func checkCaveat(caveat string, t Target) error {
	if strings.HasPrefix(strings.TrimSpace(caveat), "{") {
		return checkLegacy(caveat, t)
	}
	var parts []json.RawMessage
	if err := json.Unmarshal([]byte(caveat), &parts); err != nil || len(parts) == 0 {
		return errUnknownCaveat
	}
	var tag int
	if !strict(parts[0], &tag) {
		return errUnknownCaveat
	}
	switch {
	case tag == tagExpiration && len(parts) == 3:
		return checkExpiration(parts[1], parts[2], t.Now)
	case tag == tagProjectName && len(parts) == 2:
		return checkList(parts[1], t.Project, t)
	case tag == tagProjectID && len(parts) == 2:
		return checkList(parts[1], t.ProjectUID, t)
	case tag == tagRequestUser && len(parts) == 2:
		return checkUser(parts[1], t.UserUID)
	}
	return errUnknownCaveat
}

// narrowsProjects reports whether a caveat is one that names projects, in a form
// of ours or of old tokens.
func narrowsProjects(caveat string) bool {
	var parts []json.RawMessage
	var tag int
	if json.Unmarshal([]byte(caveat), &parts) == nil && len(parts) == 2 && strict(parts[0], &tag) {
		return tag == tagProjectName || tag == tagProjectID
	}
	var old map[string]json.RawMessage
	if json.Unmarshal([]byte(caveat), &old) != nil {
		return false
	}
	return old["project_ids"] != nil || old["permissions"] != nil
}

func checkUser(raw json.RawMessage, want string) error {
	var uid string
	if !strict(raw, &uid) {
		return errUnknownCaveat
	}
	if uid == "" || uid != want {
		return errors.New("token belongs to another user")
	}
	return nil
}

func checkExpiration(rawExpires, rawNotBefore json.RawMessage, now time.Time) error {
	var expires, notBefore int64
	if !strict(rawExpires, &expires) || !strict(rawNotBefore, &notBefore) {
		return errUnknownCaveat
	}
	return checkTime(expires, notBefore, now)
}

func checkTime(expires, notBefore int64, now time.Time) error {
	if now.Unix() < notBefore {
		return errors.New("token is not valid yet")
	}
	if now.Unix() >= expires {
		return errors.New("token is expired")
	}
	return nil
}

func checkList(raw json.RawMessage, value string, t Target) error {
	var list []string
	if !strict(raw, &list) || bytes.Contains(raw, []byte("null")) && slices.Contains(list, "") {
		return errUnknownCaveat
	}
	if t.Project == "" {
		return errors.New("project-scoped token is for its projects only")
	}
	if t.ProjectUID == "" {
		return errors.New("project-scoped token cannot create a project")
	}
	if value == "" || !slices.Contains(list, value) {
		return fmt.Errorf("project-scoped token is not valid for project %q", t.Project)
	}
	return nil
}

// checkLegacy honours the forms that old tokens of PyPI carry (T-04). Each has
// exactly its own keys, spelled exactly so.
func checkLegacy(caveat string, t Target) error {
	var c map[string]json.RawMessage
	if err := json.Unmarshal([]byte(caveat), &c); err != nil {
		return errUnknownCaveat
	}
	var version int
	var expires, notBefore int64
	switch {
	case len(c) == 2 && strict(c["version"], &version) && version == 1 && c["permissions"] != nil:
		return checkPermissions(c["permissions"], t)
	case len(c) == 2 && strict(c["nbf"], &notBefore) && strict(c["exp"], &expires):
		return checkTime(expires, notBefore, t.Now)
	case len(c) == 1 && c["project_ids"] != nil:
		return checkList(c["project_ids"], t.ProjectUID, t)
	}
	return errUnknownCaveat
}

func checkPermissions(raw json.RawMessage, t Target) error {
	var user string
	if strict(raw, &user) {
		if user == "user" {
			return nil
		}
		return errUnknownCaveat
	}
	var p map[string]json.RawMessage
	if !strict(raw, &p) || len(p) != 1 || p["projects"] == nil {
		return errUnknownCaveat
	}
	return checkList(p["projects"], t.Project, t)
}

// strict decodes a value of exactly the wanted type: null, true for 1 and 1.0
// for 1 are refused.
func strict(raw json.RawMessage, into any) bool {
	if string(bytes.TrimSpace(raw)) == "null" {
		return false
	}
	return json.Unmarshal(raw, into) == nil
}
