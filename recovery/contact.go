package recovery

import (
	"slices"
	"time"
)

// ContactLimits limit how often and when counterparts may be contacted. The
// playbook defines them. Exceeding them may be harassment (治安管理处罚法 2025,
// 50(5); 民法典 1033).
type ContactLimits struct {
	PerDay     int // messages to one counterpart in any 24 hours
	Total      int // all messages to one counterpart
	GroupDay   int // messages to the group in any 24 hours
	GroupTotal int // all messages to the group
	QuietFrom  int // first quiet hour, in China
	QuietUntil int // hour in China at which the quiet hours end
}

// Contact is one message, sent or planned.
type Contact struct {
	CounterpartID CounterpartID
	InGroup       bool
	At            time.Time
}

// PlannedContact returns the message of a PlanContact or RecordContact action. A
// message on the group channel goes to the group, regardless of InGroup.
func (a ActionBody) PlannedContact() Contact {
	contact := Contact{CounterpartID: a.CounterpartID, InGroup: a.InGroup != nil && *a.InGroup || a.Channel == GroupMessage}
	if a.SentAt != nil {
		contact.At = *a.SentAt
	}
	return contact
}

// Violations returns the rules that the next contact would break after those in
// before. An empty result allows it. Counterparts who refused or complained may
// not be contacted in private; messages to the group do not count as contact with
// them.
func (l ContactLimits) Violations(before []Contact, counterparts []CounterpartState, next Contact) []Code {
	var breaches []Code
	if !next.InGroup && isContactRefused(counterparts, next) {
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

// exceedsDailyLimit reports whether the next contact makes any period of 24 hours
// exceed perDay. Contacts are recorded in any order, so later ones count too.
func exceedsDailyLimit(before []Contact, next Contact, perDay int) bool {
	const window = 24 * time.Hour
	all := append(slices.Clone(before), next)
	return slices.ContainsFunc(all, func(last Contact) bool {
		if last.At.Before(next.At) || !last.At.Before(next.At.Add(window)) {
			return false // the 24 hours that end with last do not include next
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

// overlapsWith reports whether two contacts may have the same recipient. A message
// without a counterpart may have reached any of them.
func (c Contact) overlapsWith(other Contact) bool {
	if c.InGroup != other.InGroup {
		return false
	}
	return c.InGroup || c.CounterpartID == other.CounterpartID || c.CounterpartID == "" || other.CounterpartID == ""
}

// isQuietHour reports whether at is within the quiet hours, which may include
// midnight.
func (l ContactLimits) isQuietHour(at time.Time) bool {
	hour := at.In(Shanghai).Hour()
	if l.QuietFrom <= l.QuietUntil {
		return hour >= l.QuietFrom && hour < l.QuietUntil
	}
	return hour >= l.QuietFrom || hour < l.QuietUntil
}

// isContactRefused reports whether the recipient may no longer be contacted. Without
// a counterpart it means that nobody may be contacted.
func isContactRefused(counterparts []CounterpartState, next Contact) bool {
	silent := func(h CounterpartState) bool {
		return h.isSilenced() && (h.QuietSince == nil || !next.At.Before(*h.QuietSince))
	}
	if id := next.CounterpartID; id != "" {
		return slices.ContainsFunc(counterparts, func(h CounterpartState) bool { return h.ID == id && silent(h) })
	}
	return len(counterparts) > 0 && !slices.ContainsFunc(counterparts, func(h CounterpartState) bool { return !silent(h) })
}
