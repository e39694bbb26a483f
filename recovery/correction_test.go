package recovery_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/recovery"
)

// journey is a case with its recorded steps, as the database keeps them.
type journey struct {
	t        *testing.T
	start, p recovery.Position
	steps    []recovery.RecordedStep
	kinds    map[int64]recovery.EntryKind
	deadline []recovery.Deadline
	now      time.Time
}

func newJourney(t *testing.T, start recovery.Position) *journey {
	t.Helper()
	return &journey{
		t: t, start: start, p: start, kinds: map[int64]recovery.EntryKind{}, now: moment,
		deadline: oneDay(nil, recovery.Step{Next: start}, moment),
	}
}

// oneDay gives each clock a day from its start, and keeps the start of a clock that
// continues.
func oneDay(before []recovery.Deadline, step recovery.Step, at time.Time) []recovery.Deadline {
	var list []recovery.Deadline
	for _, run := range step.Next.AllClocks() {
		next := recovery.Deadline{Kind: run.Clock, Ref: run.Ref, From: at, PausedBecause: run.Stopped}
		for _, old := range before {
			if old.Kind == run.Clock && old.Ref == run.Ref && step.Restart != run.Clock {
				next.From, next.Stops = old.From, old.Stops
			}
		}
		next.DueAt = next.From.Add(24 * time.Hour)
		for _, stop := range next.Stops {
			next.DueAt = next.DueAt.Add(stop.Until.Sub(stop.From))
		}
		list = append(list, next)
	}
	return list
}

// take takes an action an hour after the one before, and returns its entry's number.
func (j *journey) take(m recovery.Command) int64 {
	j.t.Helper()
	j.now = j.now.Add(time.Hour)
	m.At = &j.now
	step, err := j.p.Take(m)
	if err != nil {
		j.t.Fatal(err)
	}
	return j.add(recovery.RecordedStep{Command: &m}, step)
}

// pass lets a clock pass an hour later.
func (j *journey) pass(clock recovery.Clock) int64 {
	j.now = j.now.Add(time.Hour)
	return j.add(recovery.RecordedStep{Clock: clock}, j.p.PassDeadline(clock, ""))
}

func (j *journey) add(recorded recovery.RecordedStep, step recovery.Step) int64 {
	recorded.Seq, recorded.At = int64(len(j.steps)+2), j.now
	j.steps = append(j.steps, recorded)
	j.kinds[recorded.Seq] = step.Kind
	j.deadline, j.p = oneDay(j.deadline, step, j.now), step.Next
	return recorded.Seq
}

func (j *journey) correction(by recovery.Actor, seq int64, replacement *recovery.Command) (recovery.CorrectedCase, error) {
	m := recovery.Command{Action: recovery.Correct, Actor: by, At: &j.now, Correction: &recovery.Correction{Seq: seq, Replacement: replacement}}
	return j.compute(m)
}

func (j *journey) compute(m recovery.Command) (recovery.CorrectedCase, error) {
	input := recovery.CorrectionInput{
		Start: j.start, FiledAt: moment, Current: j.p, Deadlines: j.deadline, Steps: j.steps, Entry: j.kinds[m.Correction.Seq],
		Command: m, Now: j.now,
	}
	if at := slices.IndexFunc(j.steps, func(s recovery.RecordedStep) bool { return s.Seq == m.Correction.Seq }); at >= 0 {
		input.Author.At = j.steps[at].At
		if command := j.steps[at].Command; command != nil {
			input.Author.Actor = command.Actor
		}
	}
	return recovery.ComputeCorrection(input, oneDay)
}

// correct corrects and records the correction.
func (j *journey) correct(by recovery.Actor, seq int64, replacement *recovery.Command) recovery.CorrectedCase {
	j.t.Helper()
	corrected, err := j.correction(by, seq, replacement)
	if err != nil {
		j.t.Fatal(err)
	}
	j.record(corrected)
	return corrected
}

func (j *journey) record(corrected recovery.CorrectedCase) {
	seq := int64(len(j.steps) + 2)
	j.steps = append(j.steps, recovery.RecordedStep{Seq: seq, At: j.now, Command: &corrected.Command})
	j.kinds[seq] = corrected.Kind
	j.p, j.deadline = corrected.History.Position, corrected.History.Deadlines
}

