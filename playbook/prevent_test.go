package playbook_test

import (
	"slices"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC) // a Friday, 12:00 in Shanghai

func codes(warnings []playbook.Warning) []string {
	list := []string{}
	for _, w := range warnings {
		list = append(list, w.Code)
	}
	return list
}

func TestPreventionWarns(t *testing.T) {
	t.Parallel()
	b := book(t)
	transfer := playbook.SendFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 10_000, Delay: recovery.OneDay}
	group := playbook.SendFacts{
		Platform: recovery.Alipay, Instrument: recovery.PasswordPacket, Amount: 1_000,
		Group: &recovery.Group{Kind: recovery.StrangersGroup, Size: 80},
	}
	told := func(f playbook.SendFacts, circumstances ...string) playbook.SendFacts {
		f.Circumstances = map[string]bool{}
		for _, name := range circumstances {
			f.Circumstances[name] = true
		}
		return f
	}
	large := transfer
	large.Amount, large.Delay = 50_000, recovery.NoDelay
	almost := large
	almost.Amount--
	night := noon.Add(11 * time.Hour)
	for _, test := range []struct {
		name  string
		facts playbook.SendFacts
		now   time.Time
		want  []string
	}{
		{"a small transfer at noon", transfer, noon, nil},
		{"a large one without delay", large, noon, []string{"no_delay"}},
		{"a fen less", almost, noon, nil},
		{"large and late", large, night, []string{"late_and_large", "no_delay"}},
		{"a minute before it is late", large, night.Add(-time.Minute), []string{"no_delay"}},
		{"before it is early", large, noon.Add(18*time.Hour - time.Minute), []string{"late_and_large", "no_delay"}},
		{"at six it is morning", large, noon.Add(18 * time.Hour), []string{"no_delay"}},
		{"a password in a group of strangers", group, noon, []string{"group", "strangers", "password_packet"}},
		{"a new avatar, in a hurry", told(transfer, "avatar_changed", "urgent"), noon, []string{"avatar_changed", "urgent"}},
		{"a new device, a similar name, an elder", told(transfer, "new_device", "similar_name", "senior"), noon, []string{"new_device", "similar_name", "senior"}},
		{"on a holiday", transfer, time.Date(2026, 10, 1, 4, 0, 0, 0, time.UTC), []string{"holiday"}},
	} {
		got := b.Prevent(test.facts, test.now)
		if list := codes(got.Warnings); !slices.Equal(list, slices.Concat([]string{}, test.want)) {
			t.Errorf("%s: %v, want %v", test.name, list, test.want)
		}
		if len(got.Confirmations) != 3 || got.Playbook.Version != b.Version() {
			t.Errorf("%s: %d confirmations by %q", test.name, len(got.Confirmations), got.Playbook)
		}
	}
}

func TestMeasuresWithTheirRatings(t *testing.T) {
	t.Parallel()
	b := book(t)
	type row struct {
		id      string
		rating  int
		applies playbook.Answer
	}
	rows := func(f playbook.SendFacts) []row {
		var list []row
		for _, m := range b.Prevent(f, noon).Measures {
			list = append(list, row{m.ID, m.Rating, m.Applies})
			if m.Text == "" || m.Source == "" || m.Name == "" {
				t.Errorf("%+v", m)
			}
		}
		return list
	}
	stranger := playbook.SendFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Account: recovery.Personal,
		Circumstances: map[string]bool{"unfamiliar": true},
	}
	want := []row{
		{"measure.delayed_arrival", 4, playbook.Yes}, {"measure.test_transfer", 3, playbook.Yes}, {"measure.real_name", 2, playbook.Yes},
	}
	if got := rows(stranger); !slices.Equal(got, want) {
		t.Errorf("a stranger: %v", got)
	}
	packet := playbook.SendFacts{Platform: recovery.WeCom, Instrument: recovery.EnterprisePacket}
	want = []row{{"measure.test_transfer", 3, playbook.Unknown}, {"measure.real_name.company", 2, playbook.Yes}, {"measure.approval", 3, playbook.Yes}}
	if got := rows(packet); !slices.Equal(got, want) {
		t.Errorf("an enterprise packet: %v", got)
	}
	questions := b.Prevent(packet, noon).Questions
	if !slices.ContainsFunc(questions, func(q playbook.Question) bool { return q.Signal == "unfamiliar" && q.Text != "" }) {
		t.Errorf("nobody asks whether the recipient is known: %v", questions)
	}
}

func TestASendThatCannotBe(t *testing.T) {
	t.Parallel()
	b := book(t)
	sound := playbook.SendFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer}
	if err := b.CheckSend(sound, sent); err != nil {
		t.Errorf("a sound send: %v", err)
	}
	for field, change := range map[string]func(*playbook.SendFacts){
		"platform":                 func(f *playbook.SendFacts) { f.Platform = "" },
		"instrument":               func(f *playbook.SendFacts) { f.Instrument = "cheque" },
		"amount_fen":               func(f *playbook.SendFacts) { f.Amount = -1 },
		"account":                  func(f *playbook.SendFacts) { f.Account = "joint" },
		"delayed_arrival":          func(f *playbook.SendFacts) { f.Delay = "3h" },
		"group.kind":               func(f *playbook.SendFacts) { f.Group = &recovery.Group{} },
		"circumstances.prior_debt": func(f *playbook.SendFacts) { f.Circumstances = map[string]bool{"prior_debt": true} },
		"circumstances.full_moon":  func(f *playbook.SendFacts) { f.Circumstances = map[string]bool{"full_moon": true} },
		"circumstances.late":       func(f *playbook.SendFacts) { f.Circumstances = map[string]bool{"late": true} },
		"group.size":               func(f *playbook.SendFacts) { f.Group = &recovery.Group{Kind: recovery.FamilyGroup, Size: 5_001} },
	} {
		f := sound
		change(&f)
		wantField(t, b.CheckSend(f, sent), field)
	}
	for _, q := range b.SendingQuestions(sent) {
		f := sound
		f.Circumstances = map[string]bool{q.Signal: false}
		if err := b.CheckSend(f, sent); err != nil || q.Text == "" {
			t.Errorf("%+v: %v", q, err)
		}
	}
}
