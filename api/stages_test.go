package api_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/api"
	"recourse/recovery"
)

// stage puts a case where a test needs it.
func (s *stand) stage(t testing.TB, id string, change func(*recovery.Position)) {
	t.Helper()
	c, err := s.Store.Case(t.Context(), recovery.CaseID(id))
	must(t, err)
	change(&c.Position)
	s.Place(t, c.ID, c.Position)
}

func submitted(p *recovery.Position) { p.Stage, p.Appeal = recovery.Appeal, recovery.AppealSubmitted }

// TestTheActsOfTheStages takes each act that the long way of a case knows, with
// the bodies that its clients send.
func TestTheActsOfTheStages(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	s.Noon(1)
	filed := s.file(t)
	id, one := filed.text("id"), filed.counterparts()[0]
	soon := s.Now().AddDate(0, 1, 0)
	parts := `,"instalments":[{"due_on":"` + soon.Format(time.DateOnly) + `","amount_fen":120000}]}`
	var account string
	for _, step := range []struct {
		as     recovery.Role
		action recovery.Action
		body   string
		holds  string // that the answer tells
	}{
		{recovery.RoleClaimant, recovery.PlanContact, `{"counterpart_id":"` + one + `","channel":"wechat","text":"请退回，谢谢","in_group":false}`, `"planned":1`},
		{recovery.RoleClaimant, recovery.RecordContact, `{"counterpart_id":"` + one + `","channel":"wechat","text":"请退回，谢谢","sent_at":"` + day + `"}`, `"total":1}`},
		{recovery.RoleClaimant, recovery.RecordMediation, `{"text":"群主说情","at":"` + day + `"}`, `"stage":"private_contact"`},
		{recovery.RoleClaimant, recovery.ProposePlan, `{"counterpart_id":"` + one + `"` + parts, `"running":false`},
		{recovery.RoleAgent, recovery.DeclinePlan, `{"counterpart_id":"` + one + `","reason":"x"}`, `"plans":[]`},
		{recovery.RoleAgent, recovery.ProposePlan, `{"counterpart_id":"` + one + `"` + parts, `"proposed_by":"agent"`},
		{recovery.RoleClaimant, recovery.AcceptPlan, `{"counterpart_id":"` + one + `"}`, `"rest_fen":120000,"running":true`},
		{recovery.RoleClaimant, recovery.RecordInstalment, `{"counterpart_id":"` + one + `","no":1,"amount_fen":20000,"at":"` + day + `"}`, `"paid_fen":20000`},
		{recovery.RoleClaimant, recovery.PauseCase, `{"reason":"出差","until":"` + soon.Format(time.RFC3339) + `"}`, `"paused":{"until":"`},
		{recovery.RoleClaimant, recovery.ResumeCase, ``, `"paused":null`},
		{recovery.RoleClaimant, recovery.HandOver, `{"user_id":"OTHER","reason":"请人代办"}`, `"representative":"`},
		{recovery.RoleClaimant, recovery.ReportHarassment, `{"counterpart_id":"` + one + `","text":"对方不愿再联系"}`, `"banned":true`},
	} {
		if account == "" {
			account = s.accountOf(t, other)
		}
		after := s.act(t, step.as, id, step.action, strings.ReplaceAll(step.body, "OTHER", account)).is(http.StatusOK)
		if !strings.Contains(string(after.body), step.holds) {
			t.Errorf("%s: no %s in %s", step.action, step.holds, after.body)
		}
	}
	s.get(t, other, "/api/v1/cases/"+id).is(http.StatusOK)
	if got := s.pages(t, other, "/api/v1/cases?limit=5"); len(got) != 1 {
		t.Errorf("the representative lists %v", got)
	}
	if list := s.get(t, recovery.RoleClaimant, "/api/v1/cases"); !strings.Contains(string(list.body), `"contacts":null`) {
		t.Errorf("%s", list.body)
	}
}

// accountOf gives the id behind a token.
func (s *stand) accountOf(t testing.TB, as recovery.Role) string {
	t.Helper()
	who, err := s.Authenticate(t.Context(), s.token(as))
	must(t, err)
	return string(who.ID)
}

