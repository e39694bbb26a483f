package recovery

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Particulars are data that legal papers need in addition to the case. All fields
// except Papers and NoticedOn are personal data and are stored only as committed
// values of the journal: erasure reaches them, and a correction keeps the earlier
// value. Every field may be empty.
type Particulars struct { //nolint:recvcheck // a value, except for methods that fill it
	Claimant     ClaimantParticulars      `json:"claimant,omitzero"`
	Counterparts []CounterpartParticulars `json:"holders,omitempty"`
	Agent        AgentParticulars         `json:"agent,omitzero"`
	// Papers are requested in addition to the papers of the route. In a change, nil
	// keeps the earlier request and an empty list requests none.
	Papers        []Paper             `json:"papers,omitempty"`
	Court         string              `json:"court,omitempty"`          // full name
	TransactionNo string              `json:"transaction_no,omitempty"` // for the papers only; does not change the case
	ReturnTo      AccountToReturn     `json:"return_to,omitzero"`
	ReturnBy      string              `json:"return_by,omitempty"`  // last day for payment in a demand, 2006-01-02 in China
	DueOn         string              `json:"due_on,omitempty"`     // day on which an acknowledged debt was due
	NoticedOn     string              `json:"noticed_on,omitempty"` // day the claimant learned of the mistake; Facts.NoticedAt owns it
	Narrative     string              `json:"narrative,omitempty"`  // how it happened, in addition to the filing
	Assets        string              `json:"assets,omitempty"`     // to be frozen, and clues where they are
	Security      string              `json:"security,omitempty"`   // offered for the preservation
	AtRisk        string              `json:"at_risk,omitempty"`    // evidence to be preserved, and who holds it
	Risk          string              `json:"risk,omitempty"`       // facts from which it follows that property or evidence may be lost
	CaseNo        string              `json:"case_no,omitempty"`    // number that the court gave the case
	EvidenceBy    string              `json:"evidence_by,omitempty"`
	TryMediation  Wish                `json:"try_mediation,omitempty"` // before the trial
	ThirdParty    Answer              `json:"third_party,omitempty"`   // whether to name the payment institution as a third party
	Forum         ForumAgreement      `json:"forum,omitzero"`
	Preserved     PreservedBefore     `json:"preserved,omitzero"`
	Judgment      JudgmentParticulars `json:"judgment,omitzero"`
	Rate          PublishedRate       `json:"rate,omitzero"`
}

// ClaimantParticulars identify the claimant (民事诉讼法 124), in addition to the name.
type ClaimantParticulars struct {
	DocumentKind DocumentKind `json:"document_kind,omitempty"`
	DocumentNo   string       `json:"document_no,omitempty"`
	Sex          Sex          `json:"sex,omitempty"`  // derived from an identity card's number
	Born         string       `json:"born,omitempty"` // 2006-01-02; derived from an identity card's number
	Nation       string       `json:"nation,omitempty"`
	Home         string       `json:"home,omitempty"`
	Residence    string       `json:"residence,omitempty"`
	ServeAt      string       `json:"serve_at,omitempty"`
	Phone        string       `json:"phone,omitempty"`
	Email        string       `json:"email,omitempty"`
	Work         string       `json:"work,omitempty"`
	EService     Answer       `json:"e_service,omitempty"` // whether the court may serve papers electronically
}

// CounterpartParticulars identify a counterpart by name, and by home or document
// (民诉法解释 209).
type CounterpartParticulars struct {
	CounterpartID CounterpartID `json:"counterpart_id"`
	Name          string        `json:"name,omitempty"`
	Sex           Sex           `json:"sex,omitempty"`
	Home          string        `json:"home,omitempty"`
	DocumentKind  DocumentKind  `json:"document_kind,omitempty"`
	DocumentNo    string        `json:"document_no,omitempty"`
	Phone         string        `json:"phone,omitempty"`
	Work          string        `json:"work,omitempty"`
	Born          string        `json:"born,omitempty"`
	Nation        string        `json:"nation,omitempty"`
	Residence     string        `json:"residence,omitempty"`
	// The conditions of a payment order (民诉法解释 427).
	OtherDebts  Answer `json:"other_debts,omitempty"` // other debts between the parties
	InChina     Answer `json:"in_china,omitempty"`    // in China, and not missing
	CanBeServed Answer `json:"can_be_served,omitempty"`
}

