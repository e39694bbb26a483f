package recovery

import "slices"

var (
	openStages  = []Stage{RecallWatch, PrivateContact, GroupNotice, Appeal, Legal}
	beforeLegal = []Stage{RecallWatch, PrivateContact, GroupNotice, Appeal}
	afterRecall = []Stage{PrivateContact, GroupNotice, Appeal, Legal}
	inAppeal    = []Stage{Appeal}
	inLegal     = []Stage{Legal}
	whenClosed  = []Stage{Closed}

	caseRoles  = []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal}
	everyParty = []Role{RoleClaimant, RoleCounterpart, RoleAgent, RoleSupervisor, RoleLegal}
	deskRoles  = []Role{RoleAgent, RoleSupervisor}
	legalRoles = []Role{RoleClaimant, RoleLegal}
	ownerRoles = []Role{RoleClaimant, RoleSupervisor}
	approvers  = []Role{RoleSupervisor, RoleLegal}
	// An agent may not pause: that would stop the agent's own clocks.
	pauseRoles = []Role{RoleClaimant, RoleSupervisor, RoleLegal}
)

var (
	always       = Condition{"", func(Position) bool { return true }}
	notHalted    = Condition{"not paused, no running plan for the whole amount", func(p Position) bool { return !p.isHalted() }}
	notPaused    = Condition{"not paused", func(p Position) bool { return p.Pause == nil }}
	whilePaused  = Condition{"paused", func(p Position) bool { return p.Pause != nil }}
	routeChosen  = Condition{"a route is chosen", func(p Position) bool { return p.Route != "" }}
	planProposed = Condition{"a plan is proposed", func(p Position) bool { return p.hasPlan(false) }}
	planRunning  = Condition{"a plan is running", func(p Position) bool { return p.hasPlan(true) }}
	notInDanger  = Condition{"nobody deceived, threatened or asked the claimant, and it was no gambling", func(p Position) bool {
		return !p.Facts.IsInDanger()
	}}
	planPossible    = bothHold(notHalted, notInDanger)
	planWelcome     = bothHold(planProposed, notInDanger)
	correctionWaits = Condition{"a correction waits for approval", func(p Position) bool { return len(p.PendingCorrections) > 0 }}
	moneyMissing    = Condition{"money is still missing", func(p Position) bool { return p.Outstanding() > 0 }}
	wasTried        = Condition{"a recovery was attempted", func(p Position) bool {
		return p.Outcome != AutoRefunded && p.Outcome != NotEligible
	}}
)

func bothHold(a, b Condition) Condition {
	return Condition{a.About + "; " + b.About, func(p Position) bool { return a.holds(p) && b.holds(p) }}
}

// appealIs holds while the appeal is in one of the states, unless the case is
// halted.
func appealIs(states ...AppealState) Condition {
	return Condition{"appeal " + joinValues(states) + "; " + notHalted.About, func(p Position) bool {
		return slices.Contains(states, p.Appeal) && !p.isHalted()
	}}
}

func (p Position) hasPlan(running bool) bool {
	return slices.ContainsFunc(p.Plans, func(plan Plan) bool { return plan.Running == running })
}

// actionTable is the one table of actions. A new action is a new row here, a
// constant in actions.go and its words in texts/.
var actionTable = slices.Concat(contactActions(), planActions(), appealActions(), legalActions(), caseActions(), amendActions(), correctionActions(), deskActions())

