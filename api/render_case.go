package api

import (
	"slices"

	"recourse/casework"
	"recourse/recovery"
)

func caseOf(v casework.View) Case {
	p := v.Position
	return Case{
		ID: string(v.ID), Number: string(v.Number), Stage: Stage(p.Stage), WaitingOn: WaitingOn(p.WaitingOn),
		Outcome: orNil[Outcome](p.Outcome), Platform: Platform(v.Platform), Instrument: Instrument(v.Instrument),
		AmountFen: int64(v.Amount), RecoveredFen: int64(p.Recovered), RefundedFen: int64(p.Refunded),
		OutstandingFen: int64(p.Outstanding()), OverpaidFen: int64(p.OverpaidAmount()), CostsFen: int64(p.Costs), SentAt: local(v.SentAt),
		TransactionNo: orNil[string](v.TransactionNo), Reason: Reason(v.Reason), ClaimState: ClaimState(v.ClaimState),
		Group: CaseGroup{Kind: GroupKind(v.Group.Kind), Size: v.Group.Size}, Claimant: claimantOf(v.Claimant),
		Counterparts: each(v.Counterparts, func(c recovery.Counterpart) Counterpart { return counterpartOf(c, p) }), Narrative: orNil[string](v.Narrative),
		Appeal: appealOf(p), Paused: pausedOf(p.Pause), Plans: each(p.Plans, planOf), Tasks: each(p.Tasks, taskOf),
		Contacts: contactsOf(v.Contacts), Representative: orNil[string](v.Representative), Route: orNil[Route](p.Route), Deadlines: each(v.Deadlines, deadlineOf),
		AllowedActions: words[Action](v.Allowed), EvidenceRequirements: each(v.Requirements, requirementOf),
		Assignee: orNil[string](v.Assignee), Playbook: PlaybookVersion{Version: v.Playbook}, Pace: v.Pace,
		CreatedAt: local(v.CreatedAt), ClosedAt: localOrNil(v.ClosedAt), Shared: v.Shared, Version: v.Version,
		Retention: retentionOf(v), Flags: flagsOf(v.Flags),
	}
}

func claimantOf(c recovery.Claimant) Claimant {
	return Claimant{
		Name: c.Name, Email: orNil[string](c.Email), Phone: orNil[string](c.Phone),
		Province: orNil[string](c.Province), City: orNil[string](c.City),
	}
}

func counterpartOf(c recovery.Counterpart, p recovery.Position) Counterpart {
	told := Counterpart{
		ID: string(c.ID), Alias: c.Alias, ClaimedAt: localOrNil(c.ClaimedAt), Contact: orNil[string](c.Contact),
		Answer: orNil[ResponseKind](c.Answer), Refusal: orNil[Refusal](c.Refusal), ReturnedFen: int64(c.ReturnFen),
	}
	if c.Claimed > 0 {
		claimed := int64(c.Claimed)
		told.ClaimedFen = &claimed
	}
	at := slices.IndexFunc(p.Counterparts, func(h recovery.CounterpartState) bool { return h.ID == c.ID })
	if at < 0 {
		return told
	}
	holder := p.Counterparts[at]
	told.ReturnedFen, told.SaysFen, told.OwedFen = int64(holder.Returned), int64(holder.ReportedReturned), int64(p.AmountOwedBy(c.ID))
	told.Banned, told.BrokenPlans = holder.NoContact, holder.BrokenPlans
	return told
}

func appealOf(p recovery.Position) *Appeal {
	if p.Appeal == "" {
		return nil
	}
	told := &Appeal{State: AppealState(p.Appeal), GrantedFen: int64(p.Granted), Late: p.Late || p.Breached}
	if p.Proposal != nil {
		told.Proposal = &Proposal{
			Decision: Decision(p.Proposal.Decision), AmountFen: int64(p.Proposal.Amount), By: string(p.Proposal.By),
		}
	}
	return told
}

func pausedOf(p *recovery.Pause) *Paused {
	if p == nil {
		return nil
	}
	return &Paused{Until: localOrNil(p.Until)}
}

func planOf(p recovery.Plan) Plan {
	return Plan{
		No: p.No, CounterpartID: string(p.CounterpartID), Running: p.Running, ProposedBy: Role(p.By),
		Instalments: each(p.Instalments, instalmentOf), RestFen: int64(p.Remaining()),
	}
}

func instalmentOf(i recovery.Instalment) Instalment {
	return Instalment{No: i.No, DueOn: i.DueOn, AmountFen: int64(i.Amount), PaidFen: int64(i.Paid)}
}

func taskOf(t recovery.Task) Task {
	return Task{Kind: TaskKind(t.Kind), State: TaskState(t.State), CounterpartID: orNil[string](t.CounterpartID)}
}

func contactsOf(v *casework.ContactView) *Contacts {
	if v == nil {
		return nil
	}
	return &Contacts{
		Today: v.Today, Total: v.Total, GroupToday: v.GroupToday, GroupTotal: v.GroupTotal, Planned: v.Planned,
		Limits: ContactLimits{
			PerDay: v.Limits.PerDay, Total: v.Limits.Total, GroupPerDay: v.Limits.GroupDay, GroupTotal: v.Limits.GroupTotal,
			QuietFromHour: v.Limits.QuietFrom, QuietUntilHour: v.Limits.QuietUntil,
		},
		QuietNow: v.QuietNow, Breaches: each(v.Breaches, breachOf),
	}
}

func breachOf(e recovery.ContactEntry) ContactBreach {
	return ContactBreach{
		Seq: e.Seq, At: local(e.At), CounterpartID: orNil[string](e.CounterpartID), InGroup: e.InGroup,
		Codes: words[ProblemCode](e.Breaches),
	}
}

func deadlineOf(d recovery.Deadline) Deadline {
	return Deadline{
		Kind: ClockKind(d.Kind), Ref: orNil[string](d.Ref), DueAt: local(d.DueAt), WarnAt: localOrNil(d.WarnAt), PausedBecause: orNil[string](d.PausedBecause), Source: d.Source,
	}
}

func requirementOf(r recovery.Requirement) Requirement {
	return Requirement{Kind: EvidenceKind(r.Kind), Required: r.Required, Satisfied: r.Satisfied, Why: r.Why}
}
