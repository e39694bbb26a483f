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
	"recourse/evidence/originals/intake/pdf/pdftest"
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

// pageOf returns a page of a size with a content and objects from number 5.
func pageOf(t testing.TB, side int, content string, objects ...string) []byte {
	t.Helper()
	return []byte(pdftest.Join(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X 5 0 R>>>>>>", side, side),
		pdftest.Deflate(t, content),
	}, objects...)...))
}

// pictureOf returns a picture that claims a size, with data of a filter.
func pictureOf(side int, filter, data string) string {
	return fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/%s/Length %d>>stream\n%s\nendstream", side, side, filter, len(data), data)
}

// dearPDFs are the PDFs of at most 1 MB that take most to read or to render.
func dearPDFs(t testing.TB) map[string][]byte {
	t.Helper()
	const draw = "q 300 0 0 300 0 0 cm /X Do Q "
	blank := pdftest.Deflate(t, strings.Repeat("\x00", 100<<20))
	blank = strings.Replace(blank, "<<", "<</Type/XObject/Subtype/Image/Width 5800/Height 5800/BitsPerComponent 8/ColorSpace/DeviceRGB", 1)
	form := func(next string) string {
		return "<</Type/XObject/Subtype/Form/BBox[0 0 300 300]/Resources<</XObject<</X " + next + ">>>>/Length 36>>stream\n/X Do /X Do /X Do /X Do /X Do /X Do \nendstream"
	}
	forms := []string{}
	for i := range 40 {
		forms = append(forms, form(fmt.Sprintf("%d 0 R", i+6)))
	}
	kids := strings.Repeat("3 0 R ", 100_000)
	return map[string][]byte{
		"letters":           pageOf(t, 600, "BT /F1 1 Tf "+strings.Repeat("1 0 0 1 5 5 Tm (abcdefghijklmnopqrstuvwxyz) Tj ", 20_000)+"ET"),
		"letters anywhere":  pageOf(t, 600, "BT /F1 12 Tf "+strings.Repeat("0.7 0.7 -0.7 0.7 300 300 Tm (a) Tj ", 100_000)+"ET"),
		"many pages":        bytes.Replace(pageOf(t, 600, "BT /F1 9 Tf (a) Tj ET"), []byte("[3 0 R]/Count 1"), []byte("["+kids+"]/Count 100000"), 1),
		"a huge page":       pageOf(t, 2_000_000_000, "BT /F1 9 Tf (a) Tj ET"),
		"a huge font":       pageOf(t, 600, "BT /F1 1000000000 Tf (abc) Tj ET"),
		"forms in forms":    pageOf(t, 600, "/X Do", forms...),
		"paths":             pageOf(t, 600, strings.Repeat("0 0 m 600 1 600 600 0 600 c b 1 600 m 0 0 l S ", 100_000)),
		"clips":             pageOf(t, 600, strings.Repeat("q 0 0 600 600 re W n ", 100_000)),
		"a blank picture":   pageOf(t, 600, draw, blank),
		"blank, many times": pageOf(t, 600, strings.Repeat(draw, 1_000), blank),
		"JBIG2 that claims": pageOf(t, 600, draw, pictureOf(60_000, "JBIG2Decode", "\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13\x00\x00\xea\x60\x00\x00\xea\x60"+strings.Repeat("\x00", 30))),
		"JPX that claims":   pageOf(t, 600, draw, pictureOf(60_000, "JPXDecode", "\xff\x4f\xff\x51\x00\x2f\x00\x00\x00\x00\xea\x60\x00\x00\xea\x60"+strings.Repeat("\x00", 60))),
		"shading":           pageOf(t, 600, strings.Repeat("/S sh ", 50_000)),
	}
}

// TestTheDearestPDFs: reading and rendering them stays within the limits, or is ended.
func TestTheDearestPDFs(t *testing.T) {
	for name, data := range dearPDFs(t) {
		t.Run(name, func(t *testing.T) {
			if len(data) > 1<<20 {
				t.Fatalf("%d bytes", len(data))
			}
			runner := newChildRunner(t)
			began := time.Now()
			report, err := decode.NewDecoder(runner).Document(t.Context(), fileOf(data))
			if err != nil {
				t.Error(err)
			}
			assertCheap(t, runner, len(data), began, fmt.Sprint(len(report.Text), " bytes of text, unread ", report.Unread))
			runner = newChildRunner(t)
			began = time.Now()
			page, err := decode.NewDecoder(runner).Page(t.Context(), fileOf(data), 0)
			if err != nil {
				t.Error(err)
			}
			assertCheap(t, runner, len(data), began, fmt.Sprint(page.Width, "×", page.Height, " ", len(page.JPEG), " bytes ", page.Unfit))
		})
	}
}

// TestPages: a page is the same in a child, and what cannot be rendered has a reason.
func TestPages(t *testing.T) {
	t.Parallel()
	good := []byte(pdftest.Receipt(t))
	var found [2]decode.PageResult
	for i, decoder := range []*decode.Decoder{decode.NewLocalDecoder(), decode.NewDecoder(newChildRunner(t))} {
		var err error
		if found[i], err = decoder.Page(t.Context(), fileOf(good), 0); err != nil || found[i].Width != 1_239 || found[i].Pages != 1 {
			t.Errorf("%+v, %v", found[i].Page.Width, err)
		}
		for name, data := range map[string][]byte{"no PDF": []byte("a text"), "half": good[:30]} {
			if page, err := decoder.Page(t.Context(), fileOf(data), 0); err != nil || page.Unfit != decode.Unreadable || page.JPEG != nil {
				t.Errorf("%s: %q, %v", name, page.Unfit, err)
			}
		}
		if page, err := decoder.Page(t.Context(), fileOf(good), 7); err != nil || page.Unfit != decode.Unreadable || page.JPEG != nil {
			t.Errorf("page 8 of 1: %q, %v", page.Unfit, err)
		}
	}
	if !bytes.Equal(found[0].JPEG, found[1].JPEG) {
		t.Errorf("%d bytes here, %d in a child", len(found[0].JPEG), len(found[1].JPEG))
	}
}