func TestTheAppealAndItsSecondPairOfEyes(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases",
		body: []byte(strings.Replace(string(filing("")), `"amount_fen": 200000`, `"amount_fen": 600000`, 1))}).is(http.StatusCreated)
	id := filed.text("id")
	s.stage(t, id, submitted)
	s.act(t, recovery.RoleAgent, id, recovery.AskPlatform, `{"note":"x","ref":"T-1"}`).is(http.StatusOK)
	s.act(t, recovery.RoleAgent, id, recovery.RecordPlatformReply, `{"kind":"rejected","at":"`+day+`"}`).is(http.StatusOK)
	decide := `{"decision":"partly_granted","amount_fen":300000,"reason":"x"}`
	proposed := s.act(t, recovery.RoleAgent, id, recovery.DecideAppeal, decide).is(http.StatusOK)
	if !strings.Contains(string(proposed.body), `"state":"proposed"`) || proposed.allows(recovery.ApproveDecision) || !proposed.allows(recovery.RejectDecision) {
		t.Errorf("%s", proposed.body)
	}
	s.act(t, recovery.RoleAgent, id, recovery.ApproveDecision, `{}`).problem(http.StatusForbidden, "four_eyes")
	s.act(t, recovery.RoleSupervisor, id, recovery.RejectDecision, `{"reason":"依据不足"}`).is(http.StatusOK)
	s.act(t, recovery.RoleAgent, id, recovery.DecideAppeal, decide).is(http.StatusOK)
	approved := s.act(t, recovery.RoleSupervisor, id, recovery.ApproveDecision, `{}`).is(http.StatusOK)
	appeal, _ := approved.object()["appeal"].(map[string]any)
	if appeal["state"] != "granted" || appeal["granted_fen"] != 300000.0 || appeal["proposal"] != nil {
		t.Errorf("%v", appeal)
	}
}

func TestTwoDecisionsAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	s.stage(t, id, submitted)
	statuses := map[int]int{}
	var group sync.WaitGroup
	var mutex sync.Mutex
	for _, as := range []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor} {
		group.Go(func() {
			a := s.act(t, as, id, recovery.DecideAppeal, `{"decision":"denied","reason":"x"}`)
			mutex.Lock()
			defer mutex.Unlock()
			statuses[a.status]++
		})
	}
	group.Wait()
	if statuses[http.StatusOK] != 1 || statuses[http.StatusConflict] != 1 {
		t.Errorf("statuses %v", statuses)
	}
}

// TestMessagesThatAreRefused holds the codes of the harassment guard and what is
// told with them.
func TestMessagesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	noon := s.Noon(1)
	filed := s.file(t)
	id := filed.text("id")
	plan := func(text string) answer {
		return s.act(t, recovery.RoleClaimant, id, recovery.PlanContact, `{"channel":"wechat","text":"`+text+`"}`)
	}
	p := plan("再不还钱我就打断你的腿").problem(http.StatusConflict, "text_unsafe")
	if len(p.Errors) == 0 || p.Errors[0].Field != "text" || p.Errors[0].Code != "threat" {
		t.Errorf("%+v", p)
	}
	s.SetClock(noon.Add(11 * time.Hour))
	refused := plan("请退回，谢谢").problem(http.StatusConflict, "quiet_hours")
	morning := noon.Add(20 * time.Hour).In(recovery.Shanghai).Format(time.RFC3339)
	if why := refused.ContactRefusal; why == nil || why.AllowedFrom == nil || why.AllowedFrom.Format(time.RFC3339) != morning || *why.Reasons[0].QuietUntilHour != 8 {
		t.Errorf("%+v, want from %s", refused, morning)
	}
	s.SetClock(noon)
	plan("请退回，谢谢").is(http.StatusOK)
	plan("请退回，谢谢").is(http.StatusOK)
	if p := plan("请退回，谢谢").problem(http.StatusConflict, "contact_limit"); !strings.Contains(p.Detail, "治安管理处罚法") {
		t.Errorf("%+v", p)
	}
	if got := s.entries(id); got != 3 {
		t.Errorf("%d entries, want the filing and two plans", got)
	}
}

func TestAClosedCaseLivesOn(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filing("T1")}).is(http.StatusCreated)
	id, one := filed.text("id"), filed.counterparts()[0]
	s.act(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"x"}`).is(http.StatusOK)
	paid := `{"counterpart_id":"` + one + `","amount_fen":120000,"at":"` + day + `","channel":"wechat"}`
	s.act(t, recovery.RoleClaimant, id, recovery.RecordReturn, paid).is(http.StatusOK)
	s.upload(t, id, "evidence", "", part{"kind", "", "statement"}, part{"file", "a.png", png}).is(http.StatusCreated)
	twin := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filing("T1")}).is(http.StatusCreated)
	before := s.entries(id)
	s.act(t, recovery.RoleClaimant, id, recovery.Reopen, `{"reason":"x"}`).problem(http.StatusConflict, "transaction_has_open_case")
	if s.entries(id) != before {
		t.Error("the refusal left an entry")
	}
	s.act(t, recovery.RoleClaimant, twin.text("id"), recovery.Withdraw, `{"reason":"x"}`).is(http.StatusOK)
	reopened := s.act(t, recovery.RoleClaimant, id, recovery.Reopen, `{"reason":"x"}`).is(http.StatusOK).object()
	if reopened["closed_at"] != nil || reopened["outcome"] != nil || reopened["outstanding_fen"] != 80000.0 {
		t.Errorf("%v", reopened)
	}
	over := s.act(t, recovery.RoleClaimant, id, recovery.RecordReturn, strings.Replace(paid, "120000", "100000", 1)).is(http.StatusOK).object()
	if over["overpaid_fen"] != 20000.0 || over["recovered_fen"] != 220000.0 || over["stage"] != "closed" {
		t.Errorf("%v", over)
	}
}
