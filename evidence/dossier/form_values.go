package dossier

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// longName is the number of characters of a name that are repeated on every page;
// the table of the parties prints it whole.
const longName = 60

func (w *wording) shortenName(name string) string {
	if utf8.RuneCountInString(name) <= longName {
		return name
	}
	return string([]rune(name)[:longName]) + w.text("name_goes_on")
}

// particulars returns the data of the legal papers; it is never nil.
func (p *draft) particulars() *folio.Papers {
	if p.folio.Papers == nil {
		return &folio.Papers{}
	}
	return p.folio.Papers
}

// maskPrivate masks what such an audience must not see.
func (p *draft) maskPrivate(value string) string {
	if value != "" && !p.shows(recovery.PrivateParticulars) {
		return p.maskText()
	}
	return value
}

// maskHidden replaces the placeholder of a value that the requester may not see.
func (p *draft) maskHidden(value string) string {
	return strings.ReplaceAll(value, recovery.Hidden, p.maskText())
}

func (p *draft) sumInWords(m recovery.Money) string {
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
	"agreed_interest", "amount_sum", "answers", "asked_sum", "assets", "at_risk", "case_no", "claim_state", "claim_sum", "claimant_born",
	"claimant_document", "claimant_home", "claimant_name", "claimant_nation", "claimant_reach", "claimant_residence",
	"claimant_serve_at", "claimant_sex", "claimant_work", "copies", "court", "due", "e_address", "enforce_until", "evidence_by",
	"exhibits", "first_demand", "forum_clause", "holder_account", "holder_born", "holder_called", "holder_document", "holder_home",
	"holder_name", "holder_nation", "holder_phone", "holder_residence", "holder_sex", "holder_work", "holders_identified",
	"institution", "institution_seat", "interest_claim", "judgment_by", "judgment_effective", "judgment_kind", "judgment_no",
	"judgment_orders", "method", "occasion", "order_conditions", "outstanding_sum", "part", "payer_name", "payer_relation", "preserved_court", "preserved_no",
	"preserved_on", "reason", "recovered_sum", "return_account", "return_by", "return_to", "returned_sum", "risk", "security",
	"sent_at", "to_court", "today", "total_sum", "transaction_no",
}

// evaluate computes every value and condition that the forms may use.
func (p *draft) evaluate() {
	p.conditions = p.computeConditions()
	p.accrueInterest()
	p.values, p.blanked = p.computeValues(), map[string]string{}
	for _, name := range formValues {
		p.values[name] += "" // a value that is not known is there and empty
		p.blanked[name] = cmp.Or(p.values[name], blank)
	}
}

func (p *draft) computeValues() map[string]string {
	values := map[string]string{}
	for _, part := range []map[string]string{
		p.claimantValues(), p.counterpartValues(), p.caseValues(), p.moneyValues(), p.agentValues(), p.courtValues(), p.extraValues(),
	} {
		for name, value := range part {
			values[name] = p.maskHidden(value)
		}
	}
	return values
}

func (p *draft) claimantValues() map[string]string {
	own := p.particulars().Claimant
	return map[string]string{
		"claimant_name": p.t.shortenName(p.claimantName()), "claimant_sex": p.maskPrivate(p.t.word("sex", own.Sex)),
		"claimant_born": p.maskPrivate(formatBirthday(own.Born)), "claimant_nation": p.maskPrivate(own.Nation), "claimant_work": p.maskPrivate(own.Work),
		"claimant_home": p.maskPrivate(own.Home), "claimant_residence": p.maskPrivate(own.Residence),
		"claimant_document": p.maskPrivate(p.document(own)), "claimant_serve_at": p.maskPrivate(own.ServeAt),
		"claimant_reach": p.claimantReach(),
	}
}

// claimantReach is how to reach the claimant.
func (p *draft) claimantReach() string {
	own, recorded := p.particulars().Claimant, p.folio.Case.Claimant
	return strings.Join(withoutDuplicates([]string{
		cmp.Or(p.maskPrivate(own.Phone), p.contactOrMask("claimant.phone", recorded.Phone)),
		cmp.Or(p.maskPrivate(own.Email), p.contactOrMask("claimant.email", recorded.Email)),
	}), "　")
}

