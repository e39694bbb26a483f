package recovery_test

import (
	"testing"

	"recourse/recovery"
)

func TestKeepOutgoingEmptiesWhatNoRowNames(t *testing.T) {
	t.Parallel()
	type event struct {
		Number   string
		Kind     string
		Claimant string
		Text     *string
	}
	secret := "13900001234"
	full := event{Number: "R1", Kind: "k", Claimant: "林晓", Text: &secret}
	for to, want := range map[recovery.Outgoing]event{
		recovery.AnswerMail:   {Number: "R1", Kind: "k"},
		recovery.LinkAnswer:   {Text: &secret}, // the playbook's text
		recovery.WebhookEvent: {Number: "R1", Kind: "k"},
		"heard_of_never":      {},
	} {
		if got := recovery.KeepOutgoing(to, full); got != want {
			t.Errorf("%s: %+v, want %+v", to, got, want)
		}
	}
	if full.Claimant == "" {
		t.Error("the value itself was changed")
	}
}
