package recovery

import "time"

// Case is the record of one mis-send as PostgreSQL holds it. Instants are UTC.
//
// The workflow is the only writer of Position and Deadlines; the filing wrote
// the rest once, and the desk writes Assignee, the claimant Shared.
type Case struct {
	ID            CaseID
	Number        CaseNumber
	Platform      Platform
	Instrument    Instrument
	Amount        Money
	SentAt        time.Time
	TransactionNo string
	Reason        Reason
	ClaimState    ClaimState
	Group         Group
	Claimant      Claimant
	Counterparts  []Counterpart
	Narrative     string
	Position      Position
	Deadlines     []Deadline
	Assignee      UserID
	Owner         UserID // the claimant's account
	// Representative is the account that stands in for the claimant; "" for none.
	Representative UserID
	Playbook       string // version pinned at filing
	Pace           int    // 1, or how much faster than life a development case runs
	CreatedAt      time.Time
	ClosedAt       *time.Time
	Shared         bool  // others may learn from it, without personal data
	Version        int64 // counts changes; the ETag
	// HeldSince is when a legal hold began; while it lasts nothing is erased.
	HeldSince *time.Time
	// RestrictedAt is when its personal values were put out of sight, for all but
	// legal and auditors (PIPL 47: "stop all but storage").
	RestrictedAt *time.Time
	// ErasedAt is when they were erased.
	ErasedAt *time.Time
}

// Group is where the money was sent; Kind is NoGroup when it was one to one.
type Group struct {
	Kind GroupKind `json:"kind"`
	Size int       `json:"size"`
}

// IsOneToOne reports whether there is no group to give notice to.
func (g Group) IsOneToOne() bool { return g.Kind == NoGroup || g.Kind == "" }

// CanBeSplit reports whether several people may each hold a part of the money, so
// that nobody can be asked for all of it: a lucky packet, or any packet in a
// group. Where one counterpart is named it was not, if they claimed everything, or
// if nobody says how much they claimed of a packet that one person can empty.
func (c Case) CanBeSplit() bool {
	if c.Instrument == Transfer || (c.Instrument != LuckyPacket && c.Group.IsOneToOne()) {
		return false
	}
	if len(c.Counterparts) != 1 {
		return true
	}
	share := c.Counterparts[0].Claimed
	return share < c.Amount && (share > 0 || c.Instrument == LuckyPacket)
}

// Claimant is the person who sent the money by mistake. All of it is personal
// data: in the journal it stands as commitments only.
type Claimant struct {
	Name     string `json:"name"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Province string `json:"province,omitempty"`
	City     string `json:"city,omitempty"`
}

// Counterpart is a person who holds money that was not meant for them.
type Counterpart struct {
	ID        CounterpartID `json:"id"`
	Alias     string        `json:"alias"`
	Claimed   Money         `json:"claimed_fen,omitempty"`
	ClaimedAt *time.Time    `json:"claimed_at,omitempty"`
	Contact   string        `json:"contact,omitempty"`
	Answer    Response      `json:"answer,omitempty"`
	Refusal   Refusal       `json:"refusal,omitempty"`
	ReturnFen Money         `json:"returned_fen"`
}

// Deadline is an instant at which something happens by itself, or a right ends.
type Deadline struct {
	Kind          Clock     `json:"kind"`
	Ref           string    `json:"ref,omitempty"` // which of several: see Running.Ref
	DueAt         time.Time `json:"due_at"`
	PausedBecause string    `json:"paused_because,omitempty"`
	Source        string    `json:"source"`
	// WarnAt is when people are next told that it comes nearer; nil: never.
	WarnAt *time.Time `json:"warn_at,omitempty"`
	// From and Stops are what DueAt was computed from, so that a rule that changes
	// meanwhile forgets no pause.
	From  time.Time `json:"from,omitzero"`
	Stops []Stop    `json:"stops,omitempty"`
}

// Stop is a time in which a clock stood still; Until is nil while it does.
type Stop struct {
	From    time.Time  `json:"from"`
	Until   *time.Time `json:"until,omitempty"`
	Because string     `json:"because"`
}

// Evidence is the record of one file. The bytes live in the blob store under
// their SHA-256 (lower-case hex).
type Evidence struct {
	ID          EvidenceID
	CaseID      CaseID
	Seq         int64 // of the journal entry that took it in
	Kind        EvidenceKind
	SHA256      string
	Size        int64
	MediaType   string // sniffed, never taken from the name
	FileName    string // as the sender called it; personal data
	CapturedAt  *time.Time
	Source      string
	Description string
	ReceivedAt  time.Time
	By          Actor
}

// Requirement is one kind of evidence a stage asks for (contract:
// evidence_requirements).
type Requirement struct {
	Kind      EvidenceKind `json:"kind"`
	Required  bool         `json:"required"`
	Satisfied bool         `json:"satisfied"`
	Why       string       `json:"why"`
}

// ExportState is how far an export is.
type ExportState string

// The states of an export.
const (
	ExportBuilding ExportState = "building"
	ExportReady    ExportState = "ready"
	ExportFailed   ExportState = "failed"
	ExportErased   ExportState = "erased" // its files went with the case's personal values
)

// Export is one dossier with its bag, built for an audience from the journal up
// to Size entries.
type Export struct {
	ID        ExportID
	CaseID    CaseID
	Audience  Audience
	State     ExportState
	Missing   []string // what a complete dossier would hold and this one does not
	Pages     int
	SHA256    string // of dossier.pdf, hex
	BagSHA256 string // of bag.zip, hex
	Size      int64  // journal entries it covers
	Failure   string // why it failed, for the reader
	CreatedAt time.Time
	ReadyAt   *time.Time
	By        Actor
}