var (
	claimantActor   = recovery.Actor{Role: recovery.RoleClaimant, ID: "claimant-1"}
	supervisorActor = recovery.Actor{Role: recovery.RoleSupervisor, ID: "supervisor-1"}
)

func saidBy(actor recovery.Actor, m recovery.Command) recovery.Command {
	m.Actor = actor
	return m
}

func TestAMistypedReturnIsCorrected(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.PrivateContact, alone))
	wrong := j.take(saidBy(claimantActor, sure(back("a", 100*claim))))
	if j.p.Outcome != recovery.RecoveredFull || j.p.Surplus != 99*claim || j.p.Recovered != claim {
		t.Fatalf("the mistake: %s, recovered %s, surplus %s", j.p.Outcome, j.p.Recovered, j.p.Surplus)
	}
	right := saidBy(claimantActor, back("a", claim/100))
	corrected := j.correct(claimantActor, wrong, &right)
	p := corrected.History.Position
	if p.Stage != recovery.PrivateContact || p.Outcome != "" || p.Recovered != claim/100 || p.Surplus != 0 {
		t.Errorf("%s %s, recovered %s, surplus %s", p.Stage, p.Outcome, p.Recovered, p.Surplus)
	}
	if corrected.History.ClosedAt != nil || len(corrected.History.Stays) != 0 || corrected.History.ByStage[recovery.PrivateContact] != claim/100 {
		t.Errorf("the closing left traces: %+v", corrected.History)
	}
}

// TestClocksDoNotCountTheMistake: a clock that the wrong entry stopped does not count the
// time in which it was valid; the law's clocks do.
func TestClocksDoNotCountTheMistake(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.PrivateContact, alone))
	due := map[recovery.Clock]time.Time{}
	for _, deadline := range j.deadline {
		due[deadline.Kind] = deadline.DueAt
	}
	wrong := j.take(saidBy(claimantActor, back("a", claim)))
	j.now = j.now.Add(10 * time.Hour)
	for _, deadline := range j.correct(claimantActor, wrong, nil).History.Deadlines {
		want := due[deadline.Kind]
		if deadline.Kind == recovery.ContactClock {
			want = want.Add(10 * time.Hour)
		}
		if !deadline.DueAt.Equal(want) {
			t.Errorf("%s ends %s, want %s", deadline.Kind, deadline.DueAt, want)
		}
	}
}

