package journal

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// CorrectedEntry is an entry as it counts after all corrections. The journal keeps
// the entry as it was written, and the entries that correct it.
type CorrectedEntry struct {
	Entry // with the corrected facts, values and time
	// Mark is the newest correction of the entry; nil if nobody corrected it.
	Mark *recovery.CorrectionMark
	// Void is set if the entry does not count: it was taken back, or it records what
	// followed from an entry that was corrected.
	Void bool
	// VoidBy is the entry whose correction made it void; 0 if it is not void.
	VoidBy int64
}

// factsOfCorrection are the facts of a correction that are not facts of its
// replacement.
const (
	factCorrects    = "corrects"
	factReplacement = "replacement"
	factWithout     = "without_effect"
	factRecovered   = "recovered_after"
	factEntered     = "entered_after"
	factFulfilled   = "fulfilled_after"

	factSum = "recovered_fen" // what had come back after an entry
)

// AddCorrectedResults adds to the facts of a correction where the case stood before the
// corrected entry, and what followed from it and from those after it, so that readers of the journal need not
// compute it again.
func AddCorrectedResults(facts map[string]any, corrected int64, history recovery.History) {
	if without := slices.Sorted(slices.Values(slices.Concat(history.WithoutEffect, history.NotRunning))); len(without) > 0 {
		facts[factWithout] = without
	}
	results := history.Results.SinceBefore(corrected)
	if len(results.Recovered) > 0 {
		facts[factRecovered] = results.Recovered
	}
	if len(results.Entered) > 0 {
		facts[factEntered] = results.Entered
	}
	if len(results.Fulfilled) > 0 {
		facts[factFulfilled] = results.Fulfilled
	}
}

// ApplyCorrections returns the entries as they count, in the same order and number.
// The entries are those of one case by their number; some may be absent, but neither a
// correction of an entry that is present, nor the one that it followed from.
func ApplyCorrections(entries []Entry) []CorrectedEntry {
	list, stages := make([]CorrectedEntry, len(entries)), stageLog{}
	for i, entry := range entries {
		list[i] = CorrectedEntry{Entry: entry}
		stages.addEntry(list[:i+1])
		if entry.Kind == recovery.EntryCorrected {
			applyCorrection(list[:i], entry, stages)
		}
	}
	return list
}

// CountingEntries returns the entries that count, as corrected.
func CountingEntries(entries []Entry) []Entry {
	counting := make([]Entry, 0, len(entries))
	for _, entry := range ApplyCorrections(entries) {
		if !entry.Void {
			counting = append(counting, entry.Entry)
		}
	}
	return counting
}

// NotesMadeInternal returns the numbers of the notes that were shared until a correction
// made them internal. Nobody else may read their first text any more.
func NotesMadeInternal(entries []Entry) map[int64]bool {
	internal := map[int64]bool{}
	for _, entry := range entries {
		if corrected := entry.Corrects(); corrected > 0 && entry.Facts["corrected_kind"] == string(recovery.EntryNoteAdded) {
			internal[corrected] = entry.Facts["visibility"] == recovery.NoteInternal
		}
	}
	return internal
}

// CorrectionMarks lists the newest correction of each corrected entry.
func CorrectionMarks(entries []Entry) []recovery.CorrectionMark {
	var marks []recovery.CorrectionMark
	for _, entry := range ApplyCorrections(entries) {
		if entry.Mark != nil {
			marks = append(marks, *entry.Mark)
		}
	}
	return marks
}

// correctionFacts are the facts of a correction, as read from JSON.
type correctionFacts struct {
	entry     Entry
	ofNote    bool // nothing follows from a note
	without   map[int64]bool
	recovered map[string]any
	returns   []int64 // keys of recovered, in order
	entered   map[string]any
	fulfilled map[string]any
}

func parseCorrection(entry Entry) correctionFacts {
	c := correctionFacts{entry: entry, without: map[int64]bool{}}
	c.ofNote = entry.Facts["corrected_kind"] == string(recovery.EntryNoteAdded)
	skipped, _ := entry.Facts[factWithout].([]any)
	for _, seq := range skipped {
		if number, isNumber := seq.(float64); isNumber {
			c.without[int64(number)] = true
		}
	}
	c.recovered, _ = entry.Facts[factRecovered].(map[string]any)
	for text := range c.recovered {
		if seq, err := strconv.ParseInt(text, 10, 64); err == nil {
			c.returns = append(c.returns, seq)
		}
	}
	slices.Sort(c.returns)
	c.entered, _ = entry.Facts[factEntered].(map[string]any)
	c.fulfilled, _ = entry.Facts[factFulfilled].(map[string]any)
	return c
}

// Corrects returns the number of the entry that this one corrects; 0 for none.
func (e Entry) Corrects() int64 {
	if number, isNumber := e.Facts[factCorrects].(float64); isNumber && e.Kind == recovery.EntryCorrected {
		return int64(number)
	}
	return 0
}

// applyCorrection changes the entries before a correction. A later correction of the
// same entry replaces the earlier one.
func applyCorrection(before []CorrectedEntry, correction Entry, stages stageLog) {
	target, facts := correction.Corrects(), parseCorrection(correction)
	first := slices.IndexFunc(before, func(e CorrectedEntry) bool { return e.Seq >= target })
	if first < 0 || target == 0 {
		return
	}
	corrected := before[first].Seq == target
	if facts.ofNote || corrected && before[first].Kind == recovery.EntryNoteAdded {
		if corrected {
			before[first].correctBy(correction)
			before[first].setVoid(facts, target, stages)
		}
		return
	}
	stages.correctFrom(target, facts)
	cause := int64(0) // first entry of the step to which an entry belongs
	sum, returns := lastRecovered(before[:first]), facts.returns
	for i := first; i < len(before); i++ {
		entry := &before[i]
		if !entry.FollowsFromEarlier() {
			cause = entry.Seq
		}
		if entry.Seq == target {
			entry.correctBy(correction)
		}
		entry.setVoid(facts, cause, stages)
		for len(returns) > 0 && returns[0] <= entry.Seq {
			sum, returns = facts.recovered[formatSeq(returns[0])], returns[1:]
		}
		entry.setRecovered(facts, sum)
	}
}

