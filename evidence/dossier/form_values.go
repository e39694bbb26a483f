package dossier

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// longName is how many characters of a name are repeated on every page; the
// table of the parties prints it whole.
const longName = 60

func (w *wording) brief(name string) string {
	if utf8.RuneCountInString(name) <= longName {
		return name
	}
	return string([]rune(name)[:longName]) + w.text("name_goes_on")
}

// extra gives the papers' own data; never nil.
func (p *papers) extra() *folio.Papers {
	if p.folio.Papers == nil {
		return &folio.Papers{}
	}
	return p.folio.Papers
}

// private masks what such an audience must not see.
func (p *papers) private(value string) string {
	if value != "" && !p.shows(recovery.PrivateParticulars) {
		return p.mask()
	}
	return value
}

// unseen writes the house's word for a value that whoever asked may not see.
func (p *papers) unseen(value string) string {
	return strings.ReplaceAll(value, recovery.Hidden, p.mask())
}

func (p *papers) sum(m recovery.Money) string {
	return p.t.text("sum_value", "figures", m, "capitals", p.t.capitals(m))
}

// capitals writes a sum in capital numerals. A sum no case can have is written
// in figures only: the numerals end at ten thousand trillion.
func (w *wording) capitals(m recovery.Money) string {
	const most = recovery.MaxMoney * 10_000
	if m > most || m < -most {
		return w.text("beyond_numerals")
	}
	return m.ChineseCapitals()
}

// formValues are the values that the texts of the forms may name.
var formValues = []string{
	"acknowledged", "agent", "agent_document", "agent_name", "agent_phone", "agent_powers", "agent_relation", "agent_work",
	"agreed_interest", "amount_sum", "answers", "asked_sum", "assets", "at_risk", "claim_state", "claimant_born",
	"claimant_document", "claimant_home", "claimant_name", "claimant_nation", "claimant_reach", "claimant_residence",
	"claimant_serve_at", "claimant_sex", "claimant_work", "copies", "court", "due", "exhibits", "fingerprint", "first_demand", "holders",
	"holders_identified", "interest_claim", "method", "number", "occasion", "outstanding_sum", "reason", "recovered_sum",
	"return_by", "return_to", "returned_sum", "risk", "security", "sent_at", "to_court", "today", "total_sum", "transaction_no",
}

// evaluate computes every value and condition that the forms may name.
func (p *papers) evaluate() {
	p.conditions = p.weigh()
	p.reckonInterest()
	p.values, p.blanked = p.computeValues(), map[string]string{}
	for _, name := range formValues {
		p.values[name] += "" // a value that is not known is there and empty
		p.blanked[name] = cmp.Or(p.values[name], blank)
	}
	p.missing = p.gaps()
}

func (p *papers) computeValues() map[string]string {
	values := map[string]string{}
	for _, part := range []map[string]string{p.claimantValues(), p.caseValues(), p.moneyValues(), p.agentValues(), p.extraValues()} {
		for name, value := range part {
			values[name] = p.unseen(value)
		}
	}
	return values
}

func (p *papers) claimantValues() map[string]string {
	own, recorded := p.extra().Claimant, p.folio.Case.Claimant
	first := func(values ...string) string {
		for _, value := range values {
			if value != "" {
				return value
			}
		}
		return ""
	}
	reach := []string{
		first(p.private(own.Phone), p.contact("claimant.phone", recorded.Phone)),
		first(p.private(own.Email), p.contact("claimant.email", recorded.Email)),
	}
	return map[string]string{
		"claimant_name": p.t.brief(p.claimantName()), "claimant_sex": p.private(p.t.word("sex", own.Sex)),
		"claimant_born": p.private(birthday(own.Born)), "claimant_nation": p.private(own.Nation), "claimant_work": p.private(own.Work),
		"claimant_home": first(p.private(own.Home), p.place()), "claimant_residence": p.private(own.Residence),
		"claimant_document": p.private(p.document(own)), "claimant_serve_at": p.private(own.ServeAt),
		"claimant_reach": strings.Join(unique(reach), "　"),
	}
}

