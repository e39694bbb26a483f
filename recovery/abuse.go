package recovery

import (
	"crypto/hmac"
	"crypto/sha256"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// PartyMark is a keyed digest of an identifier in a case: an account, an address or a name
// in a group of a person, the number of a payment. Cases with the same mark name the same
// person or payment; the mark does not reveal which.
type PartyMark struct {
	Side Side
	Mark [32]byte
}

// Side is whom or what a mark identifies.
type Side string

// The sides.
const (
	ClaimantSide    Side = "claimant"
	CounterpartSide Side = "counterpart"
	PaymentSide     Side = "payment"
)

// MarkKey is the key of the marks of an installation. Without a key there are no marks.
type MarkKey []byte

// Marks identify the people of a case across cases: the claimant by account, mail and
// telephone; a counterpart by contact and by alias in a group of a known size, because
// an alias alone is too common; a payment by its number. person is the claimant's first mark.
func (k MarkKey) Marks(c Case) (person [32]byte, marks []PartyMark) {
	if len(k) == 0 {
		return person, nil
	}
	addMark := func(side Side, kind, value string) {
		if value != "" {
			marks = append(marks, PartyMark{Side: side, Mark: k.computeMark(kind, value)})
		}
	}
	addMark(ClaimantSide, "account", string(c.Owner))
	addMark(ClaimantSide, "contact", normalizeContact(c.Claimant.Email))
	addMark(ClaimantSide, "contact", normalizeContact(c.Claimant.Phone))
	person = k.computeMark("case", string(c.ID))
	if len(marks) > 0 {
		person = marks[0].Mark
	}
	for _, counterpart := range c.Counterparts {
		addMark(CounterpartSide, "contact", normalizeContact(counterpart.Contact))
		if alias := normalizeName(counterpart.Alias); alias != "" && c.Group.Size > 0 {
			group := strings.Join([]string{string(c.Platform), string(c.Group.Kind), strconv.Itoa(c.Group.Size), alias}, "|")
			addMark(CounterpartSide, "alias", group)
		}
	}
	for _, number := range c.TransactionKeys() {
		addMark(PaymentSide, "number", string(c.Platform)+"|"+number)
	}
	return person, marks
}

func (k MarkKey) computeMark(kind, value string) [32]byte {
	hash := hmac.New(sha256.New, k)
	hash.Write([]byte(kind + "\x00" + value))
	return [32]byte(hash.Sum(nil))
}

// normalizeName returns the form in which names and contacts are compared: without
// differences in width, case, blanks and punctuation.
func normalizeName(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("@._", r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
}

// minContactLength is the length below which a contact identifies nobody.
const minContactLength = 4

// normalizeContact is normalizeName for contacts; a Chinese telephone number is the
// same with and without the country code.
func normalizeContact(text string) string {
	folded := normalizeName(text)
	if number, found := strings.CutPrefix(strings.TrimPrefix(folded, "00"), "86"); found && len(number) == 11 {
		folded = number
	}
	if len(folded) < minContactLength {
		return ""
	}
	return folded
}

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
