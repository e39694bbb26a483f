package workflows

import (
	"go.temporal.io/sdk/workflow"
)

// Case guides one mis-send from its filing to its end. Each line below is a
// stage; a stage the case does not stand in is passed at once, so skipping
// ahead, closing and withdrawing need no lines of their own.
//
// Beside the stages, repayment plans keep their own calendar: see plan.go. A
// closed case that is reopened, or to which money still comes, is taken up again
// where it stands.
func Case(ctx workflow.Context, in CaseInput) error {
	c, err := open(ctx, in)
	if err != nil {
		return err
	}
	for {
		if err := c.watchRecall(ctx); err != nil {
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
		if err := c.goToLaw(ctx); err != nil {
			return err
		}
		over, err := c.close(ctx)
		if over || err != nil {
			return err
		}
	}
}
