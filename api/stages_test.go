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

// setPosition brings a case into the state a test needs.
func (s *testServer) setPosition(t testing.TB, id string, change func(*recovery.Position)) {
	t.Helper()
	c, err := s.Store.ReadCase(t.Context(), recovery.CaseID(id))
	failOnError(t, err)
	change(&c.Position)
	s.SetPosition(t, c.ID, c.Position)
}

func submitAppeal(p *recovery.Position) {
	p.Stage, p.Appeal = recovery.Appeal, recovery.AppealSubmitted
}

// TestActionsOfStages takes each action of a case that goes through all stages,
// with bodies as clients send them.
func TestActionsOfStages(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.SetNoon(1)
	filed := s.fileCase(t)
	id, one := filed.stringField("id"), filed.counterpartIDs()[0]
	soon := s.Now().AddDate(0, 1, 0)
	parts := `,"instalments":[{"due_on":"` + soon.Format(time.DateOnly) + `","amount_fen":120000}]}`
	var account string
	for _, step := range []struct {
		as     recovery.Role
		action recovery.Action
		body   string
		holds  string // text the response must contain
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
			account = s.accountOf(t, otherClaimant)
		}
		after := s.takeAction(t, step.as, id, step.action, strings.ReplaceAll(step.body, "OTHER", account)).wantStatus(http.StatusOK)
		if !strings.Contains(string(after.body), step.holds) {
			t.Errorf("%s: no %s in %s", step.action, step.holds, after.body)
		}
	}
	s.get(t, otherClaimant, "/api/v1/cases/"+id).wantStatus(http.StatusOK)
	if got := s.collectIDs(t, otherClaimant, "/api/v1/cases?limit=5"); len(got) != 1 {
		t.Errorf("the representative lists %v", got)
	}
	if list := s.get(t, recovery.RoleClaimant, "/api/v1/cases"); !strings.Contains(string(list.body), `"contacts":null`) {
		t.Errorf("%s", list.body)
	}
}

// accountOf returns the account id of a token.
func (s *testServer) accountOf(t testing.TB, as recovery.Role) string {
	t.Helper()
	who, err := s.Authenticate(t.Context(), s.tokenFor(as))
	failOnError(t, err)
	return string(who.ID)
}

func TestAppealNeedsFourEyes(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases",
		body: []byte(strings.Replace(string(filingBody("")), `"amount_fen": 200000`, `"amount_fen": 600000`, 1))}).wantStatus(http.StatusCreated)
	id := filed.stringField("id")
	s.setPosition(t, id, submitAppeal)
	s.takeAction(t, recovery.RoleAgent, id, recovery.AskPlatform, `{"note":"x","ref":"T-1"}`).wantStatus(http.StatusOK)
	s.takeAction(t, recovery.RoleAgent, id, recovery.RecordPlatformReply, `{"kind":"rejected","at":"`+day+`"}`).wantStatus(http.StatusOK)
	decide := `{"decision":"partly_granted","amount_fen":300000,"reason":"x"}`
	proposed := s.takeAction(t, recovery.RoleAgent, id, recovery.DecideAppeal, decide).wantStatus(http.StatusOK)
	if !strings.Contains(string(proposed.body), `"state":"proposed"`) || proposed.allows(recovery.ApproveDecision) || !proposed.allows(recovery.RejectDecision) {
		t.Errorf("%s", proposed.body)
	}
	s.takeAction(t, recovery.RoleAgent, id, recovery.ApproveDecision, `{}`).problem(http.StatusForbidden, "four_eyes")
	s.takeAction(t, recovery.RoleSupervisor, id, recovery.RejectDecision, `{"reason":"依据不足"}`).wantStatus(http.StatusOK)
	s.takeAction(t, recovery.RoleAgent, id, recovery.DecideAppeal, decide).wantStatus(http.StatusOK)
	approved := s.takeAction(t, recovery.RoleSupervisor, id, recovery.ApproveDecision, `{}`).wantStatus(http.StatusOK)
	appeal, _ := approved.decodeObject()["appeal"].(map[string]any)
	if appeal["state"] != "granted" || appeal["granted_fen"] != 300000.0 || appeal["proposal"] != nil {
		t.Errorf("%v", appeal)
	}
}

func TestConcurrentDecisions(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	s.setPosition(t, id, submitAppeal)
	statuses := map[int]int{}
	var group sync.WaitGroup
	var mutex sync.Mutex
	for _, as := range []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor} {
		group.Go(func() {
			a := s.takeAction(t, as, id, recovery.DecideAppeal, `{"decision":"denied","reason":"x"}`)
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

// TestRefuseMessages checks the codes of refused messages and the details sent
// with them.
func TestRefuseMessages(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	noon := s.SetNoon(1)
	filed := s.fileCase(t)
	id := filed.stringField("id")
	plan := func(text string) testResponse {
		return s.takeAction(t, recovery.RoleClaimant, id, recovery.PlanContact, `{"channel":"wechat","text":"`+text+`"}`)
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
	plan("请退回，谢谢").wantStatus(http.StatusOK)
	plan("请退回，谢谢").wantStatus(http.StatusOK)
	if p := plan("请退回，谢谢").problem(http.StatusConflict, "contact_limit"); !strings.Contains(p.Detail, "治安管理处罚法") {
		t.Errorf("%+v", p)
	}
	if got := s.countEntries(id); got != 3 {
		t.Errorf("%d entries, want the filing and two plans", got)
	}
}

func TestActionsOnClosedCase(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("T1")}).wantStatus(http.StatusCreated)
	id, one := filed.stringField("id"), filed.counterpartIDs()[0]
	s.takeAction(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"x"}`).wantStatus(http.StatusOK)
	paid := `{"counterpart_id":"` + one + `","amount_fen":120000,"at":"` + day + `","channel":"wechat"}`
	s.takeAction(t, recovery.RoleClaimant, id, recovery.RecordReturn, paid).wantStatus(http.StatusOK)
	s.upload(t, id, "evidence", "", formPart{"kind", "", "statement"}, formPart{"file", "a.png", png}).wantStatus(http.StatusCreated)
	twin := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("T1")}).wantStatus(http.StatusCreated)
	before := s.countEntries(id)
	s.takeAction(t, recovery.RoleClaimant, id, recovery.Reopen, `{"reason":"x"}`).problem(http.StatusConflict, "transaction_has_open_case")
	if s.countEntries(id) != before {
		t.Error("the refusal left an entry")
	}
	s.takeAction(t, recovery.RoleClaimant, twin.stringField("id"), recovery.Withdraw, `{"reason":"x"}`).wantStatus(http.StatusOK)
	reopened := s.takeAction(t, recovery.RoleClaimant, id, recovery.Reopen, `{"reason":"x"}`).wantStatus(http.StatusOK).decodeObject()
	if reopened["closed_at"] != nil || reopened["outcome"] != nil || reopened["outstanding_fen"] != 80000.0 {
		t.Errorf("%v", reopened)
	}
	s.takeAction(t, recovery.RoleClaimant, id, recovery.RecordReturn, strings.Replace(paid, "120000", "100000", 1)).problem(http.StatusConflict, "confirm_needed")
	over := s.takeAction(t, recovery.RoleClaimant, id, recovery.RecordReturn, strings.Replace(paid, "120000", `100000,"confirm":true`, 1)).wantStatus(http.StatusOK).decodeObject()
	if over["surplus_fen"] != 20000.0 || over["recovered_fen"] != 200000.0 || over["stage"] != "closed" {
		t.Errorf("%v", over)
	}
}
