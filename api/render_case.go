package api

import (
	"slices"

	"recourse/casework"
	"recourse/recovery"
)

func renderCase(v casework.View) Case {
	p := v.Position
	return Case{
		ID: string(v.ID), Number: string(v.Number), Stage: Stage(p.Stage), WaitingOn: WaitingOn(p.WaitingOn),
		Outcome: nullIfEmpty[Outcome](p.Outcome), Platform: Platform(v.Platform), Instrument: Instrument(v.Instrument),
		AmountFen: int64(v.Amount), RecoveredFen: int64(p.Recovered), RefundedFen: int64(min(p.Refunded, p.Claim)),
		OutstandingFen: int64(p.Outstanding()), SurplusFen: int64(p.Surplus), Corrections: renderList(v.Corrections, renderCorrection),
		PendingCorrections: renderList(p.PendingCorrections, renderPendingCorrection), CostsFen: int64(p.Costs), SentAt: renderTime(v.SentAt),
		TransactionNo: nullIfEmpty[string](v.TransactionNo), Reason: Reason(v.Reason), ClaimState: ClaimState(v.ClaimState),
		Group: CaseGroup{Kind: GroupKind(v.Group.Kind), Size: v.Group.Size}, Claimant: renderClaimant(v.Claimant),
		Counterparts: renderList(v.Counterparts, func(c recovery.Counterpart) Counterpart { return renderCounterpart(c, p) }), Narrative: nullIfEmpty[string](v.Narrative),
		Appeal: renderAppeal(p), Paused: renderPaused(p.Pause), Plans: renderList(p.Plans, renderPlan), Tasks: renderList(p.Tasks, renderTask),
		Contacts: renderContacts(v.Contacts), Representative: nullIfEmpty[string](v.Representative), Route: nullIfEmpty[Route](p.Route), Deadlines: renderList(v.Deadlines, renderDeadline),
		AllowedActions: convertStrings[Action](v.Allowed), EvidenceRequirements: renderList(v.Requirements, renderRequirement),
		Assignee: nullIfEmpty[string](v.Assignee), Playbook: PlaybookVersion{Version: v.Playbook}, Pace: v.Pace,
		OwedFen: int64(p.Outstanding()), IntendedFen: int64(p.Facts.Intended), NoticedAt: renderTimeOrNull(p.Facts.NoticedAt),
		AcceptedAt: renderTimeOrNull(p.Facts.AcceptedAt), DelayedArrival: nullIfEmpty[DelayedArrival](p.Facts.Delay),
		Account: nullIfEmpty[Account](p.Facts.Account), Circumstances: renderCircumstances(p.Facts), Sends: renderList(v.Sends, renderSend), Payer: renderPayer(v.Payer),
		CreatedAt: renderTime(v.CreatedAt), ClosedAt: renderTimeOrNull(v.ClosedAt), Shared: v.Shared, Version: v.Version,
		Retention: renderRetention(v), Flags: renderFlags(v.Flags),
	}
}

func renderCircumstances(f recovery.Facts) map[string]bool {
	if f.Circumstances == nil {
		return map[string]bool{}
	}
	return f.Circumstances
}

func renderSend(s recovery.Send) Send {
	return Send{AmountFen: int64(s.Amount), SentAt: renderTime(*s.SentAt), TransactionNo: nullIfEmpty[string](s.TransactionNo)}
}

func renderPayer(p recovery.Payer) *Payer {
	if p == (recovery.Payer{}) {
		return nil
	}
	return &Payer{Name: p.Name, Relation: nullIfEmpty[string](p.Relation)}
}

func renderClaimant(c recovery.Claimant) Claimant {
	return Claimant{
		Name: c.Name, Email: nullIfEmpty[string](c.Email), Phone: nullIfEmpty[string](c.Phone),
		Province: nullIfEmpty[string](c.Province), City: nullIfEmpty[string](c.City),
	}
}

