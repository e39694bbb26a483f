package recovery_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"recourse/recovery"
)

// walks is how many random journeys the model check makes, each of up to
// walkSteps events and the silence after them.
const (
	walks     = 100_000
	walkSteps = 24
)

// TestWalks plays random acts by random people, silences, warnings and evidence
// from random filings. After each event the model of walk_model_test.go holds;
// after the last, silence alone closes the case.
func TestWalks(t *testing.T) {
	t.Parallel()
	workers := max(1, runtime.GOMAXPROCS(0))
	ends, replayed := make([]map[recovery.Outcome]int, workers), make([]map[string]int, workers)
	var group sync.WaitGroup
	for worker := range workers {
		ends[worker], replayed[worker] = map[recovery.Outcome]int{}, map[string]int{}
		group.Go(func() {
			for seed := worker; seed < walks && !t.Failed(); seed += workers {
				w := newWalk(t, uint64(seed))
				w.run()
				ends[worker][w.p.Outcome]++
				for _, what := range w.trail {
					if w.isReplayed() {
						replayed[worker][what]++
					}
				}
				for _, action := range w.corrected {
					replayed[worker][string(recovery.Correct)+" "+string(action)]++
				}
			}
		})
	}
	group.Wait()
	total := map[recovery.Outcome]int{}
	for _, part := range ends {
		for outcome, n := range part {
			total[outcome] += n
		}
	}
	for _, outcome := range recovery.Outcomes {
		if total[outcome] == 0 {
			t.Errorf("of %d walks none ends as %s: %v", walks, outcome, total)
		}
	}
	for _, action := range recovery.Actions {
		takes := 0
		for _, part := range replayed {
			takes += part[string(action)]
		}
		if action.AmendsRecord() && takes == 0 {
			t.Errorf("no replayed walk takes %s", action)
		}
	}
	for _, rule := range recovery.CorrectionRules() {
		corrections := 0
		for _, part := range replayed {
			corrections += part[string(recovery.Correct)+" "+string(rule.Action)]
		}
		if corrections == 0 && rule.Action != recovery.AddNote { // a note is no step
			t.Errorf("no walk corrects %s", rule.Action)
		}
	}
}

// walk is one journey, what is known of it from outside, and how it came here.
type walk struct {
	t         *testing.T
	seed      uint64
	r         *rand.Rand
	p         recovery.Position
	sums      sums
	now       time.Time
	heard     map[recovery.CounterpartID]recovery.LimitationLog
	trail     []string
	start     recovery.Position
	steps     []recovery.RecordedStep
	corrected []recovery.Action // whose correction was compared
}

// sums are the fen that were put in, counted without the code under test.
type sums struct {
	refunded, unnamed recovery.Money
	returned          map[recovery.CounterpartID]recovery.Money
	costs             recovery.Money
}

func newWalk(t *testing.T, seed uint64) *walk {
	t.Helper()
	w := &walk{t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 1)), now: moment}
	c := recovery.Case{
		SentAt: moment.AddDate(-w.r.IntN(4), 0, 0), Amount: w.fen(1_000), Instrument: pick(w, recovery.Instruments), ClaimState: pick(w, recovery.ClaimStates), Group: recovery.Group{Kind: pick(w, recovery.GroupKinds)},
	}
	left := c.Amount
	for _, id := range []recovery.CounterpartID{"a", "b", "c"}[:1+w.r.IntN(3)] {
		counterpart := recovery.Counterpart{ID: id}
		if w.r.IntN(2) == 0 {
			counterpart.Claimed = recovery.Money(w.r.Int64N(int64(left) + 1))
			left -= counterpart.Claimed
		}
		c.Counterparts = append(c.Counterparts, counterpart)
	}
	w.sums.returned, w.heard = map[recovery.CounterpartID]recovery.Money{}, map[recovery.CounterpartID]recovery.LimitationLog{}
	w.p = recovery.StartPosition(c, recovery.Terms{
		RefundAhead: w.r.IntN(2) == 0, NoNotice: w.r.IntN(4) == 0, FourEyes: recovery.Money(w.r.IntN(500)),
	})
	w.start = w.p
	return w
}

func pick[T any](w *walk, from []T) T { return from[w.r.IntN(len(from))] }

func (w *walk) fen(limit int64) recovery.Money { return recovery.Money(1 + w.r.Int64N(limit)) }

func (w *walk) fatal(what string, about ...any) {
	w.t.Helper()
	w.t.Fatalf("walk %d: %s %v\nafter %v\nat %s", w.seed, what, about, w.trail, text(w.t, w.p))
}

func (w *walk) run() {
	w.check(w.p, recovery.Command{})
	for range 1 + w.r.IntN(walkSteps) {
		w.now = w.now.Add(time.Duration(w.r.Int64N(int64(100 * time.Hour))))
		w.event()
	}
	if w.seed%8 == 0 { // writing costs more than walking
		w.roundTrip()
	}
	w.silence()
	if w.isReplayed() {
		w.replay()
		w.correctEach()
	}
}

// isReplayed: replaying costs as much as walking.
func (w *walk) isReplayed() bool { return w.seed%8 == 0 }

// record keeps a step as the database does.
func (w *walk) record(step recovery.RecordedStep) {
	step.Seq, step.At = int64(len(w.steps)+2), w.now // the first entry is the filing
	w.steps = append(w.steps, step)
}

// replay: the recorded steps lead to the same position again, whatever happened.
func (w *walk) replay() {
	history, err := recovery.Replay(w.start, w.start.PaidAt, w.steps, noDeadlines)
	if err != nil || text(w.t, history.Position) != text(w.t, w.p) || len(history.WithoutEffect) > 0 {
		w.fatal("replayed", err, text(w.t, history.Position), history.WithoutEffect)
	}
}