func contactActions() []ActionSpec {
	return []ActionSpec{{
		Name: PlanContact, Rank: 1, Stages: openStages, Roles: caseRoles, When: notInDanger, Entry: EntryContactPlanned,
		About: "Checks a message before it is sent: how often, at what hour, to whom, and what it says. " +
			"The plan is recorded; nothing is sent. A message that should not be sent is refused with 409 `contact_limit`, " +
			"`quiet_hours`, `no_contact` or `text_unsafe`; `detail` names the article and the earliest allowed time, " +
			"`errors` each place in the text.",
		Fields: []Field{contactChannel(required), counterpartField(optional), textField("text", required), inGroupField()},
	}, {
		Name: RecordContact, Rank: 2, Stages: openStages, Roles: caseRoles, When: always, Entry: EntryContactRecorded,
		About:  "Records a message that was sent, and every limit it exceeded.",
		Fields: []Field{contactChannel(required), counterpartField(optional), textField("text", required), pastField("sent_at", required), inGroupField()},
		apply:  Position.recordContact,
	}, {
		Name: RecordMediation, Rank: 6, Stages: openStages, Roles: caseRoles, When: always, Entry: EntryMediationRecorded,
		About:  "Records that another person asked for the money to be returned.",
		Fields: []Field{textField("text", required), contactChannel(optional), pastField("at", required)},
		apply:  keepPosition,
	}, {
		Name: RecordResponse, Rank: 3, Stages: openStages, Roles: everyParty, When: always, Entry: EntryResponseRecorded,
		About: "Records a counterpart's answer. Money counts only when the claimant or the staff reports it; when everyone who still " +
			"owes money refuses, the next stage begins.",
		Fields: []Field{
			counterpartField(required), choiceField("kind", "response", Responses, required),
			choiceField("refusal", "refusal", Refusals, optional),
			moneyField(optional).described("Only with `returned` and `partly_returned`; required with the latter"),
			textField("text", optional), pastField("at", required), emailField(), confirmField(),
		},
		check: checkResponse, apply: Position.recordResponse,
	}, {
		Name: RecordReturn, Rank: 4, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryReturnRecorded,
		About: "Counts money that came back, from a counterpart or by the platform's own refund. Closes the case when nothing is " +
			"missing. Also allowed on closed cases, because money can arrive late.",
		Fields: []Field{moneyField(required), counterpartField(optional), returnChannel(), pastField("at", required), confirmField()},
		check:  checkReturn, apply: Position.recordReturn,
	}, {
		Name: ReportHarassment, Rank: 7, Stages: openStages, Roles: everyParty, When: always, Entry: EntryHarassmentReported,
		About:  "Stops all private messages to a counterpart who feels harassed.",
		Fields: []Field{counterpartField(required), textField("text", required), pastField("at", optional), emailField()},
		apply:  Position.reportHarassment,
	}}
}

func planActions() []ActionSpec {
	return []ActionSpec{{
		Name: ProposePlan, Rank: 5, Stages: afterRecall, Roles: everyParty, When: planPossible, Entry: EntryPlanProposed,
		About: "Proposes to pay in instalments that add up to what one counterpart owes. Replaces an earlier proposal.",
		Fields: []Field{
			counterpartField(required), {Name: "instalments", Form: InstalmentsForm, Required: true, Max: MaxInstalments}, emailField(),
		},
		apply: Position.proposePlan,
	}, {
		Name: AcceptPlan, Stages: afterRecall, Roles: everyParty, When: planWelcome, Entry: EntryPlanAccepted,
		About:  "Starts a proposed plan, unless its first day has passed. Counterparts cannot accept their own proposal.",
		Fields: []Field{counterpartField(required).withPlan(ProposedPlans), emailField()},
		apply:  Position.acceptPlan,
	}, {
		Name: DeclinePlan, Stages: afterRecall, Roles: everyParty, When: planProposed, Entry: EntryPlanDeclined,
		About:  "Declines a proposed plan.",
		Fields: []Field{counterpartField(required).withPlan(ProposedPlans), textField("reason", optional), emailField()},
		apply:  Position.declinePlan,
	}, {
		Name: RecordInstalment, Stages: afterRecall, Roles: caseRoles, When: planRunning, Entry: EntryInstalmentRecorded,
		About: "Counts a payment on a running plan. It fills the earliest open instalment first.",
		Fields: []Field{
			counterpartField(optional).withPlan(RunningPlans).described("Required when several plans are running"),
			{Name: "no", Form: NumberForm, Required: true, Max: MaxInstalments}, moneyField(required), pastField("at", required), confirmField(),
		},
		apply: Position.recordInstalment,
	}}
}

