package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// AdoptableFact is a fact of the payment that a bill or a receipt shows and the case
// lacks or states differently.
type AdoptableFact struct {
	Field string // statement.FieldNumber, FieldAt, FieldAmount or FieldCounterpart
	Said  string // "" if the case does not state it
	Found string
}

// shownPayment is a payment as a document shows it. Zero fields are not shown.
type shownPayment struct {
	statement.Receipt
	otherNumber string // of the same payment, for the merchant
	reversed    string // in Chinese, if the money was given back or never paid
}

// minuteApart is the difference up to which a time that people typed is the shown one.
const minuteApart = time.Minute

// payment returns which payment of the case a document can show, and whether its number
// is the only fact that can be adopted: of several payments only the one whose number
// is not known is identified.
func (shown shownPayment) payment(c recovery.Case) (said statement.ClaimedPayment, onlyNumber, found bool) {
	payments := claimedPayments(c)
	if len(c.Sends) == 0 {
		return payments[0], false, true
	}
	i := slices.IndexFunc(c.Sends, func(s recovery.Send) bool { return s.TransactionNo == "" })
	if i < 0 || slices.ContainsFunc(c.Sends[i+1:], func(s recovery.Send) bool { return s.TransactionNo == "" }) {
		return statement.ClaimedPayment{}, false, false
	}
	send := payments[i]
	return send, true, shown.Amount == send.Amount && shown.At.Sub(send.SentAt).Abs() <= statement.MatchWindow
}

// adopt adds to an action what the document shows and the case lacks or states
// differently.
func (shown shownPayment) adopt(c recovery.Case, body recovery.ActionBody) recovery.ActionBody {
	said, onlyNumber, found := shown.payment(c)
	if !found {
		return body
	}
	own, number := recovery.NormalizeTransactionNo(said.TransactionNo), recovery.NormalizeTransactionNo(shown.TransactionNo)
	if number != "" && own != number && (own == "" || own != recovery.NormalizeTransactionNo(shown.otherNumber)) {
		body.TransactionNo = &shown.TransactionNo
	}
	if onlyNumber {
		return body
	}
	if shown.Amount > 0 && shown.Amount != said.Amount {
		body.Amount = &shown.Amount
	}
	if at := shown.At.UTC(); !shown.At.IsZero() && at.Sub(said.SentAt).Abs() >= minuteApart {
		body.SentAt = &at
	}
	if len(c.Counterparts) == 1 && shown.namesSomebodyElse(said) {
		body.CounterpartID, body.Alias = c.Counterparts[0].ID, shown.Payee
	}
	return body
}

// namesSomebodyElse reports whether the document has a whole name that is not what the
// claimant calls the counterpart.
func (shown shownPayment) namesSomebodyElse(said statement.ClaimedPayment) bool {
	if strings.Contains(shown.Payee, "*") || len([]rune(shown.Payee)) > recovery.MaxAlias {
		return false
	}
	return slices.ContainsFunc(shown.CompareWith(said), func(d statement.Difference) bool { return d.Field == statement.FieldCounterpart })
}

// adoptableFacts lists what adopt would change.
func (shown shownPayment) adoptableFacts(c recovery.Case) []AdoptableFact {
	facts := []AdoptableFact{}
	said, _, _ := shown.payment(c)
	body := shown.adopt(c, recovery.ActionBody{})
	if number := body.NewNumber(); number != "" {
		facts = append(facts, AdoptableFact{statement.FieldNumber, said.TransactionNo, number})
	}
	if body.SentAt != nil {
		facts = append(facts, AdoptableFact{statement.FieldAt, formatSecond(said.SentAt), formatSecond(*body.SentAt)})
	}
	if body.Amount != nil {
		facts = append(facts, AdoptableFact{statement.FieldAmount, said.Amount.String(), body.Amount.String()})
	}
	if body.Alias != "" {
		facts = append(facts, AdoptableFact{statement.FieldCounterpart, c.Counterparts[0].Alias, body.Alias})
	}
	return facts
}

func formatSecond(at time.Time) string { return at.In(recovery.Shanghai).Format("2006-01-02 15:04:05") }

// AdoptableFromRow lists what the case can adopt from a row of a bill.
func AdoptableFromRow(c recovery.Case, bill *statement.Bill, row statement.Transaction) []AdoptableFact {
	if !isPayment(row) || bill.IsOfOtherWallet(c.Platform) {
		return []AdoptableFact{}
	}
	return showRow(row).adoptableFacts(c)
}