// TestCorrectedAtOnceIsNeverSaid: taking an entry back at once leaves the case as it was,
// and replacing it at once leaves the case as if the replacement had been said.
func TestCorrectedAtOnceIsNeverSaid(t *testing.T) {
	t.Parallel()
	inAppeal := appeal(recovery.AppealSubmitted)
	for name, test := range map[string]struct {
		from         recovery.Position
		wrong, right recovery.Command
	}{
		"return":          {at(recovery.Legal), back("a", 50), back("b", 60)},
		"return of all":   {at(recovery.Legal, alone), back("a", claim), back("a", 1)},
		"refund":          {at(recovery.RecallWatch), refund(claim), refund(1)},
		"answer":          {at(recovery.PrivateContact, alone), says("a", recovery.Refused, 0), says("a", recovery.Promised, 0)},
		"contact":         {at(recovery.PrivateContact), act(recovery.RoleClaimant, recovery.RecordContact, of("a")), act(recovery.RoleClaimant, recovery.RecordContact, of("b"))},
		"instalment":      {at(recovery.PrivateContact, plan(1, "a", true, 100)), pays("a", 1, 100), pays("a", 1, 50)},
		"platform":        {inAppeal, replied("processing"), replied("refused")},
		"decision":        {inAppeal, decide(recovery.Denied, 0), decide(recovery.PartlyGranted, 50)},
		"granted":         {inAppeal, decide(recovery.Granted, 0), decide(recovery.Denied, 0)},
		"route":           {at(recovery.Legal), choose(recovery.CivilSuit), choose(recovery.DemandLetter)},
		"legal step":      {at(recovery.Legal, routed(recovery.CivilSuit)), legalStep("suit_filed", 50), legalStep("mediation_requested", 5)},
		"closed":          {at(recovery.Legal), act(recovery.RoleSupervisor, recovery.CloseCase, ends(recovery.Settled)), act(recovery.RoleSupervisor, recovery.CloseCase, ends(recovery.Judgment))},
		"money mediation": {at(recovery.Legal), act(recovery.RoleClaimant, recovery.RecordMediation), act(recovery.RoleClaimant, recovery.RecordMediation)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clean, said := newJourney(t, test.from), newJourney(t, test.from)
			wrong := saidBy(supervisorActor, test.wrong)
			wrong.Actor.Role = test.wrong.Actor.Role
			seq := said.take(wrong)
			back := said.correct(supervisorActor, seq, nil)
			if got, want := text(t, back.History.Position), text(t, clean.p); got != want {
				t.Errorf("taken back:\n%s\nwant\n%s", got, want)
			}
			right := test.right
			right.At = said.steps[0].Command.At
			replaced, direct := newJourney(t, test.from), newJourney(t, test.from)
			seq = replaced.take(wrong)
			direct.take(right)
			if got, want := text(t, replaced.correct(supervisorActor, seq, &right).History.Position), text(t, direct.p); got != want {
				t.Errorf("replaced:\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func ends(outcome recovery.Outcome) func(*recovery.Command) {
	return func(m *recovery.Command) { m.Outcome = outcome }
}

// TestWhoCorrects: the author for 24 hours, a supervisor always.
func TestWhoCorrects(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		entry recovery.Command
		by    recovery.Actor
		after time.Duration
		code  recovery.Code
	}{
		"the author":                    {back("a", 5), claimantActor, 23 * time.Hour, ""},
		"the author, at the last hour":  {back("a", 5), claimantActor, 24 * time.Hour, ""},
		"the author, later":             {back("a", 5), claimantActor, 24*time.Hour + time.Second, recovery.CodeForbidden},
		"a supervisor, years later":     {back("a", 5), supervisorActor, 20_000 * time.Hour, ""},
		"another agent":                 {back("a", 5), recovery.Actor{Role: recovery.RoleAgent, ID: "agent-2"}, time.Hour, recovery.CodeForbidden},
		"the same id in another role":   {back("a", 5), recovery.Actor{Role: recovery.RoleAgent, ID: claimantActor.ID}, time.Hour, recovery.CodeForbidden},
		"danger by its author":          {danger(recovery.Deceived), claimantActor, time.Hour, recovery.CodeForbidden},
		"danger by a supervisor":        {danger(recovery.Deceived), supervisorActor, time.Hour, ""},
		"a complaint by its author":     {act(recovery.RoleClaimant, recovery.ReportHarassment, of("a")), claimantActor, time.Hour, recovery.CodeForbidden},
		"what cannot be corrected":      {act(recovery.RoleClaimant, recovery.PauseCase), claimantActor, time.Hour, recovery.CodeCorrectionRefused},
		"an escalation without reason":  {up(recovery.Legal), claimantActor, time.Hour, ""},
		"a withdrawal, within the time": {act(recovery.RoleClaimant, recovery.Withdraw), claimantActor, time.Hour, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJourney(t, at(recovery.PrivateContact))
			seq := j.take(saidBy(claimantActor, test.entry))
			j.now = j.now.Add(test.after)
			_, err := j.correction(test.by, seq, nil)
			if got := recovery.CodeOf(err); err != nil && got != test.code || err == nil && test.code != "" {
				t.Errorf("%v, want %q", err, test.code)
			}
		})
	}
}

// TestWhatBuildsOnAnEntry: a correction is refused where somebody relied on the entry, and
// names what relied on it; what nobody relied on stays without effect.
func TestWhatBuildsOnAnEntry(t *testing.T) {
	t.Parallel()
	refused := says("a", recovery.Refused, 0)
	for name, test := range map[string]struct {
		from  recovery.Position
		wrong recovery.Command
		then  []recovery.Command
		code  recovery.Code
		void  int
	}{
		"nothing":                    {at(recovery.PrivateContact, alone), refused, nil, "", 0},
		"an appeal":                  {at(recovery.PrivateContact, alone, oneToOne), refused, []recovery.Command{act(recovery.RoleClaimant, recovery.SubmitAppeal)}, recovery.CodeCorrectionRefused, 0},
		"a plan for a part of it":    {at(recovery.Legal, alone), back("a", 50), []recovery.Command{propose(recovery.RoleCounterpart, claim-50), accept(recovery.RoleClaimant)}, "", 0},
		"an answer to a late return": {at(recovery.Legal, alone), back("a", claim), []recovery.Command{sure(back("a", 1))}, "", 0},
		"a reopened case":            {at(recovery.Legal, alone), act(recovery.RoleSupervisor, recovery.CloseCase, ends(recovery.Settled)), []recovery.Command{act(recovery.RoleClaimant, recovery.Reopen)}, "", 1},
		"a route of the legal stage": {at(recovery.Appeal, func(p *recovery.Position) { p.Appeal = recovery.AppealPreparing }), up(recovery.Legal), []recovery.Command{choose(recovery.CivilSuit)}, recovery.CodeCorrectionRefused, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJourney(t, test.from)
			seq := j.take(test.wrong)
			for _, then := range test.then {
				j.take(then)
			}
			corrected, err := j.correction(supervisorActor, seq, nil)
			if got := recovery.CodeOf(err); err != nil && got != test.code || err == nil && test.code != "" {
				t.Fatalf("%v, want %q", err, test.code)
			}
			if err == nil && len(corrected.History.WithoutEffect) != test.void {
				t.Errorf("without effect: %v, want %d", corrected.History.WithoutEffect, test.void)
			}
		})
	}
}

func oneToOne(p *recovery.Position) { p.OneToOne = true }

// TestLaterActsOfAClosedCase: a return that was typed too small is corrected although
// people went on; what they did then has no effect on a case that was over.
func TestLaterActsOfAClosedCase(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.PrivateContact, alone, oneToOne))
	wrong := j.take(saidBy(claimantActor, back("a", claim/100)))
	j.pass(recovery.ContactClock)
	j.take(act(recovery.RoleClaimant, recovery.SubmitAppeal))
	j.take(decide(recovery.Denied, 0))
	right := back("a", claim)
	corrected := j.correct(supervisorActor, wrong, &right)
	p := corrected.History.Position
	if p.Outcome != recovery.RecoveredFull || p.Recovered != claim || p.ClosedFrom != recovery.PrivateContact {
		t.Errorf("%s from %s, recovered %s", p.Outcome, p.ClosedFrom, p.Recovered)
	}
	if len(corrected.History.WithoutEffect) != 2 || corrected.History.Appealed {
		t.Errorf("%+v", corrected.History)
	}
}

