package dossier

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// told is an entry of a kind with facts, on a day of December 2026.
func told(seq int64, day string, kind recovery.EntryKind, role recovery.Role, facts map[string]any) folio.Entry {
	return folio.Entry{Parsed: journal.Entry{
		Seq: seq, Kind: kind, At: "2026-12-" + day + "T04:00:00Z", Actor: recovery.Actor{Role: role}, Facts: facts,
	}}
}

// What came back is what the entries say had come back by then; a counterpart's
// own word brings nothing.
func TestReturnsOfAPlan(t *testing.T) {
	t.Parallel()
	p := &draft{t: mustWording(t), folio: folio.Folio{Entries: []folio.Entry{
		told(1, "01", recovery.EntryResponseRecorded, recovery.RoleCounterpart, map[string]any{"kind": "returned", "amount_fen": 900.0}),
		told(2, "02", recovery.EntryReturnRecorded, recovery.RoleClaimant, map[string]any{"amount_fen": 100.0}),
		told(3, "03", recovery.EntryInstalmentRecorded, recovery.RoleClaimant, map[string]any{"amount_fen": 50.0, "no": 1.0}),
		told(4, "04", recovery.EntryResponseRecorded, recovery.RoleClaimant, map[string]any{"kind": "returned", "recovered_fen": 200.0}),
		told(5, "05", recovery.EntryInstalmentRecorded, recovery.RoleClaimant, map[string]any{"amount_fen": 30.0, "recovered_fen": 230.0}),
		told(6, "06", recovery.EntryClosed, recovery.RoleSystem, map[string]any{"recovered_fen": 230.0}),
	}}}
	var got []recovery.Money
	for _, back := range p.returnPayments() {
		got = append(got, back.amount)
	}
	if want := []recovery.Money{100, 50, 50, 30}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Of a packet that was split the papers ask those they name for their shares; what
// the platform gave back of the rest is none of theirs.
func TestWhatIsAskedOfASplitPacket(t *testing.T) {
	t.Parallel()
	c := recovery.Case{
		Instrument: recovery.LuckyPacket, Amount: 200_000,
		Counterparts: []recovery.Counterpart{{ID: "a", Claimed: 3_400, ReturnFen: 400}, {ID: "b", Claimed: 5_000}},
		Position:     recovery.Position{Claim: 200_000, Recovered: 150_400},
	}
	entries := []folio.Entry{
		told(1, "01", recovery.EntryReturnRecorded, recovery.RoleClaimant, map[string]any{"amount_fen": 150_000.0, "channel": "auto_refund", "recovered_fen": 150_000.0}),
		told(2, "02", recovery.EntryReturnRecorded, recovery.RoleClaimant, map[string]any{"amount_fen": 400.0, "channel": "wechat", "counterpart_id": "a", "recovered_fen": 150_400.0}),
	}
	for _, test := range []struct {
		name                     string
		change                   func(*recovery.Case)
		asked, claimed, returned recovery.Money
		back                     int
	}{
		{"shares are told", func(*recovery.Case) {}, 8_000, 8_400, 400, 1},
		{"one is not", func(c *recovery.Case) { c.Counterparts[1].Claimed = 0 }, 49_600, 200_000, 150_400, 2},
		{"a transfer", func(c *recovery.Case) { c.Instrument = recovery.Transfer }, 8_000, 8_400, 400, 1},
		{"one has given all of it back", func(c *recovery.Case) { c.Counterparts[0].ReturnFen = 3_400 }, 5_000, 5_000, 0, 0},
		{"more came back than the shares leave", func(c *recovery.Case) { c.Position.Recovered = 199_999 }, 1, 8_400, 400, 1},
	} {
		changed := c
		changed.Counterparts = slices.Clone(c.Counterparts)
		test.change(&changed)
		p := &draft{t: mustWording(t), folio: folio.Folio{Case: changed, Entries: entries}}
		met := p.computeConditions()
		if byRecord := p.moneyValues()["asked_sum"] == p.t.text("asked_by_record"); byRecord != (test.name == "one is not") || met["split"] == met["whole"] {
			t.Errorf("%s: the papers ask for %s; %v", test.name, p.moneyValues()["asked_sum"], met)
		}
		if got := p.amountReturned(); got != test.returned {
			t.Errorf("%s: %d came back from the debtors, want %d", test.name, got, test.returned)
		}
		if asked, claimed, back := p.amountAsked(), p.interestBase(), len(p.returnPayments()); asked != test.asked || claimed != test.claimed || back != test.back {
			t.Errorf("%s: asked %d, claimed %d, %d payments", test.name, asked, claimed, back)
		}
	}
}

// Nobody is sued who has given their share back, while others have not.
func TestWhoIsADebtor(t *testing.T) {
	t.Parallel()
	gone, left, unknown := recovery.Counterpart{ID: "a", Claimed: 5, ReturnFen: 5}, recovery.Counterpart{ID: "b", Claimed: 5, ReturnFen: 4}, recovery.Counterpart{ID: "c", ReturnFen: 9}
	for _, test := range []struct {
		name string
		all  []recovery.Counterpart
		want []int
	}{
		{"one has returned", []recovery.Counterpart{gone, left}, []int{1}},
		{"a share nobody knows may be larger", []recovery.Counterpart{unknown, gone}, []int{0}},
		{"all have returned", []recovery.Counterpart{gone, gone}, []int{0, 1}},
		{"nobody is named", nil, []int{}},
	} {
		p := &draft{t: mustWording(t), folio: folio.Folio{Case: recovery.Case{Counterparts: test.all}}}
		if got := p.debtors(); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if copies := p.caseValues()["copies"]; copies != strconv.Itoa(max(1, len(test.want))) {
			t.Errorf("%s: %s copies", test.name, copies)
		}
	}
}

// What the stages can do since counts where the law counts it.
func TestActsOfTheStages(t *testing.T) {
	t.Parallel()
	of := func(id string) map[string]any { return map[string]any{"counterpart_id": id} }
	p := &draft{t: mustWording(t), folio: folio.Folio{
		Case: recovery.Case{Counterparts: []recovery.Counterpart{{ID: "a"}, {ID: "b"}}},
		Entries: []folio.Entry{
			told(1, "01", recovery.EntryLinkIssued, recovery.RoleClaimant, of("a")),
			told(2, "02", recovery.EntryLinkOpened, recovery.RoleCounterpart, of("a")),
			told(3, "03", recovery.EntryMediationRecorded, recovery.RoleClaimant, nil),
			told(4, "04", recovery.EntryPlanProposed, recovery.RoleClaimant, of("b")),
			told(5, "05", recovery.EntryPlanAccepted, recovery.RoleCounterpart, of("b")),
			told(6, "06", recovery.EntryInstalmentRecorded, recovery.RoleClaimant, of("b")),
			told(7, "07", recovery.EntryResponseRecorded, recovery.RoleCounterpart, map[string]any{"counterpart_id": "a", "kind": "returned"}),
		},
	}}
	p.loadLimitation()
	want := []struct {
		seq  int64
		kind recovery.InterruptionKind
	}{{5, recovery.DebtorPromised}, {6, recovery.DebtorPaid}}
	if len(p.lines) != len(want) {
		t.Fatalf("%d lines, want %d", len(p.lines), len(want))
	}
	for i, l := range p.lines {
		if l.Seq != want[i].seq || l.Kind != want[i].kind || l.holder != "b" {
			t.Errorf("%+v; want %+v", l, want[i])
		}
	}
	if first, found := p.firstDemand(); found {
		t.Errorf("a link that was opened is the demand %+v", first)
	}
	notice := p.t.Facts[slices.IndexFunc(p.t.Facts, func(f fact) bool { return f.ID == "notice" })]
	if got := p.supportingEntries(notice); got != "日志第 2、7 条" {
		t.Errorf("knowledge is recorded in %q", got)
	}
}

// The timeline says of a corrected day of knowing which last days follow, and that an
// end recorded earlier no longer holds.
func TestCorrectedEnd(t *testing.T) {
	t.Parallel()
	p := &draft{t: mustWording(t)}
	e := told(3, "03", recovery.EntryFactsAmended, recovery.RoleClaimant, map[string]any{
		"noticed_at": "2026-11-19T16:00:00Z", "avoidance_until": "2027-02-18", "limitation_until": "2029-11-20", "restored": []any{"avoidance"},
	})
	got := p.sentence(&e)
	for _, want := range []string{"2026-11-20", "撤销权的期间重新计算，到 2027-02-18", "诉讼时效重新计算，到 2029-11-20", "此前记载的届满（重大误解撤销权的期间）", "现已更正"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

// The way of a demand is named whoever made it.
func TestWayOfADemand(t *testing.T) {
	t.Parallel()
	s := &composer{draft: &draft{t: mustWording(t)}}
	for want, e := range map[string]folio.Entry{
		"私信":      told(1, "01", recovery.EntryContactRecorded, recovery.RoleClaimant, map[string]any{"channel": "private_message"}),
		"催告函到达对方": told(1, "01", recovery.EntryLegalStep, recovery.RoleClaimant, map[string]any{"kind": "demand_arrived"}),
	} {
		if got := s.demandChannel(&e); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
