package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/pages"
)

// recordRows is how many entries one answer has at most (SD-25), and recordFiles
// how many files they may name before the answer ends early.
const (
	recordRows  = 1000
	recordFiles = 10_000
)

// recordPage is the answer of a public record.
type recordPage struct {
	Entries []recordEntry `json:"entries"`
	// More says that there are entries after these.
	More bool `json:"more"`
	// NextSinceSerial is what to ask with next time: the serial of the last entry.
	NextSinceSerial int64 `json:"next_since_serial"`
}

// recordEntry says what happened, once, to a project, a release or a file.
type recordEntry struct {
	Serial     int64                 `json:"serial"`
	Action     string                `json:"action"` // set or clear
	Kind       string                `json:"kind"`
	Category   string                `json:"category,omitempty"`
	On         index.Level           `json:"on"`
	Name       string                `json:"name"`
	Version    string                `json:"version,omitempty"`
	Filename   string                `json:"filename,omitempty"` // of a file
	SHA256     string                `json:"sha256,omitempty"`   // of a file
	Files      []database.RecordFile `json:"files,omitempty"`    // of a project or release
	Date       string                `json:"date"`
	From       string                `json:"from,omitempty"` // announced for then
	Reason     string                `json:"reason,omitempty"`
	URL        string                `json:"url,omitempty"`
	Successors []string              `json:"successors,omitempty"`
}

func (a *API) record(which index.Record) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		since, err := sinceSerial(r)
		if err != nil {
			return err
		}
		var page recordPage
		err = a.DB.Snapshot(r.Context(), func(q database.Q) (err error) {
			page, err = readRecord(r.Context(), q, which, since)
			return err
		})
		if err != nil {
			return err
		}
		return a.writeRecord(w, r, page)
	}
}

func sinceSerial(r *http.Request) (int64, error) {
	text := r.URL.Query().Get("since_serial")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, index.Refuse(index.CodeInvalidForm, "since_serial is %q; it must be a number, such as the next_since_serial of the answer before.", text)
	}
	return n, nil
}

func readRecord(ctx context.Context, q database.Q, which index.Record, since int64) (recordPage, error) {
	page := recordPage{Entries: []recordEntry{}, NextSinceSerial: since}
	rows, err := q.Record(ctx, index.RecordKinds(which), since, false, recordRows+1)
	if err != nil {
		return page, err
	}
	files := 0
	for _, row := range rows {
		if page.More = len(page.Entries) == recordRows || files >= recordFiles; page.More {
			break
		}
		about, err := q.RecordFiles(ctx, row.Level, row.SubjectID)
		if err != nil {
			return page, err
		}
		files += len(about)
		page.Entries = append(page.Entries, entryOf(row, about))
		page.NextSinceSerial = row.Serial
	}
	return page, nil
}

func entryOf(row database.RecordEntry, files []database.RecordFile) recordEntry {
	e := recordEntry{
		Serial: row.Serial, Action: "set", Kind: row.Kind, Category: row.Category, On: row.Level, Name: row.Name, Version: row.Version,
		Date: row.At.Format(pages.UploadTime), Reason: row.Reason, URL: row.URL, Successors: row.Successors,
	}
	if row.Cleared {
		e.Action = "clear"
	}
	if !row.From.IsZero() {
		e.From = row.From.Format(pages.UploadTime)
	}
	if row.Level == index.OnFile && len(files) == 1 {
		e.Filename, e.SHA256 = files[0].Filename, files[0].SHA256
	} else {
		e.Files = files
	}
	return e
}

// Content types of the records. They are never changed.
var (
	ndjson    = []string{"application/x-ndjson"}
	maxAge60  = []string{"max-age=60, public"}
	varyLines = []string{"Accept"}
)

// writeRecord answers in JSON, or with an entry a line where that is asked for.
func (a *API) writeRecord(w http.ResponseWriter, r *http.Request, page recordPage) error {
	w.Header()["Vary"] = varyLines
	if page.More {
		w.Header()["Link"] = []string{"<" + a.URL + r.URL.Path + "?since_serial=" + strconv.FormatInt(page.NextSinceSerial, 10) + `>; rel="next"`}
	}
	if !wantsLines(r) {
		body, err := json.Marshal(page)
		if err != nil {
			return err
		}
		return document(w, r, contentJSON, maxAge60, append(body, '\n'))
	}
	var body []byte
	for _, e := range page.Entries {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		body = append(append(body, line...), '\n')
	}
	return document(w, r, ndjson, maxAge60, body)
}

func wantsLines(r *http.Request) bool {
	if f := r.URL.Query().Get("format"); f != "" {
		return f == "ndjson"
	}
	return strings.Contains(r.Header.Get("Accept"), ndjson[0])
}

// feedRecord is how many entries the feeds of the records have.
const feedRecord = 100

func (a *API) rssRemoved(w http.ResponseWriter, r *http.Request) error {
	return a.rssRecord(w, r, index.RecordOfRemoved, "removed", "What administrators removed, and what they put back")
}

func (a *API) rssStatuses(w http.ResponseWriter, r *http.Request) error {
	return a.rssRecord(w, r, index.RecordOfStatuses, "statuses", "What was yanked, deprecated, archived, quarantined and removed")
}

func (a *API) rssRecord(w http.ResponseWriter, r *http.Request, which index.Record, title, about string) error {
	rows, err := a.DB.Record(r.Context(), index.RecordKinds(which), 0, true, feedRecord)
	if err != nil {
		return err
	}
	c := rssChannel{Title: "Strongroom: " + title, Link: a.URL + "/", Description: about}
	for _, row := range rows {
		c.addEntry(a.URL, row)
	}
	return a.writeFeed(w, r, c)
}

// addEntry appends what happened to one flag. Its address alone would not be
// unique, so the serial is.
func (c *rssChannel) addEntry(site string, row database.RecordEntry) {
	what := strings.TrimSpace(row.Name + " " + row.Version)
	said := index.StatusOf(index.At{Level: row.Level, Standing: index.Standing{row.Flag}}).Phrase()
	if row.From.After(row.At) {
		said = "From " + row.From.Format(time.DateOnly) + ": " + row.Kind
	}
	if row.Cleared {
		said = "No longer " + row.Kind + ", since " + row.At.Format(time.DateOnly)
	}
	c.add(what+": "+said, site+"/project/"+row.Name+"/", strings.TrimSpace(said+" "+row.URL), row.At.UnixMicro())
	c.Items[len(c.Items)-1].GUID = rssGUID{Link: "false", Text: site + "/#serial-" + strconv.FormatInt(row.Serial, 10)}
}
