package notify

import (
	"encoding/json"
	"slices"
	"time"

	"recourse/recovery"
)

// Change is one change of a case, as its writer knows it.
type Change struct {
	Case      recovery.Case       // before the change; a filing: the case itself
	Kind      recovery.EntryKind  // of the change's first entry
	Actor     recovery.Actor      // who made it; recovery.System for a clock
	Clock     recovery.Clock      // the deadline that passed or comes near; else ""
	Ref       string              // which of several clocks of that kind
	Fulfilled bool                // a plan's last part came with it
	Said      recovery.Response   // what a counterpart answered; "" for anything else
	Beyond    bool                // a message went beyond what people may be written
	Next      recovery.Position   // where the case stands after it
	Deadlines []recovery.Deadline // that run after it
	At        time.Time
}

// Unmoved is a change that leaves the case where it stands: evidence, a note,
// an assignment, a filing.
func Unmoved(c recovery.Case, kind recovery.EntryKind, by recovery.Actor, at time.Time) Change {
	return Change{Case: c, Kind: kind, Actor: by, Next: c.Position, Deadlines: c.Deadlines, At: at}
}

func (c Change) filed() bool { return c.Kind == recovery.EntryCaseFiled }

// Of says what a change gives people and programs to know. It is a pure
// function of the change and the rules. A nil Herald has nothing to say.
func (h *Herald) Of(c Change) Notifications {
	if h == nil {
		return Notifications{}
	}
	facts := c.facts()
	t := Notifications{Event: h.event(c)}
	for _, audience := range Audiences {
		for _, rule := range h.rules.Notices {
			if rule.To != audience || !rule.fits(c, h.rules.Turns[audience]) {
				continue
			}
			if !rule.Silent {
				t.Notices = append(t.Notices, rule.notice(c, facts))
			}
			break
		}
	}
	for _, rule := range h.rules.Reminders {
		t.Notices = append(t.Notices, rule.notices(c, facts)...)
	}
	return t
}

// fits reports whether a rule speaks of a change; turns are the waits that are
// its audience's move.
func (r noticeRule) fits(c Change, turns []recovery.WaitingOn) bool {
	before, after := c.Case.Position, c.Next
	return among(r.Kinds, c.Kind) && among(r.Stages, after.Stage) && among(r.Lapsed, c.Clock) &&
		among(r.Appeal, after.Appeal) && among(r.By, c.Actor.Role) && r.moved(before, after) && r.marked(c) &&
		(!r.Turn || slices.Contains(turns, after.WaitingOn) && !slices.Contains(turns, before.WaitingOn))
}

// among reports whether a value is one of those asked for; none asks for nothing.
func among[T comparable](asked []T, value T) bool {
	return len(asked) == 0 || slices.Contains(asked, value)
}

func (r noticeRule) moved(before, after recovery.Position) bool {
	if before.Stage == after.Stage {
		return len(r.Entered)+len(r.Left) == 0
	}
	return among(r.Entered, after.Stage) && among(r.Left, before.Stage)
}

func (r noticeRule) marked(c Change) bool {
	return (!r.Fulfilled || c.Fulfilled) && (!r.Beyond || c.Beyond) &&
		(!r.Overpaid || c.Next.Overpaid() > c.Case.Position.Overpaid())
}

func (r noticeRule) notice(c Change, facts Facts) NoticeDraft {
	draft := r.draft(facts)
	if r.To == ToCounterpart { // who acted themselves
		draft.CounterpartID, draft.Facts.Said = recovery.CounterpartID(c.Actor.ID), c.Said
	}
	if !r.Self {
		draft.Except = c.Actor.ID
	}
	return draft
}

func (s speech) draft(facts Facts) NoticeDraft {
	return NoticeDraft{Audience: s.To, Template: s.Text, Class: string(s.Class), Urgent: s.Urgent, Facts: facts}
}

// notices are the reminders of the deadlines that a change has set. One that ran
// before has its reminders already. At a pace, an hour ahead is as much shorter
// as the waiting is.
func (r reminderRule) notices(c Change, facts Facts) []NoticeDraft {
	var list []NoticeDraft
	for _, deadline := range c.Deadlines {
		ran := !c.filed() && slices.ContainsFunc(c.Case.Deadlines, func(old recovery.Deadline) bool { return same(old, deadline) })
		if ran || deadline.PausedBecause != "" || !slices.Contains(r.Clocks, deadline.Kind) {
			continue
		}
		for _, hours := range r.Hours {
			ahead := time.Duration(hours) * time.Hour / time.Duration(max(1, c.Case.Pace))
			draft := r.draft(facts)
			draft.Facts.Clock, draft.Facts.DueAt = deadline.Kind, &deadline.DueAt
			draft.NotBefore = deadline.DueAt.Add(-ahead)
			if r.To == ToCounterpart {
				draft.CounterpartID, draft.Facts.Ref = c.Next.PlannedBy(deadline.Ref), deadline.Ref
			}
			if draft.NotBefore.After(c.At) {
				list = append(list, draft)
			}
		}
	}
	return list
}

