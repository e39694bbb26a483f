package playbook_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// invitations are phrases that invite to write to the other side, unless a word
// before them forbids it.
var (
	invitation = regexp.MustCompile(`请对方|私下|私信|联系对方|告诉对方|和对方[说谈讲联]|发一句|说一句|请先别|请大家|请群主|提醒一次|催告|调解|分期|协商|商量|请领|转回`)
	forbidding = regexp.MustCompile(`法院|不要|别|没有也|先报警|不能|不再|不用`)
)

// findInvitation returns the sentence that invites to write to the other side.
func findInvitation(text string) string {
	for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("。；！\n", r) }) {
		if invitation.MatchString(sentence) && !forbidding.MatchString(sentence) {
			return sentence
		}
	}
	return ""
}

// TestDangerTakesPrecedence: at every moment and on every platform the recall answer is
// that of danger, with the help of that platform in the order of minutes.
func TestDangerTakesPrecedence(t *testing.T) {
	t.Parallel()
	b := book(t)
	order := []string{"police", "anti_fraud", "wallet", "bank", "report"}
	for _, danger := range recovery.Dangers {
		for _, cell := range cells {
			for _, claim := range recovery.ClaimStates {
				for _, after := range []time.Duration{30 * time.Second, 10 * time.Minute, 5 * time.Hour, 25 * time.Hour, 400 * 24 * time.Hour} {
					f := facts(cell.platform, cell.instrument, claim)
					f.Circumstances = map[string]bool{danger: true}
					got := b.Recall(f, sent.Add(after))
					name := strings.Join([]string{danger, string(cell.platform), string(cell.instrument), string(claim), after.String()}, " ")
					if !strings.HasPrefix(got.How, "先报警") || !got.Stoppable || slices.Contains(got.Who, "recipient") {
						t.Fatalf("%s: %s %v", name, got.How, got.Who)
					}
					if found := findInvitation(got.How + "。" + strings.Join(got.Steps, "。")); found != "" {
						t.Fatalf("%s: invites to write to the other side: %s", name, found)
					}
					var kinds []string
					for _, step := range got.Urgent {
						if step.Help != nil && !slices.Contains(kinds, step.Help.Kind) {
							kinds = append(kinds, step.Help.Kind)
						}
					}
					if !slices.Equal(kinds, order) || !slices.Equal(got.Steps[:len(got.Urgent)], urgentTexts(got)) {
						t.Fatalf("%s: %v in the steps %v", name, kinds, got.Steps)
					}
				}
			}
		}
	}
}

func urgentTexts(r playbook.Recall) []string {
	var texts []string
	for _, step := range r.Urgent {
		texts = append(texts, step.Step)
	}
	return texts
}

func TestWithoutDangerNothingIsUrgent(t *testing.T) {
	t.Parallel()
	if got := book(t).Recall(facts(recovery.WeChat, recovery.Transfer, recovery.Claimed), sent); len(got.Urgent) > 0 {
		t.Errorf("%+v", got.Urgent)
	}
}

// TestNoEntryOfAnotherPlatform: an answer to a user of one wallet never names the
// numbers and entries of another.
func TestNoEntryOfAnotherPlatform(t *testing.T) {
	t.Parallel()
	b := book(t)
	foreign := map[recovery.Platform]*regexp.Regexp{
		recovery.Alipay: regexp.MustCompile(`腾讯|95017|微信`),
		recovery.WeChat: regexp.MustCompile(`95188|支付宝|我的客服`),
		recovery.QQ:     regexp.MustCompile(`95188|95017|支付宝|我的客服|微信投诉|微信支付`),
		recovery.WeCom:  regexp.MustCompile(`95188|95017|支付宝|我的客服|微信支付`),
	}
	for _, platform := range recovery.Platforms {
		for _, instrument := range recovery.Instruments {
			for _, danger := range append([]string{""}, recovery.Dangers...) {
				for _, claim := range recovery.ClaimStates {
					f := facts(platform, instrument, claim)
					f.Circumstances = map[string]bool{danger: danger != ""}
					delete(f.Circumstances, "")
					answer := b.Assess(f, sent.Add(time.Hour), playbook.Knowledge{})
					answer.Precedents = nil // stories of others
					text, err := json.Marshal(answer)
					if err != nil {
						t.Fatal(err)
					}
					if found := foreign[platform].FindString(string(text)); found != "" {
						t.Fatalf("%s %s %s %s names %q", platform, instrument, claim, danger, found)
					}
				}
			}
		}
	}
}

// refund finds a sentence that says that money comes back by itself.
var refund = regexp.MustCompile(`自动退|原路退回|会退回|应已退回|应当已经|会退给`)

// TestARefundIsNeverPromised: article B denies the refund of a part, so a sentence
// about a refund says 一般, or says what is not so.
func TestARefundIsNeverPromised(t *testing.T) {
	t.Parallel()
	hedged := regexp.MustCompile(`一般|不会|时间已经过了|算不出|也没有说|可靠的来源|还没有|没有自动`)
	count := 0
	for name, texts := range readShownTexts(t, shipped(t)) {
		for _, text := range texts {
			for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("。；！？\n", r) }) {
				if !refund.MatchString(sentence) {
					continue
				}
				count++
				if !hedged.MatchString(sentence) {
					t.Errorf("%s promises: %s", name, sentence)
				}
			}
		}
	}
	if count < 10 {
		t.Errorf("only %d sentences about refunds were found", count)
	}
}

// TestDangerAsksForNoContact expects that no question or sentence of the answer makes
// somebody in danger think of writing to the other side.
func TestDangerAsksForNoContact(t *testing.T) {
	t.Parallel()
	b := book(t)
	now := time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	sent := now.Add(-time.Hour)
	for _, kind := range recovery.Dangers {
		for _, pressed := range []map[string]bool{{kind: true}, {kind: true, "pressed": false}} {
			f := playbook.AssessmentFacts{
				Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: &sent, Reason: recovery.WrongPerson,
				Facts: recovery.Facts{Circumstances: pressed},
			}
			for _, theory := range b.Assess(f, now, playbook.Knowledge{}).Characterisation {
				said := slices.Concat(theory.Supports, theory.Against, []string{theory.Why})
				for _, question := range theory.Missing {
					said = append(said, question.Text)
				}
				for _, sentence := range said {
					if strings.Contains(sentence, "请对方") || strings.Contains(sentence, "告诉对方") {
						t.Errorf("%s, %s: %s", kind, theory.Theory, sentence)
					}
				}
			}
		}
	}
}
