package browse

import (
	"net/http"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/pages"
)

// tombstonePage is what tombstone.html shows: what happened to a project or a
// release, and nothing that its owners wrote (SN-7).
type tombstonePage struct {
	pages.View
	Said     index.Flag // the flag that is served
	Banner   banner
	Malware  bool   // whoever ran it must act
	Judged   bool   // administrators removed it: its owners may object
	Held     bool   // it may come back
	Appeal   string // address for that, "" for none
	Restores bool   // the visitor may undo the deletion
}

// tombstone answers for what is not offered: 410 for what was deleted or removed,
// 200 for what is only quarantined, since it may return (SD-6, SD-7, SN-7).
func (b *Browse) tombstone(w http.ResponseWriter, r *http.Request, v pages.View) error {
	st, level, id := v.Status, index.OnProject, v.Project.ID
	if v.Gone {
		st, level, id = v.Release, index.OnRelease, v.GoneID
	}
	k, _ := index.KindOf(st.Served.Kind)
	data := tombstonePage{View: v, Said: *st.Served, Banner: bannerFor(level, k, *st.Served), Appeal: b.Appeal}
	over := k.Listing == index.Tombstone // whatever else was said before
	data.Judged = over && k.Side == index.ByAdministrator
	data.Malware = st.Served.Category == "malware"
	data.Held = !over
	var err error
	if data.Restores, err = b.mayRestore(w, r, level, id); err != nil {
		return err
	}
	status := http.StatusOK
	if over {
		status = http.StatusGone
	}
	w.Header().Set("X-Robots-Tag", "noindex")
	return b.gone.Write(w, r, status, data)
}

// mayRestore reports whether the deletion is one that the visitor may undo
// (SD-18).
func (b *Browse) mayRestore(w http.ResponseWriter, r *http.Request, level index.Level, id int64) (bool, error) {
	v := middleware.Of(w).Visitor
	if v == nil || v.Login == nil {
		return false, nil
	}
	flags, err := b.DB.DeletionsOf(r.Context(), v.User.ID, b.Clock())
	for _, f := range flags {
		if f.Level == level && f.SubjectID == id {
			return true, err
		}
	}
	return false, err
}
