package playbook_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// answerParts are the parts of an answer that a signal may change.
var answerParts = []string{"recall", "plan", "strategy", "routes", "texts", "evidence", "warnings"}

// spokenParts returns what each part says.
func spokenParts(a playbook.Assessment) map[string]string {
	a.Recall.Warnings = nil // they are the part warnings
	parts := map[string]any{
		"recall": a.Recall, "plan": a.Plan, "strategy": a.Strategy, "routes": a.Routes, "texts": a.Texts,
		"evidence": a.Requirements, "warnings": a.Warnings,
	}
	spoken := map[string]string{}
	for name, part := range parts {
		text, err := json.Marshal(part)
		if err != nil {
			panic(err)
		}
		spoken[name] = string(text)
	}
	return spoken
}

func said(name string) func(*playbook.AssessmentFacts) {
	return func(f *playbook.AssessmentFacts) { f.Circumstances[name] = true }
}

func denied(name string) func(*playbook.AssessmentFacts) {
	return func(f *playbook.AssessmentFacts) { f.Circumstances[name] = false }
}

// heardSignal is a signal and what each part does with it: has a phrase that the part
// says then, lacks one that it no longer says, or none, a reason why it stays the same.
type heardSignal struct {
	name   string
	change func(*playbook.AssessmentFacts)
	cells  map[string]cell
}

type cell struct{ has, lacks, none string }

func has(text string) cell    { return cell{has: text} }
func lacks(text string) cell  { return cell{lacks: text} }
func none(reason string) cell { return cell{none: reason} }

const (
	sameSteps    = "the money is where it is, and the first steps are the same"
	sameStages   = "the stages follow from danger, distance and the refund"
	samePapers   = "the same facts are to be proven"
	sameWords    = "the words to the other side are the same"
	noWarning    = "the strategy and the steps say it, a second warning would be noise"
	sameRoutes   = "it opens and closes no route"
	sameStrategy = "the way to ask is the same"
)

func dangerCells() map[string]cell {
	return map[string]cell{
		"recall": has("96110"), "plan": lacks("private_contact"), "strategy": has("strategy.danger"),
		"routes": has("先报警，不要自己寄信"), "texts": lacks("counterpart"), "evidence": has("被威胁"), "warnings": lacks("pressing"),
	}
}

func distanceCells() map[string]cell {
	return map[string]cell{
		"recall": has("联系不上"), "plan": lacks("private_contact"), "strategy": has("strategy.out_of_reach"),
		"routes": has("等不来自愿归还"), "texts": lacks("text.private_word"), "evidence": has("发不出消息"), "warnings": none(noWarning),
	}
}