// TestCarriedOut: a decision whose money has arrived cannot be corrected.
func TestCarriedOut(t *testing.T) {
	t.Parallel()
	j := newJourney(t, appeal(recovery.AppealSubmitted))
	decision := j.take(decide(recovery.PartlyGranted, 500))
	j.take(refund(500))
	if _, err := j.correction(supervisorActor, decision, nil); recovery.CodeOf(err) != recovery.CodeCorrectionRefused {
		t.Errorf("%v", err)
	}
}

// TestACorrectionAboveTheLimit waits for a second person.
func TestACorrectionAboveTheLimit(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.Legal, alone, func(p *recovery.Position) { p.FourEyes = claim / 2 }))
	wrong := j.take(saidBy(claimantActor, back("a", claim)))
	proposed := j.correct(claimantActor, wrong, nil)
	if proposed.Kind != recovery.EntryCorrectionProposed || j.p.IsOpen() || j.p.Recovered != claim || len(j.p.PendingCorrections) != 1 {
		t.Fatalf("%s: %+v", proposed.Kind, j.p)
	}
	approval := recovery.Command{Action: recovery.ApproveCorrection, Actor: claimantActor, At: &j.now, Correction: &recovery.Correction{Seq: wrong}}
	if _, err := j.compute(approval); recovery.CodeOf(err) != recovery.CodeFourEyes {
		t.Errorf("by the same person: %v", err)
	}
	approval.Actor = supervisorActor
	corrected, err := j.compute(approval)
	if err != nil || corrected.Kind != recovery.EntryCorrected {
		t.Fatal(corrected.Kind, err)
	}
	j.record(corrected)
	if !j.p.IsOpen() || j.p.Recovered != 0 || len(j.p.PendingCorrections) != 0 {
		t.Errorf("%+v", j.p)
	}
}

// TestManySmallCorrections need the same approval as a large one.
func TestManySmallCorrections(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.Legal, alone, func(p *recovery.Position) { p.FourEyes = claim / 4 }))
	seq := j.take(saidBy(claimantActor, back("a", claim)))
	replaceWith := func(sum recovery.Money) recovery.EntryKind {
		replacement := back("a", sum)
		return j.correct(supervisorActor, seq, &replacement).Kind
	}
	if kind := replaceWith(claim * 4 / 5); kind != recovery.EntryCorrected {
		t.Fatalf("the first correction is %s", kind)
	}
	if kind := replaceWith(claim * 3 / 5); kind != recovery.EntryCorrectionProposed || j.p.Recovered != claim*4/5 {
		t.Errorf("the second correction is %s, recovered %s", kind, j.p.Recovered)
	}
	if kind := replaceWith(claim * 9 / 10); kind != recovery.EntryCorrected {
		t.Errorf("a correction back towards the first value is %s", kind)
	}
}

