package workflows

import (
	"fmt"
	"hash/fnv"
	"time"

	"go.temporal.io/sdk/workflow"

	"recourse/activities"
	"recourse/recovery"
)

// journey is the running workflow of one case. Its state changes only while mutex
// is held.
type journey struct {
	state
	caseID      recovery.CaseID
	mutex       workflow.Mutex
	evidence    workflow.ReceiveChannel
	instalments workflow.ReceiveChannel
	plans       []planWorkflow // of the running plans
	loaded      bool           // the case was read from the database
	stagger     time.Duration  // between a deadline and the step it triggers
}

// openCase reads the case from the database and starts its plans. The first action
// may arrive with the start of the workflow, so the Update handler is set before
// anything else; it waits until the case is loaded.
func openCase(ctx workflow.Context, in CaseInput) (*journey, error) {
	c := &journey{
		state: newState(), caseID: in.CaseID, mutex: workflow.NewMutex(ctx),
		evidence: workflow.GetSignalChannel(ctx, EvidenceSignal), instalments: workflow.GetSignalChannel(ctx, InstalmentSignal),
	}
	err := workflow.SetUpdateHandlerWithOptions(ctx, ActionUpdate, c.handleAction, workflow.UpdateHandlerOptions{
		Validator:   c.validateAction,
		Description: "Performs an action of a person, or refuses it.",
	})
	if err != nil {
		return nil, fmt.Errorf("handler %s: %w", ActionUpdate, err)
	}
	opening, err := runAsLocalActivity(ctx, caseActivities.OpenCase, activities.OpenInput{CaseID: in.CaseID})
	if err != nil {
		return nil, fmt.Errorf("open the case: %w", err)
	}
	c.position, c.deadlines = opening.Position, opening.Deadlines
	c.stagger = staggerFor(in.CaseID, opening.Pace)
	if err := c.syncPlanWorkflows(ctx); err != nil {
		return nil, err
	}
	c.loaded = true
	return c, nil
}

// stayInStage waits until an action, evidence or a deadline moves the case out of a
// stage.
func (c *journey) stayInStage(ctx workflow.Context, stage recovery.Stage) error {
	for c.position.Stage == stage {
		// A cancelled timer looks like a finished one, so a workflow that an operator
		// cancelled must end here.
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.waitForChange(ctx); err != nil {
			return err
		}
		if err := c.handleDeadline(ctx); err != nil {
			return err
		}
	}
	return nil
}

// waitForChange sleeps until the next alarm, or until the stage or the next alarm
// changes. Signals are handled while it waits; those that change neither do not
// restart the timer.
func (c *journey) waitForChange(ctx workflow.Context) error {
	next, found := c.nextAlarm()
	stage := c.position.Stage
	hasChanged := func() bool {
		now, still := c.nextAlarm()
		return c.position.Stage != stage || still != found || now.deadline.Kind != next.deadline.Kind || !now.at.Equal(next.at)
	}
	isOver, stop := c.startTimer(ctx, next, found)
	defer stop()
	for !isOver() && !hasChanged() {
		err := workflow.Await(ctx, func() bool {
			return isOver() || hasChanged() || c.evidence.Len() > 0 || c.instalments.Len() > 0
		})
		if err != nil {
			return err
		}
		if err := c.handleEvidenceSignals(ctx); err != nil {
			return err
		}
		if err := c.handleInstalmentSignals(ctx); err != nil {
			return err
		}
	}
	return nil
}

// startTimer starts the timer of an alarm; without one, isOver is never true. The
// caller must call stop. AwaitWithOptions is no substitute: it does not cancel its
// timer.
func (c *journey) startTimer(ctx workflow.Context, next alarm, found bool) (isOver func() bool, stop func()) {
	if !found {
		return func() bool { return false }, func() {}
	}
	left := next.at.Add(c.stagger).Sub(workflow.Now(ctx))
	if left <= 0 {
		return func() bool { return true }, func() {}
	}
	timerCtx, stop := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timerCtx, left, workflow.TimerOptions{Summary: string(next.deadline.Kind)})
	return timer.IsReady, stop
}

// longestStagger is in unpaced time.
const longestStagger = 150 * time.Second

// staggerFor returns a delay of up to 150 seconds, derived from the case id.
// Thousands of deadlines fall due at the same instant (midnight, 18:00); spreading
// them keeps actions of people fast. The delay is constant for the life of a case
// so that replay is deterministic.
func staggerFor(id recovery.CaseID, pace int) time.Duration {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(id)) // never fails
	return time.Duration(hash.Sum64()>>1) % longestStagger / time.Duration(max(1, pace))
}

