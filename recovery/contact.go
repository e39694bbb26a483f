package recovery

import (
	"slices"
	"time"
)

// ContactLimits are how often and when a counterpart may be written to. They are
// data of the playbook; more than they allow may be harassment (治安管理处罚法
// 2025, 50(5); 民法典 1033).
type ContactLimits struct {
	PerDay     int // messages to one counterpart in any 24 hours
	Total      int // messages to one counterpart in all
	GroupDay   int // messages to the group in any 24 hours
	GroupTotal int // messages to the group in all
	QuietFrom  int // hour in China from which nobody is disturbed
	QuietUntil int // hour in China until which nobody is disturbed
}

// Contact is one message, sent or planned.
type Contact struct {
	CounterpartID CounterpartID
	InGroup       bool
	At            time.Time
}

// PlannedContact is the message that a PlanContact or a RecordContact tells of. What goes
// by the group's channel goes to the group, whatever else it says.
func (a Act) PlannedContact() Contact {
	contact := Contact{CounterpartID: a.CounterpartID, InGroup: a.InGroup != nil && *a.InGroup || a.Channel == GroupMessage}
	if a.SentAt != nil {
		contact.At = *a.SentAt
	}
	return contact
}

// Violations names what a further contact would go beyond, after those there were;
// none means that it may be sent. A holder who refused or complained is written
// to no more; what is said to the group is not said to them.
func (l ContactLimits) Violations(before []Contact, holders []CounterpartState, next Contact) []Code {
	var breaches []Code
	if !next.InGroup && isContactRefused(holders, next) {
		breaches = append(breaches, CodeNoContact)
	}
	perDay, total := l.PerDay, l.Total
	if next.InGroup {
		perDay, total = l.GroupDay, l.GroupTotal
	}
	same := slices.DeleteFunc(slices.Clone(before), func(c Contact) bool { return !c.overlapsWith(next) })
	if exceedsDailyLimit(same, next, perDay) || len(same) >= total {
		breaches = append(breaches, CodeContactLimit)
	}
	if l.isQuietHour(next.At) {
		breaches = append(breaches, CodeQuietHours)
	}
	return breaches
}

// exceedsDailyLimit reports that with a further contact some 24 hours hold more than they
// may. Contacts are told of in any order: those after it count as well.
func exceedsDailyLimit(before []Contact, next Contact, perDay int) bool {
	const window = 24 * time.Hour
	all := append(slices.Clone(before), next)
	return slices.ContainsFunc(all, func(last Contact) bool {
		if last.At.Before(next.At) || !last.At.Before(next.At.Add(window)) {
			return false // the 24 hours that end with it do not hold the new one
		}
		held := 0
		for _, c := range all {
			if c.At.After(last.At.Add(-window)) && !c.At.After(last.At) {
				held++
			}
		}
		return held > perDay
	})
}

// overlapsWith reports that two contacts reach the same people. A message that names no
// counterpart may have gone to any of them.
func (c Contact) overlapsWith(other Contact) bool {
	if c.InGroup != other.InGroup {
		return false
	}
	return c.InGroup || c.CounterpartID == other.CounterpartID || c.CounterpartID == "" || other.CounterpartID == ""
}

// isQuietHour reports the hours in which nobody is disturbed; they may pass midnight.
func (l ContactLimits) isQuietHour(at time.Time) bool {
	hour := at.In(Shanghai).Hour()
	if l.QuietFrom <= l.QuietUntil {
		return hour >= l.QuietFrom && hour < l.QuietUntil
	}
	return hour >= l.QuietFrom || hour < l.QuietUntil
}

// isContactRefused reports that nobody could write to this counterpart any more; without
// a name, to any of them.
func isContactRefused(holders []CounterpartState, next Contact) bool {
	silent := func(h CounterpartState) bool {
		return h.isSilenced() && (h.QuietSince == nil || !next.At.Before(*h.QuietSince))
	}
	if id := next.CounterpartID; id != "" {
		return slices.ContainsFunc(holders, func(h CounterpartState) bool { return h.ID == id && silent(h) })
	}
	return len(holders) > 0 && !slices.ContainsFunc(holders, func(h CounterpartState) bool { return !silent(h) })
}