// heardSignals is the table of all signals and all parts.
func heardSignals() []heardSignal {
	table := []heardSignal{
		{"refused blocked", func(f *playbook.AssessmentFacts) { f.Refusal = recovery.RefusalBlocked }, distanceCells()},
		{"refused", func(f *playbook.AssessmentFacts) { f.Refusal = recovery.Refuses }, map[string]cell{
			"recall": has("不要再催"), "plan": lacks("private_contact"), "strategy": has("财产保全"), "routes": has("对方已经拒绝"),
			"texts": lacks("text.private_word"), "evidence": has("客服工单"), "warnings": none(noWarning),
		}},
		{"identity unknown", denied(recovery.IdentityKnown), map[string]cell{
			"recall": none(sameSteps), "plan": none(sameStages), "strategy": has("不知道对方是谁"), "routes": has("信寄不到"),
			"texts": none(sameWords), "evidence": none("the suit asks for the identity in any case"), "warnings": none(noWarning),
		}},
		{"trade group", func(f *playbook.AssessmentFacts) {
			f.Group = &recovery.Group{Kind: recovery.TradeGroup, Size: 20}
		}, map[string]cell{
			"recall": has("会不会是货款"), "plan": has("group_notice"), "strategy": has("strategy.trade"), "routes": none(sameRoutes),
			"texts": none("the note to a trade group comes with its stage"), "evidence": has("对账单"), "warnings": none(noWarning),
		}},
		{"other province", said("other_province"), map[string]cell{
			"recall": none(sameSteps), "plan": none(sameStages), "strategy": has("先谈分期"), "routes": has("外省"),
			"texts": none(sameWords), "evidence": none(samePapers), "warnings": none(noWarning),
		}},
		{"abroad", said("abroad"), map[string]cell{
			"recall": has("境外"), "plan": none(sameStages), "strategy": has("境外"), "routes": has("对方在境外，不能申请支付令"),
			"texts": none(sameWords), "evidence": none(samePapers), "warnings": none(noWarning),
		}},
		{"minor", said("minor"), map[string]cell{
			"recall": has("请家长"), "plan": none("the guardian goes the same way"), "strategy": has("家长不同意就不算数"), "routes": has("由家长"),
			"texts": none("the guardian sends the same words"), "evidence": none("the paper on the child is asked for from the appeal on"), "warnings": none(noWarning),
		}},
		{"counterpart minor", said("counterpart_minor"), map[string]cell{
			"recall": has("和他的家长"), "plan": has("请家长退"), "strategy": has("strategy.guardian"), "routes": has("他的家长"),
			"texts": has("text.guardian"), "evidence": none(samePapers), "warnings": none(noWarning),
		}},
		{"senior", said("senior"), map[string]cell{
			"recall": has("家里人"), "plan": none(sameStages), "strategy": has("家里人"), "routes": none(sameRoutes),
			"texts": none(sameWords), "evidence": none(samePapers), "warnings": none(noWarning),
		}},
		{"acknowledged", said("acknowledged"), map[string]cell{
			"recall": none(sameSteps), "plan": none(sameStages), "strategy": has("承认过收到"), "routes": has(`"route":"payment_order","name":"支付令","open":true`),
			"texts": none(sameWords), "evidence": none("the talk is asked for in any case"), "warnings": none(noWarning),
		}},
		{"spent", said("spent"), map[string]cell{
			"recall": none(sameSteps), "plan": none(sameStages), "strategy": has("可能不用全退"), "routes": none(sameRoutes),
			"texts": none("whether it was spent is for the other side to say"), "evidence": none(samePapers), "warnings": none(noWarning),
		}},
		{"gift note", said("gift_note"), map[string]cell{
			"recall": none(sameSteps), "plan": none(sameStages), "strategy": has("可能说是送的"), "routes": none(sameRoutes),
			"texts": none(sameWords), "evidence": none("what shows the mistake is asked for in any case"), "warnings": none(noWarning),
		}},
		{"same employer", said("same_employer"), map[string]cell{
			"recall": has("人事"), "plan": none(sameStages), "strategy": has("不能从工资里扣"), "routes": has(`"route":"set_off","name":"单位人事与财务冲抵","open":true`),
			"texts": none("the text to an employer is for a work group"), "evidence": none(samePapers), "warnings": none(noWarning),
		}},
		{"pressed", said("pressed"), map[string]cell{
			"recall": has("先停下来"), "plan": has("先停下来"), "strategy": has("重话"), "routes": has("先停下来"),
			"texts": lacks("text.private_word"), "evidence": none(samePapers), "warnings": none("every answer warns of pressing"),
		}},
		{"split", func(f *playbook.AssessmentFacts) {
			f.Instrument, f.Delay, f.Group = recovery.LuckyPacket, "", &recovery.Group{Kind: recovery.FriendsGroup, Size: 9}
			f.Counterparts = []recovery.FilingCounterpart{{Alias: "甲", Claimed: 3_000}, {Alias: "乙", Claimed: 5_000}}
		}, map[string]cell{
			"recall": none(sameSteps), "plan": has("group_notice"), "strategy": has("一个一个谈"), "routes": has("分别写信"),
			"texts": has("text.private_word.part"), "evidence": has("领取了多少"), "warnings": none(noWarning),
		}},
		{"wrong amount", func(f *playbook.AssessmentFacts) { f.Reason, f.Intended = recovery.WrongAmount, 100_000 }, map[string]cell{
			"recall": none(sameSteps), "plan": none(sameStages), "strategy": has("多出来的钱"), "routes": none(sameRoutes),
			"texts": has("19,000.00"), "evidence": has("本来该付多少"), "warnings": none(noWarning),
		}},
		{"taken by another", func(f *playbook.AssessmentFacts) {
			f.Reason, f.Instrument, f.Delay = recovery.TakenByAnother, recovery.OrdinaryPacket, ""
		}, map[string]cell{
			"recall": none(sameSteps), "plan": none(sameStages), "strategy": has("先当作对方点错了"), "routes": none(sameRoutes),
			"texts": lacks("是我发错"), "evidence": has("红包上写的名字"), "warnings": none(noWarning),
		}},
		{"unclaimed", func(f *playbook.AssessmentFacts) { f.ClaimState = recovery.Unclaimed }, map[string]cell{
			"recall": has("请先别收"), "plan": has("recall_watch"), "strategy": none(sameStrategy), "routes": none(sameRoutes),
			"texts": has("text.hold.private"), "evidence": none(samePapers), "warnings": none(noWarning),
		}},
		{"late", func(f *playbook.AssessmentFacts) {
			long := f.SentAt.AddDate(-4, 0, 0)
			f.SentAt = &long
		}, map[string]cell{
			"recall": none(sameSteps), "plan": none(sameStages), "strategy": none(sameStrategy), "routes": none("the court decides whether the right has ended"),
			"texts": none(sameWords), "evidence": none(samePapers), "warnings": has("sent_long_ago"),
		}},
	}
	for _, kind := range recovery.Dangers {
		table = append(table, heardSignal{kind, said(kind), dangerCells()})
	}
	for _, kind := range []string{recovery.Blocked, recovery.Unreachable} {
		table = append(table, heardSignal{kind, said(kind), distanceCells()})
	}
	return table
}

