package histories

import "recourse/recovery"

// waits has one scenario for each clock a case waits under.
var waits = []scenario{
	{name: "waiting_recall", start: inGroup(true), strokes: []stroke{supplied}, stage: recovery.RecallWatch},
	{name: "waiting_contact", start: inGroup(false), strokes: []stroke{contact, contact}, stage: recovery.PrivateContact},
	{
		name: "waiting_promise", start: inGroup(false), strokes: []stroke{answer("a", recovery.Promised)},
		stage: recovery.PrivateContact,
	},
	{
		name: "waiting_notice", start: inGroup(false), stage: recovery.GroupNotice,
		strokes: []stroke{answer("a", recovery.Refused), answer("b", recovery.Contested)},
	},
	{
		name: "waiting_preparation", start: inGroup(false), strokes: []stroke{{steps: 2}},
		runOut: []recovery.Clock{recovery.ContactClock, recovery.NoticeClock}, stage: recovery.Appeal,
	},
	{name: "waiting_decision", start: oneToOne(), strokes: []stroke{raise(recovery.Appeal), submit}, stage: recovery.Appeal},
	{
		name: "waiting_evidence", start: oneToOne(), strokes: []stroke{raise(recovery.Appeal), submit, more},
		stage: recovery.Appeal,
	},
	{
		name: "waiting_payout", start: oneToOne(), stage: recovery.Appeal,
		strokes: []stroke{raise(recovery.Appeal), submit, more, withSteps(supplied, 4), decide(recovery.Granted)},
	},
	{
		name: "waiting_route", start: oneToOne(), stage: recovery.Legal,
		strokes: []stroke{raise(recovery.Appeal), submit, decide(recovery.Denied)},
	},
	{
		name: "waiting_legal", start: oneToOne(), stage: recovery.Legal,
		strokes: []stroke{raise(recovery.Legal), route(recovery.SmallClaims), legalStep},
	},
	{
		name: "waiting_refund_answer", start: inGroup(true), strokes: []stroke{{steps: 1}},
		runOut: []recovery.Clock{recovery.AutoRefundClock}, stage: recovery.RecallWatch,
	},
	{
		name: "waiting_first_answer", start: oneToOne(), strokes: []stroke{raise(recovery.Appeal), submit, contact},
		stage: recovery.Appeal,
	},
	{
		name: "waiting_supervisor", start: oneToOne(), strokes: []stroke{raise(recovery.Appeal), withSteps(submit, 3)},
		runOut: []recovery.Clock{recovery.DecisionClock}, stage: recovery.Appeal,
	},
	{
		name: "waiting_platform", start: oneToOne(), strokes: []stroke{raise(recovery.Appeal), submit, forward},
		stage: recovery.Appeal,
	},
	{
		name: "waiting_task", start: oneToOne(), stage: recovery.Legal,
		strokes: []stroke{raise(recovery.Legal), route(recovery.SmallClaims), asked},
	},
	{
		name: "waiting_avoidance", start: oneToOne(), strokes: []stroke{{steps: 1}, contact},
		runOut: []recovery.Clock{recovery.AvoidanceClock}, stage: recovery.PrivateContact,
	},
	{
		name: "waiting_limitation", start: oneToOne(), strokes: []stroke{withSteps(raise(recovery.Legal), 2)},
		runOut: []recovery.Clock{recovery.LimitationClock}, stage: recovery.Legal,
	},
	{name: "waiting_pause", start: oneToOne(), strokes: []stroke{pause}, stage: recovery.PrivateContact},
	{
		name: "waiting_instalment", start: oneToOne(), strokes: []stroke{propose, accept, instalment(1, 40_000)},
		stage: recovery.PrivateContact, calendar: "plan_running",
	},
	{
		name: "waiting_grace", start: oneToOne(), strokes: []stroke{propose, withSteps(accept, 3)},
		runOut: []recovery.Clock{recovery.InstalmentClock}, stage: recovery.PrivateContact, calendar: "plan_told",
	},
}
