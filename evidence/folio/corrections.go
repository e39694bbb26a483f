package folio

import (
	"slices"
	"strings"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// CorrectedEntry is an entry as it counts after all corrections.
type CorrectedEntry struct {
	Entry  // with the corrected facts, values and time
	Mark   *recovery.CorrectionMark
	Void   bool
	VoidBy int64 // entry whose correction made it void
}

// ApplyCorrections returns entries as they count, in the same order and number. The
// bag and the log of the dossier have all of them as they were written.
func ApplyCorrections(entries []Entry) []CorrectedEntry {
	parsed := make([]journal.Entry, len(entries))
	for i, entry := range entries {
		parsed[i] = entry.Parsed
		if entry.Withheld { // what followed from it has to know its number
			parsed[i].Seq = int64(i + 1)
		}
	}
	list := make([]CorrectedEntry, len(entries))
	for i, corrected := range journal.ApplyCorrections(parsed) {
		entry := entries[i]
		if !entry.Withheld {
			entry.Parsed = corrected.Entry
		}
		if corrected.Mark != nil && !corrected.Mark.TakenBack {
			entry.Values = replacedValues(entries, corrected.Mark.BySeq)
		}
		list[i] = CorrectedEntry{Entry: entry, Mark: corrected.Mark, Void: corrected.Void, VoidBy: corrected.VoidBy}
	}
	return list
}

// CountingEntries returns the entries that count, as corrected.
func CountingEntries(entries []Entry) []Entry {
	var counting []Entry
	for _, corrected := range ApplyCorrections(entries) {
		if !corrected.Void {
			counting = append(counting, corrected.Entry)
		}
	}
	return counting
}

// replacedValues are the values of the replacement that the entry seq contains.
func replacedValues(entries []Entry, seq int64) []journal.Value {
	at := slices.IndexFunc(entries, func(e Entry) bool { return e.Parsed.Seq == seq })
	if at < 0 {
		return nil
	}
	return ReplacedValues(entries[at].Values)
}

// ReplacedValues are the values of the replacement among those of a correction.
func ReplacedValues(all []journal.Value) []journal.Value {
	var values []journal.Value
	for _, value := range all {
		if name, isReplaced := strings.CutPrefix(value.Path, recovery.ReplacementPath); isReplaced {
			value.Path = name
			values = append(values, value)
		}
	}
	return values
}

// ReplacedCommitments are the commitments of the replacement among those of a
// correction.
func ReplacedCommitments(all map[string]string) map[string]string {
	commitments := map[string]string{}
	for path, commitment := range all {
		if name, isReplaced := strings.CutPrefix(path, recovery.ReplacementPath); isReplaced {
			commitments[name] = commitment
		}
	}
	return commitments
}