func appealActions() []ActionSpec {
	return []ActionSpec{{
		Name: Escalate, Rank: 11, Stages: beforeLegal, Roles: caseRoles, When: notHalted, Entry: EntryEscalated,
		About:  "Enters a later stage early, with a reason.",
		Fields: []Field{choiceField("to", "stage", Stages, required).laterStages(), textField("reason", required)},
		apply:  Position.escalateCase,
	}, {
		Name: SubmitAppeal, Stages: inAppeal, Roles: []Role{RoleClaimant, RoleAgent}, When: appealIs(AppealPreparing), Entry: EntryAppealSubmitted,
		About:  "Submits the prepared appeal to the staff, once.",
		Fields: []Field{{Name: "confirm", Form: ConfirmForm, Required: true}},
		apply:  Position.submitAppeal,
	}, {
		Name: AskPlatform, Stages: inAppeal, Roles: deskRoles, When: appealIs(AppealSubmitted), Entry: EntryPlatformAsked,
		About:  "Forwards the appeal to the platform. The staff's clock stops until the platform answers.",
		Fields: []Field{referenceField(), textField("note", optional), pastField("at", optional)},
		apply:  Position.askPlatform,
	}, {
		Name: RequestEvidence, Stages: inAppeal, Roles: deskRoles, When: appealIs(AppealSubmitted, AppealWithPlatform), Entry: EntryEvidenceRequested,
		About: "Asks the claimant for more evidence. The staff's clock stops until it arrives or its deadline passes.",
		Fields: []Field{
			{Name: "kinds", Form: ChoicesForm, Required: true, Words: "evidence_kind", Choices: ToStrings(EvidenceKinds), Max: len(EvidenceKinds)},
			textField("note", optional),
		},
		apply: Position.requestEvidence,
	}, {
		Name: RecordPlatformReply, Stages: inAppeal, Roles: deskRoles, Entry: EntryPlatformReplied,
		When:  appealIs(AppealSubmitted, AppealMoreEvidence, AppealWithPlatform, AppealProposed, AppealGranted),
		About: "Records what the platform replied, and who has to act next.",
		Fields: []Field{
			wordField("kind", "reply_kind", "received", "processing", "ticket_opened", "needs_more", "refunded", "refused", OtherWord),
			textField("text", optional), referenceField(), pastField("at", required),
		},
		apply: Position.recordPlatformReply,
	}, {
		Name: DecideAppeal, Stages: inAppeal, Roles: deskRoles, When: appealIs(AppealSubmitted, AppealWithPlatform), Entry: EntryAppealDecided,
		About: "Grants an amount or denies the appeal. If more is missing than the playbook's limit, the decision is only a proposal.",
		Fields: []Field{
			choiceField("decision", "decision", Decisions, required),
			moneyField(optional).described("Required with `partly_granted`, never with `denied`"), textField("reason", required),
		},
		check: checkDecision, apply: Position.decideAppeal,
	}, {
		Name: ApproveDecision, Stages: inAppeal, Roles: deskRoles, When: appealIs(AppealProposed), Entry: EntryAppealDecided,
		About: "Carries out a proposed decision. The person who proposed it may not approve it.",
		apply: Position.approveDecision,
	}, {
		Name: RejectDecision, Stages: inAppeal, Roles: deskRoles, When: appealIs(AppealProposed), Entry: EntryDecisionRejected,
		About:  "Rejects a proposed decision.",
		Fields: []Field{textField("reason", required)},
		apply:  Position.rejectDecision,
	}}
}

func legalActions() []ActionSpec {
	return []ActionSpec{{
		Name: ChooseRoute, Stages: inLegal, Roles: legalRoles, When: notHalted, Entry: EntryRouteChosen,
		About:  "Chooses a legal route and restarts its clock.",
		Fields: []Field{choiceField("route", "route", Routes, required), textField("why", required)},
		apply:  Position.chooseRoute,
	}, {
		Name: RecordLegalStep, Stages: inLegal, Roles: legalRoles, When: routeChosen, Entry: EntryLegalStep,
		About: "Records a legal step and its cost. Known kinds open and close tasks and interrupt the limitation period, for the " +
			"counterpart they name or else for all.",
		Fields: []Field{
			wordField("kind", "legal_kind", append(LegalStepKinds(), "accepted", "mediation_held", "hearing_held", "order_issued", "judgment", OtherWord)...).withOwnWord(),
			counterpartField(optional).emptyMeansAll().described("The counterpart the step is directed at. Without it the step concerns every counterpart; " +
				"in a case of several it is required for " + joinValues(directedLegalSteps())),
			referenceField(), moneyField(optional), pastField("at", required), confirmField(),
		},
		check: checkLegalStep, apply: Position.recordLegalStep,
	}}
}