func renderCounterpart(c recovery.Counterpart, p recovery.Position) Counterpart {
	result := Counterpart{
		ID: string(c.ID), Alias: c.Alias, ClaimedAt: renderTimeOrNull(c.ClaimedAt), Contact: nullIfEmpty[string](c.Contact),
		Answer: nullIfEmpty[ResponseKind](c.Answer), Refusal: nullIfEmpty[Refusal](c.Refusal), ReturnedFen: int64(c.ReturnFen),
	}
	if c.Claimed > 0 {
		claimed := int64(c.Claimed)
		result.ClaimedFen = &claimed
	}
	at := slices.IndexFunc(p.Counterparts, func(h recovery.CounterpartState) bool { return h.ID == c.ID })
	if at < 0 {
		return result
	}
	state := p.Counterparts[at]
	result.ReturnedFen, result.SaysFen, result.OwedFen = int64(state.Returned), int64(state.ReportedReturned), int64(p.AmountOwedBy(c.ID))
	result.Banned, result.BrokenPlans = state.NoContact, state.BrokenPlans
	return result
}

func renderAppeal(p recovery.Position) *Appeal {
	if p.Appeal == "" {
		return nil
	}
	result := &Appeal{State: AppealState(p.Appeal), GrantedFen: int64(p.Granted), Late: p.Late || p.Breached}
	if p.Proposal != nil {
		result.Proposal = &Proposal{
			Decision: Decision(p.Proposal.Decision), AmountFen: int64(p.Proposal.Amount), By: string(p.Proposal.By),
		}
	}
	return result
}

func renderPaused(p *recovery.Pause) *Paused {
	if p == nil {
		return nil
	}
	return &Paused{Until: renderTimeOrNull(p.Until)}
}

func renderPlan(p recovery.Plan) Plan {
	return Plan{
		No: p.No, CounterpartID: string(p.CounterpartID), Running: p.Running, ProposedBy: Role(p.By),
		Instalments: renderList(p.Instalments, renderInstalment), RestFen: int64(p.Remaining()),
	}
}

func renderInstalment(i recovery.Instalment) Instalment {
	return Instalment{No: i.No, DueOn: i.DueOn, AmountFen: int64(i.Amount), PaidFen: int64(i.Paid)}
}

func renderTask(t recovery.Task) Task {
	return Task{Kind: TaskKind(t.Kind), State: TaskState(t.State), CounterpartID: nullIfEmpty[string](t.CounterpartID)}
}

func renderContacts(v *casework.ContactView) *Contacts {
	if v == nil {
		return nil
	}
	return &Contacts{
		Today: v.Today, Total: v.Total, GroupToday: v.GroupToday, GroupTotal: v.GroupTotal, Planned: v.Planned,
		Limits: ContactLimits{
			PerDay: v.Limits.PerDay, Total: v.Limits.Total, GroupPerDay: v.Limits.GroupDay, GroupTotal: v.Limits.GroupTotal,
			QuietFromHour: v.Limits.QuietFrom, QuietUntilHour: v.Limits.QuietUntil,
		},
		QuietNow: v.QuietNow, Breaches: renderList(v.Breaches, renderBreach), BreachTotal: v.BreachTotal,
	}
}

func renderBreach(e recovery.ContactEntry) ContactBreach {
	return ContactBreach{
		Seq: e.Seq, At: renderTime(e.At), CounterpartID: nullIfEmpty[string](e.CounterpartID), InGroup: e.InGroup,
		Codes: convertStrings[ProblemCode](e.Breaches),
	}
}

func renderDeadline(d recovery.Deadline) Deadline {
	return Deadline{
		Kind: ClockKind(d.Kind), Ref: nullIfEmpty[string](d.Ref), DueAt: renderTime(d.DueAt), WarnAt: renderTimeOrNull(d.WarnAt), PausedBecause: nullIfEmpty[string](d.PausedBecause), Source: d.Source,
	}
}

func renderRequirement(r recovery.Requirement) Requirement {
	return Requirement{Kind: EvidenceKind(r.Kind), Required: r.Required, Satisfied: r.Satisfied, Proves: ProvenFact(r.Proves), Why: r.Why}
}
