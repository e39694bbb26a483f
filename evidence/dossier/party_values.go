package dossier

import (
	"strings"
	"time"

	"recourse/recovery"
)

// counterpartValues are the values about the counterpart that the papers are about.
func (p *draft) counterpartValues() map[string]string {
	i, known := p.soleCounterpart()
	if !known {
		return map[string]string{}
	}
	c := p.folio.Case.Counterparts[i]
	who := p.particulars().Holders[c.ID]
	alias := p.t.shortenName(p.alias(i))
	called := alias
	if who.Name != "" {
		called = p.t.text("holder_both", "name", p.t.shortenName(who.Name), "alias", alias)
	}
	account := withoutDuplicates([]string{p.alias(i), p.contact(i)})
	return map[string]string{
		"holder_name": p.t.shortenName(who.Name), "holder_called": called,
		"holder_sex": p.maskPrivate(p.t.word("sex", who.Sex)), "holder_born": p.maskPrivate(formatBirthday(who.Born)),
		"holder_nation": p.maskPrivate(who.Nation), "holder_work": p.maskPrivate(who.Work), "holder_phone": p.maskPrivate(who.Phone),
		"holder_home": p.maskPrivate(who.Home), "holder_residence": p.maskPrivate(who.Residence), "holder_document": p.maskPrivate(p.document(who)),
		"holder_account": strings.Join(account, "　"),
	}
}

// soleCounterpart is the counterpart that the draft is about, if it is only one.
func (p *draft) soleCounterpart() (int, bool) {
	all := p.allCounterparts()
	if len(all) != 1 {
		return 0, false
	}
	return all[0], true
}

// courtValues are the values about the procedure.
func (p *draft) courtValues() map[string]string {
	x := p.particulars()
	values := map[string]string{
		"case_no": x.CaseNo, "forum_clause": p.maskPrivate(x.Forum.Clause), "preserved_court": p.maskPrivate(x.Preserved.Court),
		"preserved_on": p.maskPrivate(formatBirthday(x.Preserved.On)), "preserved_no": p.maskPrivate(x.Preserved.CaseNo),
		"judgment_kind": p.t.word("judgment", string(x.Judgment.Kind)), "judgment_by": x.Judgment.MadeBy, "judgment_no": x.Judgment.No,
		"judgment_effective": formatBirthday(x.Judgment.EffectiveOn), "judgment_orders": p.maskPrivate(x.Judgment.Orders),
		"order_conditions": p.orderConditions(), "enforce_until": p.enforcementDeadline(), "e_address": p.electronicAddress(),
	}
	values["institution"], values["institution_seat"], values["evidence_by"] = "", "", ""
	if x.EvidenceBy != nil {
		values["evidence_by"] = formatDate(*x.EvidenceBy)
	}
	if all := p.institutions(); len(all) > 0 {
		values["institution"] = all[0].name
	}
	return values
}

// electronicAddress is where the court may serve electronically.
func (p *draft) electronicAddress() string {
	if p.particulars().Claimant.EService != recovery.Yes {
		return ""
	}
	return p.claimantReach()
}

// enforcementYears is the time to apply for enforcement (民诉法 250).
const enforcementYears = 2

// enforcementDeadline returns the last day to apply for enforcement.
func (p *draft) enforcementDeadline() string {
	due, err := time.ParseInLocation(time.DateOnly, p.particulars().Judgment.DueOn, beijing)
	if err != nil {
		return ""
	}
	return p.t.text("enforce_until", "date", formatDate(due.AddDate(enforcementYears, 0, 0)))
}
