package histories

import "recourse/recovery"

// otherScenarios has the sample case, and everything else with a history of its own.
var otherScenarios = []scenario{
	// The sample case: no answer twice, an appeal denied, a lawsuit chosen.
	{
		name: "sample_walk", start: groupPosition(false), stage: recovery.Legal,
		expiring: []recovery.Clock{recovery.ContactClock, recovery.NoticeClock},
		events: []event{
			evidenceAdded, withExpectedSteps(recordContact, 3), submitAppeal, recordPlatformReply, decideAppeal(recovery.Denied), chooseRoute(recovery.SmallClaims),
		},
	},
	{
		name: "evidence_not_supplied", start: privatePosition(), stage: recovery.Appeal,
		expiring: []recovery.Clock{recovery.MoreEvidenceClock},
		events:   []event{escalateTo(recovery.Appeal), submitAppeal, withExpectedSteps(requestEvidence, 4)},
	},
	{
		name: "decision_not_made", start: privatePosition(), stage: recovery.Legal,
		expiring: []recovery.Clock{recovery.FirstAnswerClock, recovery.DecisionClock, recovery.SupervisorClock},
		events:   []event{escalateTo(recovery.Appeal), withExpectedSteps(submitAppeal, 5)},
	},
	{
		name: "database_away", start: groupPosition(false), stage: recovery.GroupNotice, failedWrites: 2,
		expiring: []recovery.Clock{recovery.ContactClock}, events: []event{withExpectedSteps(evidenceAdded, 1)},
	},
	{
		name: "payout_not_made", start: privatePosition(), stage: recovery.Legal, expiring: []recovery.Clock{recovery.PayoutClock},
		events: []event{escalateTo(recovery.Appeal), submitAppeal, withExpectedSteps(decideAppeal(recovery.Granted), 4)},
	},
	{
		name: "opened_by_an_act", start: privatePosition(), stage: recovery.Closed, outcome: recovery.Withdrawn, startedByAction: true,
		events: []event{recordContact, withdrawCase},
	},
	{
		name: "abandoned_and_refused", start: privatePosition(), stage: recovery.Closed, outcome: recovery.Withdrawn,
		events: []event{{actor: recovery.RoleAgent, act: escalateTo(recovery.Appeal).act, isAbandoned: true}, expectRefusal(submitAppeal), withdrawCase},
	},
	{
		name: "platform_silent", start: privatePosition(), stage: recovery.Appeal, expiring: []recovery.Clock{recovery.PlatformClock},
		events: []event{escalateTo(recovery.Appeal), submitAppeal, withExpectedSteps(askPlatform, 4), recordPlatformReply},
	},
	{
		name: "four_eyes", start: fourEyesPosition(), stage: recovery.Legal,
		events: []event{escalateTo(recovery.Appeal), submitAppeal, decideAppeal(recovery.Denied), approveDecision},
	},
	{
		name: "paused_and_resumed", start: privatePosition(), stage: recovery.PrivateContact, events: []event{pauseCase, resumeCase},
	},
	{
		name: "pause_ended_by_itself", start: privatePosition(), stage: recovery.PrivateContact, events: []event{withExpectedSteps(pauseCase, 2)},
		expiring: []recovery.Clock{recovery.PauseClock},
	},
	{
		name: "plan_fulfilled", start: privatePosition(), stage: recovery.Closed, outcome: recovery.RecoveredFull,
		events: []event{proposePlan, acceptPlan, recordInstalment(1, 40_000), recordInstalment(2, 60_000)},
	},
	{
		name: "plan_broken", start: privatePosition(), stage: recovery.Appeal,
		expiring: []recovery.Clock{recovery.InstalmentClock, recovery.GraceClock},
		events:   []event{proposePlan, withExpectedSteps(acceptPlan, 4)},
	},
	{
		name: "task_overdue", start: privatePosition(), stage: recovery.Legal, expiring: []recovery.Clock{recovery.TaskClock},
		events: []event{escalateTo(recovery.Legal), chooseRoute(recovery.SmallClaims), withExpectedSteps(recordPlatformRequest, 4)},
	},
	{
		name: "corrected", start: privatePosition(), stage: recovery.PrivateContact, events: []event{recordResponse("a", recovery.Refused), correctEntry(2)},
	},
	{
		name: "corrected_after_closing", start: privatePosition(), stage: recovery.PrivateContact,
		events: []event{closeCase(recovery.Unrecovered), correctEntry(2)},
	},
	{
		name: "corrected_instalment", start: privatePosition(), stage: recovery.PrivateContact,
		events: []event{proposePlan, acceptPlan, recordInstalment(1, 40_000), correctEntry(4)},
	},
	{
		name: "reopened", start: privatePosition(), stage: recovery.PrivateContact, events: []event{withdrawCase, reopenCase},
	},
	{
		name: "reopened_while_rights_run", start: privatePosition(), stage: recovery.PrivateContact,
		events: []event{closeCase(recovery.Unrecovered), reopenCase},
	},
	{
		name: "rights_ended_after_closing", start: groupPosition(true), stage: recovery.Closed, outcome: recovery.Unrecovered,
		events:   []event{withExpectedSteps(closeCase(recovery.Unrecovered), 3)},
		expiring: []recovery.Clock{recovery.AvoidanceClock, recovery.LimitationClock},
	},
	{
		name: "returned_after_closing", start: privatePosition(), stage: recovery.Closed, outcome: recovery.RecoveredFull,
		events: []event{closeCase(recovery.Unrecovered), recordReturn(100_000, recovery.Cash)},
	},
}
