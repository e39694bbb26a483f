package notify

import (
	"encoding/json"
	"slices"
	"time"

	"recourse/recovery"
)

// Change is one change of a case. It is what the rules are matched against.
type Change struct {
	Case      recovery.Case       // before the change; a filing: the case itself
	Kind      recovery.EntryKind  // of the change's first entry
	Actor     recovery.Actor      // who made it; recovery.System for a clock
	Clock     recovery.Clock      // the deadline that expired or is near; else ""
	Ref       string              // distinguishes several clocks of this kind
	Fulfilled bool                // the last instalment of a plan was paid
	Answer    recovery.Response   // what a counterpart answered; "" for anything else
	Beyond    bool                // a message exceeded the contact limits
	Next      recovery.Position   // of the case after the change
	Deadlines []recovery.Deadline // running after the change
	// Corrects is the number of the entry that the change corrects, or that it proposes
	// or refuses to correct; 0 for none. Corrected is the case after a correction.
	Corrects  int64
	Corrected *recovery.History
	At        time.Time
}

// ChangeInPlace returns a change that does not move the case: evidence, a note, an
// assignment, a filing.
func ChangeInPlace(c recovery.Case, kind recovery.EntryKind, by recovery.Actor, at time.Time) Change {
	return Change{Case: c, Kind: kind, Actor: by, Next: c.Position, Deadlines: c.Deadlines, At: at}
}

func (c Change) isFiling() bool { return c.Kind == recovery.EntryCaseFiled }

// NotificationsFor returns the notifications of a change. It depends on the change and the
// rules only. Nil rules send nothing.
func (h *Rules) NotificationsFor(c Change) Notifications {
	if h == nil {
		return Notifications{}
	}
	facts := c.noticeFacts()
	t := Notifications{Event: h.newEvent(c)}
	for _, audience := range Audiences {
		for _, rule := range h.rules.Notices {
			if rule.To != audience || !rule.appliesTo(c, h.rules.Turns[audience]) {
				continue
			}
			if !rule.Silent {
				t.Notices = append(t.Notices, rule.newDraft(c, facts))
			}
			break
		}
	}
	for _, rule := range h.rules.Reminders {
		t.Notices = append(t.Notices, rule.newReminders(c, facts)...)
	}
	for _, moved := range c.movedRights() {
		draft := ruleNotice{Text: correctionText, Class: Deadline}.baseDraft(facts)
		draft.Facts.Clock, draft.Facts.DueAt = moved.Kind, &moved.DueAt
		t.Corrections = append(t.Corrections, draft)
	}
	t.Retraction = c.retraction(facts)
	return t
}

// The texts of corrections: of the end of a right, and of an entry.
const (
	correctionText           = "right_corrected"
	entryCorrectedText       = "entry_corrected"
	counterpartCorrectedText = "said_corrected"
)

// retraction returns which notices a correction withdraws; nil for other changes.
func (c Change) retraction(facts Facts) *Retraction {
	switch {
	case c.Kind == recovery.EntryCorrectionRejected:
		return &Retraction{Corrects: c.Corrects}
	case c.Kind != recovery.EntryCorrected || c.Corrected == nil:
		return nil
	}
	return &Retraction{
		Corrects: c.Corrects, IsCorrected: true, Void: slices.Concat(c.Corrected.WithoutEffect, c.Corrected.NotRunning),
		After: c.Corrected.Results.After, Deadlines: c.Deadlines,
		Notice:        ruleNotice{Text: entryCorrectedText, Class: Progress}.baseDraft(facts),
		ToCounterpart: ruleNotice{Text: counterpartCorrectedText, Class: Progress}.baseDraft(facts),
	}
}

// movedRights returns the deadlines of rights that end at another time than before the
// change, or that had been taken for over.
func (c Change) movedRights() []recovery.Deadline {
	over := map[recovery.Clock]bool{
		recovery.AvoidanceClock: c.Case.Position.AvoidanceOver, recovery.LimitationClock: c.Case.Position.LimitationOver,
	}
	var moved []recovery.Deadline
	for _, deadline := range c.Deadlines {
		wasOver, isRight := over[deadline.Kind]
		ran := slices.IndexFunc(c.Case.Deadlines, func(old recovery.Deadline) bool { return old.Kind == deadline.Kind })
		if isRight && deadline.DueAt.After(c.At) && (wasOver || ran >= 0 && !c.Case.Deadlines[ran].DueAt.Equal(deadline.DueAt)) {
			moved = append(moved, deadline)
		}
	}
	return moved
}

