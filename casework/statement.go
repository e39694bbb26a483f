package casework

import (
	"context"

	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// maxStatement is the size limit of a bill export in bytes; a year of a busy
// wallet has less than 2 MB.
const maxStatement = 10 << 20

// Imported is an imported wallet bill with the transactions that may be the
// mis-sent one. The best matches are marked.
type Imported struct {
	Exhibit
	Bill       *statement.Bill
	Candidates []statement.Candidate
}

// ImportStatementOf is ImportStatement with the sender's digest of the file.
func (s *Service) ImportStatementOf(ctx context.Context, req Request, id recovery.CaseID, fileName, digest string, file *blob.Pending) (Reply[Imported], error) {
	if err := checkDigest(digest, file); err != nil {
		file.Discard()
		return Reply[Imported]{}, err
	}
	return s.importStatement(ctx, req, id, recovery.FileDescription{FileName: fileName, SHA256: digest}, file)
}

// ImportStatement reads a bill export, stores it as evidence and proposes which
// of its transactions is the mis-sent one. A file that is not a bill leaves
// nothing.
func (s *Service) ImportStatement(ctx context.Context, req Request, id recovery.CaseID, fileName string, file *blob.Pending) (Reply[Imported], error) {
	return s.importStatement(ctx, req, id, recovery.FileDescription{FileName: fileName}, file)
}

func (s *Service) importStatement(ctx context.Context, req Request, id recovery.CaseID, about recovery.FileDescription, file *blob.Pending) (Reply[Imported], error) {
	defer file.Discard()
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return Reply[Imported]{}, err
	}
	imported, err := s.readBill(c, file)
	if err != nil {
		return Reply[Imported]{}, err
	}
	about.Kind, about.Source = recovery.Statement, string(imported.Bill.Platform)
	stored, err := s.storeEvidence(ctx, req, c, upload{FileDescription: about}, file, map[string]any{
		"form": imported.Bill.Form, "transactions": len(imported.Bill.Transactions),
		"row_faults": len(imported.Bill.RowFaults), "candidates": len(imported.Candidates),
	})
	imported.Exhibit = stored.Value
	return Reply[Imported]{Value: imported, Replayed: stored.Replayed}, err
}

func (s *Service) readBill(c recovery.Case, file *blob.Pending) (Imported, error) {
	body, err := file.Reader()
	if err != nil {
		return Imported{}, err
	}
	bill, err := statement.Parse(body, maxStatement)
	if closeErr := body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return Imported{}, err
	}
	return Imported{Bill: bill, Candidates: bill.ProposeMatches(claimedPayment(c))}, nil
}
