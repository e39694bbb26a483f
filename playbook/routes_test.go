package playbook_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/recovery"
)

func TestFees(t *testing.T) {
	t.Parallel()
	b := book(t)
	const yuan = 100
	for _, test := range []struct {
		fee    string
		amount recovery.Money
		want   recovery.Money
		mark   playbook.Mark
	}{
		{"suit", 1, 50 * yuan, playbook.Verbatim},
		{"suit", 10_000 * yuan, 50 * yuan, playbook.Verbatim},
		{"suit", 10_001 * yuan, 50*yuan + 3, playbook.Verbatim}, // 2.5 fen, rounded
		{"suit", 20_000 * yuan, 300 * yuan, playbook.Verbatim},
		{"suit", 100_000 * yuan, 2_300 * yuan, playbook.Verbatim},
		{"suit", 200_000 * yuan, 4_300 * yuan, playbook.Verbatim},
		{"suit", 1_000_000 * yuan, 13_800 * yuan, playbook.Verbatim},
		{"suit", recovery.MaxMoney, 541_800 * yuan, playbook.Verbatim},
		{"summary", 20_000 * yuan, 150 * yuan, playbook.Verbatim},
		{"summary", 1, 25 * yuan, playbook.Verbatim},
		{"payment_order", 20_000 * yuan, 100 * yuan, playbook.Verbatim},
		{"payment_order", 1, 1_667, playbook.Verbatim},
		{"preservation", 1_000 * yuan, 30 * yuan, playbook.Verbatim},
		{"preservation", 2_000 * yuan, 40 * yuan, playbook.Verbatim},
		{"preservation", 100_000 * yuan, 1_020 * yuan, playbook.Verbatim},
		{"preservation", 10_000_000 * yuan, 5_000 * yuan, playbook.Verbatim},
		{"free", 1, 0, ""},
	} {
		if got, mark, known := b.Fee(test.fee, test.amount, sent); !known || got != test.want || mark != test.mark {
			t.Errorf("%s of %s: %s [%s], want %s [%s]", test.fee, test.amount, got, mark, test.want, test.mark)
		}
	}
	for _, name := range []string{"unknown", "tea"} {
		if _, _, known := b.Fee(name, 1, sent); known {
			t.Errorf("the fee %s was computed", name)
		}
	}
}

func TestFeesRise(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"suit", "summary", "payment_order", "preservation"}).Draw(t, "fee")
		amount := recovery.Money(rapid.Int64Range(1, int64(recovery.MaxMoney)).Draw(t, "amount"))
		more := amount + recovery.Money(rapid.Int64Range(0, int64(recovery.MaxMoney-amount)).Draw(t, "more"))
		fee, _, known := b.Fee(name, amount, sent)
		higher, _, _ := b.Fee(name, more, sent)
		if !known || fee <= 0 || higher < fee {
			t.Fatalf("%s: %s for %s, %s for %s", name, fee, amount, higher, more)
		}
	})
}

func route(t *testing.T, all []playbook.RouteOption, name recovery.Route) playbook.RouteOption {
	t.Helper()
	at := slices.IndexFunc(all, func(r playbook.RouteOption) bool { return r.Route == name })
	if at < 0 {
		t.Fatalf("nothing is said of %s", name)
	}
	return all[at]
}

