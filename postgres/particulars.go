package postgres

import (
	"context"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// ReadParticulars merges the particulars in the journal of a case; later values
// replace earlier ones. They are stored only in the journal, so erased values
// are gone.
func (r reads) ReadParticulars(ctx context.Context, id recovery.CaseID) (recovery.Particulars, error) {
	var folded recovery.Particulars
	entries, err := queryAllIn[entryRow](ctx, r.db, "read particulars", entryColumns+`
		where case_id = $1 and kind = $2 order by seq`, id, recovery.EntryParticulars)
	if err != nil || len(entries) == 0 {
		return folded, err
	}
	values, err := queryAllIn[valueRow](ctx, r.db, "read particulars", `select v.seq, v.path, coalesce(v.value, '') as value, v.salt,
			v.erased_at is not null as erased
		from journal_values v join journal_entries e on e.case_id = v.case_id and e.seq = v.seq
		where v.case_id = $1 and e.kind = $2 order by v.seq, v.path collate "C"`, id, recovery.EntryParticulars)
	if err != nil {
		return folded, err
	}
	for _, entry := range joinValues(entries, values) {
		parsed, err := journal.ParseEntry(entry.Record.Bytes)
		if err != nil {
			return folded, err
		}
		said := make(map[string]string, len(entry.Record.Values))
		for _, value := range entry.Record.Values {
			said[value.Path] = value.Value
		}
		folded.MergeEntry(parsed.Facts, said)
	}
	return folded, nil
}
