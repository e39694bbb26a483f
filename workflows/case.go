package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
)

// Case runs one case from its filing until it is closed and no right is left to warn
// of. The function of a stage returns at once when the case is in another stage, so
// an action can skip stages, close the case or withdraw it.
//
// Repayment plans run in child workflows: see plan.go. When a closed case whose
// workflow has ended is reopened, or money arrives late, the workflow is started
// again and continues in the stage of the case.
func Case(ctx workflow.Context, in CaseInput) error {
	c, err := openCase(ctx, in)
	if err != nil {
		return err
	}
	for {
		if err := c.waitForRefund(ctx); err != nil {
			return err
		}
		if err := c.contactPrivately(ctx); err != nil {
			return err
		}
		if err := c.giveGroupNotice(ctx); err != nil {
			return err
		}
		if err := c.appealToPlatform(ctx); err != nil {
			return err
		}
		if err := c.takeLegalAction(ctx); err != nil {
			return err
		}
		if err := c.watchRights(ctx); err != nil {
			return err
		}
		closed, err := c.closeCase(ctx)
		if closed || err != nil {
			return err
		}
	}
}

// waitForRefund runs the stage before anybody is asked for money. The platform
// refunds unclaimed money 24 hours after it was sent, and the case waits until then.
//
// The case closes as refunded when the claimant records that all of the money came
// back; a part that came back is counted. Next is private contact, because money
// that is still missing then has been claimed by somebody.
func (c *runningCase) waitForRefund(ctx workflow.Context) error {
	return c.stayInStage(ctx, recovery.RecallWatch)
}

// contactPrivately runs the first stage with other people: the claimant writes a
// polite message to each counterpart and records the answers.
//
// It ends when all of the money came back, when every counterpart has refused, or
// when the time for answers is over. A promise to return the money sets a new
// deadline; a broken promise counts as no answer. Next is the group notice, or the
// appeal when the money was sent to one person outside a group.
func (c *runningCase) contactPrivately(ctx workflow.Context) error {
	return c.stayInStage(ctx, recovery.PrivateContact)
}

// giveGroupNotice runs the stage in which the claimant tells the group what happened
// and asks for the money, without threats or blame, so that other members can help.
//
// It ends like private contact: all of the money came back, every counterpart has
// refused, or the time is over. A case outside a group never has this stage. Next
// is the appeal.
func (c *runningCase) giveGroupNotice(ctx workflow.Context) error {
	return c.stayInStage(ctx, recovery.GroupNotice)
}

// appealToPlatform runs the stage in which the customer service of the platform is
// asked to help, with the evidence collected so far.
//
// The claimant prepares and submits the appeal. An agent examines it, may request
// more evidence (any new evidence returns the case to the agent), and decides.
// Granted money must be paid within its own deadline. Next is the legal stage: after
// a denial, or when the appeal, the decision or the payment does not come in time.
func (c *runningCase) appealToPlatform(ctx workflow.Context) error {
	return c.stayInStage(ctx, recovery.Appeal)
}

// takeLegalAction runs the last stage. The claimant or the legal staff choose a legal
// route (a demand letter, mediation, a payment order, a lawsuit, a police report)
// and record its steps. They may choose another route later, which restarts the
// deadline.
//
// It ends when all of the money came back, when the staff close the case with a
// settlement or a judgment, or when the time is over.
func (c *runningCase) takeLegalAction(ctx workflow.Context) error {
	return c.stayInStage(ctx, recovery.Legal)
}

// watchRights runs on after a case was closed with money missing, because the
// claimant can still go to court: to avoid the payment for ninety days after they
// learned of the mistake, and to claim it back for three years. It warns before the
// last day of each right and records when the right has ended.
//
// It ends when both rights have ended, when all of the money came back, when the case
// is reopened, and when it was erased, because nobody is left to warn. A claimant who
// withdrew the case is not warned.
func (c *runningCase) watchRights(ctx workflow.Context) error {
	return c.stayWhile(ctx, func() bool { return !c.position.IsOpen() && len(c.deadlines) > 0 })
}

// closeCase waits for the actions in progress and reports whether the case is still
// closed and nothing is left to watch, because one of them may have reopened it or
// restored a right. It drops the remaining signals: they cannot change a closed case.
func (c *runningCase) closeCase(ctx workflow.Context) (closed bool, err error) {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return false, fmt.Errorf("wait for the actions in progress: %w", err)
	}
	if c.position.IsOpen() || len(c.deadlines) > 0 {
		return false, nil
	}
	for c.evidence.ReceiveAsync(nil) || c.instalments.ReceiveAsync(nil) {
	}
	return true, nil
}
