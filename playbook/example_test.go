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
	// first step: private_contact
	// route: platform_appeal
}

// One source says that an unclaimed transfer can be taken back at any time, another
// one only for two minutes. The answer promises the shorter time.
func ExampleRuleSet_Recall() {
	registry, err := playbook.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	sent := time.Date(2026, 11, 20, 12, 0, 0, 0, recovery.Shanghai)
	facts := playbook.RecallFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, ClaimState: recovery.Unclaimed, SentAt: sent,
	}
	for _, passed := range []time.Duration{time.Minute, time.Hour} {
		recall := registry.Current().Recall(facts, sent.Add(passed))
		fmt.Printf("after %s: possible %t, disputed %t\n", passed, recall.Possible, recall.Disputed)
	}
	// Output:
	// after 1m0s: possible true, disputed true
	// after 1h0m0s: possible false, disputed true
}
