package textlint_test

import (
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
	"recourse/textlint"
)

// placeOf is where a text of the playbook goes.
func placeOf(text playbook.Text) textlint.Where {
	switch {
	case text.Channel == string(recovery.Letter):
		return textlint.Letter
	case text.Audience == "customer_service":
		return textlint.Platform
	case text.Audience == "group_owner":
		return textlint.Owner
	default:
		return textlint.WhereOf(recovery.Channel(text.Channel), text.Audience == "group")
	}
}

func filed(group recovery.GroupKind, platform recovery.Platform, instrument recovery.Instrument) recovery.Case {
	return recovery.Case{
		Number: "R20261121-000042", Platform: platform, Instrument: instrument, Amount: 200_000,
		SentAt: time.Date(2026, 11, 21, 4, 30, 0, 0, time.UTC), TransactionNo: "1000050001202611210012345678",
		Group: recovery.Group{Kind: group, Size: 12}, Claimant: recovery.Claimant{Name: "欧阳夏", Phone: "13800000000"},
		Counterparts: []recovery.Counterpart{{Alias: "山风"}}, Position: recovery.Position{Recovered: 50_000},
	}
}

// TestEveryTextOfThePlaybookIsClean lints each text of each version, filled,
// with its subject, where it would be sent.
func TestEveryTextOfThePlaybookIsClean(t *testing.T) {
	t.Parallel()
	l := linter(t)
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, version := range playbooks.Versions() {
		book, err := playbooks.RuleSet(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range recovery.GroupKinds {
			for _, platform := range recovery.Platforms {
				for _, instrument := range recovery.Instruments {
					for _, stage := range recovery.Stages {
						for _, text := range book.Texts(filed(group, platform, instrument), stage) {
							seen[text.ID] = true
							whole := text.Subject + "\n" + text.Body
							for _, f := range l.Lint(whole, placeOf(text)) {
								t.Errorf("%s %s in %s: %s at %q", version, text.ID, placeOf(text), f.Rule, string([]rune(whole)[f.Start:f.End]))
							}
						}
					}
				}
			}
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %d texts were read", len(seen))
	}
}
