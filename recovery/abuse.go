package recovery

import "time"

// PartyMark is a keyed digest of an identifier of a person in a case: an account,
// an address, a name in a group. Cases with the same mark name the same person;
// the mark does not reveal who that is.
type PartyMark struct {
	Side Side
	Mark [32]byte
}

// Side is the part of a person in a case.
type Side string

// The sides.
const (
	ClaimantSide    Side = "claimant"
	CounterpartSide Side = "counterpart"
)

// AbusePattern is a pattern across cases that a supervisor should review.
type AbusePattern string

// The patterns. None of them proves anything.
const (
	ManyCases     AbusePattern = "many_cases"     // one claimant, many cases in a short time
	SameCircle    AbusePattern = "same_circle"    // one counterpart, cases of different claimants
	AfterDelivery AbusePattern = "after_delivery" // trade money claimed back right after goods were handed over
	RoundTrip     AbusePattern = "round_trip"     // two people claim from each other in a short time
)

// AbusePatterns lists them in the order above.
var AbusePatterns = []AbusePattern{ManyCases, SameCircle, AfterDelivery, RoundTrip}

// FoundPattern is a pattern that is not flagged yet, with the cases that form it.
type FoundPattern struct {
	CaseID  CaseID
	Pattern AbusePattern
	Cases   []string
}

// AbuseFlag is a pattern for a supervisor to review, or dismissed by one.
type AbuseFlag struct {
	ID          string
	CaseID      CaseID
	Number      CaseNumber
	Pattern     AbusePattern
	Cases       []string // the ids of the cases that form the pattern, CaseID included
	FoundAt     time.Time
	DismissedAt *time.Time
	DismissedBy UserID
}
