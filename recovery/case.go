package recovery

import (
	"slices"
	"time"
)

// Case is the record of one mistaken payment, as stored in PostgreSQL. Times are
// UTC.
//
// Only the workflow writes Position and Deadlines. Staff write Assignee, the
// claimant writes Shared. The payment and the counterparts change with the workflow's
// steps, see Amended. Everything else is written once, at filing.
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
	Sends         []Send // the payments, if one mistake made several
	Payer         Payer  // the person who paid, if not the claimant
	Position      Position
	Corrections   []CorrectionMark // which entries were corrected, oldest correction first
	Deadlines     []Deadline
	Assignee      UserID
	Owner         UserID // the claimant's account
	// Representative is the account that acts for the claimant; "" for none.
	Representative UserID
	Playbook       string // version pinned at filing
	Pace           int    // 1, or how many times faster than real time a development case runs
	CreatedAt      time.Time
	ClosedAt       *time.Time
	Shared         bool  // others may learn from it, without personal data
	Version        int64 // counts changes; the ETag
	// HeldSince is the start of a legal hold, which prevents erasure.
	HeldSince *time.Time
	// RestrictedAt is when personal values were hidden from everybody except legal
	// and auditors (PIPL 47: "stop all processing but storage").
	RestrictedAt *time.Time
	// ErasedAt is when the personal values were erased.
	ErasedAt *time.Time
}

// Group is the group chat the money was sent to. Kind is NoGroup for a payment to
// one person.
type Group struct {
	Kind GroupKind `json:"kind"`
	Size int       `json:"size"`
}

// Facts returns the further facts of the case. The workflow owns them.
func (c Case) Facts() Facts { return c.Position.Facts }

// LastSentAt returns when the last of the payments was sent.
func (c Case) LastSentAt() time.Time {
	last := c.SentAt
	for _, send := range c.Sends {
		last = laterOf(last, send.SentAt.UTC())
	}
	return last
}