func caseActions() []ActionSpec {
	reason := []Field{textField("reason", required)}
	return []ActionSpec{{
		Name: PauseCase, Rank: 12, Stages: afterRecall, Roles: pauseRoles, When: notPaused, Entry: EntryPaused,
		About: "Stops every deadline set by people, until a day or the end of the longest pause. Plans, legal deadlines and money go on.",
		Fields: []Field{textField("reason", required), {
			Name: "until", Form: FutureForm,
			About: "In the future, at most a year ahead; the playbook's own end when absent or later",
		}},
		apply: Position.pauseCase,
	}, {
		Name: ResumeCase, Stages: afterRecall, Roles: caseRoles, When: whilePaused, Entry: EntryResumed,
		About: "Ends a pause.",
		apply: Position.resumeCase,
	}, {
		Name: Withdraw, Rank: 14, Stages: openStages, Roles: ownerRoles, When: always, Entry: EntryWithdrawn,
		About:  "Closes the case because the claimant gives up the claim.",
		Fields: reason, apply: Position.withdrawCase,
	}, {
		Name: CloseCase, Rank: 15, Stages: openStages, Roles: []Role{RoleSupervisor, RoleLegal}, When: always, Entry: EntryClosed,
		About:  "Closes the case with an outcome that agrees with the amounts.",
		Fields: []Field{choiceField("outcome", "outcome", Outcomes, required), textField("reason", required)},
		apply:  Position.closeByPerson,
	}, {
		Name: Reopen, Stages: whenClosed, Roles: pauseRoles, When: moneyMissing, Entry: EntryReopened,
		About:  "Reopens a closed case in the stage in which it was closed.",
		Fields: reason, apply: Position.reopenCase,
	}, {
		Name: ReportDanger, Rank: 16, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryDangerReported,
		About: "Reports that the money was sent because of fraud, a threat, gambling or somebody's request. An open case enters the legal stage, plans " +
			"end, and nothing invites the claimant to write to the other side any more.",
		Fields: []Field{
			{Name: "kind", Form: ChoiceForm, Required: true, Words: "danger", Choices: Dangers}, textField("text", optional),
		},
		apply: Position.reportDanger,
	}}
}

// amendActions change what is known about the payment and the people who hold it.
func amendActions() []ActionSpec {
	share := func(required bool) Field {
		return Field{Name: "claimed_fen", Form: MoneyForm, Required: required, About: "What this person claimed of the money"}
	}
	claimedAt := Field{Name: "claimed_at", Form: PastForm, About: "When this person claimed it"}
	alias := Field{Name: "alias", Form: LineForm, Max: MaxAlias, Required: true, About: "What the claimant calls this person"}
	return []ActionSpec{{
		Name: AmendFacts, Rank: 17, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryFactsAmended,
		About: "States facts that were not known at filing, or corrects them. Fields that are absent keep their value. The claim, the shares and the " +
			"time limits are computed again. The case returns to the recall watch if the platform will still refund what nobody claimed. A case that was closed because everything had come back is opened again if more is missing now.",
		Fields: []Field{
			{Name: "transaction_no", Form: LineForm, Max: MaxTransactionNo, About: "Refused with 409 `transaction_has_open_case` if another open case has it. An empty text removes the number; null and absent keep it"},
			textField("why", optional).described("Why the transaction number is removed; required then"),
			counterpartField(optional).described("Whose claimed_at it is; the only counterpart when absent"), claimedAt,
			{Name: "amount_fen", Form: MoneyForm, About: "What was sent"}, pastField("sent_at", optional).described("When it was sent"),
			choiceField("instrument", "instrument", Instruments, optional), choiceField("claim_state", "claim_state", ClaimStates, optional),
			choiceField("reason", "reason", Reasons, optional).described("Reason of the mis-send. One that leaves nothing owed also removes intended_fen"),
			{Name: "noticed_at", Form: PastForm, About: "When the claimant learned of the mistake"},
			{Name: "accepted_at", Form: PastForm, About: "When the recipient accepted the transfer; a delayed arrival counts from here"},
			choiceField("delayed_arrival", "delay", Delays, optional), choiceField("account", "account", Accounts, optional),
			{Name: "intended_fen", Form: MoneyForm, ZeroMeansNone: true, About: "What should have been sent, or was owed"},
			{Name: "circumstances", Form: CircumstancesForm, About: "Answers by name of the circumstance"}, confirmField(),
		},
		check: checkAmendment, apply: Position.amendFacts,
	}, {
		Name: AdoptMatch, Rank: 21, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryFactsAmended,
		About: "Takes over what a row of a bill, or a receipt, shows about the payment: transaction number, time, amount, and the name of the only " +
			"counterpart. What agrees already stays. A row that was refunded or never paid must be confirmed.",
		Fields: []Field{
			{Name: "evidence_id", Form: LineForm, Max: MaxReference, Required: true, About: "A bill or a receipt of this case"},
			{Name: "row", Form: NumberForm, Max: maxRow, About: "Line of the bill; absent for a receipt"}, confirmField(),
		},
		apply: Position.amendFacts,
	}, {
		Name: AddCounterpart, Rank: 22, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryCounterpartAdded,
		About: "Adds a person who holds a part of the money, such as a later taker of a lucky packet. The parts never add up to more than was sent.",
		Fields: []Field{
			alias, share(optional), claimedAt, {Name: "contact", Form: LineForm, Max: MaxContact, About: "How this person can be reached"},
		},
		apply: Position.addCounterpart,
	}, {
		Name: RecordShare, Rank: 23, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryShareRecorded,
		About: "Records what a counterpart claimed of the money, or corrects it. The parts never add up to more than was sent. A part below what this " +
			"person has returned must be confirmed.",
		Fields: []Field{counterpartField(required), share(required), claimedAt, confirmField()},
		apply:  Position.recordShare,
	}, {
		Name: RenameCounterpart, Rank: 24, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryCounterpartRenamed,
		About:  "Changes what a counterpart is called.",
		Fields: []Field{counterpartField(required), alias}, apply: Position.recordContact,
	}}
}

