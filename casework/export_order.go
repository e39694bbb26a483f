package casework

import (
	"context"
	"regexp"
	"slices"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/preview"
	"recourse/recovery"
)

// digestForm is the form of a SHA-256 in hexadecimal.
var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ExportOrder names the audience of an export, and records that somebody has seen what they
// will get.
type ExportOrder struct {
	Audience recovery.Audience
	// CounterpartID is the one counterpart whom papers for the opponent are about. It is
	// required if the case has several.
	CounterpartID recovery.CounterpartID
	// Agreed is the digest of the preview that was agreed to. Confirm agrees to whatever
	// the papers contain now. Only papers for the opponent need one of them.
	Agreed  string
	Confirm bool
}

func (o ExportOrder) needsAgreement() bool { return o.Audience == recovery.ForOpponent }

// caseForExport loads a case of which the actor may order these papers.
func (s *Service) caseForExport(ctx context.Context, actor recovery.Actor, id recovery.CaseID, order ExportOrder) (recovery.Case, error) {
	if err := checkMayWrite(actor); err != nil {
		return recovery.Case{}, err
	}
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return recovery.Case{}, err
	}
	if err := order.checkRecipient(c); err != nil {
		return recovery.Case{}, err
	}
	if !slices.Contains(recovery.PaperAudiences(actor.Role), order.Audience) {
		return recovery.Case{}, recovery.Faultf(recovery.CodeForbidden, "The role %s cannot export for the audience %s.", actor.Role, order.Audience)
	}
	return c, checkFilesReadable(c, actor)
}

// checkRecipient refuses an audience that does not exist and a counterpart of another case.
func (o ExportOrder) checkRecipient(c recovery.Case) error {
	var faults []recovery.FieldFault
	if !slices.Contains(recovery.Audiences, o.Audience) {
		faults = append(faults, recovery.FieldFault{
			Field: "audience", Code: "unknown_value", Detail: "Accepted are: court, opponent, platform, archive.",
		})
	}
	if o.Agreed != "" && !digestForm.MatchString(o.Agreed) {
		faults = append(faults, recovery.FieldFault{Field: "agreed", Code: "malformed", Detail: "The preview is named by 64 hexadecimal digits."})
	}
	several := o.Audience == recovery.ForOpponent && len(c.Counterparts) > 1
	isOfCase := slices.ContainsFunc(c.Counterparts, func(p recovery.Counterpart) bool { return p.ID == o.CounterpartID })
	switch {
	case o.CounterpartID == "" && several:
		faults = append(faults, recovery.FieldFault{Field: "counterpart_id", Code: "required", Detail: "Name the one counterpart whom the papers are for."})
	case o.CounterpartID == "":
	case o.Audience != recovery.ForOpponent:
		faults = append(faults, recovery.FieldFault{Field: "counterpart_id", Code: "not_accepted", Detail: "Only papers for the opponent are about one counterpart."})
	case !isOfCase:
		faults = append(faults, recovery.FieldFault{Field: "counterpart_id", Code: "unknown", Detail: "No counterpart of this case has this id."})
	}
	return recovery.Invalid(faults)
}

// ExportPreview is what the reader of an export will see, and the digest to agree to.
type ExportPreview struct {
	preview.Preview
	Digest string
}

// PreviewExport returns what the reader of an export would see if it was ordered now.
// It makes the copies that the export needs, so that they are part of the preview.
func (s *Service) PreviewExport(ctx context.Context, req Request, id recovery.CaseID, order ExportOrder) (ExportPreview, error) {
	c, err := s.caseForExport(ctx, req.Actor, id, order)
	if err != nil {
		return ExportPreview{}, err
	}
	if err := s.deriveCopiesFor(ctx, c, order.Audience, order.CounterpartID); err != nil {
		return ExportPreview{}, err
	}
	seen, _, err := s.previewNow(ctx, req.Actor, id, order)
	return seen, err
}

// previewNow returns the preview of the papers over the journal as it is now, and the
// number of its entries.
func (s *Service) previewNow(ctx context.Context, actor recovery.Actor, id recovery.CaseID, order ExportOrder) (ExportPreview, int64, error) {
	c, err := s.Store.ReadCase(ctx, id) // whole: the role decides what the papers say
	if err != nil {
		return ExportPreview{}, 0, err
	}
	records, err := s.readWholeJournal(ctx, id)
	if err != nil {
		return ExportPreview{}, 0, err
	}
	size := int64(len(records))
	source := folio.Source{Case: c, Records: records, Unsigned: true, Export: recovery.Export{
		CaseID: id, Audience: order.Audience, CounterpartID: order.CounterpartID, By: actor, CreatedAt: s.Now(), Size: size,
	}}
	if source.Evidence, err = s.Store.ListEvidence(ctx, id); err != nil {
		return ExportPreview{}, 0, err
	}
	made, err := folio.Assembler{Originals: s.Blobs}.Assemble(source)
	if err != nil {
		return ExportPreview{}, 0, err
	}
	var seen ExportPreview
	if seen.Preview, err = preview.New(made, c, records); err != nil {
		return ExportPreview{}, 0, err
	}
	seen.Digest, err = seen.Preview.Digest()
	return seen, size, err
}

// journalPage is how many entries are read at a time.
const journalPage = 500

func (s *Service) readWholeJournal(ctx context.Context, id recovery.CaseID) ([]journal.Record, error) {
	var records []journal.Record
	for {
		page, err := s.Store.ReadJournal(ctx, id, int64(len(records)), journalPage)
		if err != nil || len(page) == 0 {
			return records, err
		}
		for _, stored := range page {
			records = append(records, stored.Record)
		}
	}
}

// checkAgreed returns the digest of what the papers contain now, and how many entries
// of the journal they cover. It refuses an order without an agreement to that.
func (s *Service) checkAgreed(ctx context.Context, actor recovery.Actor, id recovery.CaseID, order ExportOrder) (digest string, size int64, err error) {
	if order.Agreed == "" && !order.Confirm {
		return "", 0, needsConfirmation("Nobody has agreed to what the other side will see.")
	}
	seen, size, err := s.previewNow(ctx, actor, id, order)
	if err == nil && order.Agreed != seen.Digest && !order.Confirm {
		err = needsConfirmation("The papers have changed since they were agreed to.")
	}
	return seen.Digest, size, err
}

func needsConfirmation(why string) error {
	return recovery.Faultf(recovery.CodeConfirmNeeded,
		"%s Read GET /api/v1/cases/{id}/exports/preview and send its preview as agreed, or send confirm: true.", why)
}
