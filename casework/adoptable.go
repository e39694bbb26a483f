package casework

import (
	"context"
	"slices"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// AdoptablePayment is a payment of a stored bill or receipt with what the case can adopt
// from it.
type AdoptablePayment struct {
	statement.Candidate // Transaction.Row is 0 for a receipt
	Facts               []AdoptableFact
	Reversed            bool // given back or never paid, according to the bill
}

// DocumentPayments are the payments of a stored document that may be the mis-sent one.
type DocumentPayments struct {
	Document recovery.Evidence
	Case     recovery.Case
	Payments []AdoptablePayment
	Proofs   []statement.Proof // other payments of a bill that can show the mistake
}

// AdoptablePayments lists what the case can adopt from a stored bill or receipt, for
// those who may adopt it. Other files and other actors get none. It returns what adopt_match
// accepts, so that nothing needs to be typed.
func (s *Service) AdoptablePayments(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (DocumentPayments, error) {
	record, c, err := s.evidenceAndCase(ctx, actor, id)
	if err != nil {
		return DocumentPayments{}, err
	}
	found := DocumentPayments{Document: record, Case: c, Payments: []AdoptablePayment{}}
	if !slices.Contains(allowedActions(c, actor), recovery.AdoptMatch) {
		return found, nil
	}
	err = s.readPayments(ctx, actor, &found)
	return found, err
}

// ViewPayments is AdoptablePayments for a person who reads them: the journal records this
// as a viewing of the file.
func (s *Service) ViewPayments(ctx context.Context, req Request, id recovery.EvidenceID) (DocumentPayments, error) {
	found, err := s.AdoptablePayments(ctx, req.Actor, id)
	if err == nil && len(found.Payments) > 0 {
		err = s.recordViewing(ctx, req, found.Case, found.Document, copyText, "")
	}
	return found, err
}

// readPayments finds nothing in a file that is neither a bill nor a receipt. A PDF can be
// either.
func (s *Service) readPayments(ctx context.Context, actor recovery.Actor, found *DocumentPayments) error {
	record, c := found.Document, found.Case
	isPDF := record.MediaType == "application/pdf"
	if record.Kind == recovery.Statement && record.MediaType != ArchiveMedia {
		err := s.readBillPayments(ctx, actor, found)
		if !isPDF || recovery.CodeOf(err) != recovery.CodeInvalid {
			return ignoreInvalid(err)
		}
	}
	if !isPDF {
		return nil
	}
	shown, err := s.readReceipt(ctx, actor, c, record)
	if err == nil {
		found.Payments = append(found.Payments, AdoptablePayment{Candidate: shown.candidate(), Facts: shown.adoptableFacts(c)})
	}
	return ignoreInvalid(err)
}

func (s *Service) readBillPayments(ctx context.Context, actor recovery.Actor, found *DocumentPayments) error {
	c := found.Case
	bill, err := s.readStoredBill(ctx, actor, found.Document)
	if err != nil {
		return err
	}
	candidates := bill.ProposeAll(claimedPayments(c))
	for _, candidate := range candidates {
		row := candidate.Transaction
		found.Payments = append(found.Payments, AdoptablePayment{candidate, AdoptableFromRow(c, bill, row), row.Reversal.Kind != statement.NotReversed})
	}
	found.Proofs = findProofs(bill, candidates, c)
	return nil
}

func (shown shownPayment) candidate() statement.Candidate {
	return statement.Candidate{Transaction: statement.Transaction{
		Amount: shown.Amount, At: shown.At, TransactionNo: shown.TransactionNo, Counterpart: shown.Payee,
	}}
}

// ignoreInvalid returns nil for a file that shows no payment.
func ignoreInvalid(err error) error {
	if recovery.CodeOf(err) == recovery.CodeInvalid {
		return nil
	}
	return err
}