func TestRoutesOpenAndClose(t *testing.T) {
	t.Parallel()
	b := book(t)
	told := func(names ...string) func(*playbook.AssessmentFacts) {
		return func(f *playbook.AssessmentFacts) {
			for _, name := range names {
				value := !strings.HasPrefix(name, "!")
				f.Circumstances[strings.TrimPrefix(name, "!")] = value
			}
		}
	}
	for _, test := range []struct {
		name    string
		change  func(*playbook.AssessmentFacts)
		incomes playbook.Incomes
		route   recovery.Route
		open    bool
		why     string
	}{
		{"at first", told(), nil, playbook.VoluntaryReturn, true, "语气平和"},
		{"after threats", told("threatened"), nil, playbook.VoluntaryReturn, false, "威胁"},
		{"always", told(), nil, playbook.PlatformAppeal, true, "官方"},
		{"nobody said of an acknowledgement", told(), nil, recovery.PaymentOrder, false, ""},
		{"acknowledged", told("acknowledged"), nil, recovery.PaymentOrder, true, "只说“没钱还”不算异议"},
		{"with preservation", told("acknowledged", "preservation"), nil, recovery.PaymentOrder, false, "诉前财产保全"},
		{"with other debts", told("acknowledged", "other_debts"), nil, recovery.PaymentOrder, false, "别的债务"},
		{"abroad", told("acknowledged", "abroad"), nil, recovery.PaymentOrder, false, "境外"},
		{"unreachable", told("acknowledged", "unreachable"), nil, recovery.PaymentOrder, false, "送不到"},
		{"no figure of the province, within what fits everywhere", func(f *playbook.AssessmentFacts) { f.Amount = 2_000_000 }, nil, recovery.SmallClaims, true, "2 万元"},
		{"no figure, a fen more", func(f *playbook.AssessmentFacts) { f.Amount = 2_000_001 }, nil, recovery.SmallClaims, false, "12368"},
		{"an unknown province", func(f *playbook.AssessmentFacts) { f.Claimant.Province = "" }, nil, recovery.SmallClaims, true, "一审终审"},
		{"half a year's wage covers it", told(), figures(), recovery.SmallClaims, true, "一审终审"},
		{"half a year's wage, exactly", func(f *playbook.AssessmentFacts) { f.Amount = 5_400_000 }, figures(), recovery.SmallClaims, true, ""},
		{"a fen more", func(f *playbook.AssessmentFacts) { f.Amount = 5_400_001 }, figures(), recovery.SmallClaims, false, ""},
		{"a party is missing", told("unreachable"), figures(), recovery.SmallClaims, false, "找不到对方"},
		{"the defendant unknown", told("!identity_known"), figures(), recovery.CivilSuit, false, "律师调查令"},
		{"the defendant known", told("identity_known"), nil, recovery.CivilSuit, true, "不当得利"},
		{"the suit abroad", told("abroad"), nil, recovery.CivilSuit, false, "境外"},
		{"the police abroad", told("abroad"), nil, recovery.CrossBorder, true, "对外协作"},
		{"no other country", told("!abroad"), nil, recovery.CrossBorder, false, ""},
		{"one employer", told("same_employer"), nil, recovery.SetOff, true, "财务"},
		{"another employer", told("!same_employer"), nil, recovery.SetOff, false, ""},
		{"a slip is no crime", told(), nil, recovery.PoliceReport, false, "不属于刑事案件"},
		{"fraud", told("deceived"), nil, recovery.PoliceReport, true, "立即报警"},
		{"strangers", func(f *playbook.AssessmentFacts) {
			f.Group = &recovery.Group{Kind: recovery.StrangersGroup, Size: 90}
		}, nil, recovery.PoliceReport, true, "可能不立案"},
	} {
		f := story()
		test.change(&f)
		got := route(t, b.Routes(f, sent, test.incomes, nil), test.route)
		if got.Open != test.open || !strings.Contains(strings.Join(got.Why, "\n"), test.why) {
			t.Errorf("%s: %s open %v, %q", test.name, test.route, got.Open, got.Why)
		}
	}
}

func recommended(all []playbook.RouteOption) []recovery.Route {
	var list []recovery.Route
	for _, r := range all {
		if r.Recommended {
			list = append(list, r.Route)
		}
	}
	return list
}

func TestTheGentlestIsRecommended(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, test := range []struct {
		name   string
		change func(*playbook.AssessmentFacts)
		want   recovery.Route
	}{
		{"at first", func(*playbook.AssessmentFacts) {}, playbook.VoluntaryReturn},
		{"refused", func(f *playbook.AssessmentFacts) { f.Refusal = recovery.Refuses }, playbook.PlatformAppeal},
		{"refused by a colleague", func(f *playbook.AssessmentFacts) {
			f.Refusal = recovery.Refuses
			f.Circumstances["same_employer"] = true
		}, recovery.SetOff},
		{"fraud", func(f *playbook.AssessmentFacts) { f.Circumstances["deceived"] = true }, recovery.PoliceReport},
	} {
		f := story()
		test.change(&f)
		if got := recommended(b.Routes(f, sent, nil, nil)); !slices.Equal(got, []recovery.Route{test.want}) {
			t.Errorf("%s: %v, want %s", test.name, got, test.want)
		}
	}
}

