package access

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

// now is the moment of these tests, in seconds 1,000.
func now() time.Time { return time.Unix(1000, 999_999_999) }

// target is an existing project, used by one user.
func target() Target {
	return Target{Project: "demo", ProjectUID: "uid-demo", UserUID: "uid-alice", Now: now()}
}

// caveatRows is every caveat form with what passes and what does not; an empty want passes.
func caveatRows() []struct{ id, caveat, want string } {
	const unknown, expired, early = "restriction that this index does not know", "expired", "not valid yet"
	const other, person = `not valid for project "demo"`, "another user"
	return []struct{ id, caveat, want string }{
		{"T-03 expiry", `[0,1001,1000]`, ""},
		{"T-03 expiry is exclusive", `[0,1000,0]`, expired},
		{"T-03 not before is inclusive", `[0,2000,1001]`, early},
		{"T-03 negative times", `[0,2000,-5]`, ""},
		{"T-03 white space", " [ 0 , 1001 , 1000 ] ", ""},
		{"T-03 name", `[1,["other","demo"]]`, ""},
		{"T-03 another name", `[1,["other"]]`, other},
		{"T-03 no name", `[1,[]]`, other},
		{"T-03 names are normalised", `[1,["Demo"]]`, other},
		{"T-03 id", `[2,["uid-demo"]]`, ""},
		{"T-03 another id", `[2,["demo"]]`, other},
		{"T-03 user", `[3,"uid-alice"]`, ""},
		{"T-03 another user", `[3,"uid-bob"]`, person},
		{"T-03 publisher", `[4,"publisher"]`, unknown},
		{"T-03 publisher with claims", `[4,"publisher",{"sub":"x"}]`, unknown},
		{"T-03 unknown tag", `[5]`, unknown},
		{"T-03 unknown tag with what would pass", `[6,["demo"]]`, unknown},
		{"T-04 user", `{"version":1,"permissions":"user"}`, ""},
		{"T-04 user in another order", `{"permissions":"user","version":1}`, ""},
		{"T-04 project", `{"version":1,"permissions":{"projects":["demo"]}}`, ""},
		{"T-04 another project", `{"version":1,"permissions":{"projects":["other"]}}`, other},
		{"T-04 times", `{"nbf":0,"exp":1001}`, ""},
		{"T-04 expired", `{"nbf":0,"exp":1000}`, expired},
		{"T-04 too early", `{"nbf":1001,"exp":2000}`, early},
		{"T-04 ids", `{"project_ids":["uid-demo"]}`, ""},
		{"T-04 other ids", `{"project_ids":["x"]}`, other},
		{"T-05 version 2", `{"version":2,"permissions":"user"}`, unknown},
		{"T-05 another spelling of a key", `{"Version":1,"Permissions":"user"}`, unknown},
		{"T-05 an extra key", `{"version":1,"permissions":"user","x":1}`, unknown},
		{"T-05 two forms at once", `{"version":1,"permissions":"user","nbf":0,"exp":2000}`, unknown},
		{"T-05 half a form", `{"nbf":0}`, unknown},
		{"T-05 another permission", `{"version":1,"permissions":"admin"}`, unknown},
		{"T-05 permissions null", `{"version":1,"permissions":null}`, unknown},
		{"T-05 permissions with more", `{"version":1,"permissions":{"projects":["demo"],"x":1}}`, unknown},
		{"T-05 version true", `{"version":true,"permissions":"user"}`, unknown},
		{"T-05 a brace too many", `{"version":1,"permissions":"user"}}`, unknown},
		{"T-05 text behind", `{"version":1,"permissions":"user"} x`, unknown},
		{"T-05 nothing", ``, unknown},
		{"T-05 null", `null`, unknown},
		{"T-05 a number", `0`, unknown},
		{"T-05 an empty list", `[]`, unknown},
		{"T-05 an empty object", `{}`, unknown},
		{"T-05 bool for the tag", `[false,1001,1000]`, unknown},
		{"T-05 text for the tag", `["0",1001,1000]`, unknown},
		{"T-05 float for the tag", `[0.0,1001,1000]`, unknown},
		{"T-05 null for the tag", `[null,1001,1000]`, unknown},
		{"T-05 bool for a time", `[0,true,false]`, unknown},
		{"T-05 float for a time", `[0,1001.5,1000]`, unknown},
		{"T-05 exponent for a time", `[0,1e30,0]`, unknown},
		{"T-05 text for a time", `[0,"1001",1000]`, unknown},
		{"T-05 null for a time", `[0,1001,null]`, unknown},
		{"T-05 a time beyond 64 bits", `[0,99999999999999999999,0]`, unknown},
		{"T-05 a missing field", `[0,1001]`, unknown},
		{"T-05 an extra field", `[0,1001,1000,0]`, unknown},
		{"T-05 an extra field behind names", `[1,["demo"],1]`, unknown},
		{"T-05 a text for a list", `[1,"demo"]`, unknown},
		{"T-05 a nested list", `[1,[["demo"]]]`, unknown},
		{"T-05 an object for a list", `[1,{"demo":1}]`, unknown},
		{"T-05 null for a list", `[1,null]`, unknown},
		{"T-05 null in a list", `[1,["demo",null]]`, unknown},
		{"T-05 a number in a list", `[1,["demo",1]]`, unknown},
		{"T-05 a list for a user", `[3,["uid-alice"]]`, unknown},
		{"T-05 an empty user", `[3,""]`, person},
		{"T-05 a list in a list", `[[0,1001,1000]]`, unknown},
		{"T-05 broken", `[0,1001,1000`, unknown},
		{"T-05 two values", `[3,"uid-alice"][3,"uid-alice"]`, unknown},
		{"T-05 not JSON", `time < 2030`, unknown},
		{"T-05 deeply nested", strings.Repeat("[", 20_000), unknown},
	}
}

