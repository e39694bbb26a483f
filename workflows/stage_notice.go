package workflows

import (
	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
)

// giveGroupNotice tells the group what happened and asks, without threat or
// blame, for the money to be returned; bystanders may help.
//
// It ends as private contact does: with the money, with refusals all round, or
// with silence past the deadline. A case that was sent one to one never stands
// here. Next is the appeal.
func (c *journey) giveGroupNotice(ctx workflow.Context) error {
	return c.stayIn(ctx, recovery.GroupNotice)
}
