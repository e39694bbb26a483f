package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/recovery"
)

func TestParseYuan(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]recovery.Money{
		"2000": 200_000, "2,000.00": 200_000, "2，000。00": 200_000, "２０００．５": 200_050, "¥88.8": 8_880, "￥ 1": 100,
		" 12.34 元": 1_234, "0.01": 1, "0": 0, "1,234,567.89": 123_456_789, "007": 700, "100000000": 10_000_000_000,
		"999999999999999": 99_999_999_999_999_900,
	} {
		if got, ok := parseYuan(typed); !ok || got != want {
			t.Errorf("parseYuan(%q) = %d, %t; want %d", typed, got, ok, want)
		}
	}
	for _, typed := range []string{
		"", "-1", "+1", "1.", ".5", "1.234", "1,00", "1,0000", "12,34.5", "1,,000", ",100", "1000,000", "两千", "1e3",
		"0x10", "1 000", "1.2.3", "NaN", "1000000000000000", "١٢٣", "¥", "元", "1'000",
	} {
		if got, ok := parseYuan(typed); ok {
			t.Errorf("parseYuan(%q) = %d, want a refusal", typed, got)
		}
	}
}

// TestYuanRoundTrip parses the amounts that pages format.
func TestYuanRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := recovery.Money(rapid.Int64Range(0, int64(recovery.MaxMoney)).Draw(t, "fen"))
		for _, typed := range []string{amount.String(), formatYuan(amount), strings.ReplaceAll(amount.String(), ",", "")} {
			if got, ok := parseYuan(typed); !ok || got != amount {
				t.Fatalf("parseYuan(%q) = %d, %t; want %d", typed, got, ok, amount)
			}
		}
	})
}

func FuzzParseYuan(f *testing.F) {
	for _, seed := range []string{"2,000.00", "２０００。５", "¥1", "-1", "1.234"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		amount, ok := parseYuan(typed)
		if amount < 0 || !ok && amount != 0 {
			t.Fatalf("parseYuan(%q) = %d, %t", typed, amount, ok)
		}
		if !ok {
			return
		}
		if again, ok := parseYuan(amount.String()); !ok || again != amount {
			t.Fatalf("%q reads as %d, and %s as %d", typed, amount, amount, again)
		}
	})
}

func TestReadTime(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 21, 4, 0, 5, 0, time.UTC)
	for typed, want := range map[string]time.Time{
		"2026-11-21T12:00:05": noon, "2026-11-21T12:00": noon.Truncate(time.Minute), "2026-11-21 12:00": noon.Truncate(time.Minute),
		" 2026-11-21 12:00:05 ": noon,
	} {
		d := formDecoder{values: url.Values{"at": {typed}}}
		if got := d.readTime("at"); got == nil || !got.Equal(want) || len(d.faults) > 0 {
			t.Errorf("moment(%q) = %v, %v; want %v", typed, got, d.faults, want)
		}
	}
	for _, typed := range []string{"yesterday", "2026-11-21", "2026-13-01T00:00", "2026-11-21T12:00:00Z", "12:00"} {
		d := formDecoder{values: url.Values{"at": {typed}}}
		if got := d.readTime("at"); got != nil || len(d.faults) != 1 {
			t.Errorf("moment(%q) = %v, %v; want a fault", typed, got, d.faults)
		}
	}
	d := formDecoder{values: url.Values{}}
	if got := d.readTime("at"); got != nil || d.faults != nil {
		t.Errorf("an empty time is read as %v, %v", got, d.faults)
	}
}

// TestTimeRoundTrip expects that a time written into a field is read as the
// same second.
func TestTimeRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1_388_534_400, 4_000_000_000).Draw(t, "at"), 0)
		d := formDecoder{values: url.Values{"at": {formatInputTime(at)}}}
		if got := d.readTime("at"); got == nil || !got.Equal(at) {
			t.Fatalf("%s reads as %v", formatInputTime(at), got)
		}
	})
}

func validFilingForm() url.Values {
	return url.Values{
		"platform": {"wechat"}, "instrument": {"lucky_packet"}, "amount_fen": {"２，０００．００"}, "sent_at": {"2026-11-21T12:00:05"},
		"claim_state": {"partly_claimed"}, "reason": {"wrong_group"}, "group.kind": {"work"}, "group.size": {"３６"},
		"transaction_no": {" 42 "}, "narrative": {"one\r\ntwo"}, "rows": {"3"},
		"counterparts[0].alias": {"老王"}, "counterparts[0].claimed_fen": {"12.5"},
		"counterparts[2].alias": {"小李"}, "counterparts[2].claimed_at": {"2026-11-21T12:01"},
		"claimant.name": {"林晓"}, "claimant.phone": {"１３８００００００００"}, "claimant.email": {"lin@example.org"},
		"claimant.province": {"浙江"}, "claimant.city": {"杭州"},
	}
}

