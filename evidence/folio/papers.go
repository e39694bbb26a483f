package folio

import (
	"time"

	"recourse/recovery"
)

// Papers is what the legal papers of a dossier need beyond the case: what a
// lawyer or the claimant supplied, and what the playbook computed. An empty
// field leaves a blank in the paper. If a court would reject the paper because
// of the blank, the dossier is marked incomplete.
type Papers struct {
	Route         recovery.Route // the route applied for; empty: that of the case
	Court         string         // the court the papers go to
	TransactionNo string         // empty: as filed
	Agent         recovery.AgentParticulars
	Requested     []recovery.Paper // in addition to those of the route
	Preservation  bool             // preservation before the suit was or will be applied for
	Narrative     string           // how it happened, in addition to what was filed
	Assets        string           // what to preserve, and clues to it
	Security      string           // the security offered for it
	Claimant      Identity
	Holders       map[recovery.CounterpartID]Identity
	AtRisk        string                   // evidence to preserve, and who holds it
	Risk          string                   // why it may be lost
	ReturnTo      recovery.AccountToReturn // empty: the way it came
	ReturnBy      *time.Time               // the last day of the demand
	DueOn         *time.Time               // when an acknowledged debt was due; nil: as in the plan
	KnewGain      *time.Time               // when the claimant learned of the mistake
	KnewHolder    *time.Time               // when it became known who has the money
	Interest      *Interest
	Fees          []Fee
	Plan          []Instalment
	CaseNo        string     // number the court gave the case
	EvidenceBy    *time.Time // last day to file evidence
	TryMediation  recovery.Wish
	ThirdParty    recovery.Answer // whether the payment institution is a third party
	Forum         recovery.ForumAgreement
	Preserved     recovery.PreservedBefore
	Judgment      recovery.JudgmentParticulars
	InSuit        bool       // a suit was filed
	Citations     []Citation // in addition to those the papers always cite
}

// Identity is how a paper names a person (民事诉讼法 124). Every field is personal
// data.
type Identity struct {
	Name         string
	Sex          string // recovery.Sex, or free text
	Born         string // 2006-01-02, or free text
	Nation       string
	Work         string
	Home         string // registered domicile
	Residence    string // habitual residence, if different
	Document     string // its number; starts with its kind if DocumentKind is empty
	DocumentKind recovery.DocumentKind
	Phone        string
	Email        string
	ServeAt      string // address for service
	EService     recovery.Answer
	OtherDebts   recovery.Answer // between the parties
	InChina      recovery.Answer // and not missing
	CanBeServed  recovery.Answer
}

// Interest is how interest on the money is computed. Without a rate the papers
// print the formula; they never assume a rate.
type Interest struct {
	From   *time.Time // first day; nil: day of the first recorded demand
	To     *time.Time // last day; nil: day of the dossier
	RateBP int64      // one-year LPR in hundredths of a percent; 0: not given
	AsOf   string     // day the rate was published, "2026-11-20"
	Source string     // where it was published
}

// IsGiven reports whether there is a rate with a traceable source.
func (i *Interest) IsGiven() bool { return i != nil && i.RateBP > 0 && i.AsOf != "" && i.Source != "" }

// Fee is one court fee, computed by the rules of the playbook.
type Fee struct {
	Name   string // suit, summary, payment_order or preservation
	Base   recovery.Money
	Amount recovery.Money
	Law    Citation
}

// Instalment is one payment of a repayment plan.
type Instalment struct {
	Counterpart recovery.CounterpartID
	DueOn       time.Time
	Amount      recovery.Money
}

// Citation is an article of a statute. Mark is how its text was checked: V word
// for word, S from a secondary source, R from memory.
type Citation struct {
	Statute string
	Section string
	Edition string // which text, by its date
	Mark    string
}