// correctionActions have apply functions that only check: the position after a
// correction is computed from all recorded steps.
func correctionActions() []ActionSpec {
	entry := Field{Name: "seq", Form: EntryForm, Required: true, About: "Number of the journal entry"}
	return []ActionSpec{{
		Name: Correct, Rank: 18, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryCorrected,
		About: "Takes an earlier entry back, or replaces what it says. The journal keeps both. What followed from the wrong entry is undone " +
			"or done again. The author can correct for 24 hours, a supervisor always; see docs/corrections.md for the kinds. If more money " +
			"moves than the playbook's limit, the correction waits for a second person.",
		Fields: []Field{
			entry, textField("reason", required), confirmField(),
			{Name: "replacement", Form: ReplacementForm, About: "Fields of the corrected action; absent ones keep their value. Without it and clear the entry is taken back"},
			{Name: "clear", Form: NamesForm, Max: maxCleared, About: "Names of optional fields of the corrected action that have no value in the replacement"},
		},
		check: checkCorrection, apply: Position.checkCorrectionStep,
	}, {
		Name: ApproveCorrection, Rank: 19, Stages: Stages, Roles: approvers, When: correctionWaits, Entry: EntryCorrected,
		About:  "Carries out a proposed correction. The person who proposed it may not approve it.",
		Fields: []Field{entry}, apply: Position.checkCorrectionStep,
	}, {
		Name: RejectCorrection, Rank: 20, Stages: Stages, Roles: approvers, When: correctionWaits, Entry: EntryCorrectionRejected,
		About:  "Rejects a proposed correction.",
		Fields: []Field{entry, textField("reason", required)}, apply: Position.rejectCorrection,
	}}
}

func deskActions() []ActionSpec {
	return []ActionSpec{{
		Name: Assign, Rank: 9, Stages: openStages, Roles: deskRoles, When: always, Entry: EntryAssigned,
		About:  "Assigns the case to a member of the staff.",
		Fields: []Field{{Name: "user_id", Form: StaffForm, Max: MaxReference, About: "Staff account; the sender's own when absent"}},
	}, {
		Name: Release, Rank: 10, Stages: openStages, Roles: deskRoles, When: always, Entry: EntryReleased,
		About: "Returns the case to the queue.",
	}, {
		Name: HandOver, Rank: 13, Stages: openStages, Roles: ownerRoles, When: always, Entry: EntryHandedOver,
		About: "Names the account that represents the claimant, or ends the representation.",
		Fields: []Field{
			{Name: "user_id", Form: LineForm, Max: MaxReference, About: "A claimant's account; absent ends the representation"},
			textField("reason", required),
		},
	}, {
		Name: AddNote, Rank: 8, Stages: Stages, Roles: caseRoles, When: always, Entry: EntryNoteAdded,
		About:  "Adds a note, for the staff only or for everybody in the case.",
		Fields: []Field{textField("text", required), choiceField("visibility", "visibility", NoteVisibilities, required).staffOnly()},
	}, {
		Name: ShareLesson, Stages: whenClosed, Roles: []Role{RoleClaimant}, When: wasTried, Entry: EntryLessonShared,
		About: "Lets others learn from the case, or ends that. They see platform, instrument, kind and size band of the group, amount " +
			"band, reason, last stage, route, outcome, share returned and days; no names, numbers, texts, exact amounts or dates. It ends " +
			"when the case is opened again or gets another outcome, also by a correction; the claimant can then agree again.",
		Fields: []Field{{Name: "share", Form: FlagForm, Required: true}},
	}}
}
