package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

const (
	// selectContacts returns a column of the table as one array each: thousands of rows
	// would take many times longer. The codes of a breach are one text, because arrays
	// of arrays need the same length.
	selectContacts = `select coalesce(array_agg(seq), '{}') as seq, coalesce(array_agg(planned), '{}') as planned,
			coalesce(array_agg(letter), '{}') as letter, coalesce(array_agg(counterpart_id), '{}') as counterpart_id,
			coalesce(array_agg(in_group), '{}') as in_group, coalesce(array_agg(at), '{}') as at,
			coalesce(array_agg(breaches), '{}') as breaches
		from (select c.* from (select in_group, counterpart_id from contact_totals where case_id = $1) r, lateral (
				select * from contacts where case_id = $1 and in_group = r.in_group and counterpart_id = r.counterpart_id
				order by seq desc limit $2) c
			order by c.seq) c`
	selectContactTotals = `select coalesce(sum(sent) filter (where not in_group), 0)::bigint as private,
			coalesce(sum(sent) filter (where in_group), 0)::bigint as in_group, coalesce(sum(breaches), 0)::bigint as breaches
		from contact_totals where case_id = $1`
	addToContactTotals = `insert into contact_totals as t (case_id, in_group, counterpart_id, sent, breaches)
			values ($1, $2, $3, case when $4 then 0 else 1 end, case when $5 then 1 else 0 end)
		on conflict (case_id, in_group, counterpart_id) do update set sent = t.sent + excluded.sent, breaches = t.breaches + excluded.breaches`
	countContacts = `insert into contact_totals select case_id, in_group, counterpart_id, count(*) filter (where not planned),
			count(*) filter (where breaches <> '') from contacts where case_id = $1 group by case_id, in_group, counterpart_id`
	selectContactEntries = entryColumns + `
		where case_id = $1 and kind = any($2) order by seq`
)

var contactKinds = []recovery.EntryKind{
	recovery.EntryContactRecorded, recovery.EntryContactPlanned, recovery.EntryLegalStep, recovery.EntryInstalmentReminded,
}

// ContactLog lists the recorded and planned messages of a case in the order
// they were entered, including demand letters and instalment reminders, as
// corrected. Of each recipient it has the last maxReadContacts: more of them exceed
// every limit.
func (r reads) ContactLog(ctx context.Context, id recovery.CaseID) ([]recovery.ContactEntry, error) {
	columns, err := queryOneIn[contactColumns](ctx, r.db, "contacts", selectContacts, id, maxReadContacts)
	return columns.entries(), err
}

// maxReadContacts must be above the total of every playbook.
const maxReadContacts = 100

// ContactTotals counts the messages of a case, as corrected.
func (r reads) ContactTotals(ctx context.Context, id recovery.CaseID) (recovery.ContactTotals, error) {
	return queryOneIn[recovery.ContactTotals](ctx, r.db, "contacts", selectContactTotals, id)
}

// contactColumns are the contacts of a case, column by column.
type contactColumns struct {
	Seq           []int64
	Planned       []bool
	Letter        []bool
	CounterpartID []string
	InGroup       []bool
	At            []time.Time
	Breaches      []string
}

func (c contactColumns) entries() []recovery.ContactEntry {
	list := make([]recovery.ContactEntry, len(c.Seq))
	for i := range list {
		list[i] = recovery.ContactEntry{
			Contact: recovery.Contact{CounterpartID: recovery.CounterpartID(c.CounterpartID[i]), InGroup: c.InGroup[i], At: c.At[i]},
			Seq:     c.Seq[i], Planned: c.Planned[i], Letter: c.Letter[i],
		}
		for _, code := range strings.Fields(c.Breaches[i]) {
			list[i].Breaches = append(list[i].Breaches, recovery.Code(code))
		}
	}
	return list
}

// queueContact keeps a new entry in the table of contacts if it is one.
func queueContact(batch *pgx.Batch, id recovery.CaseID, record journal.Record) error {
	if !slices.Contains(contactKinds, record.Kind) {
		return nil
	}
	list, err := contactLog([]entryRow{{Seq: record.Seq, Kind: record.Kind, At: record.At, Bytes: record.Bytes}})
	for _, entry := range list {
		batch.Queue(`insert into contacts (case_id, seq, planned, letter, counterpart_id, in_group, at, breaches)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`, contactValues(id, entry)...)
		batch.Queue(addToContactTotals, id, entry.InGroup, entry.CounterpartID, entry.Planned, len(entry.Breaches) > 0)
	}
	return err
}