func TestCaveats(t *testing.T) {
	for _, row := range caveatRows() {
		t.Run(row.id, func(t *testing.T) {
			err := checkCaveat(row.caveat, target())
			if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("%.60s: %v; want %q", row.caveat, err, row.want)
			}
		})
	}
}

// TestT08OnlyUserScopedTokensCreateProjects: there is no project yet, so nothing that names one passes.
func TestT08OnlyUserScopedTokensCreateProjects(t *testing.T) {
	fresh := Target{Project: "demo", UserUID: "uid-alice", Now: now()}
	for caveat, ok := range map[string]bool{
		`[3,"uid-alice"]`:                    true,
		`[0,1001,1000]`:                      true,
		`{"version":1,"permissions":"user"}`: true,
		`[1,["demo"]]`:                       false,
		`[2,[""]]`:                           false,
		`{"version":1,"permissions":{"projects":["demo"]}}`: false,
		`{"project_ids":[""]}`:                              false,
	} {
		err := checkCaveat(caveat, fresh)
		if (err == nil) != ok || !ok && !strings.Contains(err.Error(), "cannot create a project") {
			t.Errorf("%s: %v", caveat, err)
		}
	}
}

// TestOurCaveatsPass: what the makers make, the checker takes.
func TestOurCaveatsPass(t *testing.T) {
	for caveat, want := range map[string]string{
		ExpirationCaveat(now().Add(time.Second), now()): "[0,1001,1000]",
		ProjectNameCaveat("demo", "other"):              `[1,["demo","other"]]`,
		RequestUserCaveat("uid-alice"):                  `[3,"uid-alice"]`,
	} {
		if caveat != want {
			t.Errorf("got %s, want %s", caveat, want)
		}
		if err := checkCaveat(caveat, target()); err != nil {
			t.Errorf("%s: %v", caveat, err)
		}
	}
}

// FuzzCheckCaveat: whatever a holder wrote is a yes or a no. A yes needs a whole JSON value, and none is a yes for everybody for ever.
func FuzzCheckCaveat(f *testing.F) {
	for _, row := range caveatRows() {
		f.Add(row.caveat)
	}
	f.Fuzz(func(t *testing.T, caveat string) {
		if checkCaveat(caveat, target()) != nil {
			return
		}
		if !json.Valid([]byte(caveat)) {
			t.Errorf("%q is not JSON and allows something", caveat)
		}
		stranger := Target{Project: "secret", ProjectUID: "uid-secret", UserUID: "uid-mallory", Now: time.Unix(math.MaxInt64, 0)}
		if checkCaveat(caveat, stranger) == nil && !strings.Contains(caveat, `\`) && !strings.Contains(caveat, "user") {
			t.Errorf("%q allows a stranger everything", caveat)
		}
	})
}
