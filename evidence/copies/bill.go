package copies

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// RowsMedia is the media type of a copy that shows rows of a bill.
const RowsMedia = "application/json"

// SeedSize is the length of the seed of the salts of a bill, in bytes.
const SeedSize = 32

// Rows is the copy of a bill: some of its rows, with the proof that they are rows of the
// bill, whose other rows stay unknown.
//
// A row is a leaf of an RFC 6962 tree over all rows, SHA-256(0x00 ‖ c1 ‖ c2 …). Each c is
// the commitment to a cell, SHA-256(salt ‖ name ‖ 0x00 ‖ value).
type Rows struct {
	Format int    `json:"format"` // 1
	Of     string `json:"of_sha256"`
	Count  int    `json:"rows"`
	Root   string `json:"root"`
	Shown  []Row  `json:"shown"`
}

// Row is a row that is shown. Index counts the rows of the bill from 0.
type Row struct {
	Index int      `json:"index"`
	Cells []Cell   `json:"cells"`
	Path  []string `json:"path"` // inclusion proof, RFC 6962 §2.1.1
}

// Cell is one cell: its value and salt, or only the commitment to it.
type Cell struct {
	Name       string  `json:"name"`
	Value      *string `json:"value,omitempty"`
	Salt       string  `json:"salt,omitempty"`
	Commitment string  `json:"commitment,omitempty"`
}

// column is one column of the rows. Only what identifies the payment is shown: not how
// it was paid, for what, or what the payer noted.
type column struct {
	name  string
	shown recovery.Disclosure // Masked: unless mask finds something
	value func(statement.Transaction) string
}

var columns = []column{
	{"交易时间", recovery.Shown, func(t statement.Transaction) string { return t.At.In(recovery.Shanghai).Format(time.DateTime) }},
	{"交易类型", recovery.Masked, func(t statement.Transaction) string { return t.Kind }},
	{"交易对方", recovery.Masked, func(t statement.Transaction) string { return t.Counterpart }},
	{"对方账号", recovery.Withheld, func(t statement.Transaction) string { return t.Account }},
	{"商品", recovery.Withheld, func(t statement.Transaction) string { return t.Goods }},
	{"收/支", recovery.Shown, func(t statement.Transaction) string { return t.Direction }},
	{"金额(元)", recovery.Shown, func(t statement.Transaction) string { return t.Amount.String() }},
	{"支付方式", recovery.Withheld, func(t statement.Transaction) string { return t.Method }},
	{"当前状态", recovery.Masked, func(t statement.Transaction) string { return t.State }},
	{"交易单号", recovery.Shown, func(t statement.Transaction) string { return t.TransactionNo }},
	{"商户单号", recovery.Withheld, func(t statement.Transaction) string { return t.MerchantNo }},
	{"备注", recovery.Withheld, func(t statement.Transaction) string { return t.Remark }},
}

// BillRows returns the copy of a bill that shows the rows of the payments, or ErrNoCopy if
// the bill identifies none. A free text in which mask finds something is not shown. The seed
// decides all salts; with it, every row can be opened.
func BillRows(bill *statement.Bill, sha256Hex string, payments []statement.ClaimedPayment, mask func(string) string, seed []byte) (Rows, error) {
	var matched []int // rows of the file
	for _, candidate := range bill.ProposeAll(payments) {
		if candidate.Matched || candidate.Identified {
			matched = append(matched, candidate.Transaction.Row)
		}
	}
	rows := Rows{Format: 1, Of: sha256Hex, Count: len(bill.Transactions)}
	leaves := make([][32]byte, len(bill.Transactions))
	for i, transaction := range bill.Transactions {
		cells, leaf := commitRow(transaction, i, seed)
		leaves[i] = leaf
		if slices.Contains(matched, transaction.Row) {
			rows.Shown = append(rows.Shown, Row{Index: i, Cells: hideCells(cells, mask)})
		}
	}
	if len(rows.Shown) == 0 {
		return Rows{}, ErrNoCopy
	}
	root := rootOf(leaves)
	rows.Root = hex.EncodeToString(root[:])
	for i := range rows.Shown {
		for _, hash := range pathTo(leaves, rows.Shown[i].Index) {
			rows.Shown[i].Path = append(rows.Shown[i].Path, hex.EncodeToString(hash[:]))
		}
	}
	return rows, nil
}

// Encode returns the copy as one line of JSON.
func (r Rows) Encode() ([]byte, error) {
	raw, err := json.Marshal(r)
	return append(raw, '\n'), err
}

// CellsOf returns all cells of a row, by the names of the copy.
func CellsOf(t statement.Transaction) []Cell {
	cells := make([]Cell, len(columns))
	for i, c := range columns {
		value := c.value(t)
		cells[i] = Cell{Name: c.name, Value: &value}
	}
	return cells
}

// commitRow returns the cells of a row, each with value and salt, and the leaf of the row.
func commitRow(t statement.Transaction, row int, seed []byte) ([]Cell, [32]byte) {
	cells := make([]Cell, len(columns))
	leaf := []byte{0}
	for i, c := range columns {
		value, salt := c.value(t), saltOf(seed, row, i)
		cells[i] = Cell{Name: c.name, Value: &value, Salt: hex.EncodeToString(salt)}
		commitment := commitCell(salt, c.name, value)
		leaf = append(leaf, commitment[:]...)
		cells[i].Commitment = hex.EncodeToString(commitment[:])
	}
	return cells, sha256.Sum256(leaf)
}

// hideCells leaves only the commitment of the cells that are not shown, and no commitment
// of the others.
func hideCells(cells []Cell, mask func(string) string) []Cell {
	for i := range cells {
		degree, value := columns[i].shown, *cells[i].Value
		if degree == recovery.Shown || degree == recovery.Masked && mask(value) == value {
			cells[i].Commitment = ""
		} else {
			cells[i].Value, cells[i].Salt = nil, ""
		}
	}
	return cells
}

func commitCell(salt []byte, name, value string) [32]byte {
	return sha256.Sum256(slices.Concat(salt, []byte(name), []byte{0}, []byte(value)))
}

// saltOf derives the salt of a cell. Without the seed nobody can compute it.
func saltOf(seed []byte, row, column int) []byte {
	mac := hmac.New(sha256.New, seed)
	var place [16]byte
	binary.BigEndian.PutUint64(place[:], uint64(row))
	binary.BigEndian.PutUint64(place[8:], uint64(column))
	mac.Write(place[:])
	return mac.Sum(nil)[:16]
}

// rootOf returns the root of a tree (RFC 6962 §2.1).
func rootOf(leaves [][32]byte) [32]byte {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	k := splitPoint(len(leaves))
	left, right := rootOf(leaves[:k]), rootOf(leaves[k:])
	return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
}

// pathTo returns the inclusion proof of a leaf (RFC 6962 §2.1.1).
func pathTo(leaves [][32]byte, index int) [][32]byte {
	if len(leaves) <= 1 {
		return nil
	}
	k := splitPoint(len(leaves))
	if index < k {
		return append(pathTo(leaves[:k], index), rootOf(leaves[k:]))
	}
	return append(pathTo(leaves[k:], index-k), rootOf(leaves[:k]))
}

// splitPoint returns the largest power of two below n.
func splitPoint(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}
