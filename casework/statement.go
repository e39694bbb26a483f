package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/statement"
	"recourse/postgres"
	"recourse/recovery"
)

// ImportedStatement is an imported wallet bill with the transactions that may be the
// mis-sent one. The best matches are marked.
type ImportedStatement struct {
	Exhibit
	Archive    *Exhibit // in which the bill arrived; nil if it came as it is
	Bill       *statement.Bill
	Notes      []string // about the bill, in Chinese
	Candidates []statement.Candidate
	Proofs     []statement.Proof // other payments that can show the mistake
}

// BillFile is a bill that somebody sends.
type BillFile struct {
	Name     string
	Digest   string // computed by the sender; "" if not sent
	Password string // of an archive; used for this reading and kept nowhere
	*blob.Pending
}

// MaxArchivePassword is the longest password of an archive in bytes; wallets send six
// digits.
const MaxArchivePassword = 128

// ImportStatement reads a bill export, stores it as evidence and proposes which
// of its transactions is the mis-sent one. Of an archive, the archive is stored as it came
// and the bill in it as a second file, because the password is not kept. A file that is not a bill
// is not stored.
func (s *Service) ImportStatement(ctx context.Context, req Request, id recovery.CaseID, file BillFile) (Reply[ImportedStatement], error) {
	defer file.Discard()
	if err := checkDigest(file.Digest, file.Pending); err != nil {
		return Reply[ImportedStatement]{}, err
	}
	if len(file.Password) > MaxArchivePassword {
		return Reply[ImportedStatement]{}, recovery.Invalid([]recovery.FieldFault{{
			Field: "password", Code: "too_long", Detail: fmt.Sprintf("The password is too long. Send at most %d bytes.", MaxArchivePassword),
		}})
	}
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return Reply[ImportedStatement]{}, err
	}
	unpacked, err := s.unpackBill(ctx, req.Actor, file)
	if err != nil {
		return Reply[ImportedStatement]{}, err
	}
	if !unpacked.IsArchive {
		return s.importBill(ctx, req, c, recovery.FileDescription{FileName: file.Name, SHA256: file.Digest}, file.Pending, nil)
	}
	inner, err := s.ReceiveFile(ctx, bytes.NewReader(unpacked.Data))
	if err != nil {
		return Reply[ImportedStatement]{}, err
	}
	defer inner.Discard()
	name := unpacked.Name
	if len(recovery.CheckFileName(name)) > 0 {
		name = ""
	}
	return s.importBill(ctx, req, c, recovery.FileDescription{FileName: name}, inner, &file)
}

func (s *Service) unpackBill(ctx context.Context, actor recovery.Actor, file BillFile) (decode.Unpacked, error) {
	body, err := file.Reader()
	if err != nil {
		return decode.Unpacked{}, err
	}
	unpacked, err := s.Decoder.Unpack(ctx, decode.File{ReaderAt: body, Size: file.Size(), Account: string(actor.ID)}, file.Password)
	return unpacked, errors.Join(err, body.Close())
}

// importBill stores a bill, and the archive in which it arrived before it.
func (s *Service) importBill(
	ctx context.Context, req Request, c recovery.Case, description recovery.FileDescription, bill *blob.Pending, archive *BillFile,
) (Reply[ImportedStatement], error) {
	imported, err := s.readBill(ctx, req.Actor, c, bill)
	if err != nil {
		return Reply[ImportedStatement]{}, err
	}
	description.Kind, description.Source = recovery.Statement, string(imported.Bill.Platform)
	facts := factsOfBill(imported)
	if archive != nil {
		stored, err := s.storeArchive(ctx, req, c, *archive, description.Source)
		if err != nil {
			return Reply[ImportedStatement]{}, err
		}
		imported.Archive = &stored
		facts["unpacked_from"] = archive.SHA256()
	}
	stored, err := s.storeEvidence(ctx, req, c, upload{FileDescription: description, bill: imported.Bill, numbers: numbersOf(imported.Candidates)}, bill, facts)
	imported.Exhibit = stored.Value
	return Reply[ImportedStatement]{Value: imported, Replayed: stored.Replayed}, err
}

// archiveKey makes the key of the archive from that of the request. A key that somebody
// sends has no such character.
const archiveKey = "\narchive"

// storeArchive stores an archive as it came.
func (s *Service) storeArchive(ctx context.Context, req Request, c recovery.Case, archive BillFile, source string) (Exhibit, error) {
	if req.Key != "" {
		req.Key += archiveKey
	}
	up := upload{
		FileDescription: recovery.FileDescription{Kind: recovery.Statement, Source: source, FileName: archive.Name, SHA256: archive.Digest},
		archive:         true,
	}
	stored, err := s.storeEvidence(ctx, req, c, up, archive.Pending, map[string]any{"form": "zip"})
	return stored.Value, err
}

// numbersOf returns the two numbers of each payment that the bill identifies.
func numbersOf(candidates []statement.Candidate) []postgres.PaymentNumbers {
	var pairs []postgres.PaymentNumbers
	for _, candidate := range candidates {
		number, other, known := candidate.Transaction.BothNumbers()
		if known && (candidate.Matched || candidate.Identified) {
			pairs = append(pairs, postgres.PaymentNumbers{Number: number, Other: other})
		}
	}
	return pairs
}

func factsOfBill(imported ImportedStatement) map[string]any {
	bill := imported.Bill
	facts := map[string]any{
		"form": bill.Form, "transactions": len(bill.Transactions), "row_faults": len(bill.RowFaults), "candidates": len(imported.Candidates),
	}
	if bill.Stated > 0 {
		facts["rows_stated"] = bill.Stated
	}
	return facts
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
	return ImportedStatement{Bill: bill, Notes: bill.Notes(c.Platform), Candidates: candidates, Proofs: findProofs(bill, candidates, c)}, nil
}