// appliesTo reports whether a rule applies to a change. turns are the values of
// waiting_on in which its audience has to act.
func (r noticeRule) appliesTo(c Change, turns []recovery.WaitingOn) bool {
	before, after := c.Case.Position, c.Next
	return isAnyOrOneOf(r.Kinds, c.Kind) && isAnyOrOneOf(r.Stages, after.Stage) && isAnyOrOneOf(r.Lapsed, c.Clock) &&
		isAnyOrOneOf(r.Appeal, after.Appeal) && isAnyOrOneOf(r.By, c.Actor.Role) && r.matchesStages(before, after) && r.matchesFlags(c) &&
		(!r.Turn || slices.Contains(turns, after.WaitingOn) && !slices.Contains(turns, before.WaitingOn))
}

// isAnyOrOneOf reports whether value is in wanted; an empty list accepts any value.
func isAnyOrOneOf[T comparable](wanted []T, value T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

func (r noticeRule) matchesStages(before, after recovery.Position) bool {
	if before.Stage == after.Stage {
		return len(r.Entered)+len(r.Left) == 0
	}
	return isAnyOrOneOf(r.Entered, after.Stage) && isAnyOrOneOf(r.Left, before.Stage)
}

func (r noticeRule) matchesFlags(c Change) bool {
	return (!r.Fulfilled || c.Fulfilled) && (!r.Beyond || c.Beyond) &&
		(!r.Overpaid || c.overpays())
}

// overpays reports whether the amount beyond the claim increased. After a correction an
// amount that is left is news, too: it replaces the notice of the wrong one.
func (c Change) overpays() bool {
	before, after := c.Case.Position.Surplus, c.Next.Surplus
	return after > before || c.Kind == recovery.EntryCorrected && after > 0 && after != before
}

func (r noticeRule) newDraft(c Change, facts Facts) NoticeDraft {
	draft := r.baseDraft(facts)
	if r.To == ToCounterpart { // the counterpart who acted
		draft.Facts.Answer = c.Answer
		draft.CounterpartID, draft.Facts = recovery.CounterpartID(c.Actor.ID), recovery.KeepOutgoing(recovery.AnswerMail, draft.Facts)
	}
	if !r.Self {
		draft.Except = c.Actor.ID
	}
	return draft
}

func (s ruleNotice) baseDraft(facts Facts) NoticeDraft {
	return NoticeDraft{Audience: s.To, Template: s.Text, Class: string(s.Class), Urgent: s.Urgent, Facts: facts}
}

// newReminders returns the reminders of the deadlines that a change sets. A deadline
// that was running before has its reminders already. Under a pace the lead time
// shrinks by the same factor as the deadline.
func (r reminderRule) newReminders(c Change, facts Facts) []NoticeDraft {
	var list []NoticeDraft
	for _, deadline := range c.Deadlines {
		ran := !c.isFiling() && slices.ContainsFunc(c.Case.Deadlines, func(old recovery.Deadline) bool { return isSameDeadline(old, deadline) })
		if ran || deadline.PausedBecause != "" || !slices.Contains(r.Clocks, deadline.Kind) {
			continue
		}
		for _, hours := range r.Hours {
			ahead := time.Duration(hours) * time.Hour / time.Duration(max(1, c.Case.Pace))
			draft := r.baseDraft(facts)
			draft.Facts.Clock, draft.Facts.DueAt = deadline.Kind, &deadline.DueAt
			draft.NotBefore = deadline.DueAt.Add(-ahead)
			if r.To == ToCounterpart {
				draft.Facts.Ref = deadline.Ref
				draft.CounterpartID, draft.Facts = c.Next.InstalmentDebtor(deadline.Ref), recovery.KeepOutgoing(recovery.ReminderMail, draft.Facts)
			}
			if draft.NotBefore.After(c.At) {
				list = append(list, draft)
			}
		}
	}
	return list
}

func isSameDeadline(a, b recovery.Deadline) bool {
	return a.Kind == b.Kind && a.Ref == b.Ref && a.DueAt.Equal(b.DueAt) && a.PausedBecause == b.PausedBecause
}

// noticeFacts returns the values for the text of a notice. The deadline is the one that
// is near, else the first one to expire.
func (c Change) noticeFacts() Facts {
	facts := Facts{
		Number: c.Case.Number, Kind: c.Kind, Stage: c.Next.Stage, State: stateOf(c.Next), WaitingOn: c.Next.WaitingOn,
		Outcome: c.Next.Outcome, Claim: c.Next.Claim, Recovered: c.Next.Recovered, Surplus: c.Next.Surplus,
		Corrects: c.Corrects,
	}
	if right, open := c.Next.RemainingRight(); open && !right.HasEnded(c.At) {
		facts.RightEnds = &right.Ends
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
		if !deadline.DueAt.After(c.At) {
			continue // it is over: its own notice follows
		}
		if facts.DueAt == nil || deadline.DueAt.Before(*facts.DueAt) {
			facts.Clock, facts.DueAt = deadline.Kind, &deadline.DueAt
		}
	}
	return facts
}

// The states within a stage that are not states of an appeal.
const (
	statePaused      = "paused"
	stateDanger      = "danger"  // fraud, a threat, gambling or somebody's request
	statePlanned     = "planned" // a running plan covers the outstanding amount
	stateRefundAsked = "refund_asked"
)

func stateOf(p recovery.Position) string {
	runs := func(plan recovery.Plan) bool { return plan.Running }
	switch {
	case p.IsOpen() && p.Facts.IsInDanger():
		return stateDanger
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

// payload is the body of a webhook, in the form that Standard Webhooks recommends.
// It contains ids, enumeration values and times, but no sums and no names.
type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      payloadCase `json:"data"`
}

type payloadCase struct {
	CaseID     recovery.CaseID     `json:"case_id"`
	Number     recovery.CaseNumber `json:"number"`
	OccurredAt time.Time           `json:"occurred_at"`
	Kind       recovery.EntryKind  `json:"kind"`
	Corrects   int64               `json:"corrects,omitempty"` // number of the corrected entry
	Stage      recovery.Stage      `json:"stage"`
	Before     recovery.Stage      `json:"stage_before"`
	WaitingOn  recovery.WaitingOn  `json:"waiting_on"`
	Outcome    recovery.Outcome    `json:"outcome,omitempty"`
	Deadlines  []payloadDeadline   `json:"deadlines"`
}

type payloadDeadline struct {
	Kind  recovery.Clock `json:"kind"`
	DueAt time.Time      `json:"due_at"`
}

// eventPrefix and the kind of an entry make the type of an event.
const eventPrefix = "case."

// EventTypes returns the events that a webhook may subscribe to.
func (h *Rules) EventTypes() []string {
	types := make([]string, len(h.rules.Events))
	for i, kind := range h.rules.Events {
		types[i] = eventPrefix + string(kind)
	}
	return types
}

func (h *Rules) newEvent(c Change) Event {
	if !slices.Contains(h.rules.Events, c.Kind) {
		return Event{}
	}
	p := payload{Type: eventPrefix + string(c.Kind), Timestamp: c.At.UTC(), Data: recovery.KeepOutgoing(recovery.WebhookEvent, payloadCase{
		CaseID: c.Case.ID, Number: c.Case.Number, OccurredAt: c.At.UTC(), Kind: c.Kind, Corrects: c.Corrects, Stage: c.Next.Stage, Before: c.Case.Position.Stage,
		WaitingOn: c.Next.WaitingOn, Outcome: c.Next.Outcome, Deadlines: []payloadDeadline{},
	})}
	for _, deadline := range c.Deadlines {
		if deadline.PausedBecause == "" {
			p.Data.Deadlines = append(p.Data.Deadlines, recovery.KeepOutgoing(recovery.EventDeadline, payloadDeadline{deadline.Kind, deadline.DueAt.UTC()}))
		}
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return Event{} // only for a time after the year 9999, which no deadline has
	}
	return Event{Type: p.Type, At: p.Timestamp, Payload: raw}
}
