package activities

import (
	"fmt"
	"slices"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

// scribe words the journal entries of one step.
type scribe struct {
	input   StepInput
	before  recovery.Case
	request recovery.ActionRequest // empty when nobody acted
	// breaches are the limits that a recorded message went beyond.
	breaches []recovery.Code
	now      time.Time
	version  string
}

func (s scribe) next() recovery.Position { return s.input.Step.Next }

func (s scribe) stageChanged() bool { return s.next().Stage != s.before.Position.Stage }

// change is the step as those are told of it who were not there.
func (s scribe) change(deadlines []recovery.Deadline) notify.Change {
	change := notify.Change{
		Case: s.before, Kind: s.input.Step.Kind, Actor: recovery.System, Clock: s.input.Because, Ref: s.input.Ref,
		Fulfilled: len(s.fulfilled()) > 0, Beyond: len(s.breaches) > 0, Next: s.next(), Deadlines: deadlines, At: s.now,
	}
	if s.input.Move != nil {
		change.Actor, change.Said = s.input.Move.Actor, s.input.Move.Response
	}
	return change
}

// drafts are the entries in their order: what happened, then what followed.
func (s scribe) drafts() []journal.Draft {
	drafts := []journal.Draft{s.event()}
	drafts = append(drafts, s.fulfilled()...)
	drafts = append(drafts, s.asked()...)
	switch {
	case !s.stageChanged():
	case s.next().Open():
		drafts = append(drafts, s.entered())
	case s.input.Step.Kind != recovery.EntryClosed:
		drafts = append(drafts, s.closed())
	}
	return drafts
}

// event is the entry of the step itself, in the words of whoever acted.
func (s scribe) event() journal.Draft {
	draft := s.draft(s.input.Step.Kind, s.input.Key)
	switch {
	case s.input.Move != nil:
		draft.Actor = s.input.Move.Actor
		draft.Collector.Device = s.request.Device
		draft.ClaimedAt = s.request.Act.ClaimedAt()
		draft.Facts, draft.Personal = s.request.Act.Facts(), s.request.Act.Personal()
		s.besides(draft.Facts)
	case s.input.EvidenceID != "":
		draft.Facts = map[string]any{"evidence_id": s.input.EvidenceID}
	default:
		draft.Facts = s.lapsed()
	}
	return draft
}

// besides adds what the act itself does not say: the limits it went beyond, the
// decision it approves, the sums after money came.
func (s scribe) besides(facts map[string]any) {
	if len(s.breaches) > 0 {
		facts["breaches"] = s.breaches
	}
	if proposal := s.before.Position.Proposal; proposal != nil && s.input.Step.Kind == recovery.EntryAppealDecided {
		facts["decision"], facts["amount_fen"], facts["proposed_by"] = proposal.Decision, proposal.Amount, proposal.By
	}
	if over := s.next().Overpaid(); over > s.before.Position.Overpaid() {
		facts["overpaid_fen"] = over
	}
	if s.next().Recovered != s.before.Position.Recovered {
		facts["recovered_fen"] = s.next().Recovered
	}
	if !s.before.Position.Open() && !s.next().Open() && s.next().Outcome != s.before.Position.Outcome {
		facts["outcome"] = s.next().Outcome // money after the close
	}
	s.meant(facts)
}

// meant adds whom an act concerns that names nobody, and when the case took one
// that was itself the event.
func (s scribe) meant(facts map[string]any) {
	move := s.input.Move
	switch s.input.Step.Kind {
	case recovery.EntryPlanProposed:
		facts["plan"] = s.next().PlanCount
	case recovery.EntryInstalmentRecorded:
		facts["counterpart_id"] = s.before.Position.Payer(*move)
	case recovery.EntryLegalStep:
		if move.CounterpartID == "" && len(s.next().Holders) > 1 {
			facts["every_counterpart"] = true
		}
	default:
	}
	if recovery.BearsOnLimitation(s.input.Step.Kind) && s.request.Act.ClaimedAt() == nil && move.At != nil {
		facts["taken_at"] = move.At.UTC().Format(time.RFC3339Nano)
	}
}

// fulfilled tells of a plan whose last part came with this step.
func (s scribe) fulfilled() []journal.Draft {
	var drafts []journal.Draft
	if s.input.Step.Kind == recovery.EntryPlanBroken || s.next().Recovered == s.before.Position.Recovered {
		return nil
	}
	for _, plan := range s.before.Position.Plans {
		lives := slices.ContainsFunc(s.next().Plans, func(p recovery.Plan) bool { return p.No == plan.No })
		if !plan.Running || lives || s.next().Recovered-s.before.Position.Recovered < plan.Rest() {
			continue
		}
		draft := s.draft(recovery.EntryPlanFulfilled, fmt.Sprintf("%s:plan:%d", s.input.Key, plan.No))
		draft.Facts = map[string]any{"plan": plan.No, "counterpart_id": plan.CounterpartID}
		drafts = append(drafts, draft)
	}
	return drafts
}

// asked tells that a counterpart left an address to be written to. It is an entry
// of its own, for the desk: whoever is owed need not know it.
func (s scribe) asked() []journal.Draft {
	if s.address() == nil {
		return nil
	}
	draft := s.draft(recovery.EntryMailsAsked, s.input.Key+":mails")
	draft.Actor, draft.Collector.Device = s.input.Move.Actor, s.request.Device
	draft.Facts = map[string]any{"counterpart_id": s.request.Act.CounterpartID, "visibility": recovery.NoteInternal}
	draft.Personal = map[string]string{"email": s.request.Act.Email}
	return []journal.Draft{draft}
}

func (s scribe) address() *notify.CounterpartAddress {
	if s.input.Move == nil || s.request.Act.Email == "" {
		return nil
	}
	return &notify.CounterpartAddress{CounterpartID: s.request.Act.CounterpartID, Email: s.request.Act.Email}
}

// desk says to whom the step gives the case: a breach to a supervisor, a new
// appeal to the agent whose turn it is.
func (s scribe) desk() recovery.Role {
	switch s.input.Step.Kind {
	case recovery.EntryDeadlineBreached:
		return recovery.RoleSupervisor
	case recovery.EntryAppealSubmitted:
		return recovery.RoleAgent
	default:
		return ""
	}
}

// lapsed says which deadline passed, and by which rule it was set.
func (s scribe) lapsed() map[string]any {
	facts := map[string]any{"deadline": s.input.Because}
	if s.input.Ref != "" {
		facts["ref"] = s.input.Ref
	}
	for _, deadline := range s.before.Deadlines {
		if deadline.Kind == s.input.Because && deadline.Ref == s.input.Ref {
			facts["due_at"] = deadline.DueAt.UTC().Format(time.RFC3339)
			facts["source"] = deadline.Source
		}
	}
	return facts
}

func (s scribe) entered() journal.Draft {
	draft := s.draft(recovery.EntryStageEntered, s.input.Key+":stage")
	draft.Facts = map[string]any{"from": s.before.Position.Stage, "to": s.next().Stage, "because": s.because()}
	return draft
}

func (s scribe) closed() journal.Draft {
	draft := s.draft(recovery.EntryClosed, s.input.Key+":closed")
	draft.Facts = map[string]any{
		"outcome": s.next().Outcome, "recovered_fen": s.next().Recovered, "because": s.because(),
	}
	return draft
}

// because names what moved the case: the clock that ran out, or the act.
func (s scribe) because() string {
	if s.input.Move != nil {
		return string(s.input.Move.Action)
	}
	if s.input.Because != recovery.NoClock {
		return string(s.input.Because)
	}
	return string(s.input.Step.Kind)
}

func (s scribe) draft(kind recovery.EntryKind, key string) journal.Draft {
	return journal.Draft{
		Kind: kind, At: s.now, Actor: recovery.System, Key: key, Pace: s.before.Pace,
		Collector: journal.Collector{Tool: folio.Tool, Version: s.version},
	}
}

// counterpart is what the record of a counterpart must say after an answer or a
// payment of theirs; nil when the step brings nothing new of any.
func (s scribe) counterpart() *recovery.Counterpart {
	if s.input.Move == nil {
		return nil
	}
	for _, holder := range s.next().Holders {
		answers := s.input.Move.Action == recovery.RecordResponse && holder.ID == s.input.Move.CounterpartID
		if !answers && holder.Returned == s.returnedBefore(holder.ID) {
			continue
		}
		changed := recovery.Counterpart{ID: holder.ID, ReturnFen: holder.Returned}
		if answers {
			changed.Answer, changed.Refusal = s.input.Move.Response, s.request.Act.Refusal
		}
		return &changed
	}
	return nil
}

func (s scribe) returnedBefore(id recovery.CounterpartID) recovery.Money {
	for _, holder := range s.before.Position.Holders {
		if holder.ID == id {
			return holder.Returned
		}
	}
	return 0
}
