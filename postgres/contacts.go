package postgres

import (
	"context"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// Contacts are the messages recorded in a case, by when they were sent, oldest
// first. They are read from the journal: it is the only place that has them.
func (s *Store) Contacts(ctx context.Context, id recovery.CaseID) ([]recovery.Contact, error) {
	rows, err := query[entryRow](ctx, s, "read contacts", `select seq, kind, at, key, bytes, hash from journal_entries
		where case_id = $1 and kind = $2 order by seq`, id, recovery.EntryContactRecorded)
	if err != nil {
		return nil, err
	}
	contacts := make([]recovery.Contact, 0, len(rows))
	for _, row := range rows {
		entry, err := journal.Parse(row.Bytes)
		if err != nil {
			return nil, err
		}
		contacts = append(contacts, contactOf(entry, row.At))
	}
	return contacts, nil
}

func contactOf(entry journal.Entry, written time.Time) recovery.Contact {
	contact := recovery.Contact{At: written}
	if id, named := entry.Facts["counterpart_id"].(string); named {
		contact.CounterpartID = recovery.CounterpartID(id)
	}
	contact.InGroup, _ = entry.Facts["in_group"].(bool)
	if at, err := time.Parse(time.RFC3339Nano, entry.ClaimedAt); err == nil {
		contact.At = at
	}
	return contact
}
