package workflows

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"

	"recourse/activities"
	"recourse/recovery"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func stateIn(stage recovery.Stage, change func(*recovery.Position)) state {
	var s state
	s.position = recovery.Position{
		Stage: stage, WaitingOn: recovery.OnClaimant, Claim: 100_000,
		Counterparts: []recovery.CounterpartState{{ID: "a"}, {ID: "b"}},
	}
	if change != nil {
		change(&s.position)
	}
	return s
}

func TestCheckAction(t *testing.T) {
	t.Parallel()
	agent, claimant := recovery.RoleAgent, recovery.RoleClaimant
	appeal := func(state recovery.AppealState) func(*recovery.Position) {
		return func(p *recovery.Position) { p.Appeal = state }
	}
	for _, test := range []struct {
		name  string
		state state
		role  recovery.Role
		move  recovery.Command
		want  recovery.Code // "" = allowed
		field string
	}{
		{"contact in private", stateIn(recovery.PrivateContact, nil), claimant, recovery.Command{Action: recovery.RecordContact}, "", ""},
		{"submit too early", stateIn(recovery.PrivateContact, nil), claimant, recovery.Command{Action: recovery.SubmitAppeal}, recovery.CodeActionNotAllowed, ""},
		{"submit in time", stateIn(recovery.Appeal, appeal(recovery.AppealPreparing)), claimant, recovery.Command{Action: recovery.SubmitAppeal}, "", ""},
		{"submit twice", stateIn(recovery.Appeal, appeal(recovery.AppealSubmitted)), claimant, recovery.Command{Action: recovery.SubmitAppeal}, recovery.CodeActionNotAllowed, ""},
		{"decide as claimant", stateIn(recovery.Appeal, appeal(recovery.AppealSubmitted)), claimant, recovery.Command{Action: recovery.DecideAppeal, Decision: recovery.Granted}, recovery.CodeForbidden, ""},
		{"decide as agent", stateIn(recovery.Appeal, appeal(recovery.AppealSubmitted)), agent, recovery.Command{Action: recovery.DecideAppeal, Decision: recovery.Granted}, "", ""},
		{"decide while evidence is awaited", stateIn(recovery.Appeal, appeal(recovery.AppealMoreEvidence)), agent, recovery.Command{Action: recovery.DecideAppeal, Decision: recovery.Granted}, recovery.CodeActionNotAllowed, ""},
		{"unknown counterpart", stateIn(recovery.PrivateContact, nil), claimant, recovery.Command{Action: recovery.RecordResponse, CounterpartID: "c", Response: recovery.Refused}, recovery.CodeInvalid, "counterpart_id"},
		{"returned by one of two without amount", stateIn(recovery.PrivateContact, nil), claimant, recovery.Command{Action: recovery.RecordResponse, CounterpartID: "a", Response: recovery.Returned}, recovery.CodeInvalid, "amount_fen"},
		{"escalate backwards", stateIn(recovery.Appeal, appeal(recovery.AppealPreparing)), agent, recovery.Command{Action: recovery.Escalate, To: recovery.GroupNotice}, recovery.CodeActionNotAllowed, ""},
		{"escalate ahead", stateIn(recovery.RecallWatch, nil), agent, recovery.Command{Action: recovery.Escalate, To: recovery.Legal}, "", ""},
		{"a note is not for the workflow", stateIn(recovery.Appeal, appeal(recovery.AppealPreparing)), agent, recovery.Command{Action: recovery.AddNote}, recovery.CodeActionNotAllowed, ""},
		{"withdraw a closed case", stateIn(recovery.Closed, nil), claimant, recovery.Command{Action: recovery.Withdraw}, recovery.CodeActionNotAllowed, ""},
		{"an unknown action", stateIn(recovery.Legal, nil), claimant, recovery.Command{Action: "dance"}, recovery.CodeForbidden, ""},
		{"an auditor acts", stateIn(recovery.Legal, nil), recovery.RoleAuditor, recovery.Command{Action: recovery.Withdraw}, recovery.CodeForbidden, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.move.Actor = recovery.Actor{Role: test.role, ID: "u"}
			err := test.state.checkAction(ActionInput{Command: test.move})
			if test.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			refusal, ok := RefusalOf(err)
			if !ok || refusal.Code != test.want || refusal.Detail == "" {
				t.Fatalf("got %v, want %s", err, test.want)
			}
			if !slices.Equal(refusal.Allowed, test.state.position.Allowed(test.role)) {
				t.Errorf("allowed instead: %v", refusal.Allowed)
			}
			if test.field != "" && (len(refusal.Fields) != 1 || refusal.Fields[0].Field != test.field) {
				t.Errorf("fields %+v, want %s", refusal.Fields, test.field)
			}
		})
	}
}

