package histories

import "recourse/recovery"

// waitingScenarios has one scenario for each clock that a case waits for.
var waitingScenarios = []scenario{
	{name: "waiting_recall", start: groupPosition(true), events: []event{evidenceAdded}, stage: recovery.RecallWatch},
	{name: "waiting_contact", start: groupPosition(false), events: []event{recordContact, recordContact}, stage: recovery.PrivateContact},
	{
		name: "waiting_promise", start: groupPosition(false), events: []event{recordResponse("a", recovery.Promised)},
		stage: recovery.PrivateContact,
	},
	{
		name: "waiting_notice", start: groupPosition(false), stage: recovery.GroupNotice,
		events: []event{recordResponse("a", recovery.Refused), recordResponse("b", recovery.Contested)},
	},
	{
		name: "waiting_preparation", start: groupPosition(false), events: []event{{steps: 2}},
		expiring: []recovery.Clock{recovery.ContactClock, recovery.NoticeClock}, stage: recovery.Appeal,
	},
	{name: "waiting_decision", start: privatePosition(), events: []event{escalateTo(recovery.Appeal), submitAppeal}, stage: recovery.Appeal},
	{
		name: "waiting_evidence", start: privatePosition(), events: []event{escalateTo(recovery.Appeal), submitAppeal, requestEvidence},
		stage: recovery.Appeal,
	},
	{
		name: "waiting_payout", start: privatePosition(), stage: recovery.Appeal,
		events: []event{escalateTo(recovery.Appeal), submitAppeal, requestEvidence, withExpectedSteps(evidenceAdded, 4), decideAppeal(recovery.Granted)},
	},
	{
		name: "waiting_route", start: privatePosition(), stage: recovery.Legal,
		events: []event{escalateTo(recovery.Appeal), submitAppeal, decideAppeal(recovery.Denied)},
	},
	{
		name: "waiting_legal", start: privatePosition(), stage: recovery.Legal,
		events: []event{escalateTo(recovery.Legal), chooseRoute(recovery.SmallClaims), recordHearing},
	},
	{
		name: "waiting_refund_answer", start: groupPosition(true), events: []event{{steps: 1}},
		expiring: []recovery.Clock{recovery.AutoRefundClock}, stage: recovery.RecallWatch,
	},
	{
		name: "waiting_first_answer", start: privatePosition(), events: []event{escalateTo(recovery.Appeal), submitAppeal, recordContact},
		stage: recovery.Appeal,
	},
	{
		name: "waiting_supervisor", start: privatePosition(), events: []event{escalateTo(recovery.Appeal), withExpectedSteps(submitAppeal, 3)},
		expiring: []recovery.Clock{recovery.DecisionClock}, stage: recovery.Appeal,
	},
	{
		name: "waiting_platform", start: privatePosition(), events: []event{escalateTo(recovery.Appeal), submitAppeal, askPlatform},
		stage: recovery.Appeal,
	},
	{
		name: "waiting_task", start: privatePosition(), stage: recovery.Legal,
		events: []event{escalateTo(recovery.Legal), chooseRoute(recovery.SmallClaims), recordPlatformRequest},
	},
	{
		name: "waiting_avoidance", start: privatePosition(), events: []event{{steps: 1}, recordContact},
		expiring: []recovery.Clock{recovery.AvoidanceClock}, stage: recovery.PrivateContact,
	},
	{
		name: "waiting_limitation", start: privatePosition(), events: []event{withExpectedSteps(escalateTo(recovery.Legal), 2)},
		expiring: []recovery.Clock{recovery.LimitationClock}, stage: recovery.Legal,
	},
	{name: "waiting_pause", start: privatePosition(), events: []event{pauseCase}, stage: recovery.PrivateContact},
	{
		name: "waiting_instalment", start: privatePosition(), events: []event{proposePlan, acceptPlan, recordInstalment(1, 40_000)},
		stage: recovery.PrivateContact, planHistory: "plan_running",
	},
	{
		name: "waiting_grace", start: privatePosition(), events: []event{proposePlan, withExpectedSteps(acceptPlan, 3)},
		expiring: []recovery.Clock{recovery.InstalmentClock}, stage: recovery.PrivateContact, planHistory: "plan_told",
	},
}
