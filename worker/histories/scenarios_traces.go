package histories

import "recourse/recovery"

// traces are the walk of the sample, and what else leaves a trace of its own.
var traces = []scenario{
	// The walk of the sample: silence twice, an appeal denied, a suit chosen.
	{
		name: "sample_walk", start: inGroup(false), stage: recovery.Legal,
		runOut: []recovery.Clock{recovery.ContactClock, recovery.NoticeClock},
		strokes: []stroke{
			supplied, withSteps(contact, 3), submit, platformReply, decide(recovery.Denied), route(recovery.SmallClaims),
		},
	},
	// What else leaves its own trace.
	{
		name: "evidence_not_supplied", start: oneToOne(), stage: recovery.Appeal,
		runOut:  []recovery.Clock{recovery.MoreEvidenceClock},
		strokes: []stroke{raise(recovery.Appeal), submit, withSteps(more, 4)},
	},
	{
		name: "decision_not_made", start: oneToOne(), stage: recovery.Legal,
		runOut:  []recovery.Clock{recovery.FirstAnswerClock, recovery.DecisionClock, recovery.SupervisorClock},
		strokes: []stroke{raise(recovery.Appeal), withSteps(submit, 5)},
	},
	{
		name: "database_away", start: inGroup(false), stage: recovery.GroupNotice, falters: 2,
		runOut: []recovery.Clock{recovery.ContactClock}, strokes: []stroke{withSteps(supplied, 1)},
	},
	{
		name: "payout_not_made", start: oneToOne(), stage: recovery.Legal, runOut: []recovery.Clock{recovery.PayoutClock},
		strokes: []stroke{raise(recovery.Appeal), submit, withSteps(decide(recovery.Granted), 4)},
	},
	{
		name: "opened_by_an_act", start: oneToOne(), stage: recovery.Closed, outcome: recovery.Withdrawn, unstarted: true,
		strokes: []stroke{contact, withdraw},
	},
	{
		name: "abandoned_and_refused", start: oneToOne(), stage: recovery.Closed, outcome: recovery.Withdrawn,
		strokes: []stroke{{actor: recovery.RoleAgent, act: raise(recovery.Appeal).act, abandon: true}, refusedStroke(submit), withdraw},
	},
	{
		name: "platform_silent", start: oneToOne(), stage: recovery.Appeal, runOut: []recovery.Clock{recovery.PlatformClock},
		strokes: []stroke{raise(recovery.Appeal), submit, withSteps(forward, 4), platformReply},
	},
	{
		name: "four_eyes", start: eyed(), stage: recovery.Legal,
		strokes: []stroke{raise(recovery.Appeal), submit, decide(recovery.Denied), approve},
	},
	{
		name: "paused_and_resumed", start: oneToOne(), stage: recovery.PrivateContact, strokes: []stroke{pause, resume},
	},
	{
		name: "pause_ended_by_itself", start: oneToOne(), stage: recovery.PrivateContact, strokes: []stroke{withSteps(pause, 2)},
		runOut: []recovery.Clock{recovery.PauseClock},
	},
	{
		name: "plan_fulfilled", start: oneToOne(), stage: recovery.Closed, outcome: recovery.RecoveredFull,
		strokes: []stroke{propose, accept, instalment(1, 40_000), instalment(2, 60_000)},
	},
	{
		name: "plan_broken", start: oneToOne(), stage: recovery.Appeal,
		runOut:  []recovery.Clock{recovery.InstalmentClock, recovery.GraceClock},
		strokes: []stroke{propose, withSteps(accept, 4)},
	},
	{
		name: "task_overdue", start: oneToOne(), stage: recovery.Legal, runOut: []recovery.Clock{recovery.TaskClock},
		strokes: []stroke{raise(recovery.Legal), route(recovery.SmallClaims), withSteps(asked, 4)},
	},
	{
		name: "reopened", start: oneToOne(), stage: recovery.PrivateContact, strokes: []stroke{withdraw, reopen},
	},
	{
		name: "returned_after_closing", start: oneToOne(), stage: recovery.Closed, outcome: recovery.RecoveredFull,
		strokes: []stroke{end(recovery.Unrecovered), back(100_000, recovery.Cash)},
	},
}