// TestTakingBackTwice is refused, also when both requests came at once.
func TestTakingBackTwice(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.PrivateContact, alone))
	seq := j.take(saidBy(claimantActor, back("a", 100)))
	j.correct(claimantActor, seq, nil)
	input := recovery.CorrectionInput{
		Start: j.start, FiledAt: moment, Current: j.p, Deadlines: j.deadline, Steps: j.steps, Entry: recovery.EntryReturnRecorded, TakenBack: true,
		Author: recovery.EntryAuthor{Actor: claimantActor, At: j.now}, Now: j.now,
		Command: recovery.Command{Action: recovery.Correct, Actor: claimantActor, At: &j.now, Correction: &recovery.Correction{Seq: seq}},
	}
	if _, err := recovery.ComputeCorrection(input, oneDay); recovery.CodeOf(err) != recovery.CodeCorrectionRefused {
		t.Errorf("%v", err)
	}
}

// TestOutdatedCorrection: a correction that was decided before another one of the same
// entry is refused; one that was decided after it is not.
func TestOutdatedCorrection(t *testing.T) {
	t.Parallel()
	const newest = 7
	for after, want := range map[int64]recovery.Code{0: recovery.CodeCorrectionRefused, 3: recovery.CodeCorrectionRefused, newest: ""} {
		j := newJourney(t, at(recovery.PrivateContact, alone))
		seq := j.take(saidBy(claimantActor, back("a", 100)))
		right := back("a", 50)
		_, err := recovery.ComputeCorrection(recovery.CorrectionInput{
			Start: j.start, FiledAt: moment, Current: j.p, Deadlines: j.deadline, Steps: j.steps, Entry: recovery.EntryReturnRecorded, Last: newest,
			Author: recovery.EntryAuthor{Actor: claimantActor, At: j.now}, Now: j.now,
			Command: recovery.Command{
				Action: recovery.Correct, Actor: claimantActor, At: &j.now,
				Correction: &recovery.Correction{Seq: seq, Replacement: &right, After: after},
			},
		}, oneDay)
		fault, _ := errors.AsType[*recovery.Fault](err)
		switch {
		case want == "" && err != nil, want != "" && recovery.CodeOf(err) != want:
			t.Errorf("decided after %d: %v", after, err)
		case want != "" && (fault.Correction.Reason != recovery.OutdatedCorrection || fault.Correction.Entry != newest):
			t.Errorf("decided after %d: %+v", after, fault.Correction)
		}
	}
}

// TestLastCorrection is the newest one of the entry.
func TestLastCorrection(t *testing.T) {
	t.Parallel()
	c := recovery.Case{Corrections: []recovery.CorrectionMark{{Seq: 2, BySeq: 4}, {Seq: 3, BySeq: 5}, {Seq: 2, BySeq: 6}}}
	for seq, want := range map[int64]int64{1: 0, 2: 6, 3: 5} {
		if got := c.LastCorrection(seq); got != want {
			t.Errorf("entry %d: %d", seq, got)
		}
	}
}

// TestAnApprovedDecision is changed by nobody alone, whatever the difference.
func TestAnApprovedDecision(t *testing.T) {
	t.Parallel()
	j := newJourney(t, appeal(recovery.AppealSubmitted, func(p *recovery.Position) { p.FourEyes = claim / 2 }))
	agent := recovery.Actor{Role: recovery.RoleAgent, ID: "decider"}
	less := saidBy(agent, decide(recovery.PartlyGranted, claim-2))
	decision := j.take(saidBy(agent, decide(recovery.PartlyGranted, claim-1)))
	if unapproved, err := j.correction(agent, decision, &less); err != nil || unapproved.Kind != recovery.EntryCorrected {
		t.Fatalf("before the approval: %s, %v", unapproved.Kind, err)
	}
	j.take(act(recovery.RoleSupervisor, recovery.ApproveDecision))
	if approved, err := j.correction(agent, decision, &less); err != nil || approved.Kind != recovery.EntryCorrectionProposed {
		t.Errorf("after the approval: %s, %v", approved.Kind, err)
	}
}

