package verify_test

import (
	"encoding/hex"
	"slices"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/copies"
	"recourse/recovery"
)

// cellOf returns a shown cell of a row.
func cellOf(t *testing.T, row copies.Row, name string) *copies.Cell {
	t.Helper()
	at := slices.IndexFunc(row.Cells, func(c copies.Cell) bool { return c.Name == name && c.Value != nil })
	if at < 0 {
		t.Fatalf("no cell %s in %+v", name, row)
	}
	return &row.Cells[at]
}

// billRowMutations change the copy of a bill before it is signed. Its entry has the root of
// the unchanged bill.
func billRowMutations(t *testing.T) map[string]func(*copies.Rows) {
	t.Helper()
	text := func(value string) *string { return &value }
	other := bagtest.NewBill(t, "", 2)
	return map[string]func(*copies.Rows){
		"a row is added": func(r *copies.Rows) {
			r.Shown = append(r.Shown, copies.Row{Index: 4, Cells: r.Shown[1].Cells, Path: r.Shown[1].Path})
		},
		"a row beyond the last":        func(r *copies.Rows) { r.Shown[1].Index = bagtest.BillRows },
		"a row before the first":       func(r *copies.Rows) { r.Shown[0].Index = -1 },
		"a row is shown twice":         func(r *copies.Rows) { r.Shown = append(r.Shown, r.Shown[1]) },
		"rows in another order":        func(r *copies.Rows) { slices.Reverse(r.Shown) },
		"a row has another's place":    func(r *copies.Rows) { r.Shown[0].Index = 2 },
		"every row is removed":         func(r *copies.Rows) { r.Shown = []copies.Row{} },
		"a row of the bill is removed": func(r *copies.Rows) { r.Count-- },
		"a row of the bill is added":   func(r *copies.Rows) { r.Count++ },
		"the amount is changed":        func(r *copies.Rows) { cellOf(t, r.Shown[0], "金额(元)").Value = text("9999.00") },
		"the number is changed":        func(r *copies.Rows) { cellOf(t, r.Shown[1], "交易单号").Value = text("no2") },
		"a column is renamed":          func(r *copies.Rows) { cellOf(t, r.Shown[1], "交易单号").Name = "商户单号" },
		"a cell is removed":            func(r *copies.Rows) { r.Shown[0].Cells = r.Shown[0].Cells[1:] },
		"cells change places":          func(r *copies.Rows) { slices.Reverse(r.Shown[0].Cells) },
		"a hidden cell is opened": func(r *copies.Rows) {
			at := slices.IndexFunc(r.Shown[0].Cells, func(c copies.Cell) bool { return c.Value == nil })
			r.Shown[0].Cells[at] = copies.Cell{Name: r.Shown[0].Cells[at].Name, Value: text("银行"), Salt: cellOf(t, r.Shown[0], "金额(元)").Salt}
		},
		"a hidden cell has another commitment": func(r *copies.Rows) {
			at := slices.IndexFunc(r.Shown[0].Cells, func(c copies.Cell) bool { return c.Value == nil })
			r.Shown[0].Cells[at].Commitment = digestOf([]byte("x"))
		},
		"the salt is missing": func(r *copies.Rows) { cellOf(t, r.Shown[0], "金额(元)").Salt = "" },
		"the salt is of another": func(r *copies.Rows) {
			cellOf(t, r.Shown[0], "金额(元)").Salt = cellOf(t, r.Shown[1], "金额(元)").Salt
		},
		"the salt is no hex":       func(r *copies.Rows) { cellOf(t, r.Shown[0], "金额(元)").Salt = "zz" },
		"value and commitment":     func(r *copies.Rows) { cellOf(t, r.Shown[0], "金额(元)").Commitment = digestOf([]byte("x")) },
		"the root of another bill": func(r *copies.Rows) { r.Root = other.Root },
		"a row of another bill":    func(r *copies.Rows) { r.Shown[0] = other.Shown[0] },
		"another bill":             func(r *copies.Rows) { r.Shown, r.Root = other.Shown, other.Root },
		"of another original":      func(r *copies.Rows) { r.Of = digestOf([]byte("x")) },
		"the proof is shorter":     func(r *copies.Rows) { r.Shown[0].Path = r.Shown[0].Path[1:] },
		"the proof is longer":      func(r *copies.Rows) { r.Shown[0].Path = append(r.Shown[0].Path, r.Shown[0].Path[0]) },
		"no proof":                 func(r *copies.Rows) { r.Shown[0].Path = nil },
		"another format":           func(r *copies.Rows) { r.Format = 2 },
		"the name loses its start": func(r *copies.Rows) { moveNameToSalt(cellOf(t, r.Shown[0], "金额(元)"), len("金额")) },
		"the salt loses its end": func(r *copies.Rows) {
			cell := cellOf(t, r.Shown[0], "交易单号")
			cell.Name = cell.Salt[30:] + cell.Name
			cell.Salt = cell.Salt[:30]
		},
	}
}

// moveNameToSalt changes what a cell says without changing the bytes that are hashed.
func moveNameToSalt(cell *copies.Cell, length int) {
	cell.Salt += hex.EncodeToString([]byte(cell.Name[:length]))
	cell.Name = cell.Name[length:]
}

// TestChangedRowsOfABill: Go and the script reject a copy that does not show rows of the bill
// in the journal, even if it was signed.
func TestChangedRowsOfABill(t *testing.T) {
	t.Parallel()
	copied := func(change func(*copies.Rows)) (*box, string) {
		folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Audience: recovery.ForOpponent, Bill: change})
		return open(t, write(t, folio)), "data/shown/" + folio.Exhibits[0].Copy.SHA256 + ".json"
	}
	if sound, _ := copied(func(*copies.Rows) {}); found(t, sound) != "" {
		t.Fatalf("the unchanged copy: %s", found(t, sound))
	}
	for name, change := range billRowMutations(t) {
		b, shown := copied(change)
		if got := found(t, b); got != shown {
			t.Errorf("%s: found %q, want %q", name, got, shown)
		}
	}
}
