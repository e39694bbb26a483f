package workflows

import (
	"fmt"
	"hash/fnv"
	"time"

	"go.temporal.io/sdk/workflow"

	"recourse/activities"
	"recourse/recovery"
)

// world names the activities of a case. It is never more than nil: only the
// names of its methods are used here.
var world *activities.Cases

// journey is one running case: where it stands, and what is needed to wait.
// Every change of state happens while mutex is held.
type journey struct {
	state
	caseID      recovery.CaseID
	mutex       workflow.Mutex
	evidence    workflow.ReceiveChannel
	instalments workflow.ReceiveChannel
	calendars   []calendar // of the plans that run
	opened      bool
	inPlace     bool          // what the case does of itself is written in place
	stagger     time.Duration // how long after a moment the case acts on it
}

// open takes up a filed case. Acts may already be on their way, so the handler
// stands before the first wait; it lets nothing through until the case is read.
func open(ctx workflow.Context, in CaseInput) (*journey, error) {
	c := &journey{
		state: newState(), caseID: in.CaseID, mutex: workflow.NewMutex(ctx),
		inPlace:  in.Edition >= sinceInPlace,
		evidence: workflow.GetSignalChannel(ctx, EvidenceSignal), instalments: workflow.GetSignalChannel(ctx, InstalmentSignal),
	}
	err := workflow.SetUpdateHandlerWithOptions(ctx, ActUpdate, c.act, workflow.UpdateHandlerOptions{
		Validator:   c.validate,
		Description: "Takes an act of a person, or refuses it.",
	})
	if err != nil {
		return nil, fmt.Errorf("handler %s: %w", ActUpdate, err)
	}
	opening, err := ofItself(ctx, c, world.OpenCase, activities.OpenInput{CaseID: in.CaseID})
	if err != nil {
		return nil, fmt.Errorf("open the case: %w", err)
	}
	c.position, c.deadlines = opening.Position, opening.Deadlines
	if in.Edition >= sinceStaggered {
		c.stagger = stagger(in.CaseID, opening.Pace)
	}
	if err := c.keepCalendars(ctx); err != nil {
		return nil, err
	}
	c.opened = true
	return c, nil
}

// stayIn keeps the case in a stage until an act, evidence or a clock that runs
// out has moved it on.
func (c *journey) stayIn(ctx workflow.Context, stage recovery.Stage) error {
	for c.position.Stage == stage {
		if err := ctx.Err(); err != nil {
			return err // cancelled by an operator: a cancelled timer looks like one that ran out
		}
		if err := c.wait(ctx); err != nil {
			return err
		}
		if err := c.lapse(ctx); err != nil {
			return err
		}
	}
	return nil
}

// wait sleeps until the next moment, or until an act moved the case or its
// deadlines. What changes neither does not disturb the timer.
func (c *journey) wait(ctx workflow.Context) error {
	coming, runs := c.next()
	before := c.position.Stage
	moved := func() bool {
		now, still := c.next()
		return c.position.Stage != before || still != runs || now.deadline.Kind != coming.deadline.Kind || !now.at.Equal(coming.at)
	}
	over, stop := c.clock(ctx, coming, runs)
	defer stop()
	for !over() && !moved() {
		err := workflow.Await(ctx, func() bool {
			return over() || moved() || c.evidence.Len() > 0 || c.instalments.Len() > 0
		})
		if err != nil {
			return err
		}
		if err := c.takeEvidence(ctx); err != nil {
			return err
		}
		if err := c.takeInstalments(ctx); err != nil {
			return err
		}
	}
	return nil
}

// clock runs until a moment and the stagger after it, or for ever when none is to
// come. The caller stops it: AwaitWithOptions, which looks like the same, leaves
// its timer behind.
func (c *journey) clock(ctx workflow.Context, coming moment, runs bool) (over func() bool, stop func()) {
	if !runs {
		return func() bool { return false }, func() {}
	}
	left := coming.at.Add(c.stagger).Sub(workflow.Now(ctx))
	if left <= 0 {
		return func() bool { return true }, func() {}
	}
	timing, stop := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timing, left, workflow.TimerOptions{Summary: string(coming.deadline.Kind)})
	return timer.IsReady, stop
}

// longestStagger is of life's time.
const longestStagger = 150 * time.Second