// handleDeadline writes the step of an alarm that is due. It checks again once it
// holds the mutex, because an action may have come first.
func (c *journey) handleDeadline(ctx workflow.Context) error {
	if _, isDue := c.dueAlarm(workflow.Now(ctx)); !isDue {
		return nil
	}
	if err := c.mutex.Lock(ctx); err != nil {
		return err
	}
	defer c.mutex.Unlock()
	due, isDue := c.dueAlarm(workflow.Now(ctx))
	if !isDue {
		return nil
	}
	_, err := c.writeStep(ctx, due.newStep(c.position))
	return err
}

// handleEvidenceSignals handles the evidence that was added since the last call.
func (c *journey) handleEvidenceSignals(ctx workflow.Context) error {
	for {
		var added EvidenceInput
		if !c.evidence.ReceiveAsync(&added) {
			return nil
		}
		if err := c.handleEvidence(ctx, added.EvidenceID); err != nil {
			return err
		}
	}
}

// handleEvidence returns the case to the agent who requested evidence. Other
// evidence changes nothing here; its journal entry was written when it was added.
func (c *journey) handleEvidence(ctx workflow.Context, id recovery.EvidenceID) error {
	if err := c.mutex.Lock(ctx); err != nil {
		return err
	}
	defer c.mutex.Unlock()
	step, isAwaited := c.position.ReceiveEvidence()
	if !isAwaited {
		return nil
	}
	_, err := c.writeStep(ctx, activities.StepInput{Key: evidenceKey(id), Step: step, EvidenceID: id})
	return err
}

// writeStep writes a step to the database and then applies it to the state. The
// caller holds the mutex.
func (c *journey) writeStep(ctx workflow.Context, in activities.StepInput) (activities.StepResult, error) {
	in.CaseID = c.caseID
	result, err := callTakeStep(ctx, in)
	if err != nil {
		return result, fmt.Errorf("write the step %s: %w", in.Step.Kind, err)
	}
	if result.Abandoned {
		return result, nil
	}
	c.applyStep(in.Step, result)
	return result, c.syncPlanWorkflows(ctx)
}

// callTakeStep runs the steps of actions as normal activities. Their Update is then
// in the history before the database has the step: if it were not, and the server
// lost the Update, people would see a position that the workflow does not have.
// Steps triggered by timers and signals run as local activities: if one is lost,
// the workflow runs it again with the same key.
func callTakeStep(ctx workflow.Context, in activities.StepInput) (activities.StepResult, error) {
	if in.Move != nil {
		return callActivity(withDatabaseOptions(ctx), caseActivities.TakeStep, in)
	}
	return runAsLocalActivity(ctx, caseActivities.TakeStep, in)
}

// validateAction refuses an action that is not possible now, before the history has
// it. While a step is being written, people may already see the position after it,
// so only handleAction can decide then.
func (c *journey) validateAction(_ workflow.Context, in ActionInput) error {
	if !c.loaded || c.mutex.IsLocked() {
		return nil
	}
	return c.checkAction(in)
}

// handleAction performs the actions of people one at a time, each on the position
// that the one before it left.
func (c *journey) handleAction(ctx workflow.Context, in ActionInput) (ActionResult, error) {
	if err := workflow.Await(ctx, func() bool { return c.loaded }); err != nil {
		return ActionResult{}, err
	}
	if err := c.mutex.Lock(ctx); err != nil {
		return ActionResult{}, err
	}
	defer c.mutex.Unlock()
	if result, done := c.results[in.Move.RequestID]; done {
		return result, nil
	}
	move := withTime(ctx, in.Move)
	step, err := c.position.Take(move)
	if err != nil {
		return ActionResult{}, newRefusal(err, c.position, in.Move.Actor.Role)
	}
	written, err := c.writeStep(ctx, activities.StepInput{
		Key: actionKey(in.Move.RequestID), Step: step, Move: &move, Attempt: in.Attempt,
	})
	if err != nil {
		return ActionResult{}, err
	}
	result := ActionResult{Version: written.Version, Abandoned: written.Abandoned}
	if !result.Abandoned {
		c.results[in.Move.RequestID] = result
	}
	return result, nil
}

// withTime sets the time of a move that has none to now.
func withTime(ctx workflow.Context, move recovery.Command) recovery.Command {
	if move.At == nil {
		now := workflow.Now(ctx)
		move.At = &now
	}
	return move
}