// AgentParticulars identify the claimant's representative in court and their powers.
type AgentParticulars struct {
	Appointed  Answer   `json:"appointed,omitempty"`
	Name       string   `json:"name,omitempty"`
	Relation   Relation `json:"relation,omitempty"`
	Work       string   `json:"work,omitempty"` // law firm or employer
	DocumentNo string   `json:"document_no,omitempty"`
	Phone      string   `json:"phone,omitempty"`
	Powers     Powers   `json:"powers,omitempty"`
}

// AccountToReturn is the account to which the money must be returned.
type AccountToReturn struct {
	Name    string `json:"name,omitempty"`
	Bank    string `json:"bank,omitempty"`
	Account string `json:"account,omitempty"`
}

// PublishedRate is the one-year LPR with its source, and the first day for which
// interest is claimed.
type PublishedRate struct {
	Percent string `json:"percent,omitempty"` // "3.00"
	AsOf    string `json:"as_of,omitempty"`   // day of its publication
	Source  string `json:"source,omitempty"`
	From    string `json:"from,omitempty"` // first day of interest
}

// ForumAgreement is an agreement of the parties about the court.
type ForumAgreement struct {
	Agreed Answer `json:"agreed,omitempty"`
	Clause string `json:"clause,omitempty"`
}

// PreservedBefore is what a court preserved before the suit.
type PreservedBefore struct {
	Done   Answer `json:"done,omitempty"`
	Court  string `json:"court,omitempty"`
	On     string `json:"on,omitempty"`
	CaseNo string `json:"case_no,omitempty"`
}

// JudgmentParticulars describe the document that is enforced.
type JudgmentParticulars struct {
	Kind        JudgmentKind `json:"kind,omitempty"`
	MadeBy      string       `json:"made_by,omitempty"`
	No          string       `json:"no,omitempty"`
	EffectiveOn string       `json:"effective_on,omitempty"`
	Orders      string       `json:"orders,omitempty"` // what the debtor must do, word for word
	DueOn       string       `json:"due_on,omitempty"` // last day to perform: the two years start here (民诉法 250)
}

// JudgmentKind is the kind of a document that a court enforces.
type JudgmentKind string

// The kinds.
const (
	JudgmentDecision     JudgmentKind = "judgment"
	JudgmentMediation    JudgmentKind = "mediation"
	JudgmentPaymentOrder JudgmentKind = "payment_order"
	JudgmentConfirmation JudgmentKind = "confirmation" // of an agreement made in mediation
)

// JudgmentKinds lists them.
var JudgmentKinds = []JudgmentKind{JudgmentDecision, JudgmentMediation, JudgmentPaymentOrder, JudgmentConfirmation}

// Answer answers a question of a form. Empty means that nobody answered: the paper
// then leaves the boxes open.
type Answer string

// The answers.
const (
	Yes Answer = "yes"
	No  Answer = "no"
)

// Answers lists them.
var Answers = []Answer{Yes, No}

// Wish is what the claimant wants about mediation.
type Wish string

// The wishes of the form.
const (
	WishYes    Wish = "yes"
	WishNo     Wish = "no"
	WishUnsure Wish = "unsure"
)

// Wishes lists them.
var Wishes = []Wish{WishYes, WishNo, WishUnsure}

// DocumentKind is the kind of an identity document.
type DocumentKind string

// The kinds of identity documents.
const (
	IDCard          DocumentKind = "id_card"
	Passport        DocumentKind = "passport"
	HKMacauPermit   DocumentKind = "hk_macau_permit"
	TaiwanPermit    DocumentKind = "taiwan_permit"
	ResidencePermit DocumentKind = "residence_permit"
)