// document names an identity document by its kind and number.
func (p *draft) document(who folio.Identity) string {
	return strings.TrimSpace(p.t.word("document_kind", string(who.DocumentKind)) + " " + who.Document)
}

// formatBirthday prints a date; other text is returned unchanged.
func formatBirthday(born string) string {
	day, err := time.ParseInLocation(time.DateOnly, born, beijing)
	if err != nil {
		return born
	}
	return formatDate(day)
}

// agentValues are the values about the representative.
func (p *draft) agentValues() map[string]string {
	a := p.particulars().Agent
	return map[string]string{
		"agent": strings.Join(withoutDuplicates([]string{a.Name, a.Work, p.maskPrivate(a.Phone)}), "　"), "agent_name": a.Name,
		"agent_relation": p.t.word("relation", string(a.Relation)), "agent_work": a.Work,
		"agent_document": p.maskPrivate(a.DocumentNo), "agent_phone": p.maskPrivate(a.Phone),
		"agent_powers": p.t.word("powers", string(a.Powers)),
	}
}

// withoutDuplicates drops empty and repeated values.
func withoutDuplicates(values []string) []string {
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

// reasonText returns why the money was paid; in danger it names the danger, because a paper that
// calls the payment a slip would tell the police that there was no crime.
func (p *draft) reasonText() string {
	var dangers []string
	for _, danger := range recovery.Dangers {
		if p.hasCircumstance(danger) {
			dangers = append(dangers, p.t.word("danger", danger))
		}
	}
	if len(dangers) == 0 {
		return p.t.word("reason", string(p.folio.Case.Reason))
	}
	return strings.Join(dangers, p.t.text("and"))
}

func (p *draft) caseValues() map[string]string {
	c := p.folio.Case
	occasion := p.t.word("group", string(c.Group.Kind))
	if c.Group.Size > 0 && !c.Group.IsOneToOne() {
		occasion = p.t.text("group_size", "kind", occasion, "size", c.Group.Size)
	}
	values := map[string]string{
		"sent_at": formatMoment(c.SentAt), "transaction_no": cmp.Or(p.particulars().TransactionNo, p.transactionNos()),
		"method": p.t.word("platform", string(c.Platform)) + p.t.word("instrument", string(c.Instrument)),
		"reason": p.reasonText(), "occasion": occasion, "claim_state": p.t.word("claim_state", string(c.ClaimState)),
		"payer_name": p.fieldOrMask(p.filed, "payer.name", c.Payer.Name), "payer_relation": p.fieldOrMask(p.filed, "payer.relation", c.Payer.Relation),
		"answers": p.counterpartAnswers(), "today": formatDate(p.folio.At),
		"exhibits": strconv.Itoa(len(p.exhibits)), "copies": strconv.Itoa(max(1, len(p.debtors()))),
	}
	if act, found := p.firstDemand(); found {
		values["first_demand"] = formatMoment(act.At)
	}
	if p.areDebtorsIdentified() {
		values["holders_identified"] = p.t.text("identified")
	}
	if no := p.firstExhibitOf(recovery.Agreement); no != "" {
		values["acknowledged"] = p.t.text("acknowledged", "no", no)
	}
	return values
}

func (p *draft) moneyValues() map[string]string {
	values := map[string]string{
		"amount_sum": p.sumInWords(p.partTaken()), "claim_sum": p.sumInWords(p.partClaimed()), "part": p.t.text("yuan", "money", p.partTaken()),
		"outstanding_sum": p.sumInWords(p.outstanding()), "asked_sum": p.sumInWords(p.amountAsked()),
		"recovered_sum": p.sumInWords(p.folio.Case.Position.Recovered), "returned_sum": p.sumInWords(p.amountReturned()),
		"total_sum": p.sumInWords(p.amountAsked() + p.interest.total), "interest_claim": p.interestClaim(),
	}
	if p.isShared() && !p.areSharesKnown() {
		values["asked_sum"], values["total_sum"] = p.t.text("asked_by_record"), ""
		if p.focus != nil {
			values["amount_sum"], values["claim_sum"], values["part"] = p.t.text("asked_by_record"), p.t.text("asked_by_record"), p.t.text("one_payment")
		}
	}
	if values["total_sum"] != "" && (!p.interest.given || p.interest.from.IsZero()) {
		values["total_sum"] += p.t.text("interest_apart")
	}
	return values
}

// partTaken is what the counterparts that the draft is about received.
func (p *draft) partTaken() recovery.Money {
	if p.focus == nil || !p.isShared() {
		return p.folio.Case.Amount
	}
	return p.folio.Case.Counterparts[*p.focus].Claimed
}

// partClaimed is what of it was not meant for them.
func (p *draft) partClaimed() recovery.Money {
	if p.focus != nil && p.isShared() {
		return p.owedPart(&p.folio.Case.Counterparts[*p.focus])
	}
	return p.claimed()
}

// claimed is the amount that the case claims: what was sent and not owed.
func (p *draft) claimed() recovery.Money {
	return cmp.Or(p.folio.Case.Position.Claim, p.folio.Case.Amount)
}

// owedPart is what a counterpart received and was not owed.
func (p *draft) owedPart(c *recovery.Counterpart) recovery.Money {
	return p.folio.Case.Position.OwedPart(recovery.CounterpartState{Share: c.Claimed})
}

func (p *draft) extraValues() map[string]string {
	x := p.particulars()
	values := map[string]string{
		"court": x.Court, "to_court": p.addressee(), "assets": p.maskPrivate(x.Assets), "security": p.maskPrivate(x.Security),
		"at_risk": p.maskPrivate(x.AtRisk), "risk": p.maskPrivate(x.Risk),
		"return_to": p.returnTo(), "agreed_interest": p.t.text("no_agreed_interest"),
	}
	if x.ReturnBy != nil {
		values["return_by"] = p.t.text("return_by", "date", formatDate(*x.ReturnBy))
	}
	values["due"], values["return_account"] = p.whyDue(), p.returnAccount()
	return values
}

// addressee is the court that a paper is addressed to: its full name, or a blank to
// fill in.
func (p *draft) addressee() string {
	court := p.particulars().Court
	if court == "" {
		court = blank
	}
	if strings.HasSuffix(court, p.t.text("court_ends")) {
		return court
	}
	return p.t.text("court_of", "place", court)
}

// returnTo is where the money must be returned to: an account, or the original
// route.
func (p *draft) returnTo() string {
	return cmp.Or(p.returnAccount(), p.t.word("return_to", string(p.folio.Case.Platform)))
}

// returnAccount is the account that the claimant named, or "".
func (p *draft) returnAccount() string {
	to := p.particulars().ReturnTo
	if to.Account == "" {
		return ""
	}
	return p.t.text("return_account", "name", cmp.Or(to.Name, p.claimantName()), "bank", cmp.Or(to.Bank, blank), "account", to.Account)
}

// whyDue is why the debt is due. A payment order needs a debt that is due (民诉法解释
// 427).
func (p *draft) whyDue() string {
	x, plan := p.particulars(), p.ownPlan()
	if n := len(plan); n > 0 && !plan[n-1].DueOn.After(p.folio.At) {
		return p.t.text("due", "count", n, "date", formatDate(plan[n-1].DueOn))
	}
	if x.DueOn != nil && !x.DueOn.After(p.folio.At) {
		return p.t.text("due_on", "date", formatDate(*x.DueOn))
	}
	return ""
}

// areDebtorsIdentified reports whether every debtor can be distinguished from other
// people (民诉法解释 209): by a name, and a home or a document.
func (p *draft) areDebtorsIdentified() bool {
	for _, i := range p.debtors() {
		who := p.particulars().Holders[p.folio.Case.Counterparts[i].ID]
		if who.Name == "" || who.Home == "" && who.Document == "" {
			return false
		}
	}
	return len(p.folio.Case.Counterparts) > 0
}

// counterpartAnswers summarizes the answers of the counterparts.
func (p *draft) counterpartAnswers() string {
	var said []string
	for _, i := range p.allCounterparts() {
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
	return strings.Join(withoutDuplicates(said), "；")
}

// firstExhibitOf returns the label of the first exhibit of a kind.
func (p *draft) firstExhibitOf(kind recovery.EvidenceKind) string {
	for i := range p.exhibits {
		if p.exhibits[i].Kind == kind {
			return p.exhibits[i].Label()
		}
	}
	return ""
}

// dayOf gives the date of an instant in Beijing.
func dayOf(at time.Time) time.Time {
	year, month, d := at.In(beijing).Date()
	return time.Date(year, month, d, 0, 0, 0, 0, beijing)
}