// isPayment reports whether a row can be a payment of the case.
func isPayment(row statement.Transaction) bool {
	return row.Direction != statement.Incoming && !row.IsRefund()
}

func showRow(row statement.Transaction) shownPayment {
	return shownPayment{
		Receipt:     statement.Receipt{Amount: row.Amount, At: row.At, TransactionNo: row.TransactionNo, Payee: row.Counterpart},
		otherNumber: row.MerchantNo, reversed: row.Reversal.Text(),
	}
}

// findAdoption reads what the document of an adopt_match shows. Errors: CodeInvalid for
// a document or row that the case does not have, CodeConfirmNeeded for a payment that
// was given back or never paid.
func (s *Service) findAdoption(ctx context.Context, actor recovery.Actor, c recovery.Case, body recovery.ActionBody) (shownPayment, error) {
	record, owner, err := s.evidenceAndCase(ctx, actor, body.EvidenceID)
	if recovery.CodeOf(err) == recovery.CodeNotFound || err == nil && owner.ID != c.ID {
		return shownPayment{}, unknownDocument("evidence_id", "No file of this case has this id.")
	}
	if err != nil {
		return shownPayment{}, err
	}
	var shown shownPayment
	if body.Row > 0 {
		shown, err = s.readRow(ctx, actor, c, record, body.Row)
	} else {
		shown, err = s.readReceipt(ctx, actor, c, record)
	}
	if err == nil && shown.reversed != "" && (body.Confirm == nil || !*body.Confirm) {
		err = recovery.ConfirmNeeded("row", "According to the bill this payment was given back or never paid.")
	}
	return shown, err
}

func unknownDocument(field, detail string) error {
	return recovery.Invalid([]recovery.FieldFault{{Field: field, Code: "unknown", Detail: detail}})
}

func (s *Service) readRow(ctx context.Context, actor recovery.Actor, c recovery.Case, record recovery.Evidence, number int) (shownPayment, error) {
	bill, err := s.readStoredBill(ctx, actor, record)
	if err != nil {
		return shownPayment{}, err
	}
	i := slices.IndexFunc(bill.Transactions, func(t statement.Transaction) bool { return t.Row == number })
	switch {
	case i < 0:
		return shownPayment{}, unknownDocument("row", "The bill has no payment in this line.")
	case bill.IsOfOtherWallet(c.Platform):
		return shownPayment{}, recovery.Invalid([]recovery.FieldFault{{
			Field: "row", Code: "other_wallet", Detail: "This is the bill of another wallet than that of the case. Correct the platform, or import the bill of the wallet that paid.",
		}})
	case !isPayment(bill.Transactions[i]):
		return shownPayment{}, recovery.Invalid([]recovery.FieldFault{{Field: "row", Code: "not_a_payment", Detail: "In this line money came in."}})
	default:
		return showRow(bill.Transactions[i]), nil
	}
}

// readStoredBill reads a bill that was imported earlier.
func (s *Service) readStoredBill(ctx context.Context, actor recovery.Actor, record recovery.Evidence) (*statement.Bill, error) {
	if record.Kind != recovery.Statement || record.Size > statement.MaxSize {
		return nil, unknownDocument("evidence_id", "This file is no bill.")
	}
	body, err := s.Blobs.OpenAt(record.SHA256)
	if err != nil {
		return nil, err
	}
	bill, err := s.Decoder.Bill(ctx, decode.File{ReaderAt: body, Size: record.Size, Account: string(actor.ID)})
	err = errors.Join(err, body.Close())
	if code := recovery.CodeOf(err); code == recovery.CodeInvalid || code == recovery.CodeTooLarge {
		err = unknownDocument("evidence_id", "This file cannot be read as a bill.")
	}
	return bill, err
}

func (s *Service) readReceipt(ctx context.Context, actor recovery.Actor, c recovery.Case, record recovery.Evidence) (shownPayment, error) {
	if record.MediaType != "application/pdf" {
		return shownPayment{}, recovery.Invalid([]recovery.FieldFault{{Field: "row", Code: "required", Detail: "Name the line of the bill."}})
	}
	document, err := s.readPDF(ctx, actor, record)
	if err != nil {
		return shownPayment{}, err
	}
	receipt, found := statement.ReadReceipt(document.Text, claimedPayments(c)...)
	if !found {
		return shownPayment{}, unknownDocument("evidence_id", "The text of this file describes no payment.")
	}
	return shownPayment{Receipt: receipt}, nil
}
