package textlint_test

import (
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
	"recourse/textlint"
)

// textPlace returns the place that a text of the playbook is sent to.
func textPlace(text playbook.Text) textlint.Place {
	switch {
	case text.Channel == string(recovery.Letter):
		return textlint.Letter
	case text.Audience == "customer_service":
		return textlint.Platform
	case text.Audience == "group_owner":
		return textlint.Owner
	default:
		return textlint.PlaceFor(recovery.Channel(text.Channel), text.Audience == "group")
	}
}

func newCase(group recovery.GroupKind, platform recovery.Platform, instrument recovery.Instrument) recovery.Case {
	return recovery.Case{
		Number: "R20261121-000042", Platform: platform, Instrument: instrument, Amount: 200_000,
		SentAt: time.Date(2026, 11, 21, 4, 30, 0, 0, time.UTC), TransactionNo: "1000050001202611210012345678",
		Group: recovery.Group{Kind: group, Size: 12}, Claimant: recovery.Claimant{Name: "欧阳夏", Phone: "13800000000"},
		Counterparts: []recovery.Counterpart{{Alias: "山风"}}, Position: recovery.Position{Recovered: 50_000},
	}
}

// TestEveryTextOfThePlaybookIsClean checks each text of each version with
// its subject and filled values, for the place that it is sent to.
func TestEveryTextOfThePlaybookIsClean(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
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
						for _, text := range book.Texts(newCase(group, platform, instrument), stage) {
							seen[text.ID] = true
							whole := text.Subject + "\n" + text.Body
							for _, f := range l.Lint(whole, textPlace(text)) {
								t.Errorf("%s %s in %s: %s at %q", version, text.ID, textPlace(text), f.Rule, string([]rune(whole)[f.Start:f.End]))
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
