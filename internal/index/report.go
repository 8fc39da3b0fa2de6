package index

import "time"

// ReportKind is what a report says is wrong.
type ReportKind string

// The kinds of reports.
const (
	ReportMalware       ReportKind = "malware"
	ReportImpersonation ReportKind = "impersonation"
	ReportConfusion     ReportKind = "dependency-confusion"
	ReportSpam          ReportKind = "spam"
	ReportVulnerability ReportKind = "vulnerability"
	ReportLegal         ReportKind = "legal"
	ReportOther         ReportKind = "other"

	// ReportLookAlike is an alarm of a rule: nobody can choose it (FN-3).
	ReportLookAlike ReportKind = "look-alike"
)

// ReportKindInfo documents one kind of report.
type ReportKindInfo struct {
	Kind    ReportKind
	Title   string // as people choose it
	Help    string // when it is the right one
	Urgency int    // the points of its kind in the queue
	Alarm   bool   // a rule reports it, no person
}

// ReportKinds is the table of all kinds, in the order of the form (SN-12).
func ReportKinds() []ReportKindInfo { return reportKinds[:] }

var reportKinds = [...]ReportKindInfo{
	{ReportMalware, "Malware", "It steals, destroys or spies.", 100, false},
	{ReportImpersonation, "Impersonation", "Its name or its texts pretend to be another project.", 60, false},
	{ReportConfusion, "Dependency confusion", "It has the name of a package that a company uses internally.", 60, false},
	{ReportSpam, "Spam", "It is no software, but advertises something.", 20, false},
	{ReportVulnerability, "Vulnerability", "It has a fault that touches security. Tell the project first.", 30, false},
	{ReportLegal, "Legal", "It violates your rights, such as copyright or a trade mark.", 30, false},
	{ReportOther, "Something else", "Say in the text what it is.", 10, false},
	{ReportLookAlike, "Look-alike", "A new name is close to that of a project that is used much.", 40, true},
}

// Info is the row of a kind; false for one that is not in the table.
func (k ReportKind) Info() (ReportKindInfo, bool) {
	for _, i := range reportKinds {
		if i.Kind == k {
			return i, true
		}
	}
	return ReportKindInfo{}, false
}

// ReportState is where a report stands (SN-13).
type ReportState string

// The states of a report. Who reported without an account must open a mailed
// link first; from received on moderators see it.
const (
	ReportUnconfirmed ReportState = "unconfirmed"
	ReportReceived    ReportState = "received"
	ReportConfirmed   ReportState = "confirmed"
	ReportRejected    ReportState = "rejected"
	ReportDuplicate   ReportState = "duplicate"
)

// ReportEnds lists the states that a decision can give.
func ReportEnds() []ReportState {
	return []ReportState{ReportConfirmed, ReportRejected, ReportDuplicate}
}

// Report is what somebody, or a rule, says of a project, release or file. It
// outlives what it is about: it keeps the name, version, filename and hash as
// they were (SN-14).
type Report struct {
	ID          int64
	UID         string
	Name        string // normalised project name
	Version     string // "" for the whole project
	Filename    string
	SHA256      string // of the file, filled in
	Kind        ReportKind
	Text        string
	Path        string // the member of the file that is meant
	Line        int64  // in it, 0 for none
	URL         string // evidence elsewhere
	ReporterID  int64  // 0 for a rule, or somebody without an account
	Reporter    string // username, "system" for a rule, "" without account
	SealedEmail string // of who has no account
	Trusted     bool   // the reporter was trusted then
	Address     string // keyed hash of the network address
	State       ReportState
	Downloads   int64     // of the project in the 30 days before
	UploadedAt  time.Time // the newest upload then (SN-16)
	CreatedAt   time.Time
	DecidedBy   string
	DecidedAt   time.Time
	Note        string // private
	Act         string // uid of the act that answered it, "" for none
}

// Open reports whether moderators have yet to decide.
func (r Report) Open() bool { return r.State == ReportReceived }
