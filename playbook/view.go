package playbook

import (
	"maps"
	"slices"
	"strings"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// view is a mis-send as the rules look at it: the facts, the instant and the local
// figures.
type view struct {
	book   *Book
	facts  AssessmentFacts
	now    time.Time
	income Income // zero where nothing is known

	record recovery.Case // the facts as a case
	split  bool          // several people may each hold a part
	// parts are the sums that have to be claimed one by one: all of it, or what each
	// counterpart holds; none when it was split and not every share is told.
	parts []recovery.Money
}

func (b *Book) view(f AssessmentFacts, now time.Time, incomes Incomes) *view {
	v := &view{book: b, facts: f, now: now, record: f.record(now)}
	v.split = v.record.CanBeSplit()
	v.parts = v.claims()
	if province, known := b.province(f.Claimant.Province); known && incomes != nil {
		v.income, _ = incomes.Income(province, now)
	}
	return v
}

// answer answers a signal: one that the facts decide, or a circumstance.
func (v *view) answer(signal string) Answer {
	if decide := caseSignals[signal]; decide != nil {
		if answer := decide(v); answer != Unknown {
			return answer
		}
	}
	return v.circumstance(signal)
}

func (v *view) circumstance(signal string) Answer { return circumstance(v.facts.Circumstances, signal) }

// said are the texts of the reasons that hold; never nil.
func (v *view) said(reasons []reasonRule) []string {
	texts := []string{}
	for _, reason := range reasons {
		if reason.If.holds(v) == Yes {
			texts = append(texts, reason.Text)
		}
	}
	return texts
}

// caseSignals are what the facts of a mis-send decide.
var caseSignals = map[string]func(*view) Answer{
	"transfer":          func(v *view) Answer { return answerOf(v.facts.Instrument == recovery.Transfer) },
	"packet":            func(v *view) Answer { return answerOf(v.facts.Instrument != recovery.Transfer) },
	"lucky":             func(v *view) Answer { return answerOf(v.facts.Instrument == recovery.LuckyPacket) },
	"enterprise_packet": func(v *view) Answer { return answerOf(v.facts.Instrument == recovery.EnterprisePacket) },
	"personal_account":  func(v *view) Answer { return given(v.facts.Account, Personal) },
	"delayed":           func(v *view) Answer { return delayed(v.facts.Delay) },
	"mistaken":          mistaken,
	"claimed":           claimed,
	"unclaimed":         func(v *view) Answer { return given(v.facts.ClaimState, recovery.Unclaimed) },
	"shares_claimed":    sharesClaimed,
	"one_recipient":     oneRecipient,
	"in_group":          func(v *view) Answer { return v.groupIs(recovery.NoGroup).not() },
	"close_group":       func(v *view) Answer { return v.groupIs(recovery.FamilyGroup, recovery.FriendsGroup) },
	"strangers_group":   func(v *view) Answer { return v.groupIs(recovery.StrangersGroup) },
	"group_of_one":      func(v *view) Answer { return answerOf(v.groupIs(recovery.NoGroup) == No && v.facts.group().Size == 1) },
	"over_large_group":  func(v *view) Answer { return v.sizeOver("large_group") },
	"family_too_large":  func(v *view) Answer { return both(v.groupIs(recovery.FamilyGroup), v.sizeOver("family_group")) },
	"crowd":             crowd,
	"refund_ahead":      func(v *view) Answer { return answerOf(v.book.refundAhead(v.facts, v.now)) },
	"over_wage":         func(v *view) Answer { return v.overShare(v.income.MonthlyWage, "wage_percent") },
	"over_income":       func(v *view) Answer { return v.overShare(v.income.DailyIncome, "income_percent") },
	"fits_small_claims": func(v *view) Answer { return v.fitsShare(v.income.YearlyWage, "small_claims_percent") },
	"small":             func(v *view) Answer { return v.amount("small_fen", func(a, l int64) bool { return a < l }) },
	"tiny":              func(v *view) Answer { return v.amount("tiny_fen", func(a, l int64) bool { return a < l }) },
	"not_worth": func(v *view) Answer {
		return v.sum(v.largestClaim(), "not_worth_fen", func(c, l int64) bool { return c <= l })
	},
	"over_fraud_entry":  func(v *view) Answer { return v.amount("fraud_entry_fen", func(a, l int64) bool { return a >= l }) },
	"far":               far,
	"split":             func(v *view) Answer { return answerOf(v.split) },
	"shares_told":       func(v *view) Answer { return answerOf(len(v.parts) > 0) },
	"refused":           refused,
	"claims_gift":       func(v *view) Answer { return given(v.facts.Refusal, recovery.ClaimsGift) },
	"notified":          notified,
	"prompt":            prompt,
	"within_90_days":    withinMisunderstanding,
	"within_limitation": withinLimitation,
	"no_time":           func(v *view) Answer { return answerOf(v.facts.SentAt == nil) },
	"province_unknown":  func(v *view) Answer { return v.provinceUnknown() },
	"holiday":           func(v *view) Answer { return answerOf(v.book.calendar.Holiday(calendar.DayOf(v.now))) },
	"danger":            danger,
	"for_police":        func(v *view) Answer { return either(danger(v), v.groupIs(recovery.StrangersGroup)) },
}

// given compares a value that may be unknown (empty).
func given[T ~string](value, wanted T) Answer {
	if value == "" {
		return Unknown
	}
	return answerOf(value == wanted)
}

func both(a, b Answer) Answer {
	switch {
	case a == No || b == No:
		return No
	case a == Yes && b == Yes:
		return Yes
	default:
		return Unknown
	}
}

func either(a, b Answer) Answer { return both(a.not(), b.not()).not() }

func delayed(d Delay) Answer {
	if d == "" {
		return Unknown
	}
	return answerOf(d != NoDelay)
}

func mistaken(v *view) Answer {
	if v.facts.Reason == "" || v.facts.Reason == recovery.OtherReason {
		return Unknown
	}
	return Yes
}

func claimed(v *view) Answer {
	switch v.facts.claimState() {
	case recovery.Claimed, recovery.PartlyClaimed:
		return Yes
	case recovery.Unclaimed:
		return No
	default:
		return Unknown
	}
}

func sharesClaimed(v *view) Answer {
	return answerOf(slices.ContainsFunc(v.facts.Counterparts, func(c recovery.FilingCounterpart) bool {
		return c.Claimed > 0 || c.ClaimedAt != nil
	}))
}

// oneRecipient: sent to one person, or into a group of the sender and one more.
func oneRecipient(v *view) Answer {
	group := v.facts.group()
	switch {
	case group.Kind == recovery.NoGroup, group.Kind == "" && len(v.facts.Counterparts) == 1:
		return Yes
	case group.Size > 0:
		return answerOf(group.Size <= 2)
	default:
		return Unknown
	}
}

func (v *view) groupIs(kinds ...recovery.GroupKind) Answer {
	kind := v.facts.group().Kind
	if kind == "" {
		return Unknown
	}
	return answerOf(slices.Contains(kinds, kind))
}

func (v *view) sizeOver(limit string) Answer {
	group := v.facts.group()
	if group.Kind == recovery.NoGroup {
		return No
	}
	if group.Size == 0 {
		return Unknown
	}
	return v.book.against(limit, v.now, func(limit int64) bool { return int64(group.Size) > limit })
}

func crowd(v *view) Answer {
	if v.facts.Bystanders == nil {
		return Unknown
	}
	return v.book.against("crowd", v.now, func(limit int64) bool { return int64(*v.facts.Bystanders) >= limit })
}

// overShare compares the amount with a percentage of a local figure.
func (v *view) overShare(figure recovery.Money, limit string) Answer {
	if figure <= 0 {
		return Unknown
	}
	return v.book.against(limit, v.now, func(percent int64) bool { return int64(v.facts.Amount)*100 >= int64(figure)*percent })
}

func (v *view) fitsShare(figure recovery.Money, limit string) Answer {
	if figure <= 0 {
		return Unknown
	}
	return v.book.against(limit, v.now, func(percent int64) bool { return int64(v.largestClaim())*100 <= int64(figure)*percent })
}

func (v *view) amount(limit string, holds func(amount, limit int64) bool) Answer {
	return v.sum(v.facts.Amount, limit, holds)
}

// sum compares a sum with a figure of the book.
func (v *view) sum(sum recovery.Money, limit string, holds func(sum, limit int64) bool) Answer {
	if sum <= 0 {
		return Unknown
	}
	return v.book.against(limit, v.now, func(limit int64) bool { return holds(int64(sum), limit) })
}

// largestClaim is the most that one person can be asked for, as far as is told.
func (v *view) largestClaim() recovery.Money {
	if len(v.parts) == 0 {
		return v.facts.Amount
	}
	return slices.Max(v.parts)
}

func (v *view) claims() []recovery.Money {
	if !v.split {
		return []recovery.Money{v.facts.Amount}
	}
	shares := make([]recovery.Money, 0, len(v.facts.Counterparts))
	for _, counterpart := range v.facts.Counterparts {
		if counterpart.Claimed <= 0 {
			return nil
		}
		shares = append(shares, counterpart.Claimed)
	}
	return shares
}

func far(v *view) Answer {
	return both(v.amount("far_fen", func(a, l int64) bool { return a > l }), v.circumstance("other_province"))
}

func refused(v *view) Answer {
	switch v.facts.Refusal {
	case "", recovery.NoAnswer:
		return Unknown
	case recovery.AlreadyReturned, recovery.AccountClosed:
		return No
	default:
		return Yes
	}
}

func notified(v *view) Answer {
	if v.facts.NotifiedAt == nil {
		return Unknown
	}
	return Yes
}

// prompt: the counterpart was told soon after the sending.
func prompt(v *view) Answer {
	if v.facts.NotifiedAt == nil || v.facts.SentAt == nil {
		return Unknown
	}
	return v.book.against("prompt_hours", v.now, func(hours int64) bool {
		return v.facts.NotifiedAt.Sub(*v.facts.SentAt) <= time.Duration(hours)*time.Hour
	})
}

// withinMisunderstanding counts from knowing, or from the sending where that is
// soon enough: nobody knew before.
func withinMisunderstanding(v *view) Answer {
	days, known := v.book.limit("misunderstanding_days", v.now)
	since := func(at *time.Time) bool {
		return at != nil && calendar.DayOf(v.now)-calendar.DayOf(*at) <= calendar.Day(days)
	}
	switch {
	case !known:
		return Unknown
	case since(v.facts.SentAt) || since(v.facts.NoticedAt):
		return Yes
	case v.facts.NoticedAt != nil:
		return No
	default:
		return Unknown
	}
}

func withinLimitation(v *view) Answer {
	years, known := v.book.limit("limitation_years", v.now)
	if !known || v.facts.SentAt == nil {
		return Unknown
	}
	return answerOf(v.now.Before(v.facts.SentAt.AddDate(int(years), 0, 0)))
}

// danger: fraud, gambling or threats, where nobody should ask on by themselves.
func danger(v *view) Answer {
	answer := either(either(v.circumstance("deceived"), v.circumstance("gambling")), v.circumstance("threatened"))
	if answer == Unknown {
		return No // nobody said so, and a warning asks
	}
	return answer
}

func (v *view) provinceUnknown() Answer {
	if strings.TrimSpace(v.facts.Claimant.Province) == "" {
		return No
	}
	_, known := v.book.province(v.facts.Claimant.Province)
	return answerOf(!known)
}

// province finds the short name a province goes by in the book: 浙江省 is 浙江.
func (b *Book) province(text string) (string, bool) {
	for _, name := range b.data.Names.Provinces {
		if strings.HasPrefix(strings.TrimSpace(text), name) {
			return name, true
		}
	}
	return "", false
}

func (b *Book) refundAhead(f AssessmentFacts, now time.Time) bool {
	return b.RefundAhead(recovery.Filing{
		Platform: f.Platform, Instrument: f.Instrument, ClaimState: f.claimState(), SentAt: f.SentAt,
	}, now)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