// stagger spreads what falls due in one instant, as at midnight and at 18:00 it
// does for thousands of cases: whoever acts then does not stand in line behind all
// of them. A case keeps its own for life.
func stagger(id recovery.CaseID, pace int) time.Duration {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(id)) // never fails
	return time.Duration(hash.Sum64()>>1) % longestStagger / time.Duration(max(1, pace))
}

// lapse does what a moment asks for once it has come. It looks at the data again
// once it holds the mutex: an act may have come first.
func (c *journey) lapse(ctx workflow.Context) error {
	if _, passed := c.passed(workflow.Now(ctx)); !passed {
		return nil
	}
	if err := c.mutex.Lock(ctx); err != nil {
		return err
	}
	defer c.mutex.Unlock()
	coming, passed := c.passed(workflow.Now(ctx))
	if !passed {
		return nil
	}
	_, err := c.write(ctx, coming.step(c.position))
	return err
}

// takeEvidence hands the case back to whoever asked for more evidence. Evidence
// that nobody waits for changes no position; it is in the journal already.
func (c *journey) takeEvidence(ctx workflow.Context) error {
	for {
		var arrived EvidenceInput
		if !c.evidence.ReceiveAsync(&arrived) {
			return nil
		}
		if err := c.supply(ctx, arrived.EvidenceID); err != nil {
			return err
		}
	}
}

func (c *journey) supply(ctx workflow.Context, id recovery.EvidenceID) error {
	if err := c.mutex.Lock(ctx); err != nil {
		return err
	}
	defer c.mutex.Unlock()
	step, awaited := c.position.EvidenceArrived()
	if !awaited {
		return nil
	}
	_, err := c.write(ctx, activities.StepInput{Key: suppliedKey(id), Step: step, EvidenceID: id})
	return err
}

// write has a step written down and, once it is, stands there. The caller holds
// the mutex.
func (c *journey) write(ctx workflow.Context, in activities.StepInput) (activities.StepResult, error) {
	in.CaseID = c.caseID
	result, err := c.take(ctx, in)
	if err != nil {
		return result, fmt.Errorf("write the step %s: %w", in.Step.Kind, err)
	}
	if result.Abandoned {
		return result, nil
	}
	c.adopt(in.Step, result)
	return result, c.keepCalendars(ctx)
}

// take has a step written down. An act is in the history before it is in the
// record: were it in the record alone, and the server lost the Update, the case
// would not stand where people see it stand. What the case does of itself it does
// again, under the same key, until the history has it.
func (c *journey) take(ctx workflow.Context, in activities.StepInput) (activities.StepResult, error) {
	if in.Move != nil {
		return call(withDatabase(ctx), world.TakeStep, in)
	}
	return ofItself(ctx, c, world.TakeStep, in)
}

// validate refuses, before anything is recorded, what could not be taken. It
// decides nothing: act looks again when it is the act's turn. While a step is
// being written, people may already see the record after it, and the case still
// stands before it: then only act can tell.
func (c *journey) validate(_ workflow.Context, in ActInput) error {
	if !c.opened || c.mutex.IsLocked() {
		return nil
	}
	return c.check(in)
}

// dated gives an act that names no time of its own the present.
func dated(ctx workflow.Context, move recovery.Move) recovery.Move {
	if move.At == nil {
		now := workflow.Now(ctx)
		move.At = &now
	}
	return move
}

// act takes an act of a person: one at a time, each against the position the
// one before it left.
func (c *journey) act(ctx workflow.Context, in ActInput) (ActResult, error) {
	if err := workflow.Await(ctx, func() bool { return c.opened }); err != nil {
		return ActResult{}, err
	}
	if err := c.mutex.Lock(ctx); err != nil {
		return ActResult{}, err
	}
	defer c.mutex.Unlock()
	if answer, done := c.handled[in.Move.RequestID]; done {
		return answer, nil
	}
	move := dated(ctx, in.Move)
	step, err := c.position.Take(move)
	if err != nil {
		return ActResult{}, refusal(err, c.position, in.Move.Actor.Role)
	}
	result, err := c.write(ctx, activities.StepInput{
		Key: actKey(in.Move.RequestID), Step: step, Move: &move, Attempt: in.Attempt,
	})
	if err != nil {
		return ActResult{}, err
	}
	answer := ActResult{Version: result.Version, Abandoned: result.Abandoned}
	if !answer.Abandoned {
		c.handled[in.Move.RequestID] = answer
	}
	return answer, nil
}
