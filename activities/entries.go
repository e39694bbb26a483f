package activities

import (
	"fmt"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

// entryBuilder builds the journal entries of one workflow step.
type entryBuilder struct {
	input   StepInput
	before  recovery.Case
	request recovery.ActionRequest // empty when nobody acted
	// breaches are the contact limits that a recorded message exceeded.
	breaches []recovery.Code
	// corrected is set for a correction.
	corrected *recovery.CorrectedCase
	now       time.Time
	version   string
}

func (b entryBuilder) next() recovery.Position { return b.input.Step.Next }

// received is the money that arrived with the step.
func (b entryBuilder) received() recovery.Money {
	return b.next().Received() - b.before.Position.Received()
}

func (b entryBuilder) hasStageChanged() bool { return b.next().Stage != b.before.Position.Stage }

// newChange describes the step for notifications.
func (b entryBuilder) newChange(deadlines []recovery.Deadline) notify.Change {
	change := notify.Change{
		Case: b.before, Kind: b.input.Step.Kind, Actor: recovery.System, Clock: b.input.Because, Ref: b.input.Ref,
		Fulfilled: len(b.planFulfilledEntries()) > 0, Beyond: len(b.breaches) > 0, Next: b.next(), Deadlines: deadlines, At: b.now,
	}
	if b.input.Command != nil {
		change.Actor, change.Answer = b.input.Command.Actor, b.input.Command.Response
		if correction := b.input.Command.Correction; correction != nil {
			change.Corrects = correction.Seq
		}
	}
	if b.corrected != nil && b.input.Step.Kind == recovery.EntryCorrected {
		change.Corrected = &b.corrected.History
	}
	return change
}

// buildDrafts returns the entries in order: what happened, then what followed.
func (b entryBuilder) buildDrafts() []journal.Draft {
	drafts := []journal.Draft{b.stepEntry()}
	drafts = append(drafts, b.planFulfilledEntries()...)
	drafts = append(drafts, b.emailConsentEntries()...)
	switch {
	case !b.hasStageChanged():
	case b.next().IsOpen():
		drafts = append(drafts, b.stageEnteredEntry())
	case b.input.Step.Kind != recovery.EntryClosed:
		drafts = append(drafts, b.closedEntry())
	}
	return drafts
}

// stepEntry is the entry of the step itself.
func (b entryBuilder) stepEntry() journal.Draft {
	draft := b.newDraft(b.input.Step.Kind, b.input.Key)
	switch {
	case b.input.Command != nil:
		draft.Actor = b.input.Command.Actor
		draft.Collector.Device = b.request.Device
		draft.ClaimedAt = b.request.Act.ClaimedAt()
		draft.Facts, draft.Personal = b.request.Act.PlainFacts(), b.request.Act.Personal()
		b.addDerivedFacts(draft.Facts)
	case b.input.EvidenceID != "":
		draft.Facts = map[string]any{"evidence_id": b.input.EvidenceID}
	default:
		draft.Facts = b.deadlineFacts()
	}
	return draft
}

// addDerivedFacts adds facts that the request does not contain: exceeded limits,
// the decision it approves, and the sums after a return.
func (b entryBuilder) addDerivedFacts(facts map[string]any) {
	if len(b.breaches) > 0 {
		facts["breaches"] = b.breaches
	}
	if proposal := b.before.Position.Proposal; proposal != nil && b.input.Step.Kind == recovery.EntryAppealDecided {
		facts["decision"], facts["amount_fen"], facts["proposed_by"] = proposal.Decision, proposal.Amount, proposal.By
	}
	if over := b.next().Surplus; over > b.before.Position.Surplus {
		facts["surplus_fen"] = over
	}
	if b.received() != 0 {
		facts["recovered_fen"] = b.next().Recovered
	}
	if !b.before.Position.IsOpen() && !b.next().IsOpen() && b.next().Outcome != b.before.Position.Outcome {
		facts["outcome"] = b.next().Outcome // money arrived after closing
	}
	b.addFormerFacts(facts)
	b.addCorrection(facts)
	b.addMovedRights(facts)
	b.addSubject(facts)
}

// addFormerFacts records what an amended fact was before. The former values of personal
// data are in the entries that stated them.
func (b entryBuilder) addFormerFacts(facts map[string]any) {
	if !b.request.Act.Action.AmendsRecord() {
		return
	}
	former := b.before.FormerFacts(b.request.Act)
	if len(former) > 0 {
		facts["before"] = former
	}
	if b.before.Position.Claim != b.next().Claim {
		facts["claim_fen"] = b.next().Claim
	}
}

// addCorrection records what a correction changed.
func (b entryBuilder) addCorrection(facts map[string]any) {
	if b.corrected == nil {
		return
	}
	facts["corrected_kind"] = b.corrected.Entry
	if b.input.Step.Kind == recovery.EntryCorrectionProposed {
		return
	}
	journal.AddCorrectedResults(facts, b.corrected.Command.Correction.Seq, b.corrected.History)
}

// addMovedRights records the last day of each right that the day of knowing moved, and
// the rights that the journal had taken for over.
func (b entryBuilder) addMovedRights(facts map[string]any) {
	before, after := b.before.Position, b.next()
	old, moved := before.Limitation(), after.Limitation()
	if amended := b.input.Step.Kind == recovery.EntryFactsAmended; amended && !old.Learned.Equal(moved.Learned) {
		facts["avoidance_until"] = recovery.LastDayBefore(moved.Avoidance)
		facts["limitation_until"] = recovery.LastDayBefore(moved.Ends)
	}
	var restored []recovery.Clock
	if before.AvoidanceOver && !after.AvoidanceOver {
		restored = append(restored, recovery.AvoidanceClock)
	}
	if before.LimitationOver && !after.LimitationOver {
		restored = append(restored, recovery.LimitationClock)
	}
	if len(restored) > 0 {
		facts["restored"] = restored
	}
}

// addSubject records the counterpart an action applies to when the request does
// not name one, and when the action was accepted if it has no time of its own.
func (b entryBuilder) addSubject(facts map[string]any) {
	move := b.input.Command
	switch b.input.Step.Kind {
	case recovery.EntryPlanProposed:
		facts["plan"] = b.next().PlanCount
	case recovery.EntryInstalmentRecorded:
		facts["counterpart_id"] = b.before.Position.InstalmentPayer(*move)
	case recovery.EntryLegalStep:
		if move.CounterpartID == "" && len(b.next().Counterparts) > 1 {
			facts["every_counterpart"] = true
		}
	default:
	}
	if recovery.AffectsLimitation(b.input.Step.Kind) && b.request.Act.ClaimedAt() == nil && move.At != nil {
		facts["taken_at"] = move.At.UTC().Format(time.RFC3339Nano)
	}
}

// planFulfilledEntries returns an entry for each repayment plan that this step
// completes.
func (b entryBuilder) planFulfilledEntries() []journal.Draft {
	var drafts []journal.Draft
	if b.corrected != nil || b.input.Step.Kind == recovery.EntryPlanBroken {
		return nil
	}
	for _, plan := range b.before.Position.PlansFulfilledBy(b.next()) {
		draft := b.newDraft(recovery.EntryPlanFulfilled, fmt.Sprintf("%s:plan:%d", b.input.Key, plan.No))
		draft.Facts = map[string]any{"plan": plan.No, "counterpart_id": plan.CounterpartID}
		drafts = append(drafts, draft)
	}
	return drafts
}

// emailConsentEntries returns an entry if a counterpart left an e-mail address for
// notifications. The entry is internal, because the claimant need not know the
// address.
func (b entryBuilder) emailConsentEntries() []journal.Draft {
	if b.counterpartAddress() == nil {
		return nil
	}
	draft := b.newDraft(recovery.EntryMailsAsked, b.input.Key+":mails")
	draft.Actor, draft.Collector.Device = b.input.Command.Actor, b.request.Device
	draft.Facts = map[string]any{"counterpart_id": b.request.Act.CounterpartID, "visibility": recovery.NoteInternal}
	draft.Personal = map[string]string{"email": b.request.Act.Email}
	return []journal.Draft{draft}
}

func (b entryBuilder) counterpartAddress() *notify.CounterpartAddress {
	if b.input.Command == nil || b.request.Act.Email == "" {
		return nil
	}
	return &notify.CounterpartAddress{CounterpartID: b.request.Act.CounterpartID, Email: b.request.Act.Email}
}

// assignedRole is the role the step assigns the case to: a supervisor after a
// breach, the next agent after a new appeal. It is "" for other steps.
func (b entryBuilder) assignedRole() recovery.Role {
	switch b.input.Step.Kind {
	case recovery.EntryDeadlineBreached:
		return recovery.RoleSupervisor
	case recovery.EntryAppealSubmitted:
		return recovery.RoleAgent
	default:
		return ""
	}
}

// deadlineFacts names the deadline that passed and the rule that set it.
func (b entryBuilder) deadlineFacts() map[string]any {
	facts := map[string]any{"deadline": b.input.Because}
	if b.input.Ref != "" {
		facts["ref"] = b.input.Ref
	}
	for _, deadline := range b.before.Deadlines {
		if deadline.Kind == b.input.Because && deadline.Ref == b.input.Ref {
			facts["due_at"] = deadline.DueAt.UTC().Format(time.RFC3339)
			facts["source"] = deadline.Source
		}
	}
	return facts
}

func (b entryBuilder) stageEnteredEntry() journal.Draft {
	draft := b.newDraft(recovery.EntryStageEntered, b.input.Key+":stage")
	draft.Facts = map[string]any{"from": b.before.Position.Stage, "to": b.next().Stage, "because": b.cause()}
	return draft
}

func (b entryBuilder) closedEntry() journal.Draft {
	draft := b.newDraft(recovery.EntryClosed, b.input.Key+":closed")
	draft.Facts = map[string]any{
		"outcome": b.next().Outcome, "recovered_fen": b.next().Recovered, "because": b.cause(),
	}
	return draft
}

// cause names what moved the case: the action, or the deadline that passed.
func (b entryBuilder) cause() string {
	if b.input.Command != nil {
		return string(b.input.Command.Action)
	}
	if b.input.Because != recovery.NoClock {
		return string(b.input.Because)
	}
	return string(b.input.Step.Kind)
}

func (b entryBuilder) newDraft(kind recovery.EntryKind, key string) journal.Draft {
	return journal.Draft{
		Kind: kind, At: b.now, Actor: recovery.System, Key: key, Pace: b.before.Pace,
		Collector: journal.Collector{Tool: folio.Tool, Version: b.version},
	}
}

// revokedEntry is the entry for a link of somebody whose addition a correction took back.
func (b entryBuilder) revokedEntry(link recovery.Link) journal.Draft {
	draft := b.newDraft(recovery.EntryLinkRevoked, string(recovery.EntryLinkRevoked)+":"+link.ID)
	draft.Actor = b.input.Command.Actor
	draft.Facts = map[string]any{"link_id": link.ID, "counterpart_id": link.CounterpartID, "because": b.input.Step.Kind}
	return draft
}

// changedCounterpart returns the new state of the counterpart that answered or
// paid, or nil if the step changes none.
func (b entryBuilder) changedCounterpart() *recovery.Counterpart {
	if b.input.Command == nil {
		return nil
	}
	for _, holder := range b.next().Counterparts {
		answers := b.input.Command.Action == recovery.RecordResponse && holder.ID == b.input.Command.CounterpartID
		if !answers && holder.Returned == b.returnedBefore(holder.ID) {
			continue
		}
		changed := recovery.Counterpart{ID: holder.ID, ReturnFen: holder.Returned}
		if answers {
			changed.Answer, changed.Refusal = b.input.Command.Response, b.request.Act.Refusal
		}
		return &changed
	}
	return nil
}

func (b entryBuilder) returnedBefore(id recovery.CounterpartID) recovery.Money {
	for _, holder := range b.before.Position.Counterparts {
		if holder.ID == id {
			return holder.Returned
		}
	}
	return 0
}