// DocumentKinds lists them.
var DocumentKinds = []DocumentKind{IDCard, Passport, HKMacauPermit, TaiwanPermit, ResidencePermit}

// Sex is the sex stated in a court form.
type Sex string

// The values of the form.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// Sexes lists them.
var Sexes = []Sex{Male, Female}

// Relation is the legal basis on which a person represents the claimant in court.
type Relation string

// The legal bases of representation.
const (
	ByLawyer      Relation = "lawyer"
	ByLegalWorker Relation = "legal_worker"
	ByRelative    Relation = "relative"
	ByColleague   Relation = "colleague"
	ByNomination  Relation = "nominated"
)

// Relations lists them.
var Relations = []Relation{ByLawyer, ByLegalWorker, ByRelative, ByColleague, ByNomination}

// Powers are the powers of a representative. Only special powers allow admitting,
// waiving or changing a claim, and settling.
type Powers string

// The two powers.
const (
	GeneralPowers Powers = "general"
	SpecialPowers Powers = "special"
)

// PowersGiven lists them.
var PowersGiven = []Powers{GeneralPowers, SpecialPowers}

// particularsPath is the prefix of the journal path of every particular.
const particularsPath = "particulars."

// ValuesByPath returns the particulars that are not empty, by journal path.
func (p Particulars) ValuesByPath() map[string]string {
	values := map[string]string{}
	p.visitFields(func(path string, value *string, _ fieldRule) {
		if *value != "" {
			values[particularsPath+path] = *value
		}
	})
	return values
}

// MergeValues sets the fields that a journal entry contains and keeps the others. It
// ignores paths of other values.
func (p *Particulars) MergeValues(values map[string]string) {
	for _, path := range slices.Sorted(maps.Keys(values)) {
		id, _, of := strings.Cut(strings.TrimPrefix(path, particularsPath+counterpartsPath), ".")
		if of && strings.HasPrefix(path, particularsPath+counterpartsPath) {
			p.ensureCounterpart(CounterpartID(id))
		}
	}
	p.visitFields(func(path string, value *string, _ fieldRule) {
		if merged := values[particularsPath+path]; merged != "" {
			*value = merged
		}
	})
}

// EntryFacts returns the public facts of an entry that supplies particulars: the
// names of the fields, and the requested papers.
func (p Particulars) EntryFacts() map[string]any {
	fields := []string{}
	for path := range p.ValuesByPath() {
		fields = append(fields, strings.TrimPrefix(path, particularsPath))
	}
	slices.Sort(fields)
	facts := map[string]any{"fields": fields}
	if p.Papers != nil {
		facts["papers"] = p.Papers
	}
	return facts
}

// MergeEntry sets what a journal entry contains, from its decoded facts and those
// of its values that were not erased.
func (p *Particulars) MergeEntry(facts map[string]any, values map[string]string) {
	p.MergeValues(values)
	requested, ok := facts["papers"].([]any)
	if !ok {
		return
	}
	p.Papers = []Paper{}
	for _, paper := range requested {
		if name, ok := paper.(string); ok {
			p.Papers = append(p.Papers, Paper(name))
		}
	}
}

// ChangesSince returns the fields of p that differ from the stored particulars.
func (p Particulars) ChangesSince(stored Particulars) Particulars {
	p.Counterparts = slices.Clone(p.Counterparts)
	before := stored.ValuesByPath()
	p.visitFields(func(path string, value *string, _ fieldRule) {
		if before[particularsPath+path] == *value {
			*value = ""
		}
	})
	if slices.Equal(p.Papers, stored.Papers) {
		p.Papers = nil
	}
	return p
}

// IsEmpty reports whether no field is set.
func (p Particulars) IsEmpty() bool { return p.Papers == nil && len(p.ValuesByPath()) == 0 }

