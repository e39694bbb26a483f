package playbook

import (
	"maps"
	"slices"
	"strings"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// evaluation applies the rules to the facts of a mis-send at an instant, with the
// local figures.
type evaluation struct {
	rules  *RuleSet
	facts  AssessmentFacts
	now    time.Time
	income Income // zero when unknown

	record recovery.Case // the facts as a case
	split  bool          // several people may each hold a share
	// claims are the sums to be claimed separately: the whole claim, or the part of it
	// in the share of each counterpart; none when the money was split and a share is unknown.
	claims []recovery.Money
}

func (rs *RuleSet) newEvaluation(f AssessmentFacts, now time.Time, incomes Incomes) *evaluation {
	v := &evaluation{rules: rs, facts: f, now: now, record: f.asCase(now)}
	v.split = v.record.CanBeSplit()
	v.claims = v.claimAmounts()
	if province, known := rs.findProvince(f.Claimant.Province); known {
		v.income = rs.localFigures(province, now, incomes)
	}
	return v
}

// answerSignal answers a signal that the facts decide, or a circumstance.
func (e *evaluation) answerSignal(signal string) Answer {
	if decide := caseSignals[signal]; decide != nil {
		if answer := decide(e); answer != Unknown {
			return answer
		}
	}
	return e.circumstanceAnswer(signal)
}

func (e *evaluation) circumstanceAnswer(signal string) Answer {
	return lookUpCircumstance(e.facts.Circumstances, signal)
}

// reasonsThatHold returns the texts of the reasons whose conditions hold; never
// nil.
func (e *evaluation) reasonsThatHold(reasons []reasonRule) []string {
	texts := []string{}
	for _, reason := range reasons {
		if reason.If.evaluate(e) == Yes {
			texts = append(texts, reason.Text)
		}
	}
	return texts
}

// caseSignals are the signals that the facts of a mis-send decide.
var caseSignals = map[string]func(*evaluation) Answer{
	"transfer":          func(e *evaluation) Answer { return answerFromBool(e.facts.Instrument == recovery.Transfer) },
	"packet":            func(e *evaluation) Answer { return answerFromBool(e.facts.Instrument != recovery.Transfer) },
	"lucky":             func(e *evaluation) Answer { return answerFromBool(e.facts.Instrument == recovery.LuckyPacket) },
	"enterprise_packet": func(e *evaluation) Answer { return answerFromBool(e.facts.Instrument == recovery.EnterprisePacket) },
	"personal_account":  func(e *evaluation) Answer { return equalsIfKnown(e.facts.Account, recovery.Personal) },
	"arrival_unknown": func(e *evaluation) Answer {
		return answerFromBool(e.isAccepted() && e.delay() > 0 && e.facts.acceptedAt() == nil)
	},
	"delay_possible":   isDelayPossible,
	"untouched":        isUntouched,
	"may_be_unclaimed": func(e *evaluation) Answer { return answerFromBool(!e.isAccepted()) },
	"worth_preserving": isWorthPreserving,
	"writable":         isWritable,
	"out_of_reach":     func(e *evaluation) Answer { return answerFromBool(e.isOutOfReach()) },
	"delayed":          func(e *evaluation) Answer { return isDelayed(e.facts.Delay) },
	"mistaken":         isMistaken,
	"no_ground":        hasNoGround,
	"surplus":          isSurplus,
	"claimed":          isClaimed,
	"unclaimed":        func(e *evaluation) Answer { return equalsIfKnown(e.facts.ClaimState, recovery.Unclaimed) },
	"shares_claimed":   hasClaimedShares,
	"one_recipient":    hasOneRecipient,
	"in_group":         func(e *evaluation) Answer { return e.isGroupKind(recovery.NoGroup).negate() },
	"close_group":      func(e *evaluation) Answer { return e.isGroupKind(recovery.FamilyGroup, recovery.FriendsGroup) },
	"trade_group":      func(e *evaluation) Answer { return e.isGroupKind(recovery.TradeGroup) },
	"strangers_group":  func(e *evaluation) Answer { return e.isGroupKind(recovery.StrangersGroup) },
	"group_of_one": func(e *evaluation) Answer {
		return answerFromBool(e.isGroupKind(recovery.NoGroup) == No && e.facts.groupOrZero().Size == 1)
	},
	"over_large_group": func(e *evaluation) Answer { return e.groupExceeds("large_group") },
	"family_too_large": func(e *evaluation) Answer {
		return andAnswers(e.isGroupKind(recovery.FamilyGroup), e.groupExceeds("family_group"))
	},
	"crowd":             isCrowd,
	"refund_ahead":      func(e *evaluation) Answer { return answerFromBool(e.rules.isRefundAhead(e.facts, e.now)) },
	"over_wage":         func(e *evaluation) Answer { return e.exceedsPercent(e.income.MonthlyWage, "wage_percent") },
	"over_income":       func(e *evaluation) Answer { return e.exceedsPercent(e.income.DailyIncome, "income_percent") },
	"fits_small_claims": fitsSmallClaims,
	"small": func(e *evaluation) Answer {
		return e.compareSum(e.claim(), "small_fen", func(a, l int64) bool { return a < l })
	},
	"tiny": func(e *evaluation) Answer {
		return e.compareSum(e.facts.Amount, "tiny_fen", func(a, l int64) bool { return a < l })
	},
	"not_worth": func(e *evaluation) Answer {
		return e.compareSum(e.largestClaim(), "not_worth_fen", func(c, l int64) bool { return c <= l })
	},
	"over_fraud_entry": func(e *evaluation) Answer {
		return e.compareSum(e.facts.Amount, "fraud_entry_fen", func(a, l int64) bool { return a >= l })
	},
	"far":               isFar,
	"split":             func(e *evaluation) Answer { return answerFromBool(e.split) },
	"shares_told":       func(e *evaluation) Answer { return answerFromBool(len(e.claims) > 0) },
	"refused":           isRefused,
	"claims_gift":       func(e *evaluation) Answer { return equalsIfKnown(e.facts.Refusal, recovery.ClaimsGift) },
	"notified":          isNotified,
	"claim_stated":      func(e *evaluation) Answer { return answerFromBool(e.record.ClaimIsKnown()) },
	"claim_known":       isClaimKnown,
	"taken":             func(e *evaluation) Answer { return equalsIfKnown(e.facts.Reason, recovery.TakenByAnother) },
	"prompt":            isPromptNotice,
	"within_90_days":    isWithinMisunderstandingPeriod,
	"within_limitation": isWithinLimitation,
	"no_time":           func(e *evaluation) Answer { return answerFromBool(e.facts.SentAt == nil) },
	"province_unknown":  func(e *evaluation) Answer { return e.isProvinceUnknown() },
	"holiday":           func(e *evaluation) Answer { return answerFromBool(e.rules.calendar.IsHoliday(calendar.DayOf(e.now))) },
	"danger":            isDanger,
	"for_police":        func(e *evaluation) Answer { return orAnswers(isDanger(e), e.isGroupKind(recovery.StrangersGroup)) },
}

// equalsIfKnown compares a value that may be unknown (empty).
func equalsIfKnown[T ~string](value, wanted T) Answer {
	if value == "" {
		return Unknown
	}
	return answerFromBool(value == wanted)
}

func andAnswers(a, b Answer) Answer {
	switch {
	case a == No || b == No:
		return No
	case a == Yes && b == Yes:
		return Yes
	default:
		return Unknown
	}
}

func orAnswers(a, b Answer) Answer { return andAnswers(a.negate(), b.negate()).negate() }

func isDelayed(d recovery.Delay) Answer {
	if d == "" {
		return Unknown
	}
	return answerFromBool(d != recovery.NoDelay)
}

func isMistaken(e *evaluation) Answer {
	switch e.facts.Reason {
	case "", recovery.OtherReason:
		return Unknown
	case recovery.TakenByAnother:
		return No // the payment was right
	default:
		return Yes
	}
}

// hasNoGround: the recipient has no reason to keep the money.
func hasNoGround(e *evaluation) Answer {
	return orAnswers(isMistaken(e), answerFromBool(e.facts.Reason == recovery.TakenByAnother))
}

// isClaimKnown is unknown while nobody stated which part of the payment was owed.
func isClaimKnown(e *evaluation) Answer {
	if !e.record.ClaimIsKnown() {
		return Unknown
	}
	return Yes
}

// isUntouched: nobody has claimed the money, and it can still come back unclaimed.
// Nobody can be asked for money that they do not have.
func isUntouched(e *evaluation) Answer {
	return andAnswers(
		equalsIfKnown(e.facts.ClaimState, recovery.Unclaimed), answerFromBool(e.rules.isRefundAhead(e.facts, e.now)))
}

// isSurplus: part of the payment was owed, and the mistake is what was paid above it.
func isSurplus(e *evaluation) Answer {
	if e.facts.Intended > 0 {
		return Yes
	}
	switch e.facts.Reason {
	case "", recovery.OtherReason:
		return Unknown
	case recovery.WrongAmount, recovery.Duplicate:
		return Yes
	default:
		return No
	}
}

func isClaimed(e *evaluation) Answer {
	switch e.facts.claimStateOrUnknown() {
	case recovery.Claimed, recovery.PartlyClaimed:
		return Yes
	case recovery.Unclaimed:
		return No
	default:
		return Unknown
	}
}

func hasClaimedShares(e *evaluation) Answer {
	return answerFromBool(slices.ContainsFunc(e.facts.Counterparts, func(c recovery.FilingCounterpart) bool {
		return c.Claimed > 0 || c.ClaimedAt != nil
	}))
}

// hasOneRecipient: sent to one person, or to a group of the sender and one other.
func hasOneRecipient(e *evaluation) Answer {
	group := e.facts.groupOrZero()
	switch {
	case group.Kind == recovery.NoGroup, group.Kind == "" && len(e.facts.Counterparts) == 1:
		return Yes
	case group.Size > 0:
		return answerFromBool(group.Size <= 2)
	default:
		return Unknown
	}
}

func (e *evaluation) isGroupKind(kinds ...recovery.GroupKind) Answer {
	kind := e.facts.groupOrZero().Kind
	if kind == "" {
		return Unknown
	}
	return answerFromBool(slices.Contains(kinds, kind))
}

func (e *evaluation) groupExceeds(limit string) Answer {
	group := e.facts.groupOrZero()
	if group.Kind == recovery.NoGroup {
		return No
	}
	if group.Size == 0 {
		return Unknown
	}
	return e.rules.compareLimit(limit, e.now, func(limit int64) bool { return int64(group.Size) > limit })
}

func isCrowd(e *evaluation) Answer {
	if e.facts.Bystanders == nil {
		return Unknown
	}
	return e.rules.compareLimit("crowd", e.now, func(limit int64) bool { return int64(*e.facts.Bystanders) >= limit })
}

// exceedsPercent compares the claim with a percentage of a local figure.
func (e *evaluation) exceedsPercent(figure recovery.Money, limit string) Answer {
	if figure <= 0 {
		return Unknown
	}
	return e.rules.compareLimit(limit, e.now, func(percent int64) bool { return int64(e.claim())*100 >= int64(figure)*percent })
}

// fitsSmallClaims compares the largest claim with half of the yearly wage that this
// installation has entered. Without that figure only a claim that fits in every
// province is certain.
func fitsSmallClaims(e *evaluation) Answer {
	claim, wage := int64(e.largestClaim()), int64(e.income.YearlyWage)
	if wage > 0 {
		return e.rules.compareLimit("small_claims_percent", e.now, func(percent int64) bool { return claim*100 <= wage*percent })
	}
	if floor, known := e.rules.limitAt("small_claims_floor_fen", e.now); known && claim > 0 && claim <= floor {
		return Yes
	}
	return Unknown
}

// claim is what was sent and not owed: an upper bound while nobody stated what was
// owed. What is asked for, what a court decides about and what is worth the cost
// depends on it. What was sent decides about crimes and typing mistakes.
func (e *evaluation) claim() recovery.Money { return e.facts.Amount - e.facts.Intended }

// compareSum compares a sum with a limit of the rules.
func (e *evaluation) compareSum(sum recovery.Money, limit string, holds func(sum, limit int64) bool) Answer {
	if sum <= 0 {
		return Unknown
	}
	return e.rules.compareLimit(limit, e.now, func(limit int64) bool { return holds(int64(sum), limit) })
}

// largestClaim returns the largest sum that one person can be asked for, as far as
// is known.
func (e *evaluation) largestClaim() recovery.Money {
	if len(e.claims) == 0 {
		return e.claim()
	}
	return slices.Max(e.claims)
}

func (e *evaluation) claimAmounts() []recovery.Money {
	if !e.split {
		return []recovery.Money{e.claim()}
	}
	shares := make([]recovery.Money, 0, len(e.facts.Counterparts))
	for _, counterpart := range e.facts.Counterparts {
		if counterpart.Claimed <= 0 {
			return nil
		}
		shares = append(shares, counterpart.Claimed-e.record.Position.OwnPartOf(counterpart.Claimed))
	}
	return shares
}

func isFar(e *evaluation) Answer {
	return andAnswers(e.compareSum(e.claim(), "far_fen", func(a, l int64) bool { return a > l }), e.circumstanceAnswer("other_province"))
}

func isRefused(e *evaluation) Answer {
	switch e.facts.Refusal {
	case "", recovery.NoAnswer:
		return Unknown
	case recovery.AlreadyReturned, recovery.AccountClosed:
		return No
	default:
		return Yes
	}
}

func isNotified(e *evaluation) Answer {
	if e.facts.NotifiedAt == nil {
		return Unknown
	}
	return Yes
}

// isPromptNotice: the counterpart was notified soon after the sending.
func isPromptNotice(e *evaluation) Answer {
	if e.facts.NotifiedAt == nil || e.facts.SentAt == nil {
		return Unknown
	}
	return e.rules.compareLimit("prompt_hours", e.now, func(hours int64) bool {
		return e.facts.NotifiedAt.Sub(*e.facts.SentAt) <= time.Duration(hours)*time.Hour
	})
}

// isWithinMisunderstandingPeriod counts from the discovery, or from the sending if
// that is recent enough, because the discovery is later.
func isWithinMisunderstandingPeriod(e *evaluation) Answer {
	days, known := e.rules.limitAt("misunderstanding_days", e.now)
	since := func(at *time.Time) bool {
		return at != nil && calendar.DayOf(e.now)-calendar.DayOf(*at) <= calendar.Day(days)
	}
	switch {
	case !known:
		return Unknown
	case since(e.facts.SentAt) || since(e.facts.NoticedAt):
		return Yes
	case e.facts.NoticedAt != nil:
		return No
	default:
		return Unknown
	}
}

// isWithinLimitation counts from the discovery, or from the sending if it is unknown.
func isWithinLimitation(e *evaluation) Answer {
	years, known := e.rules.limitAt("limitation_years", e.now)
	if !known || e.facts.SentAt == nil {
		return Unknown
	}
	from := *e.facts.SentAt
	if noticed := e.facts.NoticedAt; noticed != nil && noticed.After(from) {
		from = *noticed
	}
	return answerFromBool(e.now.Before(from.AddDate(int(years), 0, 0)))
}

// isDanger: the sender should not act alone. A danger that nobody reported counts as
// none; the pages ask for it.
func isDanger(e *evaluation) Answer { return answerFromBool(e.facts.IsInDanger()) }

// isOutOfReach reports whether the sender cannot write to the other side, as far as
// is known.
func (e *evaluation) isOutOfReach() bool {
	return e.record.IsOutOfReach() || e.facts.Refusal == recovery.RefusalBlocked
}

// isWritable: the sender may write to the recipients themselves.
func isWritable(e *evaluation) Answer {
	said := e.facts.Circumstances
	return answerFromBool(!e.facts.IsInDanger() && !e.isOutOfReach() && !said["counterpart_minor"] && !said["pressed"])
}

// isWorthPreserving: the sum is large, and the recipient cannot be reached or refuses.
func isWorthPreserving(e *evaluation) Answer {
	large := e.compareSum(e.largestClaim(), "preserve_fen", func(sum, limit int64) bool { return sum >= limit })
	if e.isOutOfReach() {
		return large
	}
	return andAnswers(large, isRefused(e))
}

// isDelayPossible: nobody said whether the arrival of an accepted transfer was
// delayed, and with the longest delay it could still be under way.
func isDelayPossible(e *evaluation) Answer {
	if e.facts.Instrument != recovery.Transfer || e.facts.Delay != "" || !e.isAccepted() {
		return No
	}
	longest := *e
	longest.facts.Delay = recovery.OneDay
	return answerFromBool(longest.mayBeUnderWay())
}

func (e *evaluation) isProvinceUnknown() Answer {
	if recovery.IsBlank(e.facts.Claimant.Province) {
		return No
	}
	_, known := e.rules.findProvince(e.facts.Claimant.Province)
	return answerFromBool(!known)
}

// findProvince returns the short name of a province: 浙江 for 浙江省.
func (rs *RuleSet) findProvince(text string) (string, bool) {
	for _, name := range rs.data.Names.Provinces {
		if strings.HasPrefix(strings.TrimSpace(text), name) {
			return name, true
		}
	}
	return "", false
}

func (rs *RuleSet) isRefundAhead(f AssessmentFacts, now time.Time) bool {
	return rs.IsRefundAhead(recovery.Filing{
		Sends:    f.Sends,
		Platform: f.Platform, Instrument: f.Instrument, ClaimState: f.claimStateOrUnknown(), SentAt: f.SentAt,
	}, now)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
