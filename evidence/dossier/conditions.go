package dossier

import (
	"slices"

	"recourse/recovery"
)

// computeConditions evaluates the conditions of the plan and of the checkboxes. A box
// is ticked only for an answer that somebody gave or a fact of the record.
func (p *draft) computeConditions() map[string]bool {
	met := p.planConditions()
	for _, some := range []map[string]bool{p.caseConditions(), p.answerConditions()} {
		for name, is := range some {
			met[name] = is
		}
	}
	return met
}

// planConditions decide which papers there are.
func (p *draft) planConditions() map[string]bool {
	x := p.particulars()
	order := p.route() == recovery.PaymentOrder
	barred := len(p.orderBars()) > 0
	met := map[string]bool{
		"preservation": x.Preservation, "barred": barred, "payment_order": order && !barred, "suit": !order || barred,
		"suing":       p.route() == recovery.SmallClaims || p.route() == recovery.CivilSuit,
		"outstanding": p.outstanding() > 0, "identified": p.areDebtorsIdentified(),
		"other_payer": p.folio.Case.Payer.Name != "" || slices.Contains(x.Requested, recovery.PaperPayer),
		"represented": p.isRepresented(), "danger": p.folio.Case.Facts().IsInDanger(),
	}
	met["police"] = met["danger"] || p.route() == recovery.PoliceReport || p.route() == recovery.CrossBorder
	for _, paper := range recovery.Papers {
		met["requested_"+string(paper)] = slices.Contains(x.Requested, paper)
	}
	met["address"] = met["suing"] || met["requested_"+string(recovery.PaperAddress)]
	met["before_suit"] = x.Preservation && !x.InSuit && x.CaseNo == ""
	met["in_suit"] = x.InSuit || x.CaseNo != ""
	return met
}

// route is the route of the papers.
func (p *draft) route() recovery.Route {
	if route := p.particulars().Route; route != "" {
		return route
	}
	return p.folio.Case.Position.Route
}

func (p *draft) isRepresented() bool {
	x := p.particulars()
	return p.folio.Case.Representative != "" || x.Agent.Name != "" || slices.Contains(x.Requested, recovery.PaperAuthorisation)
}

// caseConditions are about the payment and the counterparts.
func (p *draft) caseConditions() map[string]bool {
	c := p.folio.Case
	met := map[string]bool{
		"always": true, "returned": p.amountReturned() > 0, "split": p.isShared(), "whole": !p.isShared(), "partial_claim": p.partClaimed() < p.partTaken(),
		"deceived": p.hasCircumstance(recovery.Deceived) || p.hasCircumstance(recovery.AskedToSend), "hostile": p.hasCircumstance(recovery.Threatened),
		"mistaken":     c.Reason != "" && c.Reason != recovery.OtherReason && !c.Facts().IsInDanger(),
		"acknowledged": p.firstExhibitOf(recovery.Agreement) != "",
	}
	met["avoidable"] = met["mistaken"] && p.folio.At.Before(p.ledgers[""].Avoidance)
	for _, i := range p.allCounterparts() {
		one := c.Counterparts[i]
		met["claims_gift"] = met["claims_gift"] || one.Refusal == recovery.ClaimsGift
		met["claims_owed"] = met["claims_owed"] || one.Refusal == recovery.ClaimsOwed
		met["hostile"] = met["hostile"] || one.Answer == recovery.Hostile
	}
	return met
}

// answerConditions are about what the claimant answered.
func (p *draft) answerConditions() map[string]bool {
	x := p.particulars()
	met := map[string]bool{
		"unrepresented":  x.Agent.Appointed == recovery.No && !p.isRepresented(),
		"general_powers": x.Agent.Powers == recovery.GeneralPowers, "special_powers": x.Agent.Powers == recovery.SpecialPowers,
		"by_lawyer": x.Agent.Relation == recovery.ByLawyer,
		"e_service": x.Claimant.EService == recovery.Yes, "no_e_service": x.Claimant.EService == recovery.No,
		"third_party":  x.ThirdParty == recovery.Yes,
		"forum_agreed": x.Forum.Agreed == recovery.Yes || x.Forum.Clause != "", "no_forum": x.Forum.Agreed == recovery.No && x.Forum.Clause == "",
		"preserved":       x.Preserved.Done == recovery.Yes || x.Preserved.CaseNo != "",
		"not_preserved":   x.Preserved.Done == recovery.No && x.Preserved.CaseNo == "",
		"wants_mediation": x.TryMediation == recovery.WishYes, "no_mediation": x.TryMediation == recovery.WishNo,
		"unsure_mediation": x.TryMediation == recovery.WishUnsure,
	}
	met["other_debts"], met["no_other_debts"] = p.hasCircumstance(otherDebts), false
	for _, i := range p.allCounterparts() {
		who := x.Holders[p.folio.Case.Counterparts[i].ID]
		met["other_debts"] = met["other_debts"] || who.OtherDebts == recovery.Yes
		met["no_other_debts"] = met["no_other_debts"] || who.OtherDebts == recovery.No
	}
	return met
}

// orderBars are the reasons why a payment order may not be applied for (民诉法 225,
// 民诉法解释 427). With one of them the paper is not printed.
func (p *draft) orderBars() []string {
	if p.route() != recovery.PaymentOrder {
		return nil
	}
	var bars []string
	add := func(key string, is bool) {
		if is {
			bars = append(bars, p.t.text(key))
		}
	}
	x := p.particulars()
	add("bar_preservation", x.Preservation || x.Preserved.Done == recovery.Yes || p.hasCircumstance(preserved))
	add("bar_not_due", p.isNotDue())
	for _, i := range p.allCounterparts() {
		c := p.folio.Case.Counterparts[i]
		who := x.Holders[c.ID]
		add("bar_debts", who.OtherDebts == recovery.Yes || p.hasCircumstance(otherDebts) || who.OtherDebts == "" && c.Refusal == recovery.ClaimsOwed)
		add("bar_abroad", who.InChina == recovery.No || p.hasCircumstance(abroad))
		add("bar_unserved", who.CanBeServed == recovery.No || who.CanBeServed == "" && p.hasCircumstance(recovery.Unreachable))
	}
	return withoutDuplicates(bars)
}

// The circumstances that bar a payment order.
const (
	otherDebts = "other_debts"
	preserved  = "preservation"
	abroad     = "abroad"
)

// hasCircumstance reports whether a circumstance was stated to be true.
func (p *draft) hasCircumstance(circumstance string) bool {
	return p.folio.Case.Facts().Circumstances[circumstance]
}

// isNotDue reports whether it is known that the debt is not due yet.
func (p *draft) isNotDue() bool {
	return p.whyDue() == "" && (len(p.ownPlan()) > 0 || p.particulars().DueOn != nil)
}

// orderConditions is the claimant's statement that a payment order may be issued. It
// is empty until the claimant confirmed every part of it.
func (p *draft) orderConditions() string {
	for _, i := range p.allCounterparts() {
		who := p.particulars().Holders[p.folio.Case.Counterparts[i].ID]
		if who.OtherDebts != recovery.No || who.InChina != recovery.Yes || who.CanBeServed != recovery.Yes {
			return ""
		}
	}
	return p.t.text("order_conditions")
}