// WithChange returns the particulars after a change. An empty field never erases.
func (p Particulars) WithChange(change Particulars) Particulars {
	p.Counterparts = slices.Clone(p.Counterparts)
	p.MergeValues(change.ValuesByPath())
	if change.Papers != nil {
		p.Papers = change.Papers
	}
	return p
}

// CounterpartByID returns the particulars of a counterpart.
func (p Particulars) CounterpartByID(id CounterpartID) CounterpartParticulars {
	for _, h := range p.Counterparts {
		if h.CounterpartID == id {
			return h
		}
	}
	return CounterpartParticulars{CounterpartID: id}
}

func (p *Particulars) ensureCounterpart(id CounterpartID) {
	if !slices.ContainsFunc(p.Counterparts, func(h CounterpartParticulars) bool { return h.CounterpartID == id }) {
		p.Counterparts = append(p.Counterparts, CounterpartParticulars{CounterpartID: id})
	}
}

// WithCardFacts adds the date of birth and sex contained in identity card numbers.
func (p Particulars) WithCardFacts() Particulars {
	p.Counterparts = slices.Clone(p.Counterparts)
	if card := p.Claimant; card.DocumentKind == IDCard {
		if born, sex, sound := readIDCard(card.DocumentNo); sound {
			p.Claimant.Born, p.Claimant.Sex = born.Format(time.DateOnly), sex
		}
	}
	for i := range p.Counterparts {
		if born, sex, sound := readIDCard(p.Counterparts[i].DocumentNo); sound && p.Counterparts[i].DocumentKind == IDCard {
			p.Counterparts[i].Born, p.Counterparts[i].Sex = born.Format(time.DateOnly), sex
		}
	}
	return p
}

// Masked returns the particulars for readers who may not know identities: only
// whether a value exists, and the last digits of numbers.
func (p Particulars) Masked() Particulars {
	p.Counterparts = slices.Clone(p.Counterparts)
	p.visitFields(func(_ string, value *string, of fieldRule) {
		if *value == "" || of.public {
			return
		}
		digits := []rune(*value)
		*value = Hidden
		if of.number && len(digits) >= 8 {
			*value += string(digits[len(digits)-4:])
		}
	})
	return p
}

// Hidden replaces a value that the reader may not see.
const Hidden = "＊＊＊＊"

// fieldRuleOf returns the rule of the particular at a journal path.
func fieldRuleOf(path string) (found fieldRule) {
	var p Particulars
	p.MergeValues(map[string]string{path: Hidden})
	p.visitFields(func(_ string, value *string, of fieldRule) {
		if *value != "" {
			found = of
		}
	})
	return found
}

// MissingParticular is a missing field and the papers that a court would reject
// without it.
type MissingParticular struct {
	Field  string  `json:"field"`
	Papers []Paper `json:"papers"`
}

// MissingFor returns the fields that the papers of a case still need.
func (p Particulars) MissingFor(c Case) []MissingParticular {
	complete := p.WithCardFacts()
	for _, counterpart := range c.Counterparts {
		complete.ensureCounterpart(counterpart.ID)
	}
	papers, known := p.NeededPapers(c), dispensableFields(c, complete)
	missing := []MissingParticular{}
	complete.visitFields(func(path string, value *string, _ fieldRule) {
		needing := slices.DeleteFunc(slices.Clone(papers), func(paper Paper) bool { return !paper.requires(path) })
		if *value == "" && len(needing) > 0 && !known[path] {
			missing = append(missing, MissingParticular{path, needing})
		}
	})
	return missing
}

// dispensableFields returns the fields that may stay empty because the case or
// another field contains the same information.
func dispensableFields(c Case, p Particulars) map[string]bool {
	reach := c.Claimant.Phone != "" || c.Claimant.Email != "" || p.Claimant.Email != ""
	known := map[string]bool{"claimant.phone": reach, "transaction_no": len(c.TransactionNos()) > 0, "narrative": c.Narrative != ""}
	for _, h := range p.Counterparts {
		at := counterpartsPath + string(h.CounterpartID) + "."
		known[at+"home"] = h.DocumentNo != ""
	}
	return known
}