func noDeadlines([]recovery.Deadline, recovery.Step, time.Time) []recovery.Deadline { return nil }

// event is the next thing that happens.
func (w *walk) event() {
	switch w.r.IntN(8) {
	case 0, 1:
		w.lapse()
	case 2:
		if step, moved := w.p.ReceiveEvidence(); moved {
			w.record(recovery.RecordedStep{Evidence: true})
			w.stand("evidence", step, recovery.Command{})
		}
	case 3:
		w.record(recovery.RecordedStep{Near: true})
		w.stand("near", w.p.WarnOfDeadline(), recovery.Command{})
	default:
		w.act()
	}
}

// lapse lets one of the running clocks pass; one that stands still changes nothing.
func (w *walk) lapse() {
	clocks := w.p.AllClocks()
	if len(clocks) == 0 {
		return
	}
	run := pick(w, clocks)
	step := w.p.PassDeadline(run.Clock, run.Ref)
	if run.Stopped != "" && step.Next.Stage != w.p.Stage {
		w.fatal("a stopped clock moved the case", run)
	}
	w.record(recovery.RecordedStep{Clock: run.Clock, Ref: run.Ref})
	w.stand(string(run.Clock)+" "+run.Ref, step, recovery.Command{})
}

// act has somebody do something, mostly of what they may.
func (w *walk) act() {
	role := pick(w, recovery.Roles[:5])
	action, allowed := pick(w, recovery.Actions), w.p.Allowed(role)
	if len(allowed) > 0 && w.r.IntN(8) > 0 {
		action = pick(w, allowed)
	}
	move := w.move(action, role)
	step, err := w.p.Take(move)
	switch recovery.CodeOf(err) {
	case recovery.CodeActionNotAllowed, recovery.CodeForbidden, recovery.CodeInvalid, recovery.CodeFourEyes:
		return
	case recovery.CodeConfirmNeeded:
		if move.Confirm {
			w.fatal("asked again for what was confirmed", err)
		}
		return
	default:
		if err != nil {
			w.fatal("refused with a code of its own", err)
		}
	}
	if !slices.Contains(allowed, action) {
		w.fatal("taken though not listed", action, role)
	}
	w.put(move)
	w.record(recovery.RecordedStep{Command: &move})
	w.stand(string(action), step, move)
}

func (w *walk) stand(what string, step recovery.Step, move recovery.Command) {
	w.trail = append(w.trail, what)
	if step.Kind == "" || !slices.Contains(recovery.EntryKinds, step.Kind) {
		w.fatal("an unknown entry", step.Kind)
	}
	before := w.p
	w.hear(step, move)
	w.p = step.Next
	w.check(before, move)
}

// silence closes a case that nobody does anything about, whichever clock comes
// first. Only a court that has the matter keeps it open: the clock then starts again.
func (w *walk) silence() {
	const enough = 200 // the clocks of all stages, three plans of eight instalments, the ladder
	for range enough {
		if !w.p.IsOpen() {
			return
		}
		clocks := slices.DeleteFunc(w.p.AllClocks(), func(r recovery.ClockState) bool { return r.Stopped != "" })
		if len(clocks) == 0 {
			w.fatal("nothing ends the silence")
		}
		run := pick(w, clocks)
		step := w.p.PassDeadline(run.Clock, run.Ref)
		w.record(recovery.RecordedStep{Clock: run.Clock, Ref: run.Ref})
		w.stand("silence: "+string(run.Clock)+" "+run.Ref, step, recovery.Command{})
		if step.Restart == run.Clock && w.p.InCourt {
			return
		}
		if slices.Contains(w.p.AllClocks(), run) {
			w.fatal("a clock passed and runs on", run)
		}
	}
	w.fatal("silence does not close the case")
}

// correctEach: a step that is taken back or replaced leaves everything that is derived
// from the steps as if the right step had been recorded. Of each action one step is tried.
func (w *walk) correctEach() {
	for i, step := range w.steps {
		if step.Command == nil || slices.Contains(w.corrected, step.Command.Action) || !isCorrectable(step.Command.Action) {
			continue
		}
		w.corrected = append(w.corrected, step.Command.Action)
		w.compareCorrected(step.Seq, nil, slices.Delete(slices.Clone(w.steps), i, i+1))
		w.compareCorrected(step.Seq, step.Command, w.steps)
	}
}

func isCorrectable(action recovery.Action) bool {
	return slices.ContainsFunc(recovery.CorrectionRules(), func(r recovery.CorrectionRule) bool { return r.Action == action })
}

// compareCorrected compares the history of the steps with a correction with that of the
// right steps.
func (w *walk) compareCorrected(seq int64, replacement *recovery.Command, right []recovery.RecordedStep) {
	correction := recovery.RecordedStep{Seq: int64(len(w.steps) + 2), At: w.now, Command: &recovery.Command{
		Action: recovery.Correct, Confirm: true, Correction: &recovery.Correction{Seq: seq, Replacement: replacement},
	}}
	got, err := recovery.Replay(w.start, w.start.PaidAt, append(slices.Clip(w.steps), correction), noDeadlines)
	want, wantErr := recovery.Replay(w.start, w.start.PaidAt, right, noDeadlines)
	switch {
	case (err == nil) != (wantErr == nil):
		w.fatal("corrected", seq, err, wantErr)
	case err != nil && recovery.CodeOf(err) != recovery.CodeCorrectionRefused:
		w.fatal("corrected", seq, err)
	case err == nil && text(w.t, got) != text(w.t, want):
		w.fatal("corrected", seq, text(w.t, got), "and as if recorded right", text(w.t, want))
	}
}
