package casework

import (
	"context"
	"errors"

	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// ImportedStatement is an imported wallet bill with the transactions that may be the
// mis-sent one. The best matches are marked.
type ImportedStatement struct {
	Exhibit
	Bill       *statement.Bill
	Candidates []statement.Candidate
	Proofs     []statement.Proof // other payments that can show the mistake
}

// ImportStatementWithDigest is ImportStatement with the sender's digest of the file.
func (s *Service) ImportStatementWithDigest(ctx context.Context, req Request, id recovery.CaseID, fileName, digest string, file *blob.Pending) (Reply[ImportedStatement], error) {
	if err := checkDigest(digest, file); err != nil {
		file.Discard()
		return Reply[ImportedStatement]{}, err
	}
	return s.importStatement(ctx, req, id, recovery.FileDescription{FileName: fileName, SHA256: digest}, file)
}

// ImportStatement reads a bill export, stores it as evidence and proposes which
// of its transactions is the mis-sent one. A file that is not a bill is not
// stored.
func (s *Service) ImportStatement(ctx context.Context, req Request, id recovery.CaseID, fileName string, file *blob.Pending) (Reply[ImportedStatement], error) {
	return s.importStatement(ctx, req, id, recovery.FileDescription{FileName: fileName}, file)
}

func (s *Service) importStatement(ctx context.Context, req Request, id recovery.CaseID, description recovery.FileDescription, file *blob.Pending) (Reply[ImportedStatement], error) {
	defer file.Discard()
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return Reply[ImportedStatement]{}, err
	}
	imported, err := s.readBill(ctx, req.Actor, c, file)
	if err != nil {
		return Reply[ImportedStatement]{}, err
	}
	description.Kind, description.Source = recovery.Statement, string(imported.Bill.Platform)
	bill := imported.Bill
	facts := map[string]any{
		"form": bill.Form, "transactions": len(bill.Transactions), "row_faults": len(bill.RowFaults), "candidates": len(imported.Candidates),
	}
	if bill.Stated > 0 {
		facts["rows_stated"] = bill.Stated
	}
	stored, err := s.storeEvidence(ctx, req, c, upload{FileDescription: description, bill: bill}, file, facts)
	imported.Exhibit = stored.Value
	return Reply[ImportedStatement]{Value: imported, Replayed: stored.Replayed}, err
}

// findingsOfBill are the findings about the rows of a bill.
func findingsOfBill(bill *statement.Bill) (found []intake.Finding) {
	if bill == nil {
		return nil
	}
	if bill.IsIncomplete() {
		found = append(found, intake.RowsMissing)
	}
	if len(bill.RowFaults) > 0 {
		found = append(found, intake.RowsUnread)
	}
	return found
}

// findProofs looks for payments of a bill that can show the mistake of a case.
func findProofs(bill *statement.Bill, candidates []statement.Candidate, c recovery.Case) []statement.Proof {
	return bill.FindProofs(candidates, c.Reason, c.Facts().Intended)
}

func (s *Service) readBill(ctx context.Context, actor recovery.Actor, c recovery.Case, file *blob.Pending) (ImportedStatement, error) {
	body, err := file.Reader()
	if err != nil {
		return ImportedStatement{}, err
	}
	bill, err := s.Decoder.Bill(ctx, decode.File{ReaderAt: body, Size: file.Size(), Account: string(actor.ID)})
	if err = errors.Join(err, body.Close()); err != nil {
		return ImportedStatement{}, err
	}
	candidates := bill.ProposeAll(claimedPayments(c))
	return ImportedStatement{Bill: bill, Candidates: candidates, Proofs: findProofs(bill, candidates, c)}, nil
}
