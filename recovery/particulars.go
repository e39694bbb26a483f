package recovery

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Particulars are what the papers for a court need beyond the case. All of it
// but Papers is personal data: it is kept as committed values of the journal and
// nowhere else, so that erasing a case reaches it and an older word stays on
// record when it is corrected. Every field may be empty: nobody has said.
type Particulars struct { //nolint:recvcheck // a value to all but those who put words into it
	Claimant     ClaimantParticulars      `json:"claimant,omitzero"`
	Counterparts []CounterpartParticulars `json:"holders,omitempty"`
	Agent        AgentParticulars         `json:"agent,omitzero"`
	// Papers are those asked for beside the ones the route brings: nil leaves what
	// was asked for, an empty list asks for none.
	Papers        []Paper         `json:"papers,omitempty"`
	Court         string          `json:"court,omitempty"`          // whole name
	TransactionNo string          `json:"transaction_no,omitempty"` // for the papers; the record of the case keeps its own
	ReturnTo      AccountToReturn `json:"return_to,omitzero"`
	ReturnBy      string          `json:"return_by,omitempty"`  // last day a demand leaves, 2006-01-02 in China
	DueOn         string          `json:"due_on,omitempty"`     // day an acknowledged debt was to be paid
	NoticedOn     string          `json:"noticed_on,omitempty"` // day the claimant learned of the mistake
	Narrative     string          `json:"narrative,omitempty"`  // how it happened, beyond what was told at the filing
	Assets        string          `json:"assets,omitempty"`     // to be preserved, and clues to them
	Security      string          `json:"security,omitempty"`   // offered for it
	AtRisk        string          `json:"at_risk,omitempty"`    // evidence to be preserved, and who holds it
	Risk          string          `json:"risk,omitempty"`       // why it may be lost
	Rate          PublishedRate   `json:"rate,omitzero"`
}

// ClaimantParticulars are who the claimant is (民事诉讼法 124), beyond the name.
type ClaimantParticulars struct {
	DocumentKind DocumentKind `json:"document_kind,omitempty"`
	DocumentNo   string       `json:"document_no,omitempty"`
	Sex          Sex          `json:"sex,omitempty"`  // told by an identity card's number
	Born         string       `json:"born,omitempty"` // 2006-01-02; told by an identity card's number
	Nation       string       `json:"nation,omitempty"`
	Home         string       `json:"home,omitempty"`
	Residence    string       `json:"residence,omitempty"`
	ServeAt      string       `json:"serve_at,omitempty"`
	Phone        string       `json:"phone,omitempty"`
	Email        string       `json:"email,omitempty"`
	Work         string       `json:"work,omitempty"`
}

// CounterpartParticulars are who a counterpart is: told from all other people by a
// name, and a home or a document (民诉法解释 209).
type CounterpartParticulars struct {
	CounterpartID CounterpartID `json:"counterpart_id"`
	Name          string        `json:"name,omitempty"`
	Sex           Sex           `json:"sex,omitempty"`
	Home          string        `json:"home,omitempty"`
	DocumentKind  DocumentKind  `json:"document_kind,omitempty"`
	DocumentNo    string        `json:"document_no,omitempty"`
	Phone         string        `json:"phone,omitempty"`
	Work          string        `json:"work,omitempty"`
}

// AgentParticulars are who speaks for the claimant in court, and how far.
type AgentParticulars struct {
	Name       string   `json:"name,omitempty"`
	Relation   Relation `json:"relation,omitempty"`
	Work       string   `json:"work,omitempty"` // law firm or employer
	DocumentNo string   `json:"document_no,omitempty"`
	Phone      string   `json:"phone,omitempty"`
	Powers     Powers   `json:"powers,omitempty"`
}

// AccountToReturn is where the money is to go back to.
type AccountToReturn struct {
	Name    string `json:"name,omitempty"`
	Bank    string `json:"bank,omitempty"`
	Account string `json:"account,omitempty"`
}