// TestAnImpossibleReplacement names the faulty field and is not dropped in silence.
func TestAnImpossibleReplacement(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from         recovery.Position
		wrong, right recovery.Command
		field        string
	}{
		"an outcome against the sums": {at(recovery.Legal, alone), closing(recovery.Unrecovered), closing(recovery.RecoveredFull), "replacement.outcome"},
		"more than is missing":        {appeal(recovery.AppealSubmitted), decide(recovery.PartlyGranted, 500), decide(recovery.PartlyGranted, claim+1), "replacement.amount_fen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJourney(t, test.from)
			wrong := j.take(test.wrong)
			_, err := j.correction(supervisorActor, wrong, &test.right)
			fault, refused := errors.AsType[*recovery.Fault](err)
			if !refused || fault.Code != recovery.CodeInvalid || len(fault.Fields) != 1 || fault.Fields[0].Field != test.field {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestARejectedCorrection leaves the entry as it was, and it can be proposed again.
func TestARejectedCorrection(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.Legal, alone, func(p *recovery.Position) { p.FourEyes = claim / 2 }))
	wrong := j.take(saidBy(claimantActor, back("a", claim)))
	j.correct(claimantActor, wrong, nil)
	j.take(recovery.Command{Action: recovery.RejectCorrection, Actor: supervisorActor, Correction: &recovery.Correction{Seq: wrong}})
	if j.p.Recovered != claim || len(j.p.PendingCorrections) != 0 {
		t.Fatalf("%+v", j.p)
	}
	if again := j.correct(claimantActor, wrong, nil); again.Kind != recovery.EntryCorrectionProposed {
		t.Errorf("again: %s", again.Kind)
	}
}

// TestCorrectedTwice: the last correction counts, and a correction itself cannot be
// corrected.
func TestCorrectedTwice(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.Legal, alone))
	wrong := j.take(saidBy(claimantActor, back("a", claim)))
	right := back("a", 70)
	j.correct(supervisorActor, wrong, &right)
	j.correct(supervisorActor, wrong, nil)
	if j.p.Recovered != 0 || !j.p.IsOpen() {
		t.Fatalf("taken back: %s", j.p.Recovered)
	}
	right = back("a", 80)
	correction := int64(len(j.steps) + 1)
	j.correct(supervisorActor, wrong, &right)
	if j.p.Recovered != 80 {
		t.Errorf("replaced again: %s", j.p.Recovered)
	}
	_, err := j.correction(supervisorActor, correction, nil)
	wantRefusal(t, err, recovery.CorrectionRefusal{Reason: recovery.IsCorrectionItself, Entry: wrong})
}

// TestACorrectionBeyondTheClaim is asked about like a return.
func TestACorrectionBeyondTheClaim(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.Legal, alone))
	wrong := j.take(saidBy(claimantActor, back("a", 10)))
	right := back("a", 10*claim)
	if _, err := j.correction(supervisorActor, wrong, &right); recovery.CodeOf(err) != recovery.CodeConfirmNeeded {
		t.Errorf("%v", err)
	}
	m := recovery.Command{Action: recovery.Correct, Actor: supervisorActor, At: &j.now, Confirm: true, Correction: &recovery.Correction{Seq: wrong, Replacement: &right}}
	corrected, err := j.compute(m)
	if p := corrected.History.Position; err != nil || p.Recovered != claim || p.Surplus != 9*claim {
		t.Errorf("%v, recovered %s, surplus %s", err, p.Recovered, p.Surplus)
	}
}

// wantRefusal expects that a correction is refused for a reason.
func wantRefusal(t *testing.T, err error, want recovery.CorrectionRefusal) {
	t.Helper()
	fault, found := errors.AsType[*recovery.Fault](err)
	if !found || fault.Code != recovery.CodeCorrectionRefused || fault.Correction == nil {
		t.Fatalf("got %v, want a refused correction", err)
	}
	if *fault.Correction != want {
		t.Errorf("got %+v, want %+v", *fault.Correction, want)
	}
	if fault.Detail == "" || strings.ContainsAny(fault.Detail, "{}") || want.Entry > 0 && !strings.Contains(fault.Detail, fmt.Sprint("Entry ", want.Entry)) {
		t.Errorf("the caller reads %q", fault.Detail)
	}
}

