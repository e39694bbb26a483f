package web

import (
	"strings"
	"time"

	"recourse/casework"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// correctedLine is a journal entry as it counts after all corrections.
type correctedLine struct {
	casework.JournalLine
	Mark   *recovery.CorrectionMark // nil if nobody corrected it
	Void   bool
	VoidBy int64 // entry whose correction made it void
}

// correctedLines applies the corrections among the lines to them; see
// casework.JournalWindow.
func correctedLines(lines []casework.JournalLine) []correctedLine {
	entries := make([]journal.Entry, len(lines))
	bySeq := make(map[int64]casework.JournalLine, len(lines))
	for i, line := range lines {
		entries[i], bySeq[line.Seq] = line.Entry, line
	}
	corrected := make([]correctedLine, len(lines))
	for i, entry := range journal.ApplyCorrections(entries) {
		line := lines[i]
		line.Entry = entry.Entry
		if entry.Mark != nil && !entry.Mark.TakenBack {
			line = withReplacedValues(line, bySeq[entry.Mark.BySeq])
		}
		corrected[i] = correctedLine{JournalLine: line, Mark: entry.Mark, Void: entry.Void, VoidBy: entry.VoidBy}
	}
	return corrected
}

// withReplacedValues gives a line the personal values of its correction.
func withReplacedValues(line, correction casework.JournalLine) casework.JournalLine {
	line.Values = map[string]string{}
	for path, value := range correction.Values {
		if name, found := strings.CutPrefix(path, recovery.ReplacementPath); found {
			line.Values[name] = value
		}
	}
	line.Withheld, line.Erased = replacedPaths(correction.Withheld), replacedPaths(correction.Erased)
	return line
}

func replacedPaths(paths []string) []string {
	var names []string
	for _, path := range paths {
		if name, found := strings.CutPrefix(path, recovery.ReplacementPath); found {
			names = append(names, name)
		}
	}
	return names
}

func trimReplacement(field string) string { return strings.TrimPrefix(field, recovery.ReplacementPath) }

// parseStamp parses a time of the journal.
func parseStamp(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil
}