// lastRecovered returns the sum that had come back after the last of the entries.
func lastRecovered(entries []CorrectedEntry) any {
	for _, entry := range slices.Backward(entries) {
		if recovered, recorded := entry.Facts[factSum]; recorded && !entry.Void {
			return recovered
		}
	}
	return 0.0
}

// consequences are the kinds of entries that the system writes after the entry of a
// step, for what followed from it.
var consequences = []recovery.EntryKind{
	recovery.EntryStageEntered, recovery.EntryClosed, recovery.EntryPlanFulfilled, recovery.EntryMailsAsked, recovery.EntryAssigned,
}

// CauseOf returns the entry to correct instead of one that followed from it, or that
// corrects it. It is the zero Entry if there is none, for example because a deadline
// passed. find returns an entry by its number.
func CauseOf(entry Entry, find func(seq int64) (Entry, error)) (Entry, error) {
	cause := entry
	for cause.FollowsFromEarlier() && cause.Seq > 1 {
		before, err := find(cause.Seq - 1)
		if err != nil {
			return Entry{}, err
		}
		cause = before
	}
	if corrected, concerns := cause.Facts[factCorrects].(float64); concerns {
		return find(int64(corrected))
	}
	if cause.Seq == entry.Seq || cause.Actor.Role == recovery.RoleSystem {
		return Entry{}, nil
	}
	return cause, nil
}

// FollowsFromEarlier reports whether the entry records what followed from the entry of a
// step before it.
func (e Entry) FollowsFromEarlier() bool {
	bySystem := e.Actor.Role == recovery.RoleSystem || e.Kind == recovery.EntryMailsAsked
	return bySystem && slices.Contains(consequences, e.Kind)
}

// correctBy replaces the content of the entry by that of the correction.
func (e *CorrectedEntry) correctBy(correction Entry) {
	replacement, isReplaced := correction.Facts[factReplacement].(map[string]any)
	at, _ := time.Parse(time.RFC3339Nano, correction.At)
	e.Mark = &recovery.CorrectionMark{Seq: e.Seq, BySeq: correction.Seq, At: at.UTC(), TakenBack: !isReplaced}
	if !isReplaced {
		return
	}
	facts := maps.Clone(replacement)
	for _, derived := range derivedFacts {
		if value, present := e.Facts[derived]; present && facts[derived] == nil {
			facts[derived] = value
		}
	}
	if at, stated := facts["at"].(string); stated {
		e.ClaimedAt = at
		delete(facts, "at")
	}
	e.Facts, e.Commitments = facts, replacedCommitments(correction)
}

// derivedFacts are the facts of an entry that no field of its action has.
var derivedFacts = []string{"taken_at", "every_counterpart", "breaches", "plan", "proposed_by"}

func replacedCommitments(correction Entry) map[string]string {
	commitments := map[string]string{}
	for path, commitment := range correction.Commitments {
		if name, found := strings.CutPrefix(path, recovery.ReplacementPath); found {
			commitments[name] = commitment
		}
	}
	return commitments
}

// setVoid decides whether an entry counts after a correction. cause is the number
// of the entry from which one of the system followed. What followed from an earlier correction counts as
// long as the case still stands there at that time.
func (e *CorrectedEntry) setVoid(facts correctionFacts, cause int64, stages stageLog) {
	void := facts.without[e.Seq] && !isCommunication(e.Kind)
	stage, changesStage := e.enteredStage()
	switch {
	case e.Mark != nil:
		void = e.Mark.TakenBack
	case !e.FollowsFromEarlier():
	case changesStage && e.followsCorrection():
		void = stages.stageBefore(e.Seq) != stage
	case changesStage:
		void = facts.entered[formatSeq(cause)] != stage
	case e.Kind == recovery.EntryPlanFulfilled:
		plans, _ := facts.fulfilled[formatSeq(cause)].([]any)
		void = !slices.Contains(plans, e.Facts["plan"])
	}
	switch {
	case !void:
		e.VoidBy = 0
	case !e.Void: // the first cause stays
		e.VoidBy = facts.entry.Corrects()
	}
	e.Void = void
}

// isCommunication reports whether an entry records what people did towards each
// other, which happened even if the case had already ended.
func isCommunication(kind recovery.EntryKind) bool {
	return recovery.AffectsLimitation(kind) || kind == recovery.EntryMediationRecorded || kind == recovery.EntryPlatformReplied
}

// setRecovered gives an entry the sum that had come back after it. An entry with which
// no money came has none, unless it closes the case.
func (e *CorrectedEntry) setRecovered(facts correctionFacts, sum any) {
	_, came := facts.recovered[formatSeq(e.Seq)]
	_, recorded := e.Facts[factSum]
	closes := e.Kind == recovery.EntryClosed && e.FollowsFromEarlier()
	if e.Kind == recovery.EntryCorrected || !came && !recorded {
		return
	}
	e.Facts = maps.Clone(e.Facts)
	if e.Facts == nil {
		e.Facts = map[string]any{}
	}
	delete(e.Facts, factSum)
	if came || closes {
		e.Facts[factSum] = sum
	}
}

func formatSeq(seq int64) string { return strconv.FormatInt(seq, 10) }
