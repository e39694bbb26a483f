package web

import (
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
)

// factsTime is an instant after the sending of factValues.
var factsTime = time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)

// factValues is a filing form without answers about facts.
func factValues(answers url.Values) url.Values {
	values := url.Values{
		"platform": {"wechat"}, "instrument": {"transfer"}, "amount_fen": {"11000"}, "sent_at": {"2026-11-20T12:30:05"},
		"claim_state": {"claimed"}, "reason": {"wrong_amount"}, "group.kind": {"none"}, "counterparts[0].alias": {"老王"},
		"claimant.name": {"林晓"},
	}
	maps.Copy(values, answers)
	return values
}

func chinaTime(day, hour, minute, second int) *time.Time {
	at := time.Date(2026, 11, day, hour, minute, second, 0, recovery.Shanghai).UTC()
	return &at
}

func TestDecodeFacts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers url.Values
		want    recovery.Facts
	}{
		"nothing answered":  {url.Values{}, recovery.Facts{}},
		"not known":         {url.Values{"cause": {"unknown"}}, recovery.Facts{}},
		"own slip":          {url.Values{"cause": {"own_slip"}}, recovery.Facts{Circumstances: map[string]bool{"own_slip": true}}},
		"deceived":          {url.Values{"cause": {"deceived"}}, recovery.Facts{Circumstances: map[string]bool{"deceived": true}}},
		"threatened":        {url.Values{"cause": {"threatened"}}, recovery.Facts{Circumstances: map[string]bool{"threatened": true}}},
		"gambling":          {url.Values{"cause": {"gambling"}}, recovery.Facts{Circumstances: map[string]bool{"gambling": true}}},
		"asked":             {url.Values{"cause": {"asked_to_send"}}, recovery.Facts{Circumstances: map[string]bool{"asked_to_send": true}}},
		"reachable":         {url.Values{"reach": {"reachable"}}, recovery.Facts{Circumstances: map[string]bool{"unreachable": false, "blocked": false}}},
		"no answer":         {url.Values{"reach": {"silent"}}, recovery.Facts{Circumstances: map[string]bool{"unreachable": true}}},
		"blocked":           {url.Values{"reach": {"blocked"}}, recovery.Facts{Circumstances: map[string]bool{"blocked": true}}},
		"nobody knows them": {url.Values{"reach": {"nobody"}}, recovery.Facts{Circumstances: map[string]bool{"identity_known": false}}},
		"both":              {url.Values{"cause": {"own_slip"}, "reach": {"blocked"}}, recovery.Facts{Circumstances: map[string]bool{"own_slip": true, "blocked": true}}},
		"delay and account": {url.Values{"delayed_arrival": {"24h"}, "account": {"company"}, "accepted_at": {"2026-11-20T13:00"}},
			recovery.Facts{Delay: recovery.OneDay, Account: recovery.Company, AcceptedAt: chinaTime(20, 13, 0, 0)}},
		"part owed": {url.Values{"intended_fen": {"1,100.00"}}, recovery.Facts{Intended: 110_000}},
		"a day":     {url.Values{"noticed_at": {"2026-11-20"}}, recovery.Facts{NoticedAt: chinaTime(20, 0, 0, 0)}},
	} {
		filing, read := decodeFiling(factValues(test.answers))
		if diff := cmp.Diff(test.want, filing.Facts); diff != "" || len(read.faults) > 0 {
			t.Errorf("%s: faults %v (-want +got):\n%s", name, read.faults, diff)
		}
		if err := filing.Validate(factsTime); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFactFaults expects each fault at its own field, in words that name the
// contradiction.
func TestFactFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers     url.Values
		field, want string
	}{
		"an unknown cause":         {url.Values{"cause": {"fate"}}, "cause", "说不清"},
		"an unknown reach":         {url.Values{"reach": {"far"}}, "reach", "请从给出的选项里选"},
		"a delay on a packet":      {url.Values{"instrument": {"lucky_packet"}, "delayed_arrival": {"2h"}}, "delayed_arrival", "红包没有延时到账"},
		"accepted and unclaimed":   {url.Values{"claim_state": {"unclaimed"}, "accepted_at": {"2026-11-20T13:00"}}, "accepted_at", "还没领"},
		"accepted before":          {url.Values{"accepted_at": {"2026-11-20T12:00"}}, "accepted_at", "不会早于转账"},
		"more owed than sent":      {url.Values{"intended_fen": {"11000"}}, "intended_fen", "要比实际发出的少"},
		"owed to a wrong person":   {url.Values{"reason": {"wrong_person"}, "intended_fen": {"100"}}, "intended_fen", "一分都不用付"},
		"an amount in words":       {url.Values{"intended_fen": {"一千"}}, "intended_fen", "1100"},
		"noticed before":           {url.Values{"noticed_at": {"2026-11-19"}}, "noticed_at", "不会早于发出那天"},
		"noticed tomorrow":         {url.Values{"noticed_at": {"2026-11-26"}}, "noticed_at", "时间在将来"},
		"no day":                   {url.Values{"noticed_at": {"昨天"}}, "noticed_at", "请选一个日期"},
		"an unknown account":       {url.Values{"account": {"shared"}}, "account", "请从给出的选项里选"},
		"a relation without name":  {url.Values{"payer.relation": {"姐夫"}}, "payer.name", "请写付款人的姓名"},
		"a line without a meaning": {url.Values{"sends": {"11-20 12:31 188\n昨天发的"}}, "sends", "第 2 笔：没看懂"},
		"another sum":              {url.Values{"sends": {"11-20 12:30 188\n11-20 12:31 188"}}, "sends", "和上面填的金额不一样"},
		"before the first":         {url.Values{"sends": {"11-20 12:30 5000\n11-20 12:29 6000"}}, "sends", "第 2 笔：这一笔比上面填的发出时间还早"},
		"another first":            {url.Values{"sends": {"11-20 12:31 11000"}}, "sent_at", "第一笔的时间"},
		"the same number twice":    {url.Values{"sends": {"11-20 12:30 5000 A1\n11-20 12:31 6000 A1"}}, "sends", "第 2 笔：和另一笔的单号一样"},
		"a number of none":         {url.Values{"transaction_no": {"B7"}, "sends": {"11-20 12:30 11000 A1"}}, "transaction_no", "写的几笔里没有这个单号"},
	} {
		values := factValues(test.answers)
		filing, read := decodeFiling(values)
		faults := read.mergeFaults(fieldFaults(filing.Validate(factsTime)))
		made := newFilingForm(chineseTexts(t), values, faults)
		got := findField(t, made, test.field)
		if !strings.Contains(got.Error, test.want) || made.Notice == "" {
			t.Errorf("%s: %q, want %q; faults %v", name, got.Error, test.want, faults)
		}
		if !slices.Contains([]string{"radio", "select"}, got.Kind) && got.Value != values.Get(test.field) {
			t.Errorf("%s: the form shows %q instead of what was typed", name, got.Value)
		}
	}
}