// TestALaterEntryIsNamed: the refusal names the entry that has to be corrected first,
// and once that is done, the correction is possible.
func TestALaterEntryIsNamed(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.Appeal, func(p *recovery.Position) { p.Appeal = recovery.AppealPreparing }))
	escalated := j.take(saidBy(supervisorActor, up(recovery.Legal)))
	route := j.take(choose(recovery.CivilSuit))
	_, err := j.correction(supervisorActor, escalated, nil)
	wantRefusal(t, err, recovery.CorrectionRefusal{Reason: recovery.LaterEntryDepends, Entry: route})
	j.correct(supervisorActor, route, nil)
	j.correct(supervisorActor, escalated, nil)
	if j.p.Stage != recovery.Appeal {
		t.Errorf("the case stands in %s", j.p.Stage)
	}
}

// TestRefusedCorrectionsNameTheirReason: each reason of the table, with what to do.
func TestRefusedCorrectionsNameTheirReason(t *testing.T) {
	t.Parallel()
	j := newJourney(t, at(recovery.Appeal, func(p *recovery.Position) { p.Appeal = recovery.AppealPreparing }))
	escalated := j.take(saidBy(supervisorActor, up(recovery.Legal)))
	_, err := j.correction(supervisorActor, escalated, &recovery.Command{Action: recovery.Escalate})
	wantRefusal(t, err, recovery.CorrectionRefusal{Reason: recovery.CanOnlyBeTakenBack})
	wantRefusal(t, recovery.RefuseTakingBackAgain(9), recovery.CorrectionRefusal{Reason: recovery.AlreadyTakenBack})
	appealed := newJourney(t, appeal(recovery.AppealSubmitted))
	decision := appealed.take(saidBy(supervisorActor, decide(recovery.Granted, 0)))
	appealed.take(sure(back("a", claim)))
	_, err = appealed.correction(supervisorActor, decision, nil)
	wantRefusal(t, err, recovery.CorrectionRefusal{Reason: recovery.DecisionPaidOut})
}

// TestUncorrectableEntries: what to do instead, for each kind of entry that has no rule.
func TestUncorrectableEntries(t *testing.T) {
	t.Parallel()
	other := recovery.EntryRef{Seq: 4, Kind: recovery.EntryReturnRecorded}
	for name, test := range map[string]struct {
		kind    recovery.EntryKind
		author  recovery.Role
		related recovery.EntryRef
		want    recovery.CorrectionRefusal
	}{
		"the filing":          {recovery.EntryCaseFiled, recovery.RoleClaimant, recovery.EntryRef{}, recovery.CorrectionRefusal{Reason: recovery.ReplacedByAction, Action: recovery.AmendFacts}},
		"a share":             {recovery.EntryShareRecorded, recovery.RoleAgent, recovery.EntryRef{}, recovery.CorrectionRefusal{Reason: recovery.ReplacedByAction, Action: recovery.RecordShare}},
		"a name":              {recovery.EntryCounterpartRenamed, recovery.RoleAgent, recovery.EntryRef{}, recovery.CorrectionRefusal{Reason: recovery.ReplacedByAction, Action: recovery.RenameCounterpart}},
		"an accepted plan":    {recovery.EntryPlanAccepted, recovery.RoleCounterpart, recovery.EntryRef{}, recovery.CorrectionRefusal{Reason: recovery.CannotBeCorrected}},
		"a closing":           {recovery.EntryClosed, recovery.RoleSystem, other, recovery.CorrectionRefusal{Reason: recovery.FollowsFromEntry, Entry: 4, Kind: other.Kind}},
		"a passed deadline":   {recovery.EntryDeadlinePassed, recovery.RoleSystem, recovery.EntryRef{}, recovery.CorrectionRefusal{Reason: recovery.WrittenBySystem}},
		"a correction":        {recovery.EntryCorrected, recovery.RoleClaimant, other, recovery.CorrectionRefusal{Reason: recovery.IsCorrectionItself, Entry: 4, Kind: other.Kind}},
		"a rejected proposal": {recovery.EntryCorrectionRejected, recovery.RoleLegal, other, recovery.CorrectionRefusal{Reason: recovery.IsCorrectionItself, Entry: 4, Kind: other.Kind}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantRefusal(t, recovery.UncorrectableEntry(recovery.EntryRef{Seq: 7, Kind: test.kind}, test.author, test.related), test.want)
		})
	}
}