// document names an identity document by its kind and number.
func (p *papers) document(who folio.Identity) string {
	return strings.TrimSpace(p.t.word("document_kind", string(who.DocumentKind)) + " " + who.Document)
}

// birthday prints a day as papers do; words stay as they are.
func birthday(born string) string {
	day, err := time.ParseInLocation(time.DateOnly, born, beijing)
	if err != nil {
		return born
	}
	return date(day)
}

// agentValues are who speaks for the claimant, and how far.
func (p *papers) agentValues() map[string]string {
	a := p.extra().Agent
	return map[string]string{
		"agent": strings.Join(unique([]string{a.Name, a.Work, p.private(a.Phone)}), "　"), "agent_name": a.Name,
		"agent_relation": p.t.word("relation", string(a.Relation)), "agent_work": a.Work,
		"agent_document": p.private(a.DocumentNo), "agent_phone": p.private(a.Phone),
		"agent_powers": p.t.word("powers", string(a.Powers)),
	}
}

// unique leaves out what is empty or said already.
func unique(values []string) []string {
	var out []string
	for _, value := range values {
		known := value == ""
		for _, said := range out {
			known = known || said == value
		}
		if !known {
			out = append(out, value)
		}
	}
	return out
}

func (p *papers) caseValues() map[string]string {
	c := p.folio.Case
	occasion := p.t.word("group", string(c.Group.Kind))
	if c.Group.Size > 0 && !c.Group.IsOneToOne() {
		occasion = p.t.text("group_size", "kind", occasion, "size", c.Group.Size)
	}
	values := map[string]string{
		"number": string(c.Number), "sent_at": clock(c.SentAt), "transaction_no": cmp.Or(p.extra().TransactionNo, p.field(p.filed, "transaction_no", c.TransactionNo)),
		"method": p.t.word("platform", string(c.Platform)) + p.t.word("instrument", string(c.Instrument)),
		"reason": p.t.word("reason", string(c.Reason)), "occasion": occasion, "claim_state": p.t.word("claim_state", string(c.ClaimState)),
		"holders": p.holderNames(), "answers": p.answers(), "today": date(p.folio.At), "fingerprint": short(p.fingerprint, 64),
		"exhibits": strconv.Itoa(len(p.exhibits)), "copies": strconv.Itoa(max(1, len(p.debtors()))),
	}
	if act, found := p.firstDemand(); found {
		values["first_demand"] = p.t.text("first_demand", "time", clock(act.At), "seq", act.Seq)
	}
	if p.identified() {
		values["holders_identified"] = p.t.text("identified")
	}
	if no := p.exhibitOf(recovery.Agreement); no != "" {
		values["acknowledged"] = p.t.text("acknowledged", "no", no)
	}
	return values
}

func (p *papers) moneyValues() map[string]string {
	values := map[string]string{
		"amount_sum": p.sum(p.folio.Case.Amount), "outstanding_sum": p.sum(p.outstanding()), "asked_sum": p.sum(p.asked()),
		"recovered_sum": p.sum(p.folio.Case.Position.Recovered), "returned_sum": p.sum(p.returned()),
		"total_sum": p.sum(p.asked() + p.interest.total), "interest_claim": p.interestClaim(),
	}
	if p.folio.Case.CanBeSplit() && !p.sharesTold() {
		values["asked_sum"] = p.t.text("asked_by_record")
	}
	if !p.interest.given || p.interest.from.IsZero() {
		values["total_sum"] += p.t.text("interest_apart")
	}
	return values
}

func (p *papers) extraValues() map[string]string {
	x := p.extra()
	values := map[string]string{
		"court": x.Court, "to_court": p.toCourt(), "assets": p.private(x.Assets), "security": p.private(x.Security),
		"at_risk": p.private(x.AtRisk), "risk": p.private(x.Risk),
		"return_to": p.returnTo(), "agreed_interest": p.t.text("no_agreed_interest"),
	}
	if x.ReturnBy != nil {
		values["return_by"] = p.t.text("return_by", "date", date(*x.ReturnBy))
	}
	values["due"] = p.due()
	return values
}