// TestOneFaultForOneMistake: an amount that cannot be read says nothing about the sum that
// was owed.
func TestOneFaultForOneMistake(t *testing.T) {
	t.Parallel()
	values := factValues(url.Values{"amount_fen": {"一万一"}, "intended_fen": {"1100"}})
	filing, read := decodeFiling(values)
	faults := read.mergeFaults(fieldFaults(filing.Validate(factsTime)))
	made := newFilingForm(chineseTexts(t), values, faults)
	if got := findField(t, made, "intended_fen"); got.Error != "" {
		t.Errorf("the sum that was owed is blamed: %s", got.Error)
	}
	if got := findField(t, made, "amount_fen"); got.Error == "" {
		t.Errorf("the amount is not blamed: %v", faults)
	}
}

// findField returns a field of a form. Its group must be open if it can be folded.
func findField(t *testing.T, made form, name string) field {
	t.Helper()
	for _, g := range made.Groups {
		for _, f := range g.Fields {
			if f.Name != name {
				continue
			}
			if g.Folded && !g.IsOpen() {
				t.Errorf("%s is hidden in a folded group", name)
			}
			return f
		}
	}
	t.Fatalf("no field %s", name)
	return field{}
}

func TestReadSends(t *testing.T) {
	t.Parallel()
	first := chinaTime(20, 12, 30, 5)
	for line, want := range map[string]recovery.Send{
		"11-20 12:30 188 4200001":              {Amount: 18_800, SentAt: first, TransactionNo: "4200001"},
		"12:30 188":                            {Amount: 18_800, SentAt: first},
		"12:30:40 188":                         {Amount: 18_800, SentAt: chinaTime(20, 12, 30, 40)},
		"2026-11-20 12:31 ¥1,880.50":           {Amount: 188_050, SentAt: chinaTime(20, 12, 31, 0)},
		"2026年11月20日 12点31分 188元":              {Amount: 18_800, SentAt: chinaTime(20, 12, 31, 0)},
		"11月20日12时31分05秒 188 A-1":              {Amount: 18_800, SentAt: chinaTime(20, 12, 31, 5), TransactionNo: "A-1"},
		"2026/11/20 12:31,188,4200001":         {Amount: 18_800, SentAt: chinaTime(20, 12, 31, 0), TransactionNo: "4200001"},
		"2026.11.20 12：31　１８８．００，4200001":      {Amount: 18_800, SentAt: chinaTime(20, 12, 31, 0), TransactionNo: "4200001"},
		"  11/20\t12:31、188；4200001  ":         {Amount: 18_800, SentAt: chinaTime(20, 12, 31, 0), TransactionNo: "4200001"},
		"2026-11-20T12:31:00 1,234,567.00 X_9": {Amount: 123_456_700, SentAt: chinaTime(20, 12, 31, 0), TransactionNo: "X_9"},
	} {
		d := &formDecoder{values: url.Values{"sends": {"\r\n" + line + "\r\n\r\n"}}}
		if diff := cmp.Diff([]recovery.Send{want}, d.readSends(first)); diff != "" || len(d.faults) > 0 {
			t.Errorf("%q: faults %v (-want +got):\n%s", line, d.faults, diff)
		}
	}
	for _, line := range []string{"188", "12:30", "昨天 188", "25:00 188", "2-30 12:30 188", "13-01 12:30 188", "12:30 188 A1 A2", "12:30 18.888", "12:30 -188", "12:61 188"} {
		d := &formDecoder{values: url.Values{"sends": {line}}}
		if got := d.readSends(first); len(d.faults) != 1 || d.faults[0].Field != "sends[0]" {
			t.Errorf("%q is read as %v", line, got)
		}
	}
}

