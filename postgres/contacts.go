package postgres

import (
	"context"
	"slices"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// ContactEntry is a message of a case as its journal has it: one that was sent,
// or one that somebody meant to send.
type ContactEntry struct {
	recovery.Contact
	Seq      int64
	Planned  bool
	Letter   bool            // a demand letter, which is a step of the law, or a reminder of ours
	Breaches []recovery.Code // the limits it went beyond when it was recorded
}

const selectContacts = `select seq, kind, at, key, bytes, hash from journal_entries
	where case_id = $1 and kind = any($2) order by seq`

var contactKinds = []recovery.EntryKind{
	recovery.EntryContactRecorded, recovery.EntryContactPlanned, recovery.EntryLegalStep, recovery.EntryInstalmentReminded,
}

// ContactLog lists the messages of a case, recorded and planned, in the order
// they were written down, demand letters that were sent and reminders of an
// instalment among them: whoever gets one was written to. The journal is the only place that has them.
func (s *Store) ContactLog(ctx context.Context, id recovery.CaseID) ([]ContactEntry, error) {
	rows, err := query[entryRow](ctx, s, "read contacts", selectContacts, id, contactKinds)
	if err != nil {
		return nil, err
	}
	return contactLog(rows)
}

func contactLog(rows []entryRow) ([]ContactEntry, error) {
	list := make([]ContactEntry, 0, len(rows))
	for _, row := range rows {
		entry, err := journal.Parse(row.Bytes)
		if err != nil {
			return nil, err
		}
		if kind, _ := entry.Facts["kind"].(string); row.Kind == recovery.EntryLegalStep && kind != recovery.DemandSent {
			continue
		}
		list = append(list, contactEntry(entry, row))
	}
	return list, nil
}

func contactEntry(entry journal.Entry, row entryRow) ContactEntry {
	letter := row.Kind == recovery.EntryLegalStep || row.Kind == recovery.EntryInstalmentReminded
	contact := ContactEntry{Seq: row.Seq, Planned: row.Kind == recovery.EntryContactPlanned, Letter: letter}
	contact.At = row.At
	if id, named := entry.Facts["counterpart_id"].(string); named {
		contact.CounterpartID = recovery.CounterpartID(id)
	}
	contact.InGroup, _ = entry.Facts["in_group"].(bool)
	if at, err := time.Parse(time.RFC3339Nano, entry.ClaimedAt); err == nil {
		contact.At = at
	}
	breaches, _ := entry.Facts["breaches"].([]any)
	for _, breach := range breaches {
		if code, isText := breach.(string); isText {
			contact.Breaches = append(contact.Breaches, recovery.Code(code))
		}
	}
	return contact
}

// Contacts are the messages recorded in a case, in the order they were written
// down.
func (s *Store) Contacts(ctx context.Context, id recovery.CaseID) ([]recovery.Contact, error) {
	list, err := s.ContactLog(ctx, id)
	return Sent(list), err
}

// Sent are the messages that were sent.
func Sent(list []ContactEntry) []recovery.Contact {
	sent := make([]recovery.Contact, 0, len(list))
	for _, entry := range list {
		if !entry.Planned {
			sent = append(sent, entry.Contact)
		}
	}
	return sent
}

// Expected are the messages that were sent and those that are on their way by a
// plan: one of the last 24 hours that no later message to the same people has
// carried out. A letter of the law carries out no plan, and neither does a reminder.
func Expected(list []ContactEntry, now time.Time) []recovery.Contact {
	var plans []recovery.Contact
	for _, entry := range list {
		if entry.Planned {
			plans = append(plans, entry.Contact)
			continue
		}
		carried := slices.IndexFunc(plans, func(plan recovery.Contact) bool {
			return !entry.Letter && plan.InGroup == entry.InGroup && (plan.InGroup || plan.CounterpartID == entry.CounterpartID)
		})
		if carried >= 0 {
			plans = slices.Delete(plans, carried, carried+1)
		}
	}
	plans = slices.DeleteFunc(plans, func(plan recovery.Contact) bool { return !plan.At.After(now.Add(-24 * time.Hour)) })
	return append(Sent(list), plans...)
}