func TestCheckAcceptsRepeatedActions(t *testing.T) {
	t.Parallel()
	s := stateIn(recovery.Closed, nil)
	in := ActionInput{Command: recovery.Command{Action: recovery.Withdraw, RequestID: "r"}}
	if s.checkAction(in) == nil {
		t.Fatal("a closed case was withdrawn")
	}
	s.keepResult("r", ActionResult{Version: 7})
	if err := s.checkAction(in); err != nil {
		t.Errorf("the repetition was refused: %v", err)
	}
}

func TestNextAlarm(t *testing.T) {
	t.Parallel()
	at := func(kind recovery.Clock, hours int, paused string) recovery.Deadline {
		return recovery.Deadline{Kind: kind, DueAt: noon.Add(time.Duration(hours) * time.Hour), PausedBecause: paused}
	}
	for _, test := range []struct {
		name      string
		deadlines []recovery.Deadline
		want      int // index, -1 = none
	}{
		{"none", nil, -1},
		{"one", []recovery.Deadline{at(recovery.ContactClock, 1, "")}, 0},
		{"on a calendar of its own", []recovery.Deadline{at(recovery.InstalmentClock, 1, "")}, -1},
		{"paused", []recovery.Deadline{at(recovery.ContactClock, 1, "holiday")}, -1},
		{"the earliest", []recovery.Deadline{at(recovery.ContactClock, 3, ""), at(recovery.ContactClock, 2, ""), at(recovery.InstalmentClock, 1, "")}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := stateIn(recovery.PrivateContact, nil)
			s.deadlines = test.deadlines
			got, running := s.nextAlarm()
			if running != (test.want >= 0) || running && !cmp.Equal(got.deadline, test.deadlines[test.want]) {
				t.Errorf("got %+v %v", got, running)
			}
		})
	}
}

func TestDueAlarm(t *testing.T) {
	t.Parallel()
	s := stateIn(recovery.PrivateContact, nil)
	s.deadlines = []recovery.Deadline{{Kind: recovery.ContactClock, DueAt: noon}}
	for _, test := range []struct {
		now  time.Time
		want bool
	}{{noon.Add(-time.Nanosecond), false}, {noon, true}, {noon.Add(time.Hour), true}} {
		if _, got := s.dueAlarm(test.now); got != test.want {
			t.Errorf("at %s: %v", test.now, got)
		}
	}
}

func TestApplyStep(t *testing.T) {
	t.Parallel()
	s := stateIn(recovery.PrivateContact, nil)
	step := s.position.PassDeadline(recovery.ContactClock, "")
	s.applyStep(step, activities.StepResult{Deadlines: []recovery.Deadline{{Kind: recovery.NoticeClock, DueAt: noon}}})
	if s.position.Stage != recovery.GroupNotice || len(s.deadlines) != 1 {
		t.Errorf("state %+v", s)
	}
}

func TestRefusalOf(t *testing.T) {
	t.Parallel()
	if _, ok := RefusalOf(errors.New("plain")); ok {
		t.Error("a plain error is no refusal")
	}
	if _, ok := RefusalOf(temporal.NewApplicationError("other", "other")); ok {
		t.Error("an application error without details is no refusal")
	}
	if _, ok := RefusalOf(temporal.NewApplicationError("other", "other", Refusal{Code: recovery.CodeForbidden})); ok {
		t.Error("a type that is not the code is no refusal")
	}
	cause := &recovery.Fault{Code: recovery.CodeInvalid, Detail: "d", Fields: []recovery.FieldFault{{Field: "f"}}}
	wrapped := fmt.Errorf("update: %w", newRefusal(cause, recovery.Position{}, recovery.RoleAgent))
	refusal, ok := RefusalOf(wrapped)
	if !ok || refusal.Code != recovery.CodeInvalid || refusal.Detail != "d" || len(refusal.Fields) != 1 {
		t.Errorf("refusal %+v %v", refusal, ok)
	}
	var failure *temporal.ApplicationError
	if !errors.As(wrapped, &failure) || !failure.NonRetryable() || failure.Category() != temporal.ApplicationErrorCategoryBenign {
		t.Errorf("failure %+v", failure)
	}
}