// TestStartCarriesFacts expects the link to the filing form to carry all answers of
// the start page and nothing else.
func TestStartCarriesFacts(t *testing.T) {
	t.Parallel()
	query := url.Values{
		"platform": {"alipay"}, "instrument": {"transfer"}, "claim_state": {"claimed"}, "sent_at": {"2026-11-20T12:30:05"},
		"cause": {"own_slip"}, "reach": {"blocked"}, "delayed_arrival": {"2h"}, "accepted_at": {"2026-11-20T13:00:00"}, "account": {"company"},
		"claimant.name": {"林晓"}, "narrative": {"私事"},
	}
	carried := startQuery(query)
	if len(carried) != 9 || carried.Has("claimant.name") || carried.Has("narrative") {
		t.Errorf("the link carries %v", carried)
	}
	made := newFilingForm(chineseTexts(t), startValues(carried, factsTime), nil)
	for name := range carried {
		if !findField(t, made, name).isAnswered() {
			t.Errorf("the answer to %s is lost", name)
		}
	}
}

// TestAmendForm expects questions only where their answer can matter.
func TestAmendForm(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change  func(*recovery.Case)
		with    []string
		without []string
	}{
		"a transfer of a wrong amount": {func(*recovery.Case) {}, []string{"delayed_arrival", "accepted_at", "intended_fen", "noticed_at", "account",
			"circumstances.blocked", "circumstances.spent", "circumstances.own_slip"}, []string{"circumstances.deceived", "circumstances.preservation"}},
		"a packet to a wrong person": {func(c *recovery.Case) { c.Instrument, c.Reason = recovery.LuckyPacket, recovery.WrongPerson },
			[]string{"noticed_at"}, []string{"delayed_arrival", "accepted_at", "intended_fen"}},
		"unclaimed": {func(c *recovery.Case) { c.ClaimState = recovery.Unclaimed }, []string{"delayed_arrival"},
			[]string{"accepted_at", "circumstances.spent", "circumstances.acknowledged"}},
		"in danger": {func(c *recovery.Case) { c.Position.Facts.Circumstances = map[string]bool{"gambling": true} }, nil, []string{"circumstances.own_slip"}},
		"at court":  {func(c *recovery.Case) { c.Position.Stage = recovery.Legal }, []string{"circumstances.preservation", "circumstances.other_debts"}, nil},
	} {
		forms := formsFor(t, recovery.RoleClaimant, 1, factsTime)
		test.change(&forms.view.Case)
		var asked []string
		for _, g := range forms.newForm(recovery.AmendFacts, nil, nil).Groups {
			for _, f := range g.Fields {
				asked = append(asked, f.Name)
			}
		}
		for _, wanted := range test.with {
			if !slices.Contains(asked, wanted) {
				t.Errorf("%s: %s is not asked", name, wanted)
			}
		}
		for _, pointless := range test.without {
			if slices.Contains(asked, pointless) {
				t.Errorf("%s: %s is asked", name, pointless)
			}
		}
	}
}

// TestPointlessQuestionsAreHidden expects every class that hides or widens a question to
// be used by a question and known to the style sheet.
func TestPointlessQuestionsAreHidden(t *testing.T) {
	t.Parallel()
	style, err := os.ReadFile("assets/app.css")
	if err != nil {
		t.Fatal(err)
	}
	made := newFilingForm(chineseTexts(t), url.Values{}, nil)
	for name, class := range map[string]string{
		"cause": longChoices, "delayed_arrival": onlyTransfers, "accepted_at": onlyAccepted, "intended_fen": onlyPartOwed,
	} {
		if findField(t, made, name).Class != class || !strings.Contains(string(style), "."+class) {
			t.Errorf("%s does not have the class %s, or the style sheet does not", name, class)
		}
	}
}
