package bagtest

import (
	"bytes"
	"strconv"
	"testing"

	"recourse/evidence/copies"
	"recourse/evidence/folio"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// BillRows is the number of rows of the bill that Case.Bill describes.
const BillRows = 5

// addBill adds a copy that shows two rows of a bill, as Case.Bill changed it, in place of
// the first original. Its entry has the root of the unchanged bill.
func (m *folioBuilder) addBill() {
	m.t.Helper()
	first := &m.folio.Exhibits[0]
	rows := NewBill(m.t, first.SHA256, 1)
	count, root := rows.Count, rows.Root
	m.options.Bill(&rows)
	data, err := rows.Encode()
	if err != nil {
		m.t.Fatal(err)
	}
	made := NewExhibit(data, copies.RowsMedia)
	first.Copy = &folio.Copy{SHA256: made.SHA256, Size: made.Size, MediaType: made.MediaType, Open: made.Open}
	m.appendEntry(recovery.EntryEvidenceDerived, map[string]any{
		"evidence_id": first.ID, "of_sha256": first.SHA256, "copy": "bill_rows", "sha256": made.SHA256, "size": made.Size,
		"media_type": made.MediaType, "rows": count, "rows_root": root,
	}, nil, nil)
}

// NewBill returns the copy of a bill with rows 1 and 3 shown. The seed decides its salts.
func NewBill(t testing.TB, of string, seed byte) copies.Rows {
	t.Helper()
	bill := &statement.Bill{}
	for i := range BillRows {
		bill.Transactions = append(bill.Transactions, statement.Transaction{
			Row: i, At: Start, Counterpart: "老王", Amount: recovery.Money(10_000 + i), Direction: statement.Outgoing, TransactionNo: "no" + strconv.Itoa(i), Method: "银行",
		})
	}
	var payments []statement.ClaimedPayment
	for _, paid := range []statement.Transaction{bill.Transactions[1], bill.Transactions[3]} {
		payments = append(payments, statement.ClaimedPayment{Amount: paid.Amount, SentAt: paid.At, TransactionNo: paid.TransactionNo})
	}
	rows, err := copies.BillRows(bill, of, payments, func(text string) string { return text }, bytes.Repeat([]byte{seed}, copies.SeedSize))
	if err != nil || len(rows.Shown) != 2 {
		t.Fatalf("%+v, %v", rows, err)
	}
	return rows
}