// PublishedRate is the one-year LPR as somebody read it, and from which day
// interest is claimed by it.
type PublishedRate struct {
	Percent string `json:"percent,omitempty"` // "3.00"
	AsOf    string `json:"as_of,omitempty"`   // day of its publication
	Source  string `json:"source,omitempty"`
	From    string `json:"from,omitempty"` // first day of interest
}

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

// Sex is as a court's form asks for it.
type Sex string

// The two words of the form.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// Sexes lists them.
var Sexes = []Sex{Male, Female}

// Relation is why somebody may speak for the claimant in court.
type Relation string

// The grounds of representation.
const (
	ByLawyer      Relation = "lawyer"
	ByLegalWorker Relation = "legal_worker"
	ByRelative    Relation = "relative"
	ByColleague   Relation = "colleague"
	ByNomination  Relation = "nominated"
)

// Relations lists them.
var Relations = []Relation{ByLawyer, ByLegalWorker, ByRelative, ByColleague, ByNomination}

// Powers are how far a representative may go. Only special powers reach to
// admitting, waiving, changing a claim, and settling.
type Powers string

// The two powers.
const (
	GeneralPowers Powers = "general"
	SpecialPowers Powers = "special"
)

// PowersGiven lists them.
var PowersGiven = []Powers{GeneralPowers, SpecialPowers}

// Paper is a paper of the dossier that needs particulars.
type Paper string

// The papers.
const (
	PaperComplaint     Paper = "complaint"
	PaperPaymentOrder  Paper = "payment_order"
	PaperDemand        Paper = "demand"
	PaperAgreement     Paper = "agreement"
	PaperInquiry       Paper = "inquiry"
	PaperPolice        Paper = "police"
	PaperPreservation  Paper = "preservation"
	PaperSafekeeping   Paper = "evidence_preservation"
	PaperAuthorisation Paper = "authorisation"
)

// PapersOnRequest are made when somebody asks for them.
var PapersOnRequest = []Paper{PaperPreservation, PaperSafekeeping, PaperAuthorisation}

// particularsPath begins the journal's path of every such value.
const particularsPath = "particulars."

// ValuesByPath are the particulars that are not empty, by their paths in the journal.
func (p Particulars) ValuesByPath() map[string]string {
	values := map[string]string{}
	p.visitFields(func(path string, value *string, _ fieldRule) {
		if *value != "" {
			values[particularsPath+path] = *value
		}
	})
	return values
}

// MergeValues puts in what an entry of the journal says, field by field: what it does
// not say stays. Paths of other things are passed over.
func (p *Particulars) MergeValues(values map[string]string) {
	for _, path := range slices.Sorted(maps.Keys(values)) {
		id, _, of := strings.Cut(strings.TrimPrefix(path, particularsPath+counterpartsPath), ".")
		if of && strings.HasPrefix(path, particularsPath+counterpartsPath) {
			p.ensureCounterpart(CounterpartID(id))
		}
	}
	p.visitFields(func(path string, value *string, _ fieldRule) {
		if said := values[particularsPath+path]; said != "" {
			*value = said
		}
	})
}

// EntryFacts are what an entry that supplies particulars says openly: which, and the
// papers that were asked for.
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

// MergeEntry puts in what an entry says, by its facts as they were read back and
// those of its values that are there.
func (p *Particulars) MergeEntry(facts map[string]any, values map[string]string) {
	p.MergeValues(values)
	asked, told := facts["papers"].([]any)
	if !told {
		return
	}
	p.Papers = []Paper{}
	for _, paper := range asked {
		if name, is := paper.(string); is {
			p.Papers = append(p.Papers, Paper(name))
		}
	}
}

// ChangesSince is what a change says that does not stand already.
func (p Particulars) ChangesSince(stand Particulars) Particulars {
	p.Counterparts = slices.Clone(p.Counterparts)
	before := stand.ValuesByPath()
	p.visitFields(func(path string, value *string, _ fieldRule) {
		if before[particularsPath+path] == *value {
			*value = ""
		}
	})
	if slices.Equal(p.Papers, stand.Papers) {
		p.Papers = nil
	}
	return p
}

