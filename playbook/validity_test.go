package playbook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// turn is the day on which the rules of these tests begin or cease to hold.
const turn = "2027-03-01"

var turnsAt = time.Date(2027, 3, 1, 0, 0, 0, 0, recovery.Shanghai)

// bounded is the shipped book with times given to the first rule that holds a
// text.
func bounded(t *testing.T, before, after string) *playbook.RuleSet {
	t.Helper()
	files, _, _ := changed(t, before, after)
	playbooks, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	return playbooks.Current()
}

// TestEveryKindOfRuleKeepsItsTime gives a rule of each kind a first day, and
// then a last: it is heard from the first second of the one, and up to the last
// second before the other, as the days begin in China.
func TestEveryKindOfRuleKeepsItsTime(t *testing.T) {
	t.Parallel()
	work := func() playbook.AssessmentFacts {
		f := colleagues()
		f.Circumstances = map[string]bool{"same_employer": true}
		return f
	}
	for _, test := range []struct {
		name, rule string // a piece of the rule, up to a comma or the end of a line
		heard      func(b *playbook.RuleSet, at time.Time) bool
	}{
		{"recall", "id: recall.wechat.transfer.b2", func(b *playbook.RuleSet, at time.Time) bool {
			return slices.ContainsFunc(b.Recall(playbook.AssessmentFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer, SentAt: &at}, at.Add(time.Hour)).Readings,
				func(r playbook.Reading) bool { return strings.Contains(r.Text, "2 分钟") })
		}},
		{"guidance", "id: guidance.try.transfer", func(b *playbook.RuleSet, at time.Time) bool {
			r := b.Recall(playbook.AssessmentFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer, SentAt: &at}, at)
			return strings.Contains(r.How, "这笔转账")
		}},
		{"warning", "id: warning.privacy", func(b *playbook.RuleSet, at time.Time) bool {
			answer := b.Assess(story(), at, playbook.Knowledge{})
			said := slices.ContainsFunc(answer.Recall.Warnings, func(w string) bool { return strings.Contains(w, "不要在群里公开") })
			if said != slices.Contains(codes(answer.Warnings), "privacy") {
				t.Errorf("at %s the two lists of warnings disagree", at)
			}
			return said
		}},
		{"evidence", "id: evidence.payment.transfer", func(b *playbook.RuleSet, at time.Time) bool {
			c := recovery.Case{Platform: recovery.WeChat, Instrument: recovery.Transfer, CreatedAt: at, Position: recovery.Position{Stage: recovery.Appeal}}
			told := slices.ContainsFunc(b.Assess(story(), at, playbook.Knowledge{}).Requirements, asks(recovery.TransferScreenshot))
			if asked := slices.ContainsFunc(b.Requirements(c, nil), asks(recovery.TransferScreenshot)); asked != told {
				t.Errorf("at %s a case is asked %t, an asker told %t", at, asked, told)
			}
			return told
		}},
		{"dossier", "fact: narrative", func(b *playbook.RuleSet, at time.Time) bool {
			c := recovery.Case{CreatedAt: at, Position: recovery.Position{Stage: recovery.Legal}}
			with := c
			with.Narrative = "x"
			return len(b.Missing(c, nil, recovery.ForCourt)) > len(b.Missing(with, nil, recovery.ForCourt))
		}},
		{"text", "id: text.private_word", func(b *playbook.RuleSet, at time.Time) bool {
			c := recovery.Case{Platform: recovery.WeChat, Instrument: recovery.Transfer, CreatedAt: at}
			return slices.ContainsFunc(b.Texts(c, recovery.PrivateContact), func(text playbook.Text) bool { return text.ID == "text.private_word" })
		}},
		{"limit", "limit: small_fen", func(b *playbook.RuleSet, at time.Time) bool {
			f := story()
			f.Amount = 100
			return slices.ContainsFunc(b.Strategy(f, at, nil).Notes, func(n playbook.Note) bool { return n.Code == "small" })
		}},
		{"question", "signal: spent", func(b *playbook.RuleSet, at time.Time) bool {
			f := story()
			f.Circumstances = map[string]bool{"spent": true}
			return b.CheckFacts(f, at) == nil
		}},
		{"confirmation", "confirmations:\n  - {id: ", func(b *playbook.RuleSet, at time.Time) bool { return len(b.Prevent(sending(), at).Confirmations) == 3 }},
		{"measure", "id: measure.real_name", func(b *playbook.RuleSet, at time.Time) bool {
			return slices.ContainsFunc(b.Prevent(sending(), at).Measures, func(m playbook.Measure) bool { return m.ID == "measure.real_name" })
		}},
		{"caution", "id: caution.urgent", func(b *playbook.RuleSet, at time.Time) bool {
			f := sending()
			f.Circumstances = map[string]bool{"urgent": true}
			return slices.Contains(codes(b.Prevent(f, at).Warnings), "urgent")
		}},
		{"strategy note", "id: strategy_note.small", func(b *playbook.RuleSet, at time.Time) bool {
			f := story()
			f.Amount = 100
			return slices.ContainsFunc(b.Strategy(f, at, nil).Notes, func(n playbook.Note) bool { return n.Code == "small" })
		}},
		{"theory", "id: theory.gift", func(b *playbook.RuleSet, at time.Time) bool {
			return slices.ContainsFunc(b.Characterise(story(), at), func(c playbook.Characterisation) bool { return c.Theory == "gift" })
		}},
		{"article of a theory", `{statute: 民法典, section: "986至988"`, func(b *playbook.RuleSet, at time.Time) bool {
			first := b.Characterise(story(), at)[0]
			if len(first.Articles) != strings.Count(first.Article, "；")+1 {
				t.Errorf("%s does not cite %v", first.Article, first.Articles)
			}
			return strings.Contains(first.Article, "986至988")
		}},
		{"route", "id: route.set_off", func(b *playbook.RuleSet, at time.Time) bool {
			return slices.ContainsFunc(b.Routes(work(), at, nil, nil), func(r playbook.RouteOption) bool { return r.Route == recovery.SetOff })
		}},
		{"fee", "id: fee.payment_order", func(b *playbook.RuleSet, at time.Time) bool {
			_, _, known := b.Fee("payment_order", 1_000_00, at)
			for _, r := range b.Routes(story(), at, nil, nil) {
				if r.Route == recovery.PaymentOrder && (r.Cost != nil) != known {
					t.Errorf("at %s the route costs %v, the fee is known: %t", at, r.Cost, known)
				}
			}
			return known
		}},
		{"prior", "id: prior.voluntary_return.large_group", func(b *playbook.RuleSet, at time.Time) bool {
			f := story()
			f.Claimant.Province, f.Group = "", &recovery.Group{Kind: recovery.WorkGroup, Size: 300}
			return len(b.Forecast(f, at, nil, nil).Claims) == 1
		}},
		{"scale", "id: scale.over_income", func(b *playbook.RuleSet, at time.Time) bool {
			f := story()
			f.Claimant.Province, f.Amount = "浙江", 1_000_000_00
			return slices.ContainsFunc(b.Forecast(f, at, figures(), nil).Claims, func(c string) bool { return strings.Contains(c, "一天半") })
		}},
		{"precedent", "id: precedent.work", func(b *playbook.RuleSet, at time.Time) bool {
			return slices.ContainsFunc(b.Precedents(work(), at, nil), func(p playbook.Precedent) bool { return p.ID == "precedent.work" })
		}},
		{"finding", "id: finding.no_time", func(b *playbook.RuleSet, at time.Time) bool {
			f := story()
			f.SentAt = nil
			return slices.Contains(codes(b.Assess(f, at, playbook.Knowledge{}).Warnings), "no_time")
		}},
		{"likeness", "id: likeness.instrument", func(b *playbook.RuleSet, at time.Time) bool {
			return slices.ContainsFunc(b.Precedents(story(), at, nil), func(p playbook.Precedent) bool { return slices.Contains(p.Why, "同样的付款方式") })
		}},
	} {
		head, tail, _ := strings.Cut(test.rule, "\n")
		for _, end := range []string{"valid_from", "valid_to"} {
			b := bounded(t, test.rule, inTime(head, tail, end))
			for _, boundary := range []struct {
				at    time.Time
				heard bool
			}{
				{turnsAt.Add(-time.Second), end == "valid_to"}, {turnsAt, end == "valid_from"}, {turnsAt.Add(time.Second), end == "valid_from"},
			} {
				if got := test.heard(b, boundary.at); got != boundary.heard {
					t.Errorf("%s with %s: at %s it is heard: %t", test.name, end, boundary.at, got)
				}
			}
		}
	}
}

// inTime writes an end into a rule, as the rule is written: on a line, or over
// several.
func inTime(head, tail, end string) string {
	switch {
	case tail != "":
		return head + "\n" + strings.Replace(tail, "{id: ", "{"+end+": "+turn+", id: ", 1)
	case strings.HasPrefix(head, "{"):
		return strings.Replace(head, "{", "{"+end+": "+turn+", ", 1)
	case strings.HasPrefix(head, "fact:"), oneLine[head]:
		return head + "\n    " + end + ": " + turn
	default:
		return end + ": " + turn + ", " + head
	}
}

// oneLine are the rules of these tests that are written over several lines.
var oneLine = map[string]bool{
	"id: recall.wechat.transfer.b2": true, "id: guidance.try.transfer": true, "id: evidence.payment.transfer": true,
	"id: text.private_word": true, "id: measure.real_name": true, "id: strategy_note.small": true, "id: theory.gift": true,
	"id: route.set_off": true, "id: warning.privacy": true,
}

func asks(kind recovery.EvidenceKind) func(recovery.Requirement) bool {
	return func(r recovery.Requirement) bool { return r.Kind == kind }
}

func sending() playbook.SendFacts {
	return playbook.SendFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 100_00}
}
