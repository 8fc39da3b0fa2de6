package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

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
