package notify_test

import (
	"strings"
	"testing"
	"time"

	"recourse/notify"
	"recourse/recovery"
)

func TestALetterReads(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	due := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	n := notify.Notice{Audience: notify.ToClaimant, Template: "evidence_wanted", Facts: notify.Facts{
		Number: "R20261121-000042", Stage: recovery.Appeal, WaitingOn: recovery.OnClaimant, Claim: 200_000, Clock: recovery.MoreEvidenceClock, DueAt: &due,
	}}
	for language, want := range map[string]struct{ subject, deadline, next string }{
		notify.Chinese: {"【误付帮办】需要补充材料（R20261121-000042）", "期限：补充材料的期限，到 2026年11月23日（星期一）18:00（北京时间）为止。", "下一步：登录后把材料补齐并提交。"},
		notify.English: {"[Recourse] More evidence is needed (R20261121-000042)",
			"Deadline: sending what was asked for, until Monday 23 November 2026, 18:00 (Beijing time).", "Next: Sign in, complete the evidence and submit."},
		"fr": {"【误付帮办】需要补充材料（R20261121-000042）", "期限：", "下一步："},
	} {
		letter := h.WriteLetter(language, n, "https://desk.example.org/cases/x")
		if letter.Subject != want.subject {
			t.Errorf("%s: subject %q", language, letter.Subject)
		}
		for _, part := range []string{want.deadline, want.next, "https://desk.example.org/cases/x", "R20261121-000042"} {
			if !strings.Contains(letter.Body, part) {
				t.Errorf("%s: %q is missing in\n%s", language, part, letter.Body)
			}
		}
	}
	if body := h.WriteLetter(notify.Chinese, n, "").Body; strings.Contains(body, "https://") {
		t.Errorf("a link to nowhere:\n%s", body)
	}
}

func TestSumsAreRead(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	n := notify.Notice{Audience: notify.ToClaimant, Template: "returned", Facts: notify.Facts{
		Number: "R1", Stage: recovery.PrivateContact, Claim: 200_000, Recovered: 50_050,
	}}
	if got := h.WriteMessage(notify.Chinese, n).Body; !strings.Contains(got, "共退回 500.50 元") || !strings.Contains(got, "还差 1,499.50 元") {
		t.Error(got)
	}
	n.Facts.Recovered = 250_000
	if got := h.WriteMessage(notify.English, n).Body; !strings.Contains(got, "¥2,500.00 came back") || !strings.Contains(got, "¥0.00 is still missing") {
		t.Error(got)
	}
}

// TestWordsOfANewerBuild: a notice whose template, stage or clock this build
// does not know is still told, in general terms.
func TestWordsOfANewerBuild(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	n := notify.Notice{Audience: "court", Template: "of tomorrow", Facts: notify.Facts{Number: "R1", Stage: "orbit", Clock: "moon", DueAt: &noon}}
	for _, language := range notify.Languages {
		m := h.WriteMessage(language, n)
		if m.Title == "" || !strings.Contains(m.Body, "R1") || !strings.Contains(m.Deadline, "moon") || m.Next == "" {
			t.Errorf("%s: %+v", language, m)
		}
	}
}

// TestEverythingHasAName in every language: stages, outcomes, clocks.
func TestEverythingHasAName(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	for _, language := range notify.Languages {
		for _, stage := range recovery.Stages {
			m := h.WriteMessage(language, notify.Notice{Audience: notify.ToClaimant, Template: "stage_entered", Facts: notify.Facts{Stage: stage}})
			if strings.Contains(m.Body, string(stage)) {
				t.Errorf("%s has no name for the stage %s", language, stage)
			}
		}
		for _, outcome := range recovery.Outcomes {
			m := h.WriteMessage(language, notify.Notice{Audience: notify.ToClaimant, Template: "closed", Facts: notify.Facts{Stage: recovery.Closed, Outcome: outcome}})
			if strings.Contains(m.Body, string(outcome)) && strings.Contains(string(outcome), "_") {
				t.Errorf("%s has no name for the outcome %s", language, outcome)
			}
		}
		for _, clock := range recovery.Clocks {
			m := h.WriteMessage(language, notify.Notice{Audience: notify.ToClaimant, Template: "reminder", Facts: notify.Facts{Stage: recovery.Appeal, Clock: clock, DueAt: &noon}})
			if strings.Contains(m.Deadline, string(clock)) && strings.Contains(string(clock), "_") {
				t.Errorf("%s has no name for the clock %s", language, clock)
			}
		}
	}
}

