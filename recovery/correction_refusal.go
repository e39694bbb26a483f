package recovery

import (
	"slices"
	"strings"
)

// CorrectionReason is why an entry cannot be corrected. Reasons are part of the public
// API: add reasons, never rename them.
type CorrectionReason string

// The reasons.
const (
	LaterEntryDepends  CorrectionReason = "later_entry"    // a later entry would not be possible without it
	FollowsFromEntry   CorrectionReason = "follows"        // the system wrote it because of another entry
	WrittenBySystem    CorrectionReason = "automatic"      // a deadline passed or evidence arrived
	ReplacedByAction   CorrectionReason = "other_action"   // the same action again replaces what it says
	IsCorrectionItself CorrectionReason = "is_correction"  // the corrected entry can be corrected again
	CannotBeCorrected  CorrectionReason = "permanent"      // other people confirmed it or received it
	DecisionPaidOut    CorrectionReason = "paid_out"       // the platform has paid
	CanOnlyBeTakenBack CorrectionReason = "only_take_back" // it says nothing that could be replaced
	AlreadyTakenBack   CorrectionReason = "taken_back"
	OutdatedCorrection CorrectionReason = "outdated" // after the person looked at it
)

// CorrectionRefusal says what prevents a correction and what to do instead.
type CorrectionRefusal struct {
	Reason CorrectionReason `json:"reason"`
	Entry  int64            `json:"entry,omitempty"`  // number of the entry to correct instead or first; 0 for none
	Kind   EntryKind        `json:"kind,omitempty"`   // of that entry
	Action Action           `json:"action,omitempty"` // the action that does it instead, with ReplacedByAction
}

// correctionReasons is the one table of reasons, with what to do. {entry} is the entry
// that cannot be corrected, {other} the one to correct, {action} the action to take.
var correctionReasons = []struct {
	reason CorrectionReason
	detail string
}{
	{LaterEntryDepends, "{other} builds on {entry} and would not be possible without it. Correct {other} first, or add a note."},
	{FollowsFromEntry, "{entry} followed from {other}. Correct {other}; this entry then changes with it."},
	{WrittenBySystem, "{entry} was written by the system, because a deadline passed or a file arrived. Add a note if it is wrong."},
	{ReplacedByAction, "{entry} is not corrected itself: take the action {action} with the right values, which replace these."},
	{IsCorrectionItself, "{entry} is a correction. Correct {other} again, or take it back."},
	{CannotBeCorrected, "{entry} cannot be corrected: others confirmed or received what it records. Add a note if it is wrong."},
	{DecisionPaidOut, "The decision of {entry} was carried out: the granted money has arrived. Add a note if it was wrong."},
	{CanOnlyBeTakenBack, "{entry} can only be taken back, without a replacement."},
	{OutdatedCorrection, "{other} has corrected {entry} in the meantime. Load the case again, and correct it if it is still wrong."},
	{AlreadyTakenBack, "{entry} was taken back already. Send a replacement to say something in its place."},
}

// CorrectionReasons lists every reason.
func CorrectionReasons() []CorrectionReason {
	list := make([]CorrectionReason, len(correctionReasons))
	for i, row := range correctionReasons {
		list[i] = row.reason
	}
	return list
}

// replacingActions are the actions that replace what an entry says, for entries that
// cannot be corrected.
var replacingActions = map[EntryKind]Action{
	EntryCaseFiled: AmendFacts, EntryFactsAmended: AmendFacts, EntryShareRecorded: RecordShare,
	EntryCounterpartRenamed: RenameCounterpart, EntryContactPlanned: PlanContact, EntryPaused: ResumeCase, EntryResumed: PauseCase,
	EntryAssigned: Assign, EntryReleased: Assign, EntryHandedOver: HandOver, EntryLessonShared: ShareLesson,
}

// EntryRef names an entry of a journal.
type EntryRef struct {
	Seq  int64 // 0 for none
	Kind EntryKind
}

// UncorrectableEntry returns the Fault for an entry that has no rule, or that the
// system wrote. related is the entry that it corrects or followed from.
func UncorrectableEntry(entry EntryRef, author Role, related EntryRef) error {
	refusal := CorrectionRefusal{Reason: CannotBeCorrected}
	switch action, isReplaced := replacingActions[entry.Kind]; {
	case isCorrectionEntry(entry.Kind) && related.Seq > 0:
		refusal = CorrectionRefusal{Reason: IsCorrectionItself, Entry: related.Seq, Kind: related.Kind}
	case author == RoleSystem && related.Seq > 0:
		refusal = CorrectionRefusal{Reason: FollowsFromEntry, Entry: related.Seq, Kind: related.Kind}
	case author == RoleSystem:
		refusal.Reason = WrittenBySystem
	case isReplaced:
		refusal = CorrectionRefusal{Reason: ReplacedByAction, Action: action}
	}
	return refuseCorrection(entry.Seq, refusal, nil)
}

func isCorrectionEntry(kind EntryKind) bool {
	return slices.Contains([]EntryKind{EntryCorrected, EntryCorrectionProposed, EntryCorrectionRejected}, kind)
}

// RefuseTakingBackAgain returns the Fault for an entry that was taken back already.
func RefuseTakingBackAgain(seq int64) error {
	return refuseCorrection(seq, CorrectionRefusal{Reason: AlreadyTakenBack}, nil)
}

// refuseCorrection returns the Fault for an entry that cannot be corrected now.
func refuseCorrection(seq int64, refusal CorrectionRefusal, cause error) error {
	fault := Fault{Code: CodeCorrectionRefused, Correction: &refusal, Cause: cause}
	for _, row := range correctionReasons {
		if row.reason == refusal.Reason {
			fault.Detail = strings.NewReplacer("{entry}", formatEntry(seq), "{other}", formatEntry(refusal.Entry), "{action}", string(refusal.Action)).Replace(row.detail)
		}
	}
	return &fault
}
