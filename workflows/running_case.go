package workflows

import (
	"fmt"
	"hash/fnv"
	"time"

	"go.temporal.io/sdk/workflow"

	"recourse/activities"
	"recourse/recovery"
)

// runningCase is the workflow of one case while it runs. Its state changes only
// while mutex is held.
type runningCase struct {
	state
	caseID      recovery.CaseID
	mutex       workflow.Mutex
	run         runUsage
	evidence    workflow.ReceiveChannel
	instalments workflow.ReceiveChannel
	plans       []runningPlan // whose child workflows may be open
	loaded      bool          // the case was read from the database
	stagger     time.Duration // between a deadline and the step it triggers
}

// openCase reads the case from the database and starts its plans. The first action
// may arrive with the start of the workflow, so the Update handler is set before
// anything else; it waits until the case is loaded.
func openCase(ctx workflow.Context, in CaseInput) (*runningCase, error) {
	c := &runningCase{
		state: state{results: in.Results}, caseID: in.CaseID, mutex: workflow.NewMutex(ctx),
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
	c.run.maxActions = opening.ActionsPerRun
	if err := c.syncPlanWorkflows(ctx); err != nil {
		return nil, err
	}
	c.loaded = true
	return c, nil
}

// stayInStage waits until an action, evidence or a deadline moves the case out of a
// stage.
func (c *runningCase) stayInStage(ctx workflow.Context, stage recovery.Stage) error {
	return c.stayWhile(ctx, func() bool { return c.position.Stage == stage })
}

// stayWhile handles actions, evidence and deadlines while a condition holds. When the
// run is full, it returns the error that continues the workflow in a new run.
func (c *runningCase) stayWhile(ctx workflow.Context, holds func() bool) error {
	for holds() {
		// A cancelled timer looks like a finished one, so a workflow that an operator
		// cancelled must end here.
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.run.isFull(ctx) {
			return c.continueAsNew(ctx)
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
// changes, or the run is full. Signals are handled while it waits; those that change
// neither do not restart the timer.
func (c *runningCase) waitForChange(ctx workflow.Context) error {
	next, found := c.nextAlarm()
	stage := c.position.Stage
	hasChanged := func() bool {
		current, stillFound := c.nextAlarm()
		return c.run.isFull(ctx) || c.position.Stage != stage || stillFound != found || current.deadline.Kind != next.deadline.Kind || !current.at.Equal(next.at)
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
func (c *runningCase) startTimer(ctx workflow.Context, next alarm, found bool) (isOver func() bool, stop func()) {
	if !found {
		return func() bool { return false }, func() {}
	}
	wait := next.at.Add(c.stagger).Sub(workflow.Now(ctx))
	if wait <= 0 {
		return func() bool { return true }, func() {}
	}
	timerCtx, stop := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timerCtx, wait, workflow.TimerOptions{Summary: string(next.deadline.Kind)})
	return timer.IsReady, stop
}

// longestStagger is the limit at pace 1.
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
func (c *runningCase) handleDeadline(ctx workflow.Context) error {
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
	result, err := c.writeStep(ctx, due.newStep(c.position))
	if result.Abandoned {
		c.deadlines = nil // the case was erased: nothing is due any more
	}
	return err
}

// handleEvidenceSignals handles the evidence that was added since the last call.
func (c *runningCase) handleEvidenceSignals(ctx workflow.Context) error {
	for {
		var added EvidenceInput
		if !c.evidence.ReceiveAsync(&added) {
			return nil
		}
		c.run.signals++
		if err := c.handleEvidence(ctx, added.EvidenceID); err != nil {
			return err
		}
	}
}

// handleEvidence returns the case to the agent who requested evidence. Other
// evidence changes nothing here; its journal entry was written when it was added.
func (c *runningCase) handleEvidence(ctx workflow.Context, id recovery.EvidenceID) error {
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
func (c *runningCase) writeStep(ctx workflow.Context, in activities.StepInput) (activities.StepResult, error) {
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

// callTakeStep runs the step of an action as a normal activity, because the Update
// is then in the history before the step is in the database. Otherwise the server
// could lose the Update, and people would see a position that the workflow does not
// have. The steps of timers and signals run as local activities: if one is lost, the
// workflow runs it again with the same key.
func callTakeStep(ctx workflow.Context, in activities.StepInput) (activities.StepResult, error) {
	if in.Command != nil {
		return callActivity(withDatabaseOptions(ctx), caseActivities.TakeStep, in)
	}
	return runAsLocalActivity(ctx, caseActivities.TakeStep, in)
}

// validateAction refuses an action that is not possible now, so that it is not
// written to the history. While a step is being written, people may already see the
// position after it, so only handleAction can decide then.
func (c *runningCase) validateAction(_ workflow.Context, in ActionInput) error {
	if c.run.isEnding {
		return newRunEnds()
	}
	if !c.loaded || c.mutex.IsLocked() {
		return nil
	}
	return c.checkAction(in)
}

// handleAction performs the actions of people one at a time, each on the position
// that the one before it left.
func (c *runningCase) handleAction(ctx workflow.Context, in ActionInput) (ActionResult, error) {
	defer func() { c.run.actions++ }()
	if err := workflow.Await(ctx, func() bool { return c.loaded }); err != nil {
		return ActionResult{}, err
	}
	if err := c.mutex.Lock(ctx); err != nil {
		return ActionResult{}, err
	}
	defer c.mutex.Unlock()
	if result, done := c.findResult(in.Command.RequestID); done {
		return result, nil
	}
	result, err := c.performAction(ctx, in)
	if err == nil && !result.Abandoned {
		c.keepResult(in.Command.RequestID, result)
	}
	return result, err
}

// performAction checks an action and writes its step. The caller holds the mutex.
func (c *runningCase) performAction(ctx workflow.Context, in ActionInput) (ActionResult, error) {
	command := withTime(ctx, in.Command)
	if err := c.checkVersion(command); err != nil {
		return ActionResult{}, err
	}
	step, err := c.position.Take(command)
	if err != nil {
		return ActionResult{}, newRefusal(err, c.position, in.Command.Actor.Role)
	}
	if command.Action.CorrectsEntry() {
		return c.correctEntry(ctx, command, in.Attempt)
	}
	written, err := c.writeStep(ctx, activities.StepInput{
		Key: actionKey(in.Command.RequestID), Step: step, Command: &command, Attempt: in.Attempt,
	})
	return ActionResult{Version: written.Version, Abandoned: written.Abandoned}, err
}

// withTime returns the command with the current time if it has no time.
func withTime(ctx workflow.Context, command recovery.Command) recovery.Command {
	if command.At == nil {
		now := workflow.Now(ctx)
		command.At = &now
	}
	return command
}
