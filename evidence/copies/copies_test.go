package copies_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"recourse/evidence/copies"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

func hideSecret(text string) string { return strings.ReplaceAll(text, "秘密", "〔已遮蔽〕") }

// readPDF stands for the reader of PDFs: the test files contain their text as it is.
func readPDF(data []byte) (string, error) { return strings.TrimSuffix(string(data), "%PDF-1.4"), nil }

func TestText(t *testing.T) {
	t.Parallel()
	const text = "老王：秘密\n我：好"
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		media string
		data  []byte
		want  string
	}{
		"UTF-8":           {"text/plain", []byte(text), "老王：〔已遮蔽〕\n我：好"},
		"with a mark":     {"text/csv", []byte("\uFEFF" + text), "老王：〔已遮蔽〕\n我：好"},
		"line ends":       {"text/plain", []byte("秘密\r\nb"), "〔已遮蔽〕\nb"},
		"GB18030":         {"text/plain", gb, "老王：〔已遮蔽〕\n我：好"},
		"UTF-16":          {"text/plain", utf16, "老王：〔已遮蔽〕\n我：好"},
		"empty":           {"text/plain", []byte(" \n"), ""},
		"web page":        {"text/html", []byte("<p>秘<b>密</b></p><p title='秘密'>&#x79D8;&#23494;<!-- 秘密 --><script>秘密</script></p>"), "〔已遮蔽〕\n〔已遮蔽〕\n"},
		"JSON":            {"application/json", []byte(`[{"sender":"\u79d8密","time":"2026-11-28 10:35:00","text":"\u79d8\u5bc6"}]`), "2026-11-28 10:35:00 〔已遮蔽〕： 〔已遮蔽〕\n"},
		"mail":            {"message/rfc822", []byte("Subject: =?utf-8?B?56eY5a+G?=\nFrom: a\n\n秘=密"), "Subject: 〔已遮蔽〕\nFrom: a\n\n秘=密\n"},
		"mail encoded":    {"message/rfc822", []byte("From: a\nContent-Transfer-Encoding: base64\n\n56eY5a+G"), "From: a\n\n〔已遮蔽〕\n"},
		"lines of JSON":   {"application/x-ndjson", []byte(`{"x":"秘密"}`), "x: 〔已遮蔽〕\n"},
		"broken DOCX":     {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []byte("PK"), ""},
		"page of scripts": {"text/html", []byte("<script>秘密</script>"), ""},
		"film":            {"video/mp4", []byte(text), ""},
		"recording":       {"audio/mpeg", []byte(text), ""},
		"workbook":        {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []byte(text), ""},
		"PDF":             {"application/pdf", []byte("%PDF-1.4 秘密"), "%PDF-1.4 〔已遮蔽〕"},
		"PDF without any": {"application/pdf", []byte("%PDF-1.4"), ""},
		"a type unknown":  {"application/x-new", []byte(text), ""},
		"picture as text": {"image/png", []byte(text), ""},
	} {
		got, err := copies.Text(test.media, test.data, hideSecret, readPDF)
		if string(got) != test.want || errors.Is(err, copies.ErrNoCopy) != (test.want == "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

func billOf(n int) (*statement.Bill, []statement.ClaimedPayment) {
	bill := &statement.Bill{}
	for i := range n {
		bill.Transactions = append(bill.Transactions, statement.Transaction{
			Row: i + 17, At: noon.Add(time.Duration(i) * time.Hour), Counterpart: fmt.Sprintf("人%d", i), Amount: recovery.Money(100 + i), Goods: "药",
			Direction: statement.Outgoing, State: "成功", TransactionNo: fmt.Sprintf("no%d", i), Method: "银行8013", Remark: "秘密",
		})
	}
	last := bill.Transactions[n-1]
	return bill, []statement.ClaimedPayment{{Amount: last.Amount, SentAt: last.At, TransactionNo: last.TransactionNo}}
}

func TestBillRowsShowOnlyThePayment(t *testing.T) {
	t.Parallel()
	bill, payments := billOf(5)
	rows, err := copies.BillRows(bill, "of", payments, hideSecret, make([]byte, copies.SeedSize))
	if err != nil || rows.Count != 5 || len(rows.Shown) != 1 || rows.Shown[0].Index != 4 {
		t.Fatalf("%+v, %v", rows, err)
	}
	raw, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"人0", "人3", "no3", "银行", "秘密", "药"} {
		if strings.Contains(string(raw), hidden) {
			t.Errorf("%s is shown", hidden)
		}
	}
	for _, shown := range []string{"人4", "no4", "1.04", "2026-11-20 16:00:00"} {
		if !strings.Contains(string(raw), shown) {
			t.Errorf("%s is not shown in %s", shown, raw)
		}
	}
	for _, cell := range rows.Shown[0].Cells {
		if (cell.Value == nil) != (cell.Salt == "") || (cell.Value == nil) != (cell.Commitment != "") {
			t.Errorf("%+v shows and hides", cell)
		}
	}
}

// A name in the row that this reader may not read is hidden as well.
func TestBillRowsHideOtherNames(t *testing.T) {
	t.Parallel()
	bill, payments := billOf(2)
	rows, err := copies.BillRows(bill, "of", payments, func(text string) string { return strings.ReplaceAll(text, "人1", "…") }, nil)
	if err != nil || rows.Shown[0].Cells[2].Name != "交易对方" || rows.Shown[0].Cells[2].Value != nil {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestBillWithoutThePaymentHasNoCopy(t *testing.T) {
	t.Parallel()
	bill, payments := billOf(3)
	payments[0].TransactionNo, payments[0].Amount = "another", 7
	if _, err := copies.BillRows(bill, "of", payments, hideSecret, nil); !errors.Is(err, copies.ErrNoCopy) {
		t.Error(err)
	}
}

// The seed decides the salts, so that nobody can guess a hidden cell.
func TestSeeds(t *testing.T) {
	t.Parallel()
	bill, payments := billOf(3)
	roots := map[string]bool{}
	for _, seed := range []string{"a", "a", "b"} {
		rows, err := copies.BillRows(bill, "of", payments, hideSecret, []byte(seed))
		if err != nil {
			t.Fatal(err)
		}
		roots[rows.Root] = true
	}
	if len(roots) != 2 {
		t.Errorf("%d roots of two seeds", len(roots))
	}
}