// TransactionNos returns the transaction numbers of all payments, as far as they are
// known.
func (c Case) TransactionNos() []string {
	var numbers []string
	add := func(number string) {
		if number != "" && !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	add(c.TransactionNo)
	for _, send := range c.Sends {
		add(send.TransactionNo)
	}
	return numbers
}

// TransactionKeys returns the normal forms of the transaction numbers, sorted, each
// once. No two open cases of a platform share one.
func (c Case) TransactionKeys() []string {
	var keys []string
	for _, number := range c.TransactionNos() {
		if key := NormalizeTransactionNo(number); key != "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// IsOutOfReach reports whether the claimant cannot write to the other side.
func (c Case) IsOutOfReach() bool {
	return c.Facts().IsOutOfReach() ||
		slices.ContainsFunc(c.Counterparts, func(p Counterpart) bool { return p.Refusal == RefusalBlocked })
}

// SendsWithoutNumbers returns the payments without their transaction numbers, which
// are personal data.
func (c Case) SendsWithoutNumbers() []Send {
	sends := slices.Clone(c.Sends)
	for i := range sends {
		sends[i].TransactionNo = ""
	}
	return sends
}

// IsOneToOne reports whether the money was sent to one person instead of a group.
func (g Group) IsOneToOne() bool { return g.Kind == NoGroup || g.Kind == "" }

// CanBeSplit reports whether several people may each hold a part of the money, so
// that nobody owes all of it: a lucky packet, or any packet in a group. With a
// single counterpart it is false if they claimed everything, or if the claimed
// amount is unknown and one person can claim the whole packet.
func (c Case) CanBeSplit() bool {
	shares := make([]Money, len(c.Counterparts))
	for i, counterpart := range c.Counterparts {
		shares[i] = counterpart.Claimed
	}
	return canBeSplit(c.Instrument, c.Group.IsOneToOne(), c.Amount, shares)
}

func canBeSplit(instrument Instrument, oneToOne bool, sent Money, shares []Money) bool {
	if instrument == Transfer || (instrument != LuckyPacket && oneToOne) {
		return false
	}
	if len(shares) != 1 {
		return true
	}
	return shares[0] < sent && (shares[0] > 0 || instrument == LuckyPacket)
}

// Claimant is the person who sent the money by mistake. All fields are personal
// data. The journal contains only commitments to them.
type Claimant struct {
	Name     string `json:"name"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Province string `json:"province,omitempty"`
	City     string `json:"city,omitempty"`
}

// Counterpart is a person who received money by mistake.
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

// Deadline is a time at which the case changes without an action, or a right ends.
type Deadline struct {
	Kind          Clock     `json:"kind"`
	Ref           string    `json:"ref,omitempty"` // which of several, see ClockState.Ref
	DueAt         time.Time `json:"due_at"`
	PausedBecause string    `json:"paused_because,omitempty"`
	Source        string    `json:"source"`
	// WarnAt is when the next reminder is sent; nil for none.
	WarnAt *time.Time `json:"warn_at,omitempty"`
	// From and Stops are the input from which DueAt was computed. With them DueAt
	// can be computed again without losing a pause.
	From  time.Time `json:"from,omitzero"`
	Stops []Stop    `json:"stops,omitempty"`
}

// Stop is a period in which a clock was stopped. Until is nil while it lasts.
type Stop struct {
	From    time.Time  `json:"from"`
	Until   *time.Time `json:"until,omitempty"`
	Because string     `json:"because"`
}

// Evidence is the record of one file. The blob store holds its bytes under their
// SHA-256 (lower-case hex).
type Evidence struct {
	ID          EvidenceID
	CaseID      CaseID
	Seq         int64 // of the journal entry that added it
	Kind        EvidenceKind
	SHA256      string
	Size        int64
	MediaType   string // detected from the bytes, never from the name
	FileName    string // chosen by the sender; personal data
	CapturedAt  *time.Time
	Source      string
	Description string
	ReceivedAt  time.Time
	By          Actor
}

// Requirement is one kind of evidence that a stage requires (API field
// evidence_requirements).
type Requirement struct {
	Kind      EvidenceKind `json:"kind"`
	Required  bool         `json:"required"`
	Satisfied bool         `json:"satisfied"`
	Proves    ProvenFact   `json:"proves"`
	Why       string       `json:"why"`
}

// ProvenFact is what a piece of evidence is to prove.
type ProvenFact string

// The facts to prove.
const (
	ProvesPayment   ProvenFact = "payment"   // that the money went
	ProvesRecipient ProvenFact = "recipient" // to whom
	ProvesMistake   ProvenFact = "mistake"   // that it was a mistake
	ProvesKnowledge ProvenFact = "knowledge" // that the other side knows
	ProvesDanger    ProvenFact = "danger"    // fraud, a threat or gambling
	ProvesAttempts  ProvenFact = "attempts"  // what was tried already
	ProvesLoss      ProvenFact = "loss"      // what it cost
	ProvesAuthority ProvenFact = "authority" // who may act for whom
)

// ProvenFacts lists the facts to prove.
var ProvenFacts = []ProvenFact{
	ProvesPayment, ProvesRecipient, ProvesMistake, ProvesKnowledge, ProvesDanger, ProvesAttempts, ProvesLoss, ProvesAuthority,
}

// ExportState is the state of an export.
type ExportState string

// The states of an export.
const (
	ExportBuilding ExportState = "building"
	ExportReady    ExportState = "ready"
	ExportFailed   ExportState = "failed"
	ExportErased   ExportState = "erased"  // its files were erased with the case's personal values
	ExportExpired  ExportState = "expired" // its files were deleted, because they are old; it can be ordered again
)

// Export is one dossier with its bag, built for an audience from the journal up
// to Size entries.
type Export struct {
	ID        ExportID
	CaseID    CaseID
	Audience  Audience
	State     ExportState
	Missing   []string // what a complete dossier would also contain
	Pages     int
	SHA256    string // of dossier.pdf, hex
	BagSHA256 string // of bag.zip, hex
	Size      int64  // number of journal entries it covers
	Failure   string // why it failed, for the reader
	CreatedAt time.Time
	ReadyAt   *time.Time
	By        Actor
	// CounterpartID is the one counterpart that papers for the opponent are about; ""
	// for papers about all of them.
	CounterpartID CounterpartID
}
