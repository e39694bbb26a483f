package playbook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/recovery"
)

// anyFacts draws a mis-send of which as much or as little is told as people do.
func anyFacts(t *rapid.T) (playbook.AssessmentFacts, time.Time) {
	now := sent.Add(time.Duration(rapid.Int64Range(0, int64(4*365*24*time.Hour)).Draw(t, "after")))
	f := playbook.AssessmentFacts{
		Platform: oneOf(t, "platform", recovery.Platforms), Instrument: oneOf(t, "instrument", recovery.Instruments),
		Amount:     recovery.Money(rapid.Int64Range(1, int64(recovery.MaxMoney)).Draw(t, "amount")),
		Reason:     oneOf(t, "reason", append(recovery.Reasons, "")),
		ClaimState: oneOf(t, "claim", append(recovery.ClaimStates, "")),
		Facts: recovery.Facts{
			Account: oneOf(t, "account", append(recovery.Accounts, "")), Delay: oneOf(t, "delay", append(recovery.Delays, "")),
		},
		Refusal:  oneOf(t, "refusal", append(recovery.Refusals, "")),
		Claimant: recovery.Claimant{Province: rapid.SampledFrom([]string{"", "浙江省", "海底"}).Draw(t, "province")},
	}
	if kind := oneOf(t, "group", append(recovery.GroupKinds, "")); kind != "" {
		f.Group = &recovery.Group{Kind: kind, Size: rapid.IntRange(1, 5_000).Draw(t, "size")}
	}
	if rapid.Bool().Draw(t, "says when") {
		at := sent
		f.SentAt = &at
	}
	signals := []string{
		"abroad", "acknowledged", "deceived", "entrusted", "gambling", "gift_note", "identity_known", "knew_no_debt",
		"other_debts", "other_province", "preservation", "pressed", "prior_debt", "same_employer", "spent", "threatened", "unreachable",
	}
	f.Circumstances = rapid.MapOfN(rapid.SampledFrom(signals), rapid.Bool(), 0, len(signals)).Draw(t, "circumstances")
	return f, now
}

func oneOf[T any](t *rapid.T, what string, list []T) T {
	return rapid.SampledFrom(slices.Clone(list)).Draw(t, what)
}

// isOrdered reports whether a chance has no numbers or three that rise.
func isOrdered(c playbook.Chance) bool {
	if c.N == 0 {
		return c.Low == nil && c.Mean == nil && c.High == nil
	}
	return *c.Low <= *c.Mean && *c.Mean <= *c.High
}

// Whatever is told and left out, an answer is whole: nothing is opened, closed or
// characterised without a reason, and one way at most is recommended, an open one.
func TestEveryAnswerGivesItsReasons(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		f, now := anyFacts(t)
		answer := b.Assess(f, now, playbook.Knowledge{Incomes: figures()})
		recommended := 0
		for _, way := range answer.Routes {
			if len(way.Why) == 0 || way.Source == "" || !isOrdered(way.Chance) || way.Chance.Source == "" {
				t.Errorf("%s: %+v", way.Route, way)
			}
			if way.Recommended {
				recommended++
				if !way.Open {
					t.Errorf("%s is recommended and closed", way.Route)
				}
			}
		}
		if recommended > 1 {
			t.Errorf("%d ways are recommended", recommended)
		}
		for _, c := range answer.Characterisation {
			if c.Why == "" || c.Article == "" || len(c.Supports)+len(c.Against)+len(c.Missing) == 0 {
				t.Errorf("%s: %+v", c.Theory, c)
			}
		}
		if answer.Recall.How == "" || len(answer.Recall.Who) == 0 || answer.Strategy.First == "" || len(answer.Plan) == 0 {
			t.Errorf("%+v %+v %+v", answer.Recall, answer.Strategy, answer.Plan)
		}
	})
}

// Where somebody was deceived, gambled or was threatened, no part of the answer
// sends them to talk to the other side once more.
func TestDangerIsAnsweredWithOneVoice(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		f, now := anyFacts(t)
		f.Circumstances[rapid.SampledFrom([]string{"deceived", "gambling", "threatened"}).Draw(t, "danger")] = true
		answer := b.Assess(f, now, playbook.Knowledge{})
		if answer.Strategy.ID != "strategy.danger" {
			t.Errorf("the strategy is %s", answer.Strategy.ID)
		}
		if steps := strings.Join(answer.Recall.Steps, ""); !answer.Recall.Possible && (strings.Contains(steps, "私信") || strings.Contains(steps, "私下")) {
			t.Errorf("to do at once: %s", steps)
		}
		for _, step := range answer.Plan {
			if step.Stage == recovery.PrivateContact || step.Stage == recovery.GroupNotice {
				t.Errorf("the plan says %s", step.Stage)
			}
		}
		for _, way := range answer.Routes {
			dealing := []recovery.Route{playbook.VoluntaryReturn, recovery.SetOff, recovery.Mediation, recovery.DemandLetter, recovery.PaymentOrder}
			if way.Open && slices.Contains(dealing, way.Route) {
				t.Errorf("%s is open", way.Route)
			}
			if why := strings.Join(way.Why, ""); way.Route == recovery.PoliceReport && strings.Contains(why, "不立案") {
				t.Errorf("the police may refuse: %s", why)
			}
			if way.Route == recovery.PoliceReport != way.Recommended {
				t.Errorf("%s: recommended %v", way.Route, way.Recommended)
			}
		}
		for _, text := range answer.Texts {
			if text.Channel == "private_message" || text.Channel == "group_message" {
				t.Errorf("%s is offered", text.ID)
			}
		}
	})
}
