package notify

import (
	"time"

	"recourse/recovery"
)

// Audience is a group of people by their part in a case. The store looks up who
// they are when it writes the notices.
type Audience string

// The audiences.
const (
	ToClaimant    Audience = "claimant"   // with or without an account, and their representative
	ToAssignee    Audience = "assignee"   // the one who works on the case; nobody when it is not assigned
	ToSupervisors Audience = "supervisor" // every supervisor
	ToLegal       Audience = "legal"      // every account of the role legal
	ToNewAssignee Audience = "given"      // the one a step assigns the case to; nobody without an assignment
	// ToCounterpart is one counterpart, if they left an address.
	ToCounterpart Audience = "counterpart"
)

// Audiences lists them.
var Audiences = []Audience{ToClaimant, ToAssignee, ToSupervisors, ToLegal, ToNewAssignee, ToCounterpart}

// Facts are the values in the text of a notice. They name no person.
type Facts struct {
	Number    recovery.CaseNumber `json:"number"`
	Kind      recovery.EntryKind  `json:"kind"`
	Stage     recovery.Stage      `json:"stage"`
	State     string              `json:"state,omitempty"` // within the stage: of the appeal, or why the case is paused
	WaitingOn recovery.WaitingOn  `json:"waiting_on"`
	Outcome   recovery.Outcome    `json:"outcome,omitempty"`
	Claim     recovery.Money      `json:"claim_fen"`
	Recovered recovery.Money      `json:"recovered_fen"`
	Surplus   recovery.Money      `json:"surplus_fen,omitempty"`
	Clock     recovery.Clock      `json:"clock,omitempty"`
	DueAt     *time.Time          `json:"due_at,omitempty"` // nil: no running deadline
	Passed    recovery.Clock      `json:"passed,omitempty"` // the clock that has expired; "" for none
	// RightEnds is the end of the limitation of a closed case with money missing.
	RightEnds *time.Time `json:"right_ends,omitempty"`
	// For a counterpart: their answer, and the instalment that becomes due.
	Answer recovery.Response `json:"said,omitempty"`
	Ref    string            `json:"ref,omitempty"`
	// Corrects is the number of the entry that a correction is about; 0 for none.
	Corrects int64          `json:"corrects,omitempty"`
	Amount   recovery.Money `json:"amount_fen,omitempty"`
}

// NoticeDraft is a notice for one audience, before its recipients are looked up.
type NoticeDraft struct {
	Audience Audience
	Template string
	Class    string
	Urgent   bool
	Except   recovery.UserID // the actor, who needs no notice; "" for nobody
	Facts    Facts
	// CounterpartID is the recipient for ToCounterpart.
	CounterpartID recovery.CounterpartID
	// NotBefore makes it a reminder: it is sent at that time if the deadline in
	// Facts is still running and unchanged. Zero: sent at once.
	NotBefore time.Time
}

// Event is the webhook event of a change; Type "" is none.
type Event struct {
	Type string
	At   time.Time
	// Payload is JSON without personal data. The store adds seq and version, which it
	// knows only while it writes the change.
	Payload []byte
}

// Notifications are the notices and the webhook event of one change of a case.
// They are written in the transaction of the change, so that each committed
// change is announced and no other.
type Notifications struct {
	Notices []NoticeDraft
	// Corrections replace earlier notices about the end of a right, named by the Clock
	// in Facts. Only those who got one get the correction.
	Corrections []NoticeDraft
	Retraction  *Retraction // nil: no earlier notice became wrong
	Event       Event
}

// Retraction withdraws the notices that a corrected entry, or what followed from it,
// had caused. Those who got one get Notice instead; a counterpart gets ToCounterpart.
// Unread notices and unsent mails disappear, as do reminders of deadlines that do not
// run any more. A rejected correction withdraws only the notices that it waits.
type Retraction struct {
	Corrects      int64 // number of the entry
	IsCorrected   bool  // false: the correction was rejected
	Void          []int64
	After         map[int64]recovery.StepState // by number of the step
	Deadlines     []recovery.Deadline
	Notice        NoticeDraft
	ToCounterpart NoticeDraft
}

// IsEmpty reports whether there is nothing to send.
func (n Notifications) IsEmpty() bool {
	return len(n.Notices)+len(n.Corrections) == 0 && n.Retraction == nil && n.Event.Type == ""
}

// Notice is a notice in one person's inbox.
type Notice struct {
	ID       string
	CaseID   recovery.CaseID
	Audience Audience
	Template string
	Class    string
	Urgent   bool
	Facts    Facts
	ToldAt   time.Time
	ReadAt   *time.Time
	// WithdrawnAt is when a read notice was replaced by a correction.
	WithdrawnAt *time.Time
	// Count is the number of changes that it stands for. ToldAt and Facts are those
	// of the last one.
	Count int
	// FirstSeq and Seq are the numbers of the journal entries of the first and the last
	// of them; 0 for a reminder.
	FirstSeq, Seq int64
}

// Preferences are a person's settings for notifications. Times of day are minutes
// after midnight in Shanghai.
type Preferences struct {
	Language   string
	QuietFrom  int
	QuietUntil int
	NoMail     []string // classes they do not want by mail
}