// TestClosedWithMoneyMissing expects the last day to sue, and no such day when
// nothing is missing.
func TestClosedWithMoneyMissing(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	c := change(recovery.EntryClosed, supervisor, to(recovery.Closed, recovery.OnNobody))
	c.Next.PaidAt, c.Next.Outcome = noon, recovery.Unrecovered
	for language, day := range map[string]string{notify.Chinese: "诉讼时效到 2029年11月", notify.English: "the limitation period runs until "} {
		if next := nextOfClaimant(h, language, c); !strings.Contains(next, day) {
			t.Errorf("%s: %s", language, next)
		}
	}
	c.Next.Recovered = c.Next.Claim
	if next := nextOfClaimant(h, notify.Chinese, c); strings.Contains(next, "诉讼时效") {
		t.Error(next)
	}
}

// nextOfClaimant returns the next step in the claimant's notice of a change.
func nextOfClaimant(h *notify.Rules, language string, c notify.Change) string {
	for _, draft := range h.NotificationsFor(c).Notices {
		if draft.Audience == notify.ToClaimant {
			return h.WriteMessage(language, notify.Notice{Audience: draft.Audience, Template: draft.Template, Facts: draft.Facts, ToldAt: noon}).Next
		}
	}
	return ""
}

// TestEveryNextStepIsFilled fills the next step of every audience, stage and state.
func TestEveryNextStepIsFilled(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	for _, language := range notify.Languages {
		for _, audience := range notify.Audiences {
			for _, stage := range recovery.Stages {
				for _, ends := range []*time.Time{nil, &noon} {
					facts := notify.Facts{Number: "R1", Stage: stage, RightEnds: ends}
					m := h.WriteMessage(language, notify.Notice{Audience: audience, Template: "your_move", Facts: facts})
					if strings.Contains(m.Next, "⟦") || strings.Contains(m.Next, "{{") {
						t.Errorf("%s, %s, %s: %s", language, audience, stage, m.Next)
					}
				}
			}
		}
	}
}

// TestWatchMailTellsToAct expects the one moment to act in the mail of the refund
// watch, and no promise of the refund.
func TestWatchMailTellsToAct(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	filed := notify.Notice{Audience: notify.ToClaimant, Template: "filed", Facts: notify.Facts{Number: "R1", Stage: recovery.RecallWatch, WaitingOn: recovery.OnPlatform}}
	expectParts(t, h.WriteMessage(notify.Chinese, filed).Next, "现在就请对方先别领", "马上撤回", "一般会退回")
	expectParts(t, h.WriteMessage(notify.English, filed).Next, "not to accept", "recall it at once", "usually refunded")
}

// TestMailsReadAsTheReceiver holds the sentences in which a wrong word does harm.
func TestMailsReadAsTheReceiver(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	read := func(language, template string, to notify.Audience, f notify.Facts) string {
		m := h.WriteMessage(language, notify.Notice{Audience: to, Template: template, Facts: f})
		return m.Title + m.Body + m.Next
	}
	legal := notify.Facts{Number: "R1", Stage: recovery.Legal}
	expectParts(t, read(notify.Chinese, "link_opened", notify.ToClaimant, legal), "链接已被打开", "还不能确定")
	expectParts(t, read(notify.English, "link_opened", notify.ToClaimant, legal), "not certain")
	tooMuch := notify.Facts{Number: "R1", Stage: recovery.Legal, Claim: 200_000, Recovered: 200_000, Surplus: 100_000}
	for _, template := range []string{"overpaid", "overpaid_desk"} {
		expectParts(t, read(notify.Chinese, template, notify.ToClaimant, tooMuch), "3,000.00", "1,000.00")
		expectParts(t, read(notify.English, template, notify.ToClaimant, tooMuch), "3,000.00", "1,000.00")
		expectParts(t, read(notify.Chinese, template, notify.ToClaimant, legal), "真的到账", "那个账户，不要转到别的账户")
		expectParts(t, read(notify.English, template, notify.ToClaimant, legal), "really arrived", "to the account it came from and to no other")
	}
	granted := notify.Facts{Number: "R1", Stage: recovery.Appeal, State: string(recovery.AppealGranted), WaitingOn: recovery.OnPlatform}
	expectParts(t, read(notify.Chinese, "decided", notify.ToClaimant, granted), "平台是否退款，以平台答复为准")
	expectParts(t, read(notify.English, "decided", notify.ToClaimant, granted), "for the platform to decide")
	expectParts(t, read(notify.Chinese, "said_answer", notify.ToCounterpart, legal), "退给原付款人")
	expectParts(t, read(notify.Chinese, "harassment_reported", notify.ToClaimant, legal), "有一位收款人说受到打扰")
	expectParts(t, read(notify.Chinese, "refund_due", notify.ToClaimant, legal), "一般已经自动退回")
}

func expectParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %s", part, text)
		}
	}
}
