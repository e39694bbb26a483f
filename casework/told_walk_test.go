package casework_test

import (
	"math"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/notify"
	"recourse/notify/smtptest"
	"recourse/recovery"
	"recourse/worker"
)

// sender sends the rig's mails to a real server.
func (r told) sender(server *smtptest.Server) *worker.Notices {
	return worker.NewNotices(worker.NoticesConfig{
		Store: r.Store, NotifyRules: r.notifyRules, Random: func() float64 { return 0.5 }, Now: r.Now, Log: r.Service.Log, Site: "https://desk.example.org",
		Mails:    notify.NewMailer(notify.Server{Host: server.Host, Port: server.Port, Plain: true, From: mail.Address{Address: "desk@example.org"}}),
		Webhooks: notify.NewPoster(notify.PosterOptions{Development: true, SecretBox: r.SecretBox, Now: r.Now}),
	})
}

func (r told) act(t *testing.T, by recovery.Actor, id recovery.CaseID, a recovery.ActionBody) {
	t.Helper()
	if _, err := r.TakeAction(t.Context(), casework.Request{Actor: by, Device: "test"}, id, a); err != nil {
		t.Fatalf("%s: %v", a.Action, err)
	}
}

// titles are what a person was told, the oldest first; each with its deadline
// and what to do next.
func (r told) titles(t *testing.T, person recovery.Actor) []string {
	t.Helper()
	box, err := r.Inbox(t.Context(), person, false, 200, "")
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, item := range slices.Backward(box.Items) {
		titles = append(titles, item.Title)
		if !strings.HasPrefix(item.Deadline, "期限：") || len(item.NextAction) <= len("下一步：") {
			t.Errorf("%s: deadline %q, next %q", item.Title, item.Deadline, item.NextAction)
		}
	}
	return titles
}

// cast are the people of the walk.
type cast struct{ claimant, agent, first, second, legal recovery.Actor }

// seated has one agent with room, and two supervisors: the one who is given the
// late case is first.
func (r told) seated(t *testing.T) cast {
	t.Helper()
	p := cast{
		claimant: r.Actor(recovery.RoleClaimant), agent: r.Actor(recovery.RoleAgent), first: r.Actor(recovery.RoleSupervisor),
		second: r.NewActor(t, recovery.RoleSupervisor), legal: r.Actor(recovery.RoleLegal),
	}
	if err := r.Store.SetCapacity(t.Context(), p.agent.ID, 5); err != nil {
		t.Fatal(err)
	}
	return p
}

// walk takes a case of 8,000 yuan through a late desk, a decision of two people
// and a plan that is broken.
func (r told) walk(t *testing.T, p cast) recovery.CaseID {
	t.Helper()
	filing := casetest.Filing()
	filing.Amount, filing.Counterparts[0].Claimed = 800_000, 800_000
	filed, err := r.Service.File(t.Context(), r.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	id, one, yes := filed.Value.ID, filed.Value.Counterparts[0].ID, true
	r.act(t, p.claimant, id, recovery.ActionBody{Action: recovery.Escalate, To: recovery.Appeal, Reason: "没有回音"})
	r.act(t, p.claimant, id, recovery.ActionBody{Action: recovery.SubmitAppeal, Confirm: &yes})
	r.ExpireClock(t, id, recovery.DecisionClock, "")
	r.act(t, p.first, id, recovery.ActionBody{Action: recovery.DecideAppeal, Decision: recovery.Denied, Reason: "平台无法退回"})
	r.act(t, p.second, id, recovery.ActionBody{Action: recovery.ApproveDecision})
	day := r.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	r.act(t, p.claimant, id, recovery.ActionBody{Action: recovery.ProposePlan, CounterpartID: one, Instalments: []recovery.Instalment{{DueOn: day, Amount: 800_000}}})
	r.act(t, p.claimant, id, recovery.ActionBody{Action: recovery.AcceptPlan, CounterpartID: one})
	r.ExpireClock(t, id, recovery.InstalmentClock, "1/1")
	r.ExpireClock(t, id, recovery.GraceClock, "1")
	r.WarnOfClock(t, id, recovery.AvoidanceClock, "")
	return id
}

func (r told) daysTo(t *testing.T, id recovery.CaseID, clock recovery.Clock) string {
	t.Helper()
	c, err := r.Store.ReadCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(c.Deadlines, func(d recovery.Deadline) bool { return d.Kind == clock })
	return strconv.Itoa(int(math.Ceil(c.Deadlines[at].DueAt.Sub(r.Now()).Hours() / 24)))
}

// TestEverybodyIsToldOnce walks a case through the real database and a real mail
// server: each person hears of each change once, in the inbox and by one mail,
// with the deadline that runs and what to do next.
func TestEverybodyIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	r.SetNoon(1) // nobody is asleep; twelve of today may be past
	p := r.seated(t)
	id := r.walk(t, p)
	left := "还有 " + r.daysTo(t, id, recovery.AvoidanceClock) + " 天：请法院撤销的期限"
	// The inbox has the most urgent last here: deadlines, then money, then the rest.
	want := map[recovery.Actor][]string{
		p.claimant: {"案件已登记", "申诉已有处理结果", "还款计划作废了", "有一期还款没有按时到", "客服专员没有按时处理，已转交主管", left},
		p.agent:    {"案件已分给您", "处理超过了期限"},
		p.first: {"申诉已有处理结果", "有一份还款计划", "还款计划已经约定", "有一期还款没有按时到", "还款计划作废了",
			"超期的案件已转给您", left},
		p.second: {"一项处理决定等您复核", "处理超过了期限"},
		p.legal:  {"案件进入“法律途径”阶段", "还款计划作废了", left},
	}
	mails := 0
	for person, titles := range want {
		mails += len(titles)
		if got := r.titles(t, person); !slices.Equal(got, titles) {
			t.Errorf("the %s was told\n%q, want\n%q", person.Role, got, titles)
		}
	}
	server := smtptest.New(t, smtptest.WithoutTLS())
	sender := r.sender(server)
	for sender.RunOnce(t.Context()) {
	}
	kept := server.Mails()
	if len(kept) != mails || len(server.CountByMessageID()) != mails {
		t.Errorf("%d mails under %d names, want %d", len(kept), len(server.CountByMessageID()), mails)
	}
	c, err := r.Store.ReadCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range kept {
		subject, body := one.DecodeText(t)
		for _, part := range []string{"期限：", "下一步：", "https://desk.example.org/cases/" + string(c.Number)} {
			if !strings.Contains(body, part) {
				t.Errorf("%s: %q is missing in\n%s", subject, part, body)
			}
		}
		for _, personal := range []string{"林晓", "老王", "没有回音", "平台无法退回"} {
			if strings.Contains(subject+body, personal) {
				t.Errorf("%s tells %s", subject, personal)
			}
		}
	}
}