// toCourt is whom a paper is addressed to: the whole name of a court, or one to
// be filled in.
func (p *papers) toCourt() string {
	court := p.extra().Court
	if court == "" {
		court = blank
	}
	if strings.HasSuffix(court, p.t.text("court_ends")) {
		return court
	}
	return p.t.text("court_of", "place", court)
}

// returnTo is where the money is to go: to an account, or the way it came.
func (p *papers) returnTo() string {
	to := p.extra().ReturnTo
	if to.Account == "" {
		return p.t.word("return_to", string(p.folio.Case.Platform))
	}
	return p.t.text("return_account", "name", cmp.Or(to.Name, p.claimantName()), "bank", cmp.Or(to.Bank, blank), "account", to.Account)
}

// due is by what a debt has come due. Only what is due can be ordered to be paid
// (民诉法解释 427).
func (p *papers) due() string {
	x := p.extra()
	if n := len(x.Plan); n > 0 && !x.Plan[n-1].DueOn.After(p.folio.At) {
		return p.t.text("due", "count", n, "date", date(x.Plan[n-1].DueOn))
	}
	if x.DueOn != nil && !x.DueOn.After(p.folio.At) {
		return p.t.text("due_on", "date", date(*x.DueOn))
	}
	return ""
}

// weigh decides the conditions of the plan and of the boxes.
func (p *papers) weigh() map[string]bool {
	c, x := p.folio.Case, p.extra()
	route := c.Position.Route
	if x.Route != "" {
		route = x.Route
	}
	order := route == recovery.PaymentOrder
	met := map[string]bool{
		"preservation": x.Preservation, "payment_order": order && !x.Preservation, "suit": !order || x.Preservation,
		"suing": route == recovery.SmallClaims || route == recovery.CivilSuit, "clash": order && x.Preservation,
		"outstanding": p.outstanding() > 0, "identified": p.identified(), "inside": p.shows(recovery.DemandRecords),
		"split": c.CanBeSplit(), "whole": !c.CanBeSplit(),
		"represented":      c.Representative != "" || x.Agent.Name != "" || slices.Contains(x.Requested, recovery.PaperAuthorisation),
		"evidence_at_risk": slices.Contains(x.Requested, recovery.PaperSafekeeping),
		"mistaken":         c.Reason != "" && c.Reason != recovery.OtherReason, "police": route == recovery.PoliceReport || route == recovery.CrossBorder,
	}
	for i := range c.Counterparts {
		switch c.Counterparts[i].Refusal {
		case recovery.ClaimsGift:
			met["claims_gift"] = true
		case recovery.ClaimsOwed:
			met["claims_owed"] = true
		}
		met["hostile"] = met["hostile"] || c.Counterparts[i].Answer == recovery.Hostile
	}
	return met
}

// identified reports that every debtor can be told from all other people
// (民诉法解释 209): a name, and a home or a document.
func (p *papers) identified() bool {
	for _, i := range p.debtors() {
		who := p.extra().Holders[p.folio.Case.Counterparts[i].ID]
		if who.Name == "" || who.Home == "" && who.Document == "" {
			return false
		}
	}
	return len(p.folio.Case.Counterparts) > 0
}

// answers sums up what the counterparts said, in few words.
func (p *papers) answers() string {
	var said []string
	for i := range p.folio.Case.Counterparts {
		c := &p.folio.Case.Counterparts[i]
		if c.Answer == "" {
			continue
		}
		text := p.t.word("response", string(c.Answer))
		if c.Refusal != "" {
			text = p.t.text("answer_because", "answer", text, "why", p.t.word("refusal", string(c.Refusal)))
		}
		said = append(said, text)
	}
	return strings.Join(unique(said), "；")
}

// exhibitOf gives the label of the first exhibit of a kind.
func (p *papers) exhibitOf(kind recovery.EvidenceKind) string {
	for i := range p.exhibits {
		if p.exhibits[i].Kind == kind {
			return p.exhibits[i].Label()
		}
	}
	return ""
}

// day gives the date of an instant in Beijing.
func day(at time.Time) time.Time {
	year, month, d := at.In(beijing).Date()
	return time.Date(year, month, d, 0, 0, 0, 0, beijing)
}
