package activities

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/folio"
	"recourse/playbook"
	"recourse/recovery"
)

// rulesNow returns the current rules and a case under them.
func rulesNow(t *testing.T) (PinnedRules, recovery.Case) {
	t.Helper()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := recovery.Case{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: noon, Reason: recovery.WrongPerson,
		ClaimState: recovery.Claimed, Playbook: playbooks.Current().Version(), Pace: 1,
		Counterparts: []recovery.Counterpart{{ID: "a", Alias: "老王", Contact: "wxid_1"}},
		Claimant:     recovery.Claimant{Name: "王小满", Email: "w@example.com", Phone: "13800000000", Province: "广东省", City: "深圳市"},
	}
	c.Position = recovery.StartPosition(c, recovery.Terms{})
	return PinnedRules{Registry: playbooks}, c
}

func TestFees(t *testing.T) {
	t.Parallel()
	rules, c := rulesNow(t)
	law := func(section string) folio.Citation {
		return folio.Citation{Statute: "诉讼费用交纳办法", Section: section, Edition: "国务院令第481号", Mark: "V"}
	}
	fees, err := rules.Fees(c, 0, noon)
	want := []folio.Fee{
		{Name: "suit", Base: 200_000, Amount: 5_000, Law: law("13")}, {Name: "summary", Base: 200_000, Amount: 2_500, Law: law("16")},
		{Name: "payment_order", Base: 200_000, Amount: 1_667, Law: law("14")}, {Name: "preservation", Base: 200_000, Amount: 4_000, Law: law("14")},
	}
	if diff := cmp.Diff(want, fees); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	c.Position.Claim, c.Amount = 2_000_000, 2_000_000
	fees, err = rules.Fees(c, 10_000, noon)
	want = []folio.Fee{
		{Name: "suit", Base: 2_010_000, Amount: 30_250, Law: law("13")}, {Name: "summary", Base: 2_010_000, Amount: 15_125, Law: law("16")},
		{Name: "payment_order", Base: 2_000_000, Amount: 10_000, Law: law("14")}, {Name: "preservation", Base: 2_000_000, Amount: 22_000, Law: law("14")},
	}
	if diff := cmp.Diff(want, fees); diff != "" || err != nil {
		t.Errorf("with interest: %v (-want +got):\n%s", err, diff)
	}
	c.Position.Recovered = c.Amount
	if fees, err := rules.Fees(c, 0, noon); len(fees) != 0 || err != nil {
		t.Errorf("nothing is outstanding, and costs %+v %v", fees, err)
	}
	c.Playbook = "1999-01-01"
	if _, err := rules.Fees(c, 0, noon); err == nil {
		t.Error("fees of a playbook that is not there")
	}
	if _, err := rules.Citations(c, noon); err == nil {
		t.Error("citations of a playbook that is not there")
	}
}

// A paper cites the theories of its own side only: no gift, no crime.
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
	fallback := []string{"民法典147、152、157", "关于适用民法典总则编若干问题的解释19"}
	if diff := cmp.Diff(append(enrichment, fallback...), sections(noon.AddDate(0, 0, 1))); diff != "" {
		t.Errorf("on the next day (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(enrichment, sections(noon.AddDate(0, 6, 0))); diff != "" {
		t.Errorf("half a year later (-want +got):\n%s", diff)
	}
}