// Whatever the facts: one recommendation at most, only of an open way, never a
// payment order beside preservation, and figures that make sense.
func TestRoutesAreSound(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t, b)
		all := b.Routes(f, sent, figures(), drawExperience(t))
		if got := recommended(all); len(got) > 1 {
			t.Fatalf("%v are all recommended", got)
		}
		for _, r := range all {
			if r.Recommended && !r.Open {
				t.Fatalf("%s is recommended and closed", r.Route)
			}
			if r.Route == recovery.PaymentOrder && r.Open && f.Circumstances["preservation"] {
				t.Fatal("a payment order beside preservation")
			}
			if !isOrdered(r.Chance) || r.Chance.N > 0 && (*r.Chance.Low < 0 || *r.Chance.High > 1) || r.Chance.Source == "" {
				t.Fatalf("%s: %+v", r.Route, r.Chance)
			}
			if r.Cost != nil && *r.Cost < 0 || r.Value != nil && *r.Value > f.Amount || r.Days.High < r.Days.Low {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func drawFacts(t *rapid.T, b *playbook.RuleSet) playbook.AssessmentFacts {
	f := playbook.AssessmentFacts{
		Platform:   rapid.SampledFrom(recovery.Platforms).Draw(t, "platform"),
		Instrument: rapid.SampledFrom(recovery.Instruments).Draw(t, "instrument"),
		Amount:     recovery.Money(rapid.Int64Range(1, int64(recovery.MaxMoney)).Draw(t, "amount")),
		Reason:     rapid.SampledFrom(recovery.Reasons).Draw(t, "reason"),
		ClaimState: rapid.SampledFrom(append(recovery.ClaimStates, "")).Draw(t, "claim"),
		Facts: recovery.Facts{
			Account: rapid.SampledFrom(append(recovery.Accounts, "")).Draw(t, "account"),
			Delay:   rapid.SampledFrom(append(recovery.Delays, "")).Draw(t, "delay"), Circumstances: map[string]bool{},
		},
		Refusal:  rapid.SampledFrom(append(recovery.Refusals, "")).Draw(t, "refusal"),
		Claimant: recovery.Claimant{Province: rapid.SampledFrom([]string{"", "浙江", "浙江省", "海底"}).Draw(t, "province")},
		Group: &recovery.Group{
			Kind: rapid.SampledFrom(recovery.GroupKinds).Draw(t, "group"), Size: rapid.IntRange(0, recovery.MaxGroupSize).Draw(t, "size"),
		},
	}
	for _, q := range b.Questions(sent) {
		if rapid.Bool().Draw(t, q.Signal+" told") {
			f.Circumstances[q.Signal] = rapid.Bool().Draw(t, q.Signal)
		}
	}
	if rapid.Bool().Draw(t, "a time") {
		at := sent.Add(-rapid.Custom(drawAge).Draw(t, "age"))
		f.SentAt = &at
	}
	return withoutContradictions(b, f)
}

// withoutContradictions leaves out the facts that cannot hold together with others.
func withoutContradictions(b *playbook.RuleSet, f playbook.AssessmentFacts) playbook.AssessmentFacts {
	var fault *recovery.Fault
	if errors.As(b.CheckFacts(f, sent), &fault) {
		for _, field := range fault.Fields {
			if field.Field == "delayed_arrival" {
				f.Delay = ""
			}
			delete(f.Circumstances, strings.TrimPrefix(field.Field, "circumstances."))
		}
	}
	return f
}

// Of money that was split each holder is gone after alone: as many fees as there
// are shares, of what they hold together, and nothing while a share is not told.
func TestWaysOfMoneyThatWasSplit(t *testing.T) {
	t.Parallel()
	b := book(t)
	told := func(shares ...recovery.Money) playbook.AssessmentFacts {
		f := story()
		f.Instrument, f.Group, f.Counterparts = recovery.LuckyPacket, &recovery.Group{Kind: recovery.WorkGroup, Size: 20}, nil
		for _, share := range shares {
			f.Counterparts = append(f.Counterparts, recovery.FilingCounterpart{Alias: "山风", Claimed: share})
		}
		return f
	}
	known := playbook.Experience{{Route: recovery.CivilSuit, Group: recovery.NoGroup, Band: "500-5000"}: {Successes: 8, N: 9}}
	suit := func(f playbook.AssessmentFacts) playbook.RouteOption {
		all := b.Routes(f, sent, nil, known)
		return all[slices.IndexFunc(all, func(r playbook.RouteOption) bool { return r.Route == recovery.CivilSuit })]
	}
	fen := func(m recovery.Money) *recovery.Money { return &m }
	for _, test := range []struct {
		name        string
		facts       playbook.AssessmentFacts
		cost, value *recovery.Money
		notWorth    bool
	}{
		{"two shares, two suits", told(3_400, 100_000), fen(10_000), fen(recovery.Money(math.Round(103_400**suit(story()).Chance.Mean)) - 10_000), false},
		{"two shares below a fee", told(3_400, 5_000), fen(10_000), fen(recovery.Money(math.Round(8_400**suit(story()).Chance.Mean)) - 10_000), true},
		{"a share nobody told", told(3_400, 0), fen(5_000), nil, false},
		{"nobody is named", told(), fen(5_000), nil, false},
		{"one took everything", told(200_000), fen(5_000), suit(story()).Value, false},
	} {
		got := suit(test.facts)
		if !same(got.Cost, test.cost) || !same(got.Value, test.value) {
			t.Errorf("%s: %v for %v, want %v for %v", test.name, got.Cost, got.Value, test.cost, test.value)
		}
		said := slices.ContainsFunc(got.Why, func(why string) bool { return strings.Contains(why, "每人只退自己领的那份") })
		if said != (test.name != "one took everything") {
			t.Errorf("%s: %v", test.name, got.Why)
		}
		estimated := slices.ContainsFunc(got.Why, func(why string) bool { return strings.Contains(why, "估算") })
		if estimated != (got.Value == nil) {
			t.Errorf("%s: %v", test.name, got.Why)
		}
		answer := b.Assess(test.facts, sent, playbook.Knowledge{})
		if found := slices.Contains(codes(answer.Warnings), "not_worth"); found != test.notWorth {
			t.Errorf("%s: not worth %v", test.name, found)
		}
	}
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
