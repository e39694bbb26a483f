package copies

import (
	"bytes"

	"recourse/evidence/originals/statement"
)

// The kinds of copies, as named in the journal.
const (
	MaskedText = "masked_text"
	BillShown  = "bill_rows"
)

// Order is what decides the copy of a file.
type Order struct {
	SHA256   string // of the file, hex
	Media    string
	IsBill   bool // otherwise the file is a bill only if it can be read as one
	Payments []statement.ClaimedPayment
	Seed     []byte // of the salts of a bill
}

// Copy is a copy of a file.
type Copy struct {
	Kind  string
	Media string
	Data  []byte `json:"-"`
	// Content identifies what the copy shows, apart from salts.
	Content string
	Rows    int    // of the whole bill; 0 for a text
	Root    string // of the tree of its rows
}

// Make makes the copy of a file. A bill shows nothing but the payments. Errors: ErrNoCopy.
func Make(data []byte, o Order, mask func(string) string, readPDF PDFReader) (Copy, error) {
	bill, err := statement.Parse(bytes.NewReader(data), int64(len(data)))
	switch {
	case err == nil:
		return makeRows(bill, o, mask)
	case o.IsBill:
		return Copy{}, ErrNoCopy
	}
	text, err := Text(o.Media, data, mask, readPDF)
	return Copy{Kind: MaskedText, Media: TextMedia, Data: text, Content: Digest(text)}, err
}

// makeRows makes the copy of a bill. Its content is the copy under a seed of zeros.
func makeRows(bill *statement.Bill, o Order, mask func(string) string) (Copy, error) {
	plain, err := encodeBill(bill, o, mask, make([]byte, SeedSize))
	if err != nil {
		return Copy{}, err
	}
	salted, err := encodeBill(bill, o, mask, o.Seed)
	salted.Content = Digest(plain.Data)
	return salted, err
}

func encodeBill(bill *statement.Bill, o Order, mask func(string) string, seed []byte) (Copy, error) {
	rows, err := BillRows(bill, o.SHA256, o.Payments, mask, seed)
	if err != nil {
		return Copy{}, err
	}
	data, err := rows.Encode()
	return Copy{Kind: BillShown, Media: RowsMedia, Data: data, Rows: rows.Count, Root: rows.Root}, err
}
