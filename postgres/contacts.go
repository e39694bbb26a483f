package postgres

import (
	"context"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

const selectContacts = entryColumns + `
	where case_id = $1 and kind = any($2) order by seq`

var contactKinds = []recovery.EntryKind{
	recovery.EntryContactRecorded, recovery.EntryContactPlanned, recovery.EntryLegalStep, recovery.EntryInstalmentReminded,
	recovery.EntryCorrected, // corrects some of the others
}

// ContactLog lists the recorded and planned messages of a case in the order
// they were entered, including demand letters and instalment reminders, as
// corrected. They are stored only in the journal.
func (r reads) ContactLog(ctx context.Context, id recovery.CaseID) ([]recovery.ContactEntry, error) {
	rows, err := queryAllIn[entryRow](ctx, r.db, "read contacts", selectContacts, id, contactKinds)
	if err != nil {
		return nil, err
	}
	return contactLog(rows)
}

func contactLog(rows []entryRow) ([]recovery.ContactEntry, error) {
	entries := make([]journal.Entry, len(rows))
	for i, row := range rows {
		var err error
		if entries[i], err = journal.ParseEntry(row.Bytes); err != nil {
			return nil, err
		}
	}
	list := make([]recovery.ContactEntry, 0, len(rows))
	for i, entry := range journal.ApplyCorrections(entries) {
		kind, _ := entry.Facts["kind"].(string)
		isOtherStep := entry.Kind == recovery.EntryLegalStep && kind != recovery.DemandSent
		if entry.Void || entry.Kind == recovery.EntryCorrected || isOtherStep {
			continue
		}
		list = append(list, contactEntry(entry.Entry, rows[i]))
	}
	return list, nil
}

func contactEntry(entry journal.Entry, row entryRow) recovery.ContactEntry {
	letter := row.Kind == recovery.EntryLegalStep || row.Kind == recovery.EntryInstalmentReminded
	contact := recovery.ContactEntry{Seq: row.Seq, Planned: row.Kind == recovery.EntryContactPlanned, Letter: letter}
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

// ListContacts lists the messages that were sent in a case, in the order they were
// entered.
func (s *Store) ListContacts(ctx context.Context, id recovery.CaseID) ([]recovery.Contact, error) {
	list, err := s.ContactLog(ctx, id)
	return recovery.SentContacts(list), err
}
