package decode_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/evidence/copies"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/originals/statement"
	"recourse/evidence/typeset/picture"
	"recourse/recovery"
)

const (
	billHead = "微信支付账单明细,,,,,,,,,,\n" + billColumns
	// billColumns are the names of the columns in a bill of WeChat.
	billColumns = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"
	billRow     = "2026-11-01 10:00:00,转账,周宁,/,支出,¥1.00,零钱,朋友已收钱,%d,1,/\n"
)

func xmlRow(cells ...string) string {
	var row strings.Builder
	row.WriteString("<row>")
	for _, cell := range cells {
		row.WriteString(`<c t="inlineStr"><is><t>` + cell + `</t></is></c>`)
	}
	return row.String() + "</row>"
}

// dearBills are the bills of at most 1 MB that take most to read.
func dearBills(t testing.TB) map[string][]byte {
	t.Helper()
	row := xmlRow("2026-11-01 10:00:00", "转账", "周宁", "/", "支出", "1", "零钱", "朋友已收钱", "1", "1", "/")
	head := xmlRow(strings.Split(strings.TrimSpace(billColumns), ",")...)
	var bill strings.Builder
	bill.WriteString(billHead)
	for i := range 9_000 {
		fmt.Fprintf(&bill, billRow, i)
	}
	return map[string][]byte{
		"csv of rows":           []byte(bill.String()),
		"csv of faults":         []byte(billHead + strings.Repeat(",,,,,,,,,,\n", 4_000) + strings.Repeat("x,,,,,,,,,,\n", 80_000)),
		"csv of commas":         []byte(billHead + strings.Repeat(",", 900_000)),
		"csv of quotes":         []byte(billHead + strings.Repeat(`"`, 900_000)),
		"xlsx of rows":          intaketest.Workbook(t, head, strings.Repeat(row, 100_000)),
		"xlsx of empty rows":    intaketest.Workbook(t, head, strings.Repeat("<row/>", 9_000_000)),
		"xlsx of cells":         intaketest.Workbook(t, head, strings.Repeat("<row>"+strings.Repeat("<c/>", 1_000)+"</row>", 14_000)),
		"xlsx of one cell":      intaketest.Workbook(t, head, xmlRow(strings.Repeat("x", 60<<20))),
		"xlsx nested":           intaketest.Workbook(t, head, strings.Repeat("<c>", 10_000_000)),
		"xlsx far to the side":  intaketest.Workbook(t, head, `<row><c r="XFD1048576"><v>1</v></c></row>`),
		"xlsx of rows far down": intaketest.Workbook(t, head, strings.Join(slices.Repeat([]string{`<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`}, 50_000), "")),
	}
}

func assertCheap(t *testing.T, runner *childRunner, size int, began time.Time, result any) {
	t.Helper()
	t.Logf("%4d kB: %3d MB, %.2f s of processor, %.2f s; %v", size>>10, runner.used.Peak>>20, runner.used.Processor.Seconds(), time.Since(began).Seconds(), result)
	if runner.used.Peak > 600<<20 || runner.used.Processor > 2500*time.Millisecond {
		t.Errorf("it takes %d MB and %s", runner.used.Peak>>20, runner.used.Processor)
	}
}

// TestTheDearestBills: whatever a bill of 1 MB contains, it is read within the limits or
// refused with a reason.
func TestTheDearestBills(t *testing.T) {
	for name, data := range dearBills(t) {
		t.Run(name, func(t *testing.T) {
			if len(data) > 1<<20 {
				t.Fatalf("%d bytes", len(data))
			}
			runner := newChildRunner(t)
			began := time.Now()
			bill, err := decode.NewDecoder(runner).Bill(t.Context(), fileOf(data))
			if code := recovery.CodeOf(err); err != nil && code != recovery.CodeInvalid && code != recovery.CodeTooLarge {
				t.Error(err)
			}
			rows := 0
			if bill != nil {
				rows = len(bill.Transactions)
			}
			assertCheap(t, runner, len(data), began, fmt.Sprint(rows, " rows, ", err))
		})
	}
}

