package recovery

import (
	"slices"
	"time"
)

// ContactEntry is a message of a case as its journal records it: sent or
// planned.
type ContactEntry struct {
	Contact
	Seq      int64
	Planned  bool
	Letter   bool   // a demand letter or an automatic reminder
	Breaches []Code // the limits it exceeded when it was recorded
}

// ContactTotals are the numbers of messages that were sent in a case.
type ContactTotals struct {
	Private, InGroup int
	Breaches         int // messages that exceeded a limit
}

// SentContacts returns the messages that were sent.
func SentContacts(list []ContactEntry) []Contact {
	sent := make([]Contact, 0, len(list))
	for _, entry := range list {
		if !entry.Planned {
			sent = append(sent, entry.Contact)
		}
	}
	return sent
}

// SentOrPlanned returns the messages that were sent and the open plans. A plan is
// open for 24 hours, until a message to the same recipient fulfils it. Demand
// letters and reminders fulfil no plan.
func SentOrPlanned(list []ContactEntry, now time.Time) []Contact {
	var plans []Contact
	for _, entry := range list {
		if entry.Planned {
			plans = append(plans, entry.Contact)
			continue
		}
		fulfilled := slices.IndexFunc(plans, func(plan Contact) bool {
			return !entry.Letter && plan.InGroup == entry.InGroup && (plan.InGroup || plan.CounterpartID == entry.CounterpartID)
		})
		if fulfilled >= 0 {
			plans = slices.Delete(plans, fulfilled, fulfilled+1)
		}
	}
	plans = slices.DeleteFunc(plans, func(plan Contact) bool { return !plan.At.After(now.Add(-24 * time.Hour)) })
	return append(SentContacts(list), plans...)
}
