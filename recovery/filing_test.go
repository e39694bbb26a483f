package recovery_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"recourse/recovery"
)

var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

func goodFiling() recovery.Filing {
	sent := noon.Add(-time.Hour)
	return recovery.Filing{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: &sent,
		TransactionNo: "1000050001202611210000000001", Reason: recovery.WrongGroup, ClaimState: recovery.Claimed,
		Group:        &recovery.Group{Kind: recovery.WorkGroup, Size: 36},
		Counterparts: []recovery.FilingCounterpart{{Alias: "项目群里的老王", Claimed: 200_000}},
		Claimant:     recovery.Claimant{Name: "林晓", Email: "lin@example.org", Phone: "+86 138 0000 0000"},
	}
}

func TestFilingAccepted(t *testing.T) {
	t.Parallel()
	if err := goodFiling().Validate(noon); err != nil {
		t.Fatalf("a sound filing was refused: %v", err)
	}
}

// TestFilingFaults changes one field of a sound filing at a time: exactly that
// field is named.
func TestFilingFaults(t *testing.T) {
	t.Parallel()
	at := func(moment time.Time) *time.Time { return &moment }
	cases := []struct {
		field string
		spoil func(*recovery.Filing)
	}{
		{"platform", func(f *recovery.Filing) { f.Platform = "" }},
		{"platform", func(f *recovery.Filing) { f.Platform = "paypal" }},
		{"instrument", func(f *recovery.Filing) { f.Instrument = "cheque" }},
		{"amount_fen", func(f *recovery.Filing) { f.Amount = 0; f.Counterparts[0].Claimed = 0 }},
		{"amount_fen", func(f *recovery.Filing) { f.Amount = -1 }},
		{"amount_fen", func(f *recovery.Filing) { f.Amount = recovery.MaxMoney + 1 }},
		{"sent_at", func(f *recovery.Filing) { f.SentAt = nil }},
		{"sent_at", func(f *recovery.Filing) { f.SentAt = at(noon.Add(time.Hour)) }},
		{"sent_at", func(f *recovery.Filing) { f.SentAt = at(time.Date(2013, 12, 31, 23, 59, 59, 0, time.UTC)) }},
		{"transaction_no", func(f *recovery.Filing) { f.TransactionNo = "../../x" }},
		{"transaction_no", func(f *recovery.Filing) { f.TransactionNo = strings.Repeat("9", 65) }},
		{"reason", func(f *recovery.Filing) { f.Reason = "greed" }},
		{"claim_state", func(f *recovery.Filing) { f.ClaimState = "" }},
		{"group.kind", func(f *recovery.Filing) { f.Group.Kind = "choir" }},
		{"group.size", func(f *recovery.Filing) { f.Group.Size = -1 }},
		{"group.size", func(f *recovery.Filing) { f.Group.Size = recovery.MaxGroupSize + 1 }},
		{"counterparts", func(f *recovery.Filing) { f.Counterparts = nil }},
		{"counterparts", func(f *recovery.Filing) {
			f.Counterparts = make([]recovery.FilingCounterpart, recovery.MaxCounterparts+1)
		}},
		{"counterparts", func(f *recovery.Filing) { f.Counterparts[0].Claimed = 200_001 }},
		{"counterparts[0].alias", func(f *recovery.Filing) { f.Counterparts[0].Alias = "  " }},
		{"counterparts[0].alias", func(f *recovery.Filing) { f.Counterparts[0].Alias = "a\u202eb" }},
		{"counterparts[0].alias", func(f *recovery.Filing) { f.Counterparts[0].Alias = "老王\n" }},
		{"counterparts[1].alias", func(f *recovery.Filing) {
			f.Counterparts[0].Alias = "老王 a"
			f.Counterparts = append(f.Counterparts, recovery.FilingCounterpart{Alias: "老王Ａ"})
		}},
		{"counterparts[0].contact", func(f *recovery.Filing) { f.Counterparts[0].Contact = "wx\t1" }},
		{"claimant.name", func(f *recovery.Filing) { f.Claimant.Name = "林\n晓" }},
		{"claimant.province", func(f *recovery.Filing) { f.Claimant.Province = "浙江\n" }},
		{"payer.name", func(f *recovery.Filing) { f.Payer = &recovery.Payer{Name: "林\n东"} }},
		{"payer.relation", func(f *recovery.Filing) { f.Payer = &recovery.Payer{Name: "林东", Relation: "父\t亲"} }},
		{"counterparts[0].claimed_fen", func(f *recovery.Filing) { f.Counterparts[0].Claimed = -1 }},
		{"counterparts[0].claimed_at", func(f *recovery.Filing) { f.Counterparts[0].ClaimedAt = at(noon.Add(-2 * time.Hour)) }},
		{"counterparts[0].contact", func(f *recovery.Filing) { f.Counterparts[0].Contact = strings.Repeat("长", 121) }},
		{"claimant.name", func(f *recovery.Filing) { f.Claimant.Name = "" }},
		{"claimant.name", func(f *recovery.Filing) { f.Claimant.Name = "a\xffb" }},
		{"claimant.email", func(f *recovery.Filing) { f.Claimant.Email = "nobody" }},
		{"claimant.phone", func(f *recovery.Filing) { f.Claimant.Phone = "call me" }},
		{"claimant.province", func(f *recovery.Filing) { f.Claimant.Province = strings.Repeat("省", 101) }},
		{"claimant.city", func(f *recovery.Filing) { f.Claimant.City = "\x00" }},
		{"narrative", func(f *recovery.Filing) { f.Narrative = strings.Repeat("字", recovery.MaxNarrative+1) }},
		{"circumstances.senior", func(f *recovery.Filing) {
			f.Circumstances = map[string]bool{"minor": true, "senior": true}
		}},
		{"pace", func(f *recovery.Filing) { f.Pace = -1 }},
	}
	for i, tc := range cases {
		t.Run(fmt.Sprintf("%d %s", i, tc.field), func(t *testing.T) {
			t.Parallel()
			filing := goodFiling()
			tc.spoil(&filing)
			wantFault(t, filing.Validate(noon), tc.field)
		})
	}
}

