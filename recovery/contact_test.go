package recovery_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/recovery"
)

var limits = recovery.ContactLimits{PerDay: 2, Total: 6, GroupDay: 1, GroupTotal: 2, QuietFrom: 22, QuietUntil: 8}

// to is a message to a counterpart, so long after noon in China.
func to(id recovery.CounterpartID, after time.Duration) recovery.Contact {
	noon := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	return recovery.Contact{CounterpartID: id, At: noon.Add(after)}
}

func group(after time.Duration) recovery.Contact {
	c := to("", after)
	c.InGroup = true
	return c
}

func TestContactLimits(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	open := []recovery.CounterpartState{{ID: "a"}, {ID: "b"}}
	for _, test := range []struct {
		name    string
		before  []recovery.Contact
		holders []recovery.CounterpartState
		next    recovery.Contact
		want    []recovery.Code
	}{
		{"the first", nil, open, to("a", 0), nil},
		{"the second of a day", []recovery.Contact{to("a", 0)}, open, to("a", time.Hour), nil},
		{"the third of a day", []recovery.Contact{to("a", 0), to("a", 1)}, open, to("a", day-1), []recovery.Code{recovery.CodeContactLimit}},
		{"the third after a day", []recovery.Contact{to("a", 0), to("a", 1)}, open, to("a", day), nil},
		{"one to another", []recovery.Contact{to("b", 0), to("b", 1)}, open, to("a", 2), nil},
		{"one to whoever it was", []recovery.Contact{to("", 0), to("b", 1)}, open, to("b", 2), []recovery.Code{recovery.CodeContactLimit}},
		{"one to nobody in particular", []recovery.Contact{to("a", 0), to("b", 1)}, open, to("", 2), []recovery.Code{recovery.CodeContactLimit}},
		{"told of in the wrong order", []recovery.Contact{to("a", time.Hour), to("a", 2*time.Hour)}, open, to("a", 0), []recovery.Code{recovery.CodeContactLimit}},
		{"told of late, between others of two days", []recovery.Contact{to("a", -day+1), to("a", day-1)}, open, to("a", 0), nil},
		{"told of late, between others of one", []recovery.Contact{to("a", -1), to("a", 1)}, open, to("a", 0), []recovery.Code{recovery.CodeContactLimit}},
		{"the last of all", []recovery.Contact{to("a", -5*day), to("a", -4*day), to("a", -3*day), to("a", -2*day), to("a", -day)}, open, to("a", 0), nil},
		{"one beyond", []recovery.Contact{to("a", -6*day), to("a", -5*day), to("a", -4*day), to("a", -3*day), to("a", -2*day), to("a", -day)}, open, to("a", 0), []recovery.Code{recovery.CodeContactLimit}},
		{"a note to the group", []recovery.Contact{to("a", 0), to("a", 1)}, open, group(2), nil},
		{"a second note of a day", []recovery.Contact{group(0)}, open, group(1), []recovery.Code{recovery.CodeContactLimit}},
		{"a third note", []recovery.Contact{group(-2 * day), group(-day)}, open, group(0), []recovery.Code{recovery.CodeContactLimit}},
		{"a word after a note", []recovery.Contact{group(0), group(1)}, open, to("a", 2), nil},
		{"a second before the quiet", nil, open, to("a", 10*time.Hour-time.Second), nil},
		{"in the quiet", nil, open, to("a", 10*time.Hour), []recovery.Code{recovery.CodeQuietHours}},
		{"at midnight", nil, open, to("a", 12*time.Hour), []recovery.Code{recovery.CodeQuietHours}},
		{"the last second of the quiet", nil, open, to("a", 20*time.Hour-time.Second), []recovery.Code{recovery.CodeQuietHours}},
		{"in the morning", nil, open, to("a", 20*time.Hour), nil},
		{"after a refusal", nil, []recovery.CounterpartState{{ID: "a", Answer: recovery.Refused}, {ID: "b"}}, to("a", 0), []recovery.Code{recovery.CodeNoContact}},
		{"after a contest", nil, []recovery.CounterpartState{{ID: "a", Answer: recovery.Contested}}, to("a", 0), []recovery.Code{recovery.CodeNoContact}},
		{"after abuse", nil, []recovery.CounterpartState{{ID: "a", Answer: recovery.Hostile}}, to("a", 0), []recovery.Code{recovery.CodeNoContact}},
		{"after a complaint", nil, []recovery.CounterpartState{{ID: "a", NoContact: true, Answer: recovery.Promised}}, to("a", 0), []recovery.Code{recovery.CodeNoContact}},
		{"after another's refusal", nil, []recovery.CounterpartState{{ID: "a"}, {ID: "b", Answer: recovery.Refused}}, to("a", 0), nil},
		{"to nobody in particular, one refused", nil, []recovery.CounterpartState{{ID: "a"}, {ID: "b", Answer: recovery.Refused}}, to("", 0), nil},
		{"to nobody in particular, all refused", nil, []recovery.CounterpartState{{ID: "a", NoContact: true}, {ID: "b", Answer: recovery.Refused}}, to("", 0), []recovery.Code{recovery.CodeNoContact}},
		{"a note after a refusal", nil, []recovery.CounterpartState{{ID: "a", Answer: recovery.Refused}}, group(0), nil},
		{"everything at once", []recovery.Contact{to("a", 9*time.Hour), to("a", 9*time.Hour)}, []recovery.CounterpartState{{ID: "a", NoContact: true}}, to("a", 11*time.Hour), []recovery.Code{recovery.CodeNoContact, recovery.CodeContactLimit, recovery.CodeQuietHours}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := limits.Violations(test.before, test.holders, test.next); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestQuietHoursWithinADay(t *testing.T) {
	t.Parallel()
	nap := recovery.ContactLimits{PerDay: 1, Total: 1, QuietFrom: 12, QuietUntil: 14}
	for after, want := range map[time.Duration]bool{-time.Second: false, 0: true, 2*time.Hour - 1: true, 2 * time.Hour: false} {
		if got := slices.Contains(nap.Violations(nil, nil, to("a", after)), recovery.CodeQuietHours); got != want {
			t.Errorf("%s after noon: quiet %v", after, got)
		}
	}
}

// TestBreachesInAnyOrder: messages of one day are too many in whatever order
// they are told of, and few are never too many.
func TestBreachesInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		offsets := rapid.SliceOfN(rapid.Int64Range(0, int64(3*time.Hour)), 1, 5).Draw(t, "sent")
		var told []recovery.Contact
		flagged := 0
		for _, offset := range offsets {
			next := to("a", time.Duration(offset))
			if slices.Contains(limits.Violations(told, nil, next), recovery.CodeContactLimit) {
				flagged++
			}
			told = append(told, next)
		}
		if want := max(0, len(offsets)-limits.PerDay); flagged != want {
			t.Fatalf("%d of %d flagged, want %d", flagged, len(offsets), want)
		}
	})
}

