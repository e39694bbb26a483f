package verify

import "slices"

// kindCorrected is the kind of entries that take an earlier entry back or replace it.
const kindCorrected = "entry_corrected"

// correctableKinds are the kinds of entries that can be corrected. A correction is none
// of them: the entry is corrected again instead.
var correctableKinds = []string{
	"return_recorded", "response_recorded", "instalment_recorded", "contact_recorded", "mediation_recorded", "note_added",
	"platform_replied", "decision_proposed", "appeal_decided", "route_chosen", "legal_step_recorded", "escalated", "withdrawn", "case_closed",
	"harassment_reported", "danger_reported", "counterpart_added",
}

// Correction is an entry that corrects an earlier one.
type Correction struct {
	Entry     int64  `json:"entry"`
	Corrects  int64  `json:"corrects"` // number of the corrected entry
	Kind      string `json:"kind"`     // of the corrected entry
	TakenBack bool   `json:"taken_back"`
}

// checkCorrection checks that a correction names an earlier entry that can be
// corrected, and its kind. It also keeps the kind of every entry.
func (w *journalWalk) checkCorrection(seq int64, fields object) error {
	if w.kinds = append(w.kinds, w.latest.kind); w.latest.kind != kindCorrected {
		return nil
	}
	facts, ok := w.inner.parseMember(fields, "facts")
	if !ok {
		return newFinding(entryName(seq), "it corrects an entry and does not name it")
	}
	corrects, ok := facts.wholeNumber("corrects")
	if !ok || corrects < 1 || corrects >= seq {
		return newFinding(entryName(seq), "it does not correct an earlier entry")
	}
	kind, _ := facts.stringValue("corrected_kind")
	switch target := w.kinds[corrects-1]; {
	case target != kind:
		return newFinding(entryName(seq), "it corrects %s as %.40q, which is another kind of entry", entryName(corrects), kind)
	case !slices.Contains(correctableKinds, target):
		return newFinding(entryName(seq), "%s is of a kind that cannot be corrected", entryName(corrects))
	}
	replacement := facts.rawValue("replacement")
	w.v.summary.Corrections = append(w.v.summary.Corrections, Correction{
		Entry: seq, Corrects: corrects, Kind: kind, TakenBack: replacement == nil,
	})
	return nil
}
