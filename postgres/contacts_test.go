package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// message is the draft of one that was sent, or planned, so many hours after
// noon.
func message(kind recovery.EntryKind, to recovery.CounterpartID, group bool, hours int) journal.Draft {
	d := draft(kind, "")
	at := noon.Add(time.Duration(hours) * time.Hour)
	d.Facts = map[string]any{"in_group": group}
	if to != "" {
		d.Facts["counterpart_id"] = to
	}
	if kind == recovery.EntryContactPlanned {
		d.At = at
	} else {
		d.ClaimedAt = &at
		d.Facts["breaches"] = []recovery.Code{recovery.CodeQuietHours}
	}
	return d
}

func TestTheContactLog(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	for _, d := range []journal.Draft{
		message(recovery.EntryContactRecorded, "a", false, 1), message(recovery.EntryContactPlanned, "", true, 2), draft(recovery.EntryNoteAdded, ""),
	} {
		must[[]journal.Record](t)(s.AppendEntries(t.Context(), c.ID, false, d))
	}
	want := []recovery.ContactEntry{
		{Seq: 2, Contact: recovery.Contact{CounterpartID: "a", At: noon.Add(time.Hour)}, Breaches: []recovery.Code{recovery.CodeQuietHours}},
		{Seq: 3, Contact: recovery.Contact{InGroup: true, At: noon.Add(2 * time.Hour)}, Planned: true},
	}
	if diff := cmp.Diff(want, must[[]recovery.ContactEntry](t)(s.ContactLog(t.Context(), c.ID))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	sent := must[[]recovery.Contact](t)(s.ListContacts(t.Context(), c.ID))
	if diff := cmp.Diff([]recovery.Contact{want[0].Contact}, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestExpected(t *testing.T) {
	t.Parallel()
	entry := func(planned bool, to recovery.CounterpartID, group bool, hours int) recovery.ContactEntry {
		return recovery.ContactEntry{Planned: planned, Contact: recovery.Contact{
			CounterpartID: to, InGroup: group, At: noon.Add(time.Duration(hours) * time.Hour),
		}}
	}
	const now = 30
	for name, test := range map[string]struct {
		log  []recovery.ContactEntry
		want int
	}{
		"nothing":                        {nil, 0},
		"sent long ago still counts":     {[]recovery.ContactEntry{entry(false, "a", false, 0)}, 1},
		"a plan counts":                  {[]recovery.ContactEntry{entry(true, "a", false, 20)}, 1},
		"a plan of yesterday does not":   {[]recovery.ContactEntry{entry(true, "a", false, 6)}, 0},
		"a plan carried out is one":      {[]recovery.ContactEntry{entry(true, "a", false, 20), entry(false, "a", false, 21)}, 1},
		"carried out for another":        {[]recovery.ContactEntry{entry(true, "a", false, 20), entry(false, "b", false, 21)}, 2},
		"a group's plan carried out":     {[]recovery.ContactEntry{entry(true, "", true, 20), entry(false, "a", true, 21)}, 1},
		"one message carries out one":    {[]recovery.ContactEntry{entry(true, "a", false, 20), entry(true, "a", false, 20), entry(false, "a", false, 21)}, 2},
		"sent before it was planned":     {[]recovery.ContactEntry{entry(false, "a", false, 19), entry(true, "a", false, 20)}, 2},
		"the group is not a counterpart": {[]recovery.ContactEntry{entry(true, "a", true, 20), entry(false, "a", false, 21)}, 2},
	} {
		if got := recovery.SentOrPlanned(test.log, noon.Add(now*time.Hour)); len(got) != test.want {
			t.Errorf("%s: %d messages, want %d: %+v", name, len(got), test.want, got)
		}
	}
}

// TestPlansAtTheSameTimeAreJudgedOneByOne lets a judge allow one message in all.
func TestPlansAtTheSameTimeAreJudgedOneByOne(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	refused := errors.New("one is enough")
	errs := make([]error, 6)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			errs[i] = s.WriteDirectly(t.Context(), postgres.DirectWrite{
				CaseID: c.ID, Draft: message(recovery.EntryContactPlanned, "a", false, 0),
				Decide: func(ctx context.Context, locked postgres.LockedCase, _ *postgres.DirectWrite) error {
					log, err := locked.ContactLog(ctx, c.ID)
					if err == nil && (len(log) > 0 || locked.Position.Stage != c.Position.Stage) {
						err = recovery.Faultf(recovery.CodeContactLimit, "%v", refused)
					}
					return err
				},
			})
		})
	}
	group.Wait()
	allowed := 0
	for _, err := range errs {
		if err == nil {
			allowed++
			continue
		}
		wantCode(t, err, recovery.CodeContactLimit)
	}
	if log := must[[]recovery.ContactEntry](t)(s.ContactLog(t.Context(), c.ID)); allowed != 1 || len(log) != 1 {
		t.Errorf("%d were allowed, %d are written", allowed, len(log))
	}
	if leaves := verifyChain(t, s, c.ID); len(leaves) != 2 {
		t.Errorf("%d entries", len(leaves))
	}
}

