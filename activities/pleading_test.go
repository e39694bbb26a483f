package activities

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/playbook"
	"recourse/recovery"
)

// rulesNow are the rules of today, and a case under them.
func rulesNow(t *testing.T) (PinnedRules, recovery.Case) {
	t.Helper()
	shelf, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := recovery.Case{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: noon, Reason: recovery.WrongPerson,
		ClaimState: recovery.Claimed, Playbook: shelf.Current().Version(), Pace: 1,
		Counterparts: []recovery.Counterpart{{ID: "a", Alias: "老王", Contact: "wxid_1"}},
		Claimant:     recovery.Claimant{Name: "王小满", Email: "w@example.com", Phone: "13800000000", Province: "广东省", City: "深圳市"},
	}
	c.Position = recovery.Start(c, recovery.Terms{})
	return PinnedRules{Shelf: shelf}, c
}

func TestFees(t *testing.T) {
	t.Parallel()
	rules, c := rulesNow(t)
	law := func(section string) folio.Citation {
		return folio.Citation{Statute: "诉讼费用交纳办法", Section: section, Edition: "国务院令第481号", Mark: "V"}
	}
	fees, err := rules.Fees(c, noon)
	want := []folio.Fee{
		{Name: "suit", Base: 200_000, Amount: 5_000, Law: law("13")}, {Name: "summary", Base: 200_000, Amount: 2_500, Law: law("16")},
		{Name: "payment_order", Base: 200_000, Amount: 1_667, Law: law("14")}, {Name: "preservation", Base: 200_000, Amount: 4_000, Law: law("14")},
	}
	if diff := cmp.Diff(want, fees); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	c.Position.Recovered = c.Amount
	if fees, err := rules.Fees(c, noon); len(fees) != 0 || err != nil {
		t.Errorf("nothing is outstanding, and costs %+v %v", fees, err)
	}
	c.Playbook = "1999-01-01"
	if _, err := rules.Fees(c, noon); err == nil {
		t.Error("fees of a playbook that is not there")
	}
	if _, err := rules.Citations(c, noon); err == nil {
		t.Error("citations of a playbook that is not there")
	}
}

// A paper cites what its own side rests on: no gift, and no crime.
func TestCitations(t *testing.T) {
	t.Parallel()
	rules, c := rulesNow(t)
	sections := func(at time.Time) (list []string) {
		cited, err := rules.Citations(c, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range cited {
			if one.Mark == "" || one.Edition == "" {
				t.Errorf("%+v cannot be traced", one)
			}
			list = append(list, one.Statute+one.Section)
		}
		return list
	}
	enrichment := []string{"民法典122、985", "民法典986至988"}
	fallback := []string{"民法典147、152、157", "关于适用民法典总则编若干问题的解释19、20"}
	if diff := cmp.Diff(append(enrichment, fallback...), sections(noon.AddDate(0, 0, 1))); diff != "" {
		t.Errorf("on the next day (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(enrichment, sections(noon.AddDate(0, 6, 0))); diff != "" {
		t.Errorf("half a year later (-want +got):\n%s", diff)
	}
}

func legalStep(kind, at, claimed string) folio.Entry {
	return folio.Entry{Parsed: journal.Entry{
		Kind: recovery.EntryLegalStep, At: at, ClaimedAt: claimed, Facts: map[string]any{"kind": kind},
	}}
}

func TestKnewHolder(t *testing.T) {
	t.Parallel()
	one := recovery.Case{Counterparts: []recovery.Counterpart{{ID: "a"}}}
	two := recovery.Case{Counterparts: []recovery.Counterpart{{ID: "a"}, {ID: "b"}}}
	asked := legalStep("receipt_requested", "2026-03-01T00:00:00Z", "")
	got := legalStep("receipt_received", "2026-03-05T00:00:00Z", "2026-03-04T00:00:00Z")
	for _, test := range []struct {
		name    string
		c       recovery.Case
		entries []folio.Entry
		want    string
	}{
		{"nobody said", one, []folio.Entry{asked, {Parsed: journal.Entry{Kind: recovery.EntryPlatformReplied, Facts: map[string]any{"kind": "platform_answered"}}}}, ""},
		{"by the actor's word", one, []folio.Entry{asked, got}, "2026-03-04T00:00:00Z"},
		{"the first", one, []folio.Entry{legalStep("platform_answered", "2026-03-02T00:00:00Z", ""), got}, "2026-03-02T00:00:00Z"},
		{"no time", one, []folio.Entry{legalStep("platform_answered", "soon", "")}, ""},
		{"of several", two, []folio.Entry{got}, ""},
	} {
		text := ""
		if at := knewHolder(test.c, test.entries); at != nil {
			text = at.Format(time.RFC3339)
		}
		if text != test.want {
			t.Errorf("%s: %q, want %q", test.name, text, test.want)
		}
	}
}

func TestPreserved(t *testing.T) {
	t.Parallel()
	applied, filed := legalStep("preservation_applied", "", ""), legalStep("suit_filed", "", "")
	other := folio.Entry{Parsed: journal.Entry{Kind: recovery.EntryNoteAdded, Facts: map[string]any{"kind": "preservation_applied"}}}
	for _, test := range []struct {
		entries []folio.Entry
		want    bool
	}{{nil, false}, {[]folio.Entry{other}, false}, {[]folio.Entry{applied, filed}, true}, {[]folio.Entry{filed, applied}, false}} {
		if got := preserved(test.entries); got != test.want {
			t.Errorf("%d entries: %v", len(test.entries), got)
		}
	}
}

// The agreement prints what running plans still bring, in the order of days.
func TestInstalments(t *testing.T) {
	t.Parallel()
	on := func(day int) time.Time { return time.Date(2026, 4, day, 0, 0, 0, 0, recovery.Shanghai) }
	got := instalments([]recovery.Plan{
		{No: 1, Running: true, Instalments: []recovery.Instalment{
			{No: 1, DueOn: "2026-04-01", Amount: 100, Paid: 100}, {No: 2, DueOn: "2026-04-20", Amount: 100, Paid: 30},
		}},
		{No: 2, Instalments: []recovery.Instalment{{No: 1, DueOn: "2026-04-02", Amount: 5}}},
		{No: 3, Running: true, Instalments: []recovery.Instalment{{No: 1, DueOn: "2026-04-10", Amount: 7}}},
	})
	want := []folio.Instalment{{DueOn: on(10), Amount: 7}, {DueOn: on(20), Amount: 70}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The other side and the platform get the claimant's name and no more.
func TestPleadingNamesTheClaimant(t *testing.T) {
	t.Parallel()
	rules, c := rulesNow(t)
	c.Position.Route = recovery.SmallClaims
	exports := &Exports{Checklist: rules}
	for _, audience := range recovery.Audiences {
		papers, err := exports.pleading(c, nil, recovery.Export{CreatedAt: noon}, maskFor(recovery.Case{}, audience, nil))
		if err != nil || papers.Route != recovery.SmallClaims || len(papers.Fees) == 0 || len(papers.Citations) == 0 {
			t.Fatalf("%+v %v", papers, err)
		}
		want := folio.Identity{Name: "王小满"}
		if audience == recovery.ForCourt || audience == recovery.ForArchive {
			want.Phone, want.Email = c.Claimant.Phone, c.Claimant.Email
		}
		if papers.Claimant != want || papers.Interest != nil || papers.KnewGain != nil || papers.Court != "" {
			t.Errorf("for %s: %+v", audience, papers)
		}
	}
}
