package dossier

import (
	"slices"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// The log prints every entry as it was written. These notes say what became of it.

// correctionNote returns the note that an entry was corrected, taken back or does not count any
// more, on a line of its own. For a correction it has the new content of the entry. Beside
// a hidden note there is none.
func (p *draft) correctionNote(e *folio.Entry) string {
	if p.hiddenNote(e) {
		return ""
	}
	if e.Parsed.Kind == recovery.EntryCorrected || e.Parsed.Kind == recovery.EntryCorrectionProposed {
		return p.replacementNote(e)
	}
	corrected := p.findCorrected(e.Parsed.Seq)
	switch {
	case corrected == nil:
		return ""
	case corrected.Mark != nil && corrected.Mark.TakenBack:
		return "\n" + p.t.text("taken_back", "time", formatTime(corrected.Mark.At), "seq", corrected.Mark.BySeq)
	case corrected.Mark != nil:
		return "\n" + p.t.text("corrected", "time", formatTime(corrected.Mark.At), "seq", corrected.Mark.BySeq)
	case corrected.Void:
		return "\n" + p.t.text("no_longer", "seq", corrected.VoidBy)
	default:
		return ""
	}
}

// correctedOn is the note beside a corrected value in the papers; "" for an entry that
// nobody corrected.
func (p *draft) correctedOn(e *folio.Entry) string {
	corrected := p.findCorrected(e.Parsed.Seq)
	if corrected == nil || corrected.Mark == nil {
		return ""
	}
	return p.t.text("corrected_on", "day", formatDate(corrected.Mark.At), "seq", corrected.Mark.BySeq)
}

// correctedEntries returns every entry as it counts.
func (p *draft) correctedEntries() []folio.CorrectedEntry {
	if p.corrected == nil {
		p.corrected = folio.ApplyCorrections(p.folio.Entries)
	}
	return p.corrected
}

// countingEntries returns the entries that count, as corrected.
func (p *draft) countingEntries() []folio.Entry {
	if p.counting == nil {
		p.counting = folio.CountingEntries(p.folio.Entries)
	}
	return p.counting
}

func (p *draft) findCorrected(seq int64) *folio.CorrectedEntry {
	list := p.correctedEntries()
	if i := int(seq) - 1; i >= 0 && i < len(list) && list[i].Parsed.Seq == seq {
		return &list[i]
	}
	at := slices.IndexFunc(list, func(e folio.CorrectedEntry) bool { return e.Parsed.Seq == seq })
	if at < 0 {
		return nil
	}
	return &list[at]
}

// replacementNote prints the content that replaces that of an entry.
func (p *draft) replacementNote(e *folio.Entry) string {
	replacement, isReplaced := e.Parsed.Facts["replacement"].(map[string]any)
	if !isReplaced {
		return "\n" + p.t.text("taken_back_whole")
	}
	said := folio.Entry{Parsed: e.Parsed}
	said.Parsed.Kind, said.Parsed.Facts = recovery.EntryKind(factText(e.Parsed.Facts["corrected_kind"])), replacement
	said.Parsed.Commitments = folio.ReplacedCommitments(e.Parsed.Commitments)
	said.Values = folio.ReplacedValues(e.Values)
	fragments := p.t.ListTexts("entry." + string(said.Parsed.Kind) + ".sentence")
	if fragments == nil {
		return ""
	}
	note := "\n" + p.t.text("corrected_to", "text", endSentence(p.describe(&said, fragments)))
	if at := factText(replacement["at"]); at != "" {
		note += "\n" + p.t.text("claimed_at", "time", formatStamp(at))
	}
	return note
}