// TestContactsOfALongCase: neither the other entries of a case nor other cases are read.
func TestContactsOfALongCase(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c, other := file(t, b.Store), file(t, b.Store)
	seedContacts(t, b, other.ID, 5000)
	plan, err := b.ExplainContacts(t.Context(), c.ID)
	if err != nil || !strings.Contains(plan, "contacts_recipient") || strings.Contains(plan, "Removed by Filter") || strings.Contains(plan, "journal") {
		t.Errorf("%v\n%s", err, plan)
	}
}

// seedContacts adds contacts to a case that are in no journal.
func seedContacts(t testing.TB, b bundle, id recovery.CaseID, count int) {
	t.Helper()
	for _, statement := range []string{fmt.Sprintf(`insert into contacts select '%s', 10 + g, false, false, 'a', false,
		now() - g * interval '1 minute', 'contact_limit' from generate_series(1, %d) g`, id, count),
		fmt.Sprintf(`insert into contact_totals as t values ('%s', false, 'a', %d, %[2]d)`, id, count), `analyze contacts`} {
		if err := b.sql(t, statement); err != nil {
			t.Fatal(err)
		}
	}
}

// TestContactsOfEachRecipient: many messages to one recipient hide none to another, and
// all are counted.
func TestContactsOfEachRecipient(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, false, message(recovery.EntryContactRecorded, "b", false, 1),
		message(recovery.EntryContactRecorded, "a", true, 1), message(recovery.EntryContactPlanned, "b", false, 1)))
	seedContacts(t, b, c.ID, 150)
	log := must[[]recovery.ContactEntry](t)(b.ContactLog(t.Context(), c.ID))
	if len(log) != 103 || log[0].Seq != 2 || log[102].Seq != 160 || log[3].Seq != 61 {
		t.Errorf("%d contacts: %+v", len(log), log[:4])
	}
	want := recovery.ContactTotals{Private: 151, InGroup: 1, Breaches: 152}
	if totals := must[recovery.ContactTotals](t)(b.ContactTotals(t.Context(), c.ID)); totals != want {
		t.Errorf("totals %+v, want %+v", totals, want)
	}
}

// A correction changes the contacts of its case, and no others.
func TestCorrectionRebuildsTheContacts(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c, other := file(t, b.Store), file(t, b.Store)
	for _, one := range []recovery.Case{c, other} {
		must[[]journal.Record](t)(b.AppendEntries(t.Context(), one.ID, false,
			message(recovery.EntryContactRecorded, "a", false, 1), message(recovery.EntryContactRecorded, "b", true, 2)))
	}
	correction := draft(recovery.EntryCorrected, "")
	correction.Facts = map[string]any{"corrects": int64(2)}
	must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, false, correction, message(recovery.EntryContactPlanned, "c", false, 3)))
	for id, want := range map[recovery.CaseID]recovery.ContactTotals{c.ID: {InGroup: 1, Breaches: 1}, other.ID: {Private: 1, InGroup: 1, Breaches: 2}} {
		if totals := must[recovery.ContactTotals](t)(b.ContactTotals(t.Context(), id)); totals != want {
			t.Errorf("totals %+v, want %+v", totals, want)
		}
	}
	for id, want := range map[recovery.CaseID][]int64{c.ID: {3, 5}, other.ID: {2, 3}} {
		var got []int64
		for _, entry := range must[[]recovery.ContactEntry](t)(b.ContactLog(t.Context(), id)) {
			got = append(got, entry.Seq)
		}
		if !slices.Equal(got, want) {
			t.Errorf("contacts %v, want %v", got, want)
		}
	}
}
