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

func standing(stage recovery.Stage, change func(*recovery.Position)) state {
	s := newState()
	s.position = recovery.Position{
		Stage: stage, WaitingOn: recovery.OnClaimant, Claim: 100_000,
		Holders: []recovery.Holder{{ID: "a"}, {ID: "b"}},
	}
	if change != nil {
		change(&s.position)
	}
	return s
}

func TestCheck(t *testing.T) {
	t.Parallel()
	agent, claimant := recovery.RoleAgent, recovery.RoleClaimant
	appeal := func(state recovery.AppealState) func(*recovery.Position) {
		return func(p *recovery.Position) { p.Appeal = state }
	}
	for _, test := range []struct {
		name  string
		state state
		role  recovery.Role
		move  recovery.Move
		want  recovery.Code // "" = allowed
		field string
	}{
		{"contact in private", standing(recovery.PrivateContact, nil), claimant, recovery.Move{Action: recovery.RecordContact}, "", ""},
		{"submit too early", standing(recovery.PrivateContact, nil), claimant, recovery.Move{Action: recovery.SubmitAppeal}, recovery.CodeActionNotAllowed, ""},
		{"submit in time", standing(recovery.Appeal, appeal(recovery.AppealPreparing)), claimant, recovery.Move{Action: recovery.SubmitAppeal}, "", ""},
		{"submit twice", standing(recovery.Appeal, appeal(recovery.AppealSubmitted)), claimant, recovery.Move{Action: recovery.SubmitAppeal}, recovery.CodeActionNotAllowed, ""},
		{"decide as claimant", standing(recovery.Appeal, appeal(recovery.AppealSubmitted)), claimant, recovery.Move{Action: recovery.DecideAppeal, Decision: recovery.Granted}, recovery.CodeForbidden, ""},
		{"decide as agent", standing(recovery.Appeal, appeal(recovery.AppealSubmitted)), agent, recovery.Move{Action: recovery.DecideAppeal, Decision: recovery.Granted}, "", ""},
		{"decide while evidence is awaited", standing(recovery.Appeal, appeal(recovery.AppealMoreEvidence)), agent, recovery.Move{Action: recovery.DecideAppeal, Decision: recovery.Granted}, recovery.CodeActionNotAllowed, ""},
		{"unknown counterpart", standing(recovery.PrivateContact, nil), claimant, recovery.Move{Action: recovery.RecordResponse, CounterpartID: "c", Response: recovery.Refused}, recovery.CodeInvalid, "counterpart_id"},
		{"returned by one of two without amount", standing(recovery.PrivateContact, nil), claimant, recovery.Move{Action: recovery.RecordResponse, CounterpartID: "a", Response: recovery.Returned}, recovery.CodeInvalid, "amount_fen"},
		{"escalate backwards", standing(recovery.Appeal, appeal(recovery.AppealPreparing)), agent, recovery.Move{Action: recovery.Escalate, To: recovery.GroupNotice}, recovery.CodeActionNotAllowed, ""},
		{"escalate ahead", standing(recovery.RecallWatch, nil), agent, recovery.Move{Action: recovery.Escalate, To: recovery.Legal}, "", ""},
		{"a note is not for the workflow", standing(recovery.Appeal, appeal(recovery.AppealPreparing)), agent, recovery.Move{Action: recovery.AddNote}, recovery.CodeActionNotAllowed, ""},
		{"withdraw a closed case", standing(recovery.Closed, nil), claimant, recovery.Move{Action: recovery.Withdraw}, recovery.CodeActionNotAllowed, ""},
		{"an unknown action", standing(recovery.Legal, nil), claimant, recovery.Move{Action: "dance"}, recovery.CodeForbidden, ""},
		{"an auditor acts", standing(recovery.Legal, nil), recovery.RoleAuditor, recovery.Move{Action: recovery.Withdraw}, recovery.CodeForbidden, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.move.Actor = recovery.Actor{Role: test.role, ID: "u"}
			err := test.state.check(ActInput{Move: test.move})
			if test.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			told, ok := RefusalOf(err)
			if !ok || told.Code != test.want || told.Detail == "" {
				t.Fatalf("got %v, want %s", err, test.want)
			}
			if !slices.Equal(told.Allowed, test.state.position.Allowed(test.role)) {
				t.Errorf("allowed instead: %v", told.Allowed)
			}
			if test.field != "" && (len(told.Fields) != 1 || told.Fields[0].Field != test.field) {
				t.Errorf("fields %+v, want %s", told.Fields, test.field)
			}
		})
	}
}

func TestCheckLetsHandledActsThrough(t *testing.T) {
	t.Parallel()
	s := standing(recovery.Closed, nil)
	in := ActInput{Move: recovery.Move{Action: recovery.Withdraw, RequestID: "r"}}
	if s.check(in) == nil {
		t.Fatal("a closed case was withdrawn")
	}
	s.handled["r"] = ActResult{Version: 7}
	if err := s.check(in); err != nil {
		t.Errorf("the repetition was refused: %v", err)
	}
}

func TestRunning(t *testing.T) {
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
			s := standing(recovery.PrivateContact, nil)
			s.deadlines = test.deadlines
			got, running := s.next()
			if running != (test.want >= 0) || running && !cmp.Equal(got.deadline, test.deadlines[test.want]) {
				t.Errorf("got %+v %v", got, running)
			}
		})
	}
}

func TestPassed(t *testing.T) {
	t.Parallel()
	s := standing(recovery.PrivateContact, nil)
	s.deadlines = []recovery.Deadline{{Kind: recovery.ContactClock, DueAt: noon}}
	for _, test := range []struct {
		now  time.Time
		want bool
	}{{noon.Add(-time.Nanosecond), false}, {noon, true}, {noon.Add(time.Hour), true}} {
		if _, got := s.passed(test.now); got != test.want {
			t.Errorf("at %s: %v", test.now, got)
		}
	}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	s := standing(recovery.PrivateContact, nil)
	step := s.position.Lapse(recovery.ContactClock, "")
	s.adopt(step, activities.StepResult{Deadlines: []recovery.Deadline{{Kind: recovery.NoticeClock, DueAt: noon}}})
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
	wrapped := fmt.Errorf("update: %w", refusal(cause, recovery.Position{}, recovery.RoleAgent))
	told, ok := RefusalOf(wrapped)
	if !ok || told.Code != recovery.CodeInvalid || told.Detail != "d" || len(told.Fields) != 1 {
		t.Errorf("told %+v %v", told, ok)
	}
	var failure *temporal.ApplicationError
	if !errors.As(wrapped, &failure) || !failure.NonRetryable() || failure.Category() != temporal.ApplicationErrorCategoryBenign {
		t.Errorf("failure %+v", failure)
	}
}
