package folio

import (
	"time"

	"recourse/recovery"
)

// Papers are what the legal papers of a dossier need beyond the case: what a
// lawyer or the claimant supplied, and what the playbook computed. Every field
// may be empty: the papers then leave a blank, and where the blank is one a
// court would send the paper back for, the dossier is marked incomplete.
type Papers struct {
	Route         recovery.Route // what is applied for; empty: the case's own
	Court         string         // the court the papers go to
	TransactionNo string         // empty: as it was filed
	Agent         recovery.AgentParticulars
	Requested     []recovery.Paper // beside those the route brings
	Preservation  bool             // preservation before the suit was, or is to be, applied for
	Narrative     string           // how it happened, beyond what was filed
	Assets        string           // what is to be preserved, and clues to it
	Security      string           // the security offered for it
	Claimant      Identity
	Holders       map[recovery.CounterpartID]Identity
	AtRisk        string                   // evidence to be preserved, and who holds it
	Risk          string                   // why it may be lost
	ReturnTo      recovery.AccountToReturn // empty: by the way it came
	ReturnBy      *time.Time               // the last day a demand leaves
	DueOn         *time.Time               // when an acknowledged debt was to be paid; nil: as the plan says
	KnewGain      *time.Time               // when the claimant learned of the mistake
	KnewHolder    *time.Time               // and who has the money
	Interest      *Interest
	Fees          []Fee
	Plan          []Instalment
	Citations     []Citation // beside those the papers cite themselves
}

// Identity is how a paper names a person (民事诉讼法 124). All of it is personal
// data.
type Identity struct {
	Name         string
	Sex          string // recovery.Sex, or the word itself
	Born         string // 2006-01-02, or the words themselves
	Nation       string
	Work         string
	Home         string // registered domicile
	Residence    string // habitual residence, when it is another
	Document     string // its number, after its kind where DocumentKind is empty
	DocumentKind recovery.DocumentKind
	Phone        string
	Email        string
	ServeAt      string // where papers may be served
}

// Interest is what the use of the money is reckoned at. Without a rate the
// papers print the formula; they never supply one.
type Interest struct {
	From   *time.Time // the first day; nil: that of the first demand on record
	To     *time.Time // the last day of what is reckoned; nil: the day of the dossier
	RateBP int64      // one-year LPR in hundredths of a percent; 0: not given
	AsOf   string     // the day the rate was published, "2026-11-20"
	Source string     // where it was read
}

// Given reports whether there is a rate that can be traced.
func (i *Interest) Given() bool { return i != nil && i.RateBP > 0 && i.AsOf != "" && i.Source != "" }

// Fee is one court fee, computed by the rules of the playbook.
type Fee struct {
	Name   string // suit, summary, payment_order or preservation
	Base   recovery.Money
	Amount recovery.Money
	Law    Citation
}

// Instalment is one payment of a repayment plan.
type Instalment struct {
	DueOn  time.Time
	Amount recovery.Money
}

// Citation is an article as it was read: V word for word, S from a secondary
// source, R recalled only.
type Citation struct {
	Statute string
	Section string
	Edition string // which text, by its date
	Mark    string
}
