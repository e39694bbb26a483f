package journal

import (
	"maps"
	"strconv"

	"recourse/recovery"
)

// stageLog is the stage that a case entered with each of its steps, by the number of the
// step's first entry, as it counts after the corrections so far.
type stageLog map[int64]any

// enteredStage returns the stage that the case entered by an entry; ok is false for
// entries that change none.
func (e Entry) enteredStage() (stage any, ok bool) {
	switch e.Kind {
	case recovery.EntryCaseFiled:
		return e.Facts["stage"], true
	case recovery.EntryStageEntered:
		return e.Facts["to"], true
	case recovery.EntryClosed:
		return string(recovery.Closed), true
	default:
		return nil, false
	}
}

// followsCorrection reports whether a correction changed the stage, also one that the
// reader does not get.
func (e Entry) followsCorrection() bool {
	return e.Facts["because"] == string(recovery.Correct) || e.Facts["because"] == string(recovery.ApproveCorrection)
}

// addEntry adds the last of the entries. What followed from a correction is in the facts
// of the correction, unless the reader does not get it.
func (l stageLog) addEntry(entries []CorrectedEntry) {
	at := len(entries) - 1
	stage, changes := entries[at].enteredStage()
	if !changes {
		return
	}
	for at > 0 && entries[at].FollowsFromEarlier() {
		at--
	}
	if entries[at].Kind != recovery.EntryCorrected {
		l[entries[at].Seq] = stage
	}
}

// correctFrom replaces the stages from a corrected entry on.
func (l stageLog) correctFrom(target int64, facts correctionFacts) {
	maps.DeleteFunc(l, func(seq int64, _ any) bool { return seq >= target })
	for text, stage := range facts.entered {
		if seq, err := strconv.ParseInt(text, 10, 64); err == nil {
			l[seq] = stage
		}
	}
}

// stageBefore returns the stage of the case before an entry; nil if it is unknown.
func (l stageLog) stageBefore(seq int64) any {
	latest := int64(0)
	for entered := range l {
		if entered < seq {
			latest = max(latest, entered)
		}
	}
	return l[latest]
}