func TestDecodeFiling(t *testing.T) {
	t.Parallel()
	got, d := decodeFiling(removeEmptyCounterparts(validFilingForm()))
	sent := time.Date(2026, 11, 21, 4, 0, 5, 0, time.UTC)
	taken := time.Date(2026, 11, 21, 4, 1, 0, 0, time.UTC)
	want := recovery.Filing{
		Platform: recovery.WeChat, Instrument: recovery.LuckyPacket, Amount: 200_000, SentAt: &sent, TransactionNo: "42",
		Reason: recovery.WrongGroup, ClaimState: recovery.PartlyClaimed, Group: &recovery.Group{Kind: recovery.WorkGroup, Size: 36},
		Counterparts: []recovery.FilingCounterpart{{Alias: "老王", Claimed: 1_250}, {Alias: "小李", ClaimedAt: &taken}},
		Claimant:     recovery.Claimant{Name: "林晓", Phone: "13800000000", Email: "lin@example.org", Province: "浙江", City: "杭州"},
		Narrative:    "one\ntwo",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(d.faults) > 0 {
		t.Errorf("faults %v, (-want +got):\n%s", d.faults, diff)
	}
	if err := got.Validate(sent.Add(time.Hour)); err != nil {
		t.Error(err)
	}
}

// TestDecodeFilingFaults expects one fault for each invalid answer, with the
// name of the field on the page.
func TestDecodeFilingFaults(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]string{
		"platform": "", "instrument": "cash", "amount_fen": "lots", "sent_at": "soon", "claim_state": "", "reason": "why",
		"group.kind": "", "group.size": "many", "transaction_no": "1/2", "counterparts[0].alias": "", "counterparts[0].claimed_fen": "-1",
		"counterparts[0].claimed_at": "never", "claimant.name": " ", "claimant.phone": "call me", "claimant.email": "lin",
		"narrative": strings.Repeat("长", recovery.MaxNarrative+1),
	} {
		values := validFilingForm()
		values.Set(name, spoil)
		filing, d := decodeFiling(values)
		var at []string
		for _, fault := range d.mergeFaults(fieldFaults(filing.Validate(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)))) {
			// The second row is empty, because empty rows are not removed here.
			if !strings.HasPrefix(fault.Field, "counterparts[1]") {
				at = append(at, fault.Field)
			}
		}
		if diff := cmp.Diff([]string{name}, at); diff != "" {
			t.Errorf("%s = %.20q (-want +got):\n%s", name, spoil, diff)
		}
	}
}

func TestRemoveEmptyCounterparts(t *testing.T) {
	t.Parallel()
	got := removeEmptyCounterparts(url.Values{
		"rows": {"4"}, "counterparts[1].contact": {"x"}, "counterparts[3].alias": {"y"}, "other": {"z"},
	})
	if got.Get("rows") != "3" || got.Get("counterparts[1].contact") != "x" || got.Get("counterparts[2].alias") != "y" || got.Get("other") != "z" {
		t.Errorf("got %v", got)
	}
	for _, asked := range []string{"", "0", "-3", "x"} {
		if n := countRows(url.Values{"rows": {asked}}); n != 1 {
			t.Errorf("rows(%q) = %d", asked, n)
		}
	}
	if n := countRows(url.Values{"rows": {"1000000"}}); n != maxCounterpartRows {
		t.Errorf("rows are not bounded: %d", n)
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"/", "/cases/R20261121-000042?do=withdraw", "/desk?stage=appeal"} {
		if localPath(good) != good {
			t.Errorf("local(%q) = %q", good, localPath(good))
		}
	}
	for _, bad := range []string{"", "cases", "//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb", "/%zz"} {
		if localPath(bad) != "" {
			t.Errorf("local(%q) = %q", bad, localPath(bad))
		}
	}
}

func TestTextKeyAndHTMLID(t *testing.T) {
	t.Parallel()
	if textKey("counterparts[12].claimed_at") != "counterparts_claimed_at" || htmlID("counterparts[12].claimed_at") != "counterparts-12-claimed_at" {
		t.Error(textKey("counterparts[12].claimed_at"), htmlID("counterparts[12].claimed_at"))
	}
}
