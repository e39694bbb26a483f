package playbook_test

import (
	"fmt"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// A transfer to a stranger, assessed two days later. The counterpart has the money
// and says that it was a gift.
func ExampleRuleSet_Assess() {
	registry, err := playbook.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	sent := time.Date(2026, 11, 20, 12, 0, 0, 0, recovery.Shanghai)
	facts := playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: &sent,
		ClaimState: recovery.Claimed, Reason: recovery.WrongPerson, Refusal: recovery.ClaimsGift,
	}
	now := sent.Add(48 * time.Hour)
	if err := registry.Current().CheckFacts(facts, now); err != nil {
		fmt.Println(err)
		return
	}
	assessment := registry.Current().Assess(facts, now, playbook.Knowledge{})
	fmt.Println("playbook:", assessment.Playbook.Version)
	fmt.Println("recall possible:", assessment.Recall.Possible)
	fmt.Println("first step:", assessment.Plan[0].Stage)
	for _, route := range assessment.Routes {
		if route.Recommended {
			fmt.Println("route:", route.Route)
		}
	}
	// Output:
	// playbook: 2026-11
	// recall possible: false
	// first step: appeal
	// route: platform_appeal
}

// Some sources say that an unclaimed transfer can be taken back, others deny it. The
// answer promises nothing, but a try costs nothing.
func ExampleRuleSet_Recall() {
	registry, err := playbook.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	sent := time.Date(2026, 11, 20, 12, 0, 0, 0, recovery.Shanghai)
	facts := playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, ClaimState: recovery.Unclaimed, SentAt: &sent,
	}
	for _, passed := range []time.Duration{time.Minute, time.Hour} {
		recall := registry.Current().Recall(facts, sent.Add(passed))
		fmt.Printf("after %s: possible %t, worth trying %t\n", passed, recall.Possible, recall.WorthTrying)
	}
	// Output:
	// after 1m0s: possible false, worth trying true
	// after 1h0m0s: possible false, worth trying true
}
