package activities

import (
	"slices"
	"time"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// collectorTool is how this program names itself in the journal.
const collectorTool = "recourse"

// scribe words the journal entries of one step.
type scribe struct {
	input   StepInput
	before  recovery.Case
	request postgres.ActionRequest // empty when nobody acted
	now     time.Time
	version string
}

func (s scribe) next() recovery.Position { return s.input.Step.Next }

func (s scribe) stageChanged() bool { return s.next().Stage != s.before.Position.Stage }

// drafts are the entries in their order: what happened, then what followed.
func (s scribe) drafts() []journal.Draft {
	drafts := []journal.Draft{s.event()}
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
	case s.input.EvidenceID != "":
		draft.Facts = map[string]any{"evidence_id": s.input.EvidenceID}
	default:
		draft.Facts = s.lapsed()
	}
	return draft
}

// lapsed says which deadline passed, and by which rule it was set.
func (s scribe) lapsed() map[string]any {
	facts := map[string]any{"deadline": s.input.Because}
	for _, deadline := range s.before.Deadlines {
		if deadline.Kind == s.input.Because {
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
		Collector: journal.Collector{Tool: collectorTool, Version: s.version},
	}
}

// counterpart is what the record of a counterpart must say after an answer or a
// return of theirs; nil when the step concerns none.
func (s scribe) counterpart() *recovery.Counterpart {
	move := s.input.Move
	if move == nil || move.CounterpartID == "" {
		return nil
	}
	index := slices.IndexFunc(s.next().Holders, func(h recovery.Holder) bool { return h.ID == move.CounterpartID })
	if index < 0 {
		return nil // spoken to, but not a holder: nothing to keep
	}
	changed := recovery.Counterpart{ID: move.CounterpartID, ReturnFen: s.next().Holders[index].Returned}
	switch move.Action {
	case recovery.RecordResponse:
		changed.Answer, changed.Refusal = move.Response, s.request.Act.Refusal
	case recovery.RecordReturn:
		for _, known := range s.before.Counterparts {
			if known.ID == move.CounterpartID {
				changed.Answer, changed.Refusal = known.Answer, known.Refusal
			}
		}
	default:
		return nil
	}
	return &changed
}