func same(a, b recovery.Deadline) bool {
	return a.Kind == b.Kind && a.Ref == b.Ref && a.DueAt.Equal(b.DueAt) && a.PausedBecause == b.PausedBecause
}

// facts are what the words need. The deadline is the one that comes near, or
// else the first that runs.
func (c Change) facts() Facts {
	facts := Facts{
		Number: c.Case.Number, Kind: c.Kind, Stage: c.Next.Stage, State: stateOf(c.Next), WaitingOn: c.Next.WaitingOn,
		Outcome: c.Next.Outcome, Claim: c.Next.Claim, Recovered: c.Next.Recovered,
	}
	near := c.Kind == recovery.EntryDeadlineNear
	if !near {
		facts.Passed = c.Clock
	}
	for _, deadline := range c.Deadlines {
		if deadline.PausedBecause != "" {
			continue
		}
		if near && deadline.Kind == c.Clock && deadline.Ref == c.Ref {
			facts.Clock, facts.DueAt = deadline.Kind, &deadline.DueAt
			return facts
		}
		if facts.DueAt == nil || deadline.DueAt.Before(*facts.DueAt) {
			facts.Clock, facts.DueAt = deadline.Kind, &deadline.DueAt
		}
	}
	return facts
}

// The states within a stage beside those of an appeal.
const (
	statePaused      = "paused"
	statePlanned     = "planned" // all that is missing comes by a plan
	stateRefundAsked = "refund_asked"
)

func stateOf(p recovery.Position) string {
	runs := func(plan recovery.Plan) bool { return plan.Running }
	switch {
	case p.Pause != nil:
		return statePaused
	case p.WaitingOn == recovery.OnCounterpart && slices.ContainsFunc(p.Plans, runs):
		return statePlanned
	case p.Stage == recovery.RecallWatch && p.RefundAsked:
		return stateRefundAsked
	default:
		return string(p.Appeal)
	}
}

// payload is what a webhook carries, in the form Standard Webhooks recommends.
// It has ids, words of the contract and instants; no sums and nobody's name.
type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      payloadCase `json:"data"`
}

type payloadCase struct {
	CaseID    recovery.CaseID     `json:"case_id"`
	Number    recovery.CaseNumber `json:"number"`
	Kind      recovery.EntryKind  `json:"kind"`
	Stage     recovery.Stage      `json:"stage"`
	Before    recovery.Stage      `json:"stage_before"`
	WaitingOn recovery.WaitingOn  `json:"waiting_on"`
	Outcome   recovery.Outcome    `json:"outcome,omitempty"`
	Deadlines []payloadDeadline   `json:"deadlines"`
}

type payloadDeadline struct {
	Kind  recovery.Clock `json:"kind"`
	DueAt time.Time      `json:"due_at"`
}

// eventPrefix stands before an entry's kind in the name of an event.
const eventPrefix = "case."

// EventTypes are the events that a webhook may ask for.
func (h *Herald) EventTypes() []string {
	types := make([]string, len(h.rules.Events))
	for i, kind := range h.rules.Events {
		types[i] = eventPrefix + string(kind)
	}
	return types
}

func (h *Herald) event(c Change) Event {
	if !slices.Contains(h.rules.Events, c.Kind) {
		return Event{}
	}
	p := payload{Type: eventPrefix + string(c.Kind), Timestamp: c.At.UTC(), Data: payloadCase{
		CaseID: c.Case.ID, Number: c.Case.Number, Kind: c.Kind, Stage: c.Next.Stage, Before: c.Case.Position.Stage,
		WaitingOn: c.Next.WaitingOn, Outcome: c.Next.Outcome, Deadlines: []payloadDeadline{},
	}}
	for _, deadline := range c.Deadlines {
		if deadline.PausedBecause == "" {
			p.Data.Deadlines = append(p.Data.Deadlines, payloadDeadline{deadline.Kind, deadline.DueAt.UTC()})
		}
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return Event{} // an instant beyond the year 9999: no deadline of ours
	}
	return Event{Type: p.Type, Payload: raw}
}
