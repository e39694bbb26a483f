package folio

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// fakeChecklist computes one fee and one citation for every case.
type fakeChecklist struct{}

func (fakeChecklist) Missing(recovery.Case, []recovery.Evidence, recovery.Audience) ([]string, error) {
	return nil, nil
}

func (fakeChecklist) Fees(recovery.Case, recovery.Money, time.Time) ([]Fee, error) {
	return []Fee{{Name: "suit"}}, nil
}

func (fakeChecklist) Citations(recovery.Case, time.Time) ([]Citation, error) {
	return []Citation{{Statute: "民法典"}}, nil
}

func legalStep(kind, at, claimed string) Entry {
	return Entry{Parsed: journal.Entry{
		Kind: recovery.EntryLegalStep, At: at, ClaimedAt: claimed, Facts: map[string]any{"kind": kind},
	}}
}

func TestHolderKnownAt(t *testing.T) {
	t.Parallel()
	one := recovery.Case{Counterparts: []recovery.Counterpart{{ID: "a"}}}
	two := recovery.Case{Counterparts: []recovery.Counterpart{{ID: "a"}, {ID: "b"}}}
	asked := legalStep("receipt_requested", "2026-03-01T00:00:00Z", "")
	got := legalStep("receipt_received", "2026-03-05T00:00:00Z", "2026-03-04T00:00:00Z")
	for _, test := range []struct {
		name    string
		c       recovery.Case
		entries []Entry
		want    string
	}{
		{"nobody said", one, []Entry{asked, {Parsed: journal.Entry{Kind: recovery.EntryPlatformReplied, Facts: map[string]any{"kind": "platform_answered"}}}}, ""},
		{"by the actor's word", one, []Entry{asked, got}, "2026-03-04T00:00:00Z"},
		{"the first", one, []Entry{legalStep("platform_answered", "2026-03-02T00:00:00Z", ""), got}, "2026-03-02T00:00:00Z"},
		{"no time", one, []Entry{legalStep("platform_answered", "soon", "")}, ""},
		{"of several", two, []Entry{got}, ""},
	} {
		text := ""
		if at := counterpartKnownAt(test.c, test.entries); at != nil {
			text = at.Format(time.RFC3339)
		}
		if text != test.want {
			t.Errorf("%s: %q, want %q", test.name, text, test.want)
		}
	}
}

func TestHasPreservation(t *testing.T) {
	t.Parallel()
	applied, filed := legalStep("preservation_applied", "", ""), legalStep("suit_filed", "", "")
	other := Entry{Parsed: journal.Entry{Kind: recovery.EntryNoteAdded, Facts: map[string]any{"kind": "preservation_applied"}}}
	for _, test := range []struct {
		entries []Entry
		want    bool
	}{{nil, false}, {[]Entry{other}, false}, {[]Entry{applied, filed}, true}, {[]Entry{filed, applied}, false}} {
		if got := hasPreservation(test.entries); got != test.want {
			t.Errorf("%d entries: %v", len(test.entries), got)
		}
	}
}

// The agreement prints the unpaid instalments of running plans by due day.
func TestOpenInstalments(t *testing.T) {
	t.Parallel()
	on := func(day int) time.Time { return time.Date(2026, 4, day, 0, 0, 0, 0, recovery.Shanghai) }
	got := openInstalments([]recovery.Plan{
		{No: 1, Running: true, Instalments: []recovery.Instalment{
			{No: 1, DueOn: "2026-04-01", Amount: 100, Paid: 100}, {No: 2, DueOn: "2026-04-20", Amount: 100, Paid: 30},
		}},
		{No: 2, Instalments: []recovery.Instalment{{No: 1, DueOn: "2026-04-02", Amount: 5}}},
		{No: 3, Running: true, Instalments: []recovery.Instalment{{No: 1, DueOn: "2026-04-10", Amount: 7}}},
	})
	want := []Instalment{{DueOn: on(10), Amount: 7}, {DueOn: on(20), Amount: 70}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The opponent and the platform get the claimant's name only.
func TestPapersNameTheClaimant(t *testing.T) {
	t.Parallel()
	c := recovery.Case{Claimant: recovery.Claimant{Name: "王小满", Email: "w@example.com", Phone: "13800000000", Province: "广东省", City: "深圳市"}}
	c.Position.Route = recovery.SmallClaims
	for _, audience := range recovery.Audiences {
		b := assembly{Assembler: Assembler{Checklist: fakeChecklist{}}, Source: Source{Case: c}, redaction: redactionFor(audience)}
		var f Folio
		err := b.addPapers(&f)
		papers := f.Papers
		if err != nil || papers.Route != recovery.SmallClaims || len(papers.Fees) == 0 || len(papers.Citations) == 0 {
			t.Fatalf("%+v %v", papers, err)
		}
		want := Identity{Name: "王小满"}
		if audience == recovery.ForCourt || audience == recovery.ForArchive {
			want.Phone, want.Email = c.Claimant.Phone, c.Claimant.Email
		}
		if papers.Claimant != want || papers.Interest != nil || papers.KnewGain != nil || papers.Court != "" {
			t.Errorf("for %s: %+v", audience, papers)
		}
	}
}

// The papers count from the day from which the clocks of the case count.
func TestPapersCountFromTheNoticeOfTheCase(t *testing.T) {
	t.Parallel()
	noticed := time.Date(2026, 4, 2, 3, 0, 0, 0, time.UTC)
	c := recovery.Case{}
	supplied := Entry{Parsed: journal.Entry{Kind: recovery.EntryParticulars, Commitments: map[string]string{"particulars.noticed_on": "x"}},
		Values: []journal.Value{{Path: "particulars.noticed_on", Value: "2026-03-01"}}}
	r := redactionFor(recovery.ForCourt)
	if got := newPapers(c, []Entry{supplied}, r).KnewGain; got == nil || got.Format(time.DateOnly) != "2026-03-01" {
		t.Errorf("from the particulars: %v", got)
	}
	c.Position.Facts.NoticedAt = &noticed
	if got := newPapers(c, []Entry{supplied}, r).KnewGain; got == nil || !got.Equal(noticed) {
		t.Errorf("from the case: %v", got)
	}
}