// plainStory is a large transfer to a wrong person in private, already received.
func plainStory() playbook.AssessmentFacts {
	at := sent
	f := playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 2_000_000, SentAt: &at,
		Reason: recovery.WrongPerson, ClaimState: recovery.Claimed, Group: &recovery.Group{Kind: recovery.NoGroup},
	}
	f.Delay, f.Circumstances = recovery.NoDelay, map[string]bool{}
	return f
}

// TestEveryPartHearsEverySignal crosses all signals with all parts of an answer.
func TestEveryPartHearsEverySignal(t *testing.T) {
	t.Parallel()
	b, now := book(t), sent.Add(5*time.Hour)
	before := spokenParts(b.Assess(plainStory(), now, playbook.Knowledge{}))
	for _, signal := range heardSignals() {
		f := plainStory()
		signal.change(&f)
		if err := b.CheckFacts(f, now); err != nil {
			t.Errorf("%s: %v", signal.name, err)
		}
		after := spokenParts(b.Assess(f, now, playbook.Knowledge{}))
		for _, part := range answerParts {
			want, given := signal.cells[part]
			switch {
			case !given || want == (cell{}):
				t.Errorf("%s × %s: the table has no cell", signal.name, part)
			case want.has != "" && (!strings.Contains(after[part], want.has) || before[part] == after[part]):
				t.Errorf("%s × %s: it does not say %q", signal.name, part, want.has)
			case want.lacks != "" && (strings.Contains(after[part], want.lacks) || !strings.Contains(before[part]+"是我发错", want.lacks)):
				t.Errorf("%s × %s: it still says %q", signal.name, part, want.lacks)
			}
		}
	}
}

// TestEveryCircumstanceHasARow: a new circumstance needs a row in the table, or is heard
// by the theories alone.
func TestEveryCircumstanceHasARow(t *testing.T) {
	t.Parallel()
	// These change the characterisation, or a single route, and nothing else.
	elsewhere := []string{recovery.OwnSlip, recovery.PriorDebt, "knew_no_debt", "entrusted", "other_debts", "preservation"}
	changed := map[string]bool{}
	for _, signal := range heardSignals() {
		f := plainStory()
		signal.change(&f)
		maps.Copy(changed, boolKeys(f.Circumstances))
	}
	for _, name := range recovery.Circumstances {
		if !changed[name] && !slices.Contains(elsewhere, name) {
			t.Errorf("%s has no row", name)
		}
	}
}

func boolKeys(m map[string]bool) map[string]bool {
	keys := map[string]bool{}
	for name := range m {
		keys[name] = true
	}
	return keys
}
