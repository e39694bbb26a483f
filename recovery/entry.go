package recovery

// EntryKind is the kind of a journal entry. Kinds are stored permanently: add kinds,
// never rename them.
type EntryKind string

// The entry kinds.
const (
	EntryCaseFiled          EntryKind = "case_filed"
	EntryEvidenceAdded      EntryKind = "evidence_added"
	EntryEvidenceViewed     EntryKind = "evidence_viewed"
	EntryEvidenceDerived    EntryKind = "evidence_derived"         // a copy for viewing was made of an original
	EntryEvidenceExamined   EntryKind = "evidence_examined"        // a file was examined, of which there is no copy for viewing
	EntryEvidenceFacts      EntryKind = "evidence_facts_confirmed" // the claimant confirmed or rejected facts read from a file
	EntryStageEntered       EntryKind = "stage_entered"
	EntryDeadlinePassed     EntryKind = "deadline_passed"
	EntryEvidenceSupplied   EntryKind = "evidence_supplied"
	EntryContactRecorded    EntryKind = "contact_recorded"
	EntryResponseRecorded   EntryKind = "response_recorded"
	EntryReturnRecorded     EntryKind = "return_recorded"
	EntryEscalated          EntryKind = "escalated"
	EntryAppealSubmitted    EntryKind = "appeal_submitted"
	EntryEvidenceRequested  EntryKind = "evidence_requested"
	EntryPlatformReplied    EntryKind = "platform_replied"
	EntryAppealDecided      EntryKind = "appeal_decided"
	EntryRouteChosen        EntryKind = "route_chosen"
	EntryLegalStep          EntryKind = "legal_step_recorded"
	EntryWithdrawn          EntryKind = "withdrawn"
	EntryClosed             EntryKind = "case_closed"
	EntryAssigned           EntryKind = "assigned"
	EntryReleased           EntryKind = "released"
	EntryNoteAdded          EntryKind = "note_added"
	EntryExportRequested    EntryKind = "export_requested"
	EntryExportBuilt        EntryKind = "export_built"
	EntryExportDownloaded   EntryKind = "export_downloaded"
	EntryLessonShared       EntryKind = "lesson_shared"
	EntryRefundDue          EntryKind = "refund_due"
	EntryContactPlanned     EntryKind = "contact_planned"
	EntryMediationRecorded  EntryKind = "mediation_recorded"
	EntryHarassmentReported EntryKind = "harassment_reported"
	EntryLinkIssued         EntryKind = "link_issued"
	EntryLinkOpened         EntryKind = "link_opened"
	EntryLinkRevoked        EntryKind = "link_revoked"
	EntryPlanProposed       EntryKind = "plan_proposed"
	EntryPlanAccepted       EntryKind = "plan_accepted"
	EntryPlanDeclined       EntryKind = "plan_declined"
	EntryInstalmentRecorded EntryKind = "instalment_recorded"
	EntryInstalmentMissed   EntryKind = "instalment_missed"
	EntryPlanBroken         EntryKind = "plan_broken"
	EntryPlanFulfilled      EntryKind = "plan_fulfilled"
	EntryPlatformAsked      EntryKind = "platform_asked"
	EntryDecisionProposed   EntryKind = "decision_proposed"
	EntryDecisionRejected   EntryKind = "decision_rejected"
	EntryDeadlineBreached   EntryKind = "deadline_breached"
	EntryDeadlineNear       EntryKind = "deadline_near"
	EntryTaskOverdue        EntryKind = "task_overdue"
	EntryRightEnded         EntryKind = "right_ended"
	EntryPaused             EntryKind = "paused"
	EntryResumed            EntryKind = "resumed"
	EntryReopened           EntryKind = "reopened"
	EntryHandedOver         EntryKind = "handed_over"
	EntryDangerReported     EntryKind = "danger_reported"
	EntryFactsAmended       EntryKind = "facts_amended"
	EntryCounterpartAdded   EntryKind = "counterpart_added"
	EntryShareRecorded      EntryKind = "share_recorded"
	EntryCounterpartRenamed EntryKind = "counterpart_renamed"
	EntryCorrected          EntryKind = "entry_corrected"     // an earlier entry was taken back or replaced
	EntryCorrectionProposed EntryKind = "correction_proposed" // a second person must approve it
	EntryCorrectionRejected EntryKind = "correction_rejected"
	EntryValuesErased       EntryKind = "values_erased"
	EntryHoldSet            EntryKind = "hold_set"
	EntryHoldLifted         EntryKind = "hold_lifted"
	EntryAbuseFlagged       EntryKind = "abuse_flagged"
	EntryAbuseDismissed     EntryKind = "abuse_dismissed"
	EntryErasureRefused     EntryKind = "erasure_refused"
	EntryValuesRestricted   EntryKind = "values_restricted"
	EntryMailsStopped       EntryKind = "mails_stopped" // a person without an account unsubscribed
	EntryMailsAsked         EntryKind = "mails_asked"   // a counterpart gave an address for them
	EntryInstalmentReminded EntryKind = "instalment_reminded"
	EntryParticulars        EntryKind = "particulars_supplied"
)

// EntryKinds lists every kind in the order above.
var EntryKinds = []EntryKind{
	EntryCaseFiled, EntryEvidenceAdded, EntryEvidenceViewed, EntryEvidenceDerived, EntryEvidenceExamined, EntryEvidenceFacts, EntryStageEntered,
	EntryDeadlinePassed, EntryEvidenceSupplied, EntryContactRecorded, EntryResponseRecorded, EntryReturnRecorded,
	EntryEscalated, EntryAppealSubmitted, EntryEvidenceRequested, EntryPlatformReplied, EntryAppealDecided,
	EntryRouteChosen, EntryLegalStep, EntryWithdrawn, EntryClosed, EntryAssigned, EntryReleased, EntryNoteAdded,
	EntryExportRequested, EntryExportBuilt, EntryExportDownloaded, EntryLessonShared,
	EntryRefundDue, EntryContactPlanned, EntryMediationRecorded, EntryHarassmentReported, EntryLinkIssued, EntryLinkOpened,
	EntryLinkRevoked, EntryPlanProposed, EntryPlanAccepted, EntryPlanDeclined, EntryInstalmentRecorded,
	EntryInstalmentMissed, EntryPlanBroken, EntryPlanFulfilled, EntryPlatformAsked, EntryDecisionProposed,
	EntryDecisionRejected, EntryDeadlineBreached, EntryDeadlineNear, EntryTaskOverdue, EntryRightEnded, EntryPaused,
	EntryResumed, EntryReopened, EntryHandedOver, EntryDangerReported, EntryFactsAmended, EntryCounterpartAdded, EntryShareRecorded, EntryCounterpartRenamed, EntryCorrected, EntryCorrectionProposed, EntryCorrectionRejected, EntryValuesErased, EntryHoldSet, EntryHoldLifted, EntryAbuseFlagged,
	EntryAbuseDismissed, EntryErasureRefused, EntryValuesRestricted,
	EntryParticulars,
	EntryMailsStopped, EntryMailsAsked, EntryInstalmentReminded,
}

// ReadingKinds are the kinds of entries about who looked at what and what was exported.
// They do not change what the papers of a case say.
var ReadingKinds = []EntryKind{EntryEvidenceViewed, EntryExportRequested, EntryExportBuilt, EntryExportDownloaded}