// IsEmpty reports a change that says nothing.
func (p Particulars) IsEmpty() bool { return p.Papers == nil && len(p.ValuesByPath()) == 0 }

// WithChange is the particulars after a change: blank never erases.
func (p Particulars) WithChange(change Particulars) Particulars {
	p.Counterparts = slices.Clone(p.Counterparts)
	p.MergeValues(change.ValuesByPath())
	if change.Papers != nil {
		p.Papers = change.Papers
	}
	return p
}

// CounterpartByID is what is known of a counterpart.
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

// WithCardFacts adds what an identity card's number tells by itself.
func (p Particulars) WithCardFacts() Particulars {
	p.Counterparts = slices.Clone(p.Counterparts)
	if card := p.Claimant; card.DocumentKind == IDCard {
		if born, sex, sound := readIDCard(card.DocumentNo); sound {
			p.Claimant.Born, p.Claimant.Sex = born.Format(time.DateOnly), sex
		}
	}
	for i := range p.Counterparts {
		if _, sex, sound := readIDCard(p.Counterparts[i].DocumentNo); sound && p.Counterparts[i].DocumentKind == IDCard {
			p.Counterparts[i].Sex = sex
		}
	}
	return p
}

// Masked are the particulars for those who help with a case and need not know who
// its people are: that a value is there, and the last digits of a number.
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

// Hidden stands for a value that its reader may not see.
const Hidden = "＊＊＊＊"

// fieldRuleOf is what is known of the particular at a path of the journal.
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

// NeededPapers are the papers that a court's dossier of a case holds as far as they
// need particulars.
func (p Particulars) NeededPapers(c Case) []Paper {
	papers := []Paper{PaperComplaint}
	asked := func(paper Paper) bool { return slices.Contains(p.Papers, paper) }
	if c.Position.Route == PaymentOrder && !asked(PaperPreservation) {
		papers[0] = PaperPaymentOrder
	}
	papers = append(papers, PaperDemand, PaperAgreement)
	if c.Position.Route == PoliceReport || c.Position.Route == CrossBorder {
		papers = append(papers, PaperPolice)
	}
	if c.Representative != "" || p.Agent.Name != "" || asked(PaperAuthorisation) {
		papers = append(papers, PaperAuthorisation)
	}
	for _, paper := range []Paper{PaperPreservation, PaperSafekeeping} {
		if asked(paper) {
			papers = append(papers, paper)
		}
	}
	return papers
}

// MissingParticular is a particular that is not there, and the papers that would be sent back
// without it.
type MissingParticular struct {
	Field  string  `json:"field"`
	Papers []Paper `json:"papers"`
}

// MissingFor lists what the papers of a case still need.
func (p Particulars) MissingFor(c Case) []MissingParticular {
	whole := p.WithCardFacts()
	for _, counterpart := range c.Counterparts {
		whole.ensureCounterpart(counterpart.ID)
	}
	papers, known := p.NeededPapers(c), dispensableFields(c, whole)
	lacks := []MissingParticular{}
	whole.visitFields(func(path string, value *string, of fieldRule) {
		needing := slices.DeleteFunc(slices.Clone(papers), func(paper Paper) bool { return !slices.Contains(of.papers, paper) })
		if *value == "" && len(needing) > 0 && !known[path] {
			lacks = append(lacks, MissingParticular{path, needing})
		}
	})
	return lacks
}

// dispensableFields are the particulars that can stay empty because the record of the
// case, or another of them, does as well.
func dispensableFields(c Case, p Particulars) map[string]bool {
	reach := c.Claimant.Phone != "" || c.Claimant.Email != "" || p.Claimant.Email != ""
	known := map[string]bool{"claimant.phone": reach, "transaction_no": c.TransactionNo != "", "narrative": c.Narrative != ""}
	for _, h := range p.Counterparts {
		at := counterpartsPath + string(h.CounterpartID) + "."
		known[at+"home"] = h.DocumentNo != ""
	}
	return known
}
