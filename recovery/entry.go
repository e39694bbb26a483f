package recovery

// EntryKind names what a journal entry tells. Kinds are stored for ever: add,
// never rename.
type EntryKind string

// The entry kinds.
const (
	EntryCaseFiled         EntryKind = "case_filed"
	EntryEvidenceAdded     EntryKind = "evidence_added"
	EntryEvidenceViewed    EntryKind = "evidence_viewed"
	EntryStageEntered      EntryKind = "stage_entered"
	EntryDeadlinePassed    EntryKind = "deadline_passed"
	EntryEvidenceSupplied  EntryKind = "evidence_supplied"
	EntryContactRecorded   EntryKind = "contact_recorded"
	EntryResponseRecorded  EntryKind = "response_recorded"
	EntryReturnRecorded    EntryKind = "return_recorded"
	EntryEscalated         EntryKind = "escalated"
	EntryAppealSubmitted   EntryKind = "appeal_submitted"
	EntryEvidenceRequested EntryKind = "evidence_requested"
	EntryPlatformReplied   EntryKind = "platform_replied"
	EntryAppealDecided     EntryKind = "appeal_decided"
	EntryRouteChosen       EntryKind = "route_chosen"
	EntryLegalStep         EntryKind = "legal_step_recorded"
	EntryWithdrawn         EntryKind = "withdrawn"
	EntryClosed            EntryKind = "case_closed"
	EntryAssigned          EntryKind = "assigned"
	EntryReleased          EntryKind = "released"
	EntryNoteAdded         EntryKind = "note_added"
	EntryExportRequested   EntryKind = "export_requested"
	EntryExportBuilt       EntryKind = "export_built"
	EntryExportDownloaded  EntryKind = "export_downloaded"
	EntryLessonShared      EntryKind = "lesson_shared"
)

// EntryKinds lists every kind in the order above.
var EntryKinds = []EntryKind{
	EntryCaseFiled, EntryEvidenceAdded, EntryEvidenceViewed, EntryStageEntered,
	EntryDeadlinePassed, EntryEvidenceSupplied, EntryContactRecorded, EntryResponseRecorded, EntryReturnRecorded,
	EntryEscalated, EntryAppealSubmitted, EntryEvidenceRequested, EntryPlatformReplied, EntryAppealDecided,
	EntryRouteChosen, EntryLegalStep, EntryWithdrawn, EntryClosed, EntryAssigned, EntryReleased, EntryNoteAdded,
	EntryExportRequested, EntryExportBuilt, EntryExportDownloaded, EntryLessonShared,
}