func fileOf(data []byte) decode.File {
	return decode.File{ReaderAt: bytes.NewReader(data), Size: int64(len(data)), Account: "a"}
}

// TestTheDearestCopies: a text of 1 MB is masked within the limits, or has no copy.
func TestTheDearestCopies(t *testing.T) {
	for name, text := range map[string]string{
		"numbers":    strings.Repeat("13800138000 ", 80_000),
		"points":     strings.Repeat("1.1.1.", 170_000),
		"names":      strings.Repeat("王小明给李雷转账，", 38_000),
		"mails":      strings.Repeat("a.b@c.d.", 130_000),
		"separators": strings.Repeat("1-", 500_000),
		"one word":   strings.Repeat("王", 340_000),
	} {
		t.Run(name, func(t *testing.T) {
			runner := newChildRunner(t)
			began := time.Now()
			made, err := decode.NewDecoder(runner).Copy(t.Context(), fileOf([]byte(text)), decode.CopyOrder{Order: copies.Order{Media: "text/plain"}})
			if err != nil && !errors.Is(err, copies.ErrNoCopy) {
				t.Error(err)
			}
			assertCheap(t, runner, len(text), began, fmt.Sprint(len(made.Data), " bytes, ", err))
		})
	}
}

// clearPNG is a picture that a PDF cannot contain as it is, because of its transparency.
func clearPNG(t testing.TB, side int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewNRGBA(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestTheDearestPicturesOfPapers: decoding one for a dossier stays within the limits.
func TestTheDearestPicturesOfPapers(t *testing.T) {
	for name, data := range map[string][]byte{
		"png with transparency": clearPNG(t, 7_000),
		"gif":                   largeGIF(t, 7_000),
	} {
		t.Run(name, func(t *testing.T) {
			runner := newChildRunner(t)
			began := time.Now()
			shown, err := picture.Convert(data, decode.NewDecoder(runner).Reencoder(t.Context()))
			var unfit *picture.UnusableError
			if err != nil && !errors.As(err, &unfit) {
				t.Error(err)
			}
			assertCheap(t, runner, len(data), began, fmt.Sprint(shown != nil, err))
		})
	}
}

// TestResultsOfAChild: a child finds the same as this process.
func TestResultsOfAChild(t *testing.T) {
	t.Parallel()
	bill := []byte(billHead + fmt.Sprintf(billRow, 7))
	text := []byte("请转到 13800138000，谢谢。\n")
	img := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	img.Set(1, 1, color.NRGBA{200, 100, 0, 128})
	var pictureData bytes.Buffer
	if err := png.Encode(&pictureData, img); err != nil {
		t.Fatal(err)
	}
	order := decode.CopyOrder{Order: copies.Order{
		SHA256: strings.Repeat("0", 64), Media: "text/plain", Seed: make([]byte, copies.SeedSize),
		Payments: []statement.ClaimedPayment{{Amount: 100, SentAt: time.Date(2026, 11, 1, 2, 0, 0, 0, time.UTC), TransactionNo: "7"}},
	}}
	var found [2]string
	for i, decoder := range []*decode.Decoder{decode.NewLocalDecoder(), decode.NewDecoder(newChildRunner(t))} {
		read, err := decoder.Bill(t.Context(), fileOf(bill))
		document, errDocument := decoder.Document(t.Context(), fileOf(streamsPDF(t, 1)))
		rows, errRows := decoder.Copy(t.Context(), fileOf(bill), order)
		masked, errMasked := decoder.Copy(t.Context(), fileOf(text), order)
		shown, errShown := picture.Convert(pictureData.Bytes(), decoder.Reencoder(t.Context()))
		if err := errors.Join(err, errDocument, errRows, errMasked, errShown); err != nil {
			t.Fatal(err)
		}
		found[i] = fmt.Sprintf("%+v %+v %s %+v %s %+v", *read, document, rows.Data, rows, masked.Data, *shown)
	}
	if found[0] != found[1] || !strings.Contains(found[0], "周宁") || strings.Contains(found[0], "13800138000") {
		t.Errorf("here:\n%s\nin a child:\n%s", found[0], found[1])
	}
}
