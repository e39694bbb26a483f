package casework

import (
	"context"
	"fmt"
	"slices"

	"recourse/evidence/originals/signals"
	"recourse/recovery"
)

// CaseSignals are reasons to look closer at the files of a case, and the cases that have
// something in common with it.
type CaseSignals struct {
	Caution string // what they do not prove, in Chinese
	Files   []FileSignals
	Related []recovery.RelatedCase
}

// FileSignals are the signals of one file that has some.
type FileSignals struct {
	recovery.Evidence
	Marks []signals.Mark
}

// CaseSignals returns the signals of a case for the staff. Errors: CodeForbidden for other
// roles, CodeNotFound.
func (s *Service) CaseSignals(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (CaseSignals, error) {
	if !recovery.SeesOnScreen(actor.Role, recovery.FileSignals) {
		return CaseSignals{}, recovery.Faultf(recovery.CodeForbidden, "Only the staff sees the signals of files.")
	}
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return CaseSignals{}, err
	}
	records, err := redactFor(actor, c, func() ([]recovery.Evidence, error) { return s.Store.ListEvidence(ctx, id) })
	if err != nil {
		return CaseSignals{}, err
	}
	found := CaseSignals{Caution: signals.Caution()}
	if found.Files, err = s.fileSignals(ctx, c, records); err != nil {
		return CaseSignals{}, err
	}
	found.Related, err = s.Store.RelatedCases(ctx, id)
	return found, err
}

func (s *Service) fileSignals(ctx context.Context, c recovery.Case, records []recovery.Evidence) ([]FileSignals, error) {
	ids := make([]recovery.EvidenceID, len(records))
	for i, record := range records {
		ids[i] = record.ID
	}
	details, err := s.Store.EvidenceDetailsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	files := []FileSignals{}
	for _, record := range records {
		examined, err := decodeExamination(details[record.ID].Report)
		if err != nil {
			return nil, err
		}
		if marks := examined.signals(c, record); len(marks) > 0 {
			files = append(files, FileSignals{Evidence: record, Marks: marks})
		}
	}
	return files, nil
}

// paymentKinds are the kinds of evidence that show a payment, so they were made after it.
var paymentKinds = []recovery.EvidenceKind{recovery.TransferScreenshot, recovery.PacketScreenshot}

// signals returns the marks of a file with those that follow from the case.
func (e examination) signals(c recovery.Case, record recovery.Evidence) []signals.Mark {
	marks := slices.Clone(e.Marks)
	isCaptured := record.Kind.Origin() == recovery.CapturedOrigin
	if isCaptured && e.Device == "" && !signals.IsScreen(e.Width, e.Height) {
		marks = append(marks, signals.Mark{Kind: signals.UnknownScreen, Value: fmt.Sprintf("%d × %d", e.Width, e.Height)})
	}
	return append(marks, signals.CompareTimes(e.times(c, record), recovery.Shanghai)...)
}

func (e examination) times(c recovery.Case, record recovery.Evidence) signals.Times {
	times := signals.Times{Received: record.ReceivedAt}
	if e.TakenAt != nil {
		times.Taken = *e.TakenAt
	}
	if record.CapturedAt != nil {
		times.Claimed = *record.CapturedAt
	}
	if slices.Contains(paymentKinds, record.Kind) {
		times.Paid = c.SentAt
	}
	return times
}
