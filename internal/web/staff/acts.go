package staff

import (
	"net/http"
	"net/url"
	"strconv"

	"strongroom/internal/access"
	"strongroom/internal/index"
)

const actsMost = 50 // of a page

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