func wantFault(t *testing.T, err error, field string) {
	t.Helper()
	var fault *recovery.Fault
	if !errors.As(err, &fault) || fault.Code != recovery.CodeInvalid {
		t.Fatalf("got %v, want a Fault with code invalid", err)
	}
	if len(fault.Fields) != 1 || fault.Fields[0].Field != field {
		t.Fatalf("fields %+v, want only %q", fault.Fields, field)
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	t.Parallel()
	filing := goodFiling()
	filing.Amount, filing.Counterparts[0].Claimed = recovery.MaxMoney, recovery.MaxMoney
	filing.Narrative = strings.Repeat("字", recovery.MaxNarrative)
	filing.Group.Size = recovery.MaxGroupSize
	edge := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC)
	filing.SentAt = &edge
	if err := filing.Validate(noon); err != nil {
		t.Fatalf("values at the limit were refused: %v", err)
	}
}

func TestCaseOfFiling(t *testing.T) {
	t.Parallel()
	n := 0
	newID := func() string { n++; return fmt.Sprintf("id-%d", n) }
	filing := goodFiling()
	filing.Group, filing.Narrative = nil, "  发错了  "
	c := filing.NewCase("case", "R20261121-000001", "owner", noon, newID)
	if !c.Group.IsOneToOne() || c.Pace != 1 || c.Version != 1 || c.Narrative != "发错了" {
		t.Errorf("defaults are off: %+v", c)
	}
	if len(c.Counterparts) != 1 || c.Counterparts[0].ID != "id-1" {
		t.Errorf("counterparts = %+v, want one with a new id", c.Counterparts)
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	fault := recovery.Faultf(recovery.CodeNotFound, "gone")
	if got := recovery.CodeOf(fmt.Errorf("wrapped: %w", fault)); got != recovery.CodeNotFound {
		t.Errorf("code of a wrapped fault = %s", got)
	}
	if got := recovery.CodeOf(errors.New("disk on fire")); got != recovery.CodeInternal {
		t.Errorf("code of a foreign error = %s, want internal", got)
	}
}
