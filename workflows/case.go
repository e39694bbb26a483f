package workflows

import (
	"go.temporal.io/sdk/workflow"
)

// Case guides one mis-send from its filing to its end. Each line below is a
// stage; a stage the case does not stand in is passed at once, so skipping
// ahead, closing and withdrawing need no lines of their own.
func Case(ctx workflow.Context, in CaseInput) error {
	c, err := open(ctx, in)
	if err != nil {
		return err
	}
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
	return c.close(ctx)
}