func TestContactOfAnAct(t *testing.T) {
	t.Parallel()
	said := recovery.ActionBody{Action: recovery.RecordContact, CounterpartID: "a", SentAt: &moment, InGroup: ptr(true)}
	if got := said.PlannedContact(); got != (recovery.Contact{CounterpartID: "a", InGroup: true, At: moment}) {
		t.Errorf("got %+v", got)
	}
	if got := (recovery.ActionBody{}).PlannedContact(); got != (recovery.Contact{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

// TestGoodFaith: what was sent before a refusal is no breach, whenever it is told
// of; what somebody takes back is forgotten.
func TestGoodFaith(t *testing.T) {
	t.Parallel()
	noon := to("a", 0).At
	with := func(m recovery.Command, when time.Time) recovery.Command { happened(when)(&m); return m }
	breached := func(p recovery.Position, after time.Duration) bool {
		return slices.Contains(limits.Violations(nil, p.Counterparts, to("a", after)), recovery.CodeNoContact)
	}
	refused := play(t, at(recovery.PrivateContact), with(says("a", recovery.Refused, 0), noon))
	if breached(refused, -1) || !breached(refused, 0) {
		t.Errorf("around a refusal: %v", refused.Counterparts[0].QuietSince)
	}
	if again := play(t, refused, with(says("a", recovery.Hostile, 0), noon.Add(time.Hour))); !breached(again, 0) {
		t.Error("a second refusal forgets the first")
	}
	if soft := play(t, refused, with(says("a", recovery.Promised, 0), noon.Add(time.Hour))); breached(soft, time.Hour) || soft.Counterparts[0].QuietSince != nil {
		t.Error("a promise leaves the refusal standing")
	}
	complaint := with(act(recovery.RoleCounterpart, recovery.ReportHarassment), noon)
	if banned := play(t, at(recovery.PrivateContact), complaint, says("a", recovery.Promised, 0)); breached(banned, -1) || !breached(banned, 0) {
		t.Errorf("around a complaint: %v", banned.Counterparts[0].QuietSince)
	}
}

func TestComplaint(t *testing.T) {
	t.Parallel()
	p := play(t, at(recovery.GroupNotice), act(recovery.RoleCounterpart, recovery.ReportHarassment))
	if !p.Counterparts[0].NoContact || p.Counterparts[1].NoContact {
		t.Errorf("holders %+v", p.Counterparts)
	}
	if p = play(t, p, says("a", recovery.Promised, 0), up(recovery.Legal)); !p.Counterparts[0].NoContact {
		t.Error("the complaint is forgotten")
	}
}

// TestTheGroupsChannel: what goes by it goes to the group, and the journal says so,
// whatever else the act says; a mediator's word in it is no message.
func TestTheGroupsChannel(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		act   recovery.ActionBody
		group bool
		fact  any
	}{
		{recovery.ActionBody{Action: recovery.PlanContact, Channel: recovery.GroupMessage}, true, true},
		{recovery.ActionBody{Action: recovery.RecordContact, Channel: recovery.GroupMessage, InGroup: ptr(false)}, true, true},
		{recovery.ActionBody{Action: recovery.RecordContact, Channel: recovery.SMS, InGroup: ptr(true)}, true, true},
		{recovery.ActionBody{Action: recovery.RecordContact, Channel: recovery.SMS, InGroup: ptr(false)}, false, false},
		{recovery.ActionBody{Action: recovery.RecordContact, Channel: recovery.SMS}, false, nil},
		{recovery.ActionBody{Action: recovery.RecordMediation, Channel: recovery.GroupMessage}, true, nil},
	} {
		if got := test.act.PlannedContact().InGroup; got != test.group {
			t.Errorf("%+v: in group %v", test.act, got)
		}
		if got := test.act.PlainFacts()["in_group"]; got != test.fact {
			t.Errorf("%+v: the journal says %v", test.act, got)
		}
	}
}
