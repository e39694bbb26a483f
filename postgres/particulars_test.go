package postgres_test

import (
	"testing"

	"recourse/postgres"
	"recourse/recovery"
)

// The journal alone has what was supplied for the papers: the later word stands,
// other cases have none of it, and erasing the case leaves nothing.
func TestParticularsFollowTheJournal(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c, other := file(t, b.Store), file(t, b.Store)
	holder := c.Counterparts[0].ID
	for i, change := range []recovery.Particulars{
		{Court: "深圳市南山区人民法院", Papers: recovery.PapersOnRequest, Counterparts: []recovery.CounterpartParticulars{{CounterpartID: holder, Name: "王小刚"}}},
		{Court: "深圳市福田区人民法院", Papers: []recovery.Paper{recovery.PaperPreservation}},
	} {
		d := draft(recovery.EntryParticulars, "particulars:"+string(rune('0'+i)))
		d.Facts, d.Personal = change.EntryFacts(), change.ValuesByPath()
		if err := b.WriteDirectly(t.Context(), postgres.DirectWrite{CaseID: c.ID, Draft: d}); err != nil {
			t.Fatal(err)
		}
	}
	stand, err := b.ReadParticulars(t.Context(), c.ID)
	if err != nil || stand.Court != "深圳市福田区人民法院" || stand.CounterpartByID(holder).Name != "王小刚" || len(stand.Papers) != 1 {
		t.Errorf("%+v %v", stand, err)
	}
	if none, err := b.ReadParticulars(t.Context(), other.ID); err != nil || !none.IsEmpty() {
		t.Errorf("another case: %+v %v", none, err)
	}
	if _, err := b.EraseCase(t.Context(), erasure(c)); err != nil {
		t.Fatal(err)
	}
	if left, err := b.ReadParticulars(t.Context(), c.ID); err != nil || len(left.ValuesByPath()) != 0 {
		t.Errorf("after erasure: %+v %v", left, err)
	}
	if n := b.count(t, "journal_values where case_id = $1 and value is not null", c.ID); n != 0 {
		t.Errorf("%d values are left", n)
	}
}