func contactValues(id recovery.CaseID, e recovery.ContactEntry) []any {
	codes := make([]string, len(e.Breaches))
	for i, code := range e.Breaches {
		codes[i] = string(code)
	}
	return []any{id, e.Seq, e.Planned, e.Letter, e.CounterpartID, e.InGroup, e.At, strings.Join(codes, " ")}
}

// correctContacts brings the contacts of a case up to date after corrections.
func (w *journalWriter) correctContacts(ctx context.Context) error {
	for _, record := range w.added {
		if record.Kind != recovery.EntryCorrected {
			continue
		}
		correction, err := journal.ParseEntry(record.Bytes)
		if err != nil {
			return err
		}
		if err := correctContact(ctx, w.tx, w.id, correction); err != nil {
			return err
		}
	}
	return nil
}

// correctContact changes the one contact that a correction corrects, if it corrects one.
// All are read again if the correction decides whether others count.
func correctContact(ctx context.Context, tx pgx.Tx, id recovery.CaseID, correction journal.Entry) error {
	// An earlier correction may have made some void that count again after this one.
	var corrected recovery.EntryKind
	var someVoid bool
	err := tx.QueryRow(ctx, `select coalesce((select kind from journal_entries where case_id = $1 and seq = $3), ''),
		exists (select from journal_entries e where case_id = $1 and kind = any($2)
			and not exists (select from contacts c where c.case_id = e.case_id and c.seq = e.seq))`,
		id, dependentContacts, correction.Corrects()).Scan(&corrected, &someVoid)
	switch {
	case err != nil:
		return err
	case someVoid || correction.Facts["without_effect"] != nil:
		return rebuildContacts(ctx, tx, id)
	case !slices.Contains(contactKinds, corrected):
		return nil
	}
	numbers := []int64{correction.Corrects(), correction.Seq}
	rows, err := queryAllIn[entryRow](ctx, tx, "read contact", entryColumns+` where case_id = $1 and seq = any($2) order by seq`, id, numbers)
	if err != nil {
		return err
	}
	return replaceContacts(ctx, tx, id, rows, ` and seq = $2`, correction.Corrects())
}

// dependentContacts are the kinds of contacts that lose their effect when an earlier entry
// is corrected. The others happened, whatever the case was.
var dependentContacts = []recovery.EntryKind{recovery.EntryContactPlanned, recovery.EntryInstalmentReminded}

func isContact(row entryRow) bool { return slices.Contains(contactKinds, row.Kind) }

// rebuildContacts reads all contacts of a case again from its journal.
func rebuildContacts(ctx context.Context, tx pgx.Tx, id recovery.CaseID) error {
	kinds := append(slices.Clone(contactKinds), recovery.EntryCorrected)
	rows, err := queryAllIn[entryRow](ctx, tx, "read contacts", selectContactEntries, id, kinds)
	if err != nil || !slices.ContainsFunc(rows, isContact) {
		return err
	}
	return replaceContacts(ctx, tx, id, rows, "")
}

// replaceContacts replaces the contacts that the condition selects by those in the rows,
// and counts again.
func replaceContacts(ctx context.Context, tx pgx.Tx, id recovery.CaseID, rows []entryRow, condition string, args ...any) error {
	list, err := contactLog(rows)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from contacts where case_id = $1`+condition, append([]any{id}, args...)...); err != nil {
		return err
	}
	columns := []string{"case_id", "seq", "planned", "letter", "counterpart_id", "in_group", "at", "breaches"}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"contacts"}, columns, pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		return contactValues(id, list[i]), nil
	}))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from contact_totals where case_id = $1`, id); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, countContacts, id)
	return err
}

// contactLog reads the messages in journal entries, with the corrections among them.
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
		list = append(list, contactEntry(entry.Entry, rows[i])) //nolint:gosec // ApplyCorrections keeps one entry for each row
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
