package dossier_test

import (
	"fmt"
	"image/color"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/pdf/pdftest"
	"recourse/recovery"
)

// chatOf returns a chat of so many messages, each of its own.
func chatOf(file, messages int) []byte {
	var chat strings.Builder
	for i := range messages {
		fmt.Fprintf(&chat, "2026-11-28 %02d:%02d:00 小杜(10002)\n文件%d的第%d句：转错了，麻烦退一下，谢谢。\n", i/60%24, i%60, file, i+1)
	}
	return []byte(chat.String())
}

func receiptNumbered(t testing.TB, number int) []byte {
	t.Helper()
	return []byte(pdftest.Printed(t, pdftest.Glyphs, pdftest.At(50, 780, "微信支付转账电子凭证"), pdftest.At(50, 750, "转账单号"), pdftest.At(180, 750, fmt.Sprint(1000050001202611, number))))
}

// mixedFiles is a case of 200 files: screenshots, bills, chats, mails, texts and PDFs.
func mixedFiles(t testing.TB) folio.Folio {
	t.Helper()
	c := newCase(t, recovery.ForCourt)
	img := screenshot(t, 1080, 2340, "老王", "转错了", "不退", "请退回")
	for i := range 200 {
		img.SetRGBA(i, 0, color.RGBA{uint8(i), 0, 0, 0xFF})
		number := fmt.Sprint(i, "\n")
		switch i % 8 {
		case 0, 1, 2:
			c.exhibit(recovery.ChatScreenshot, "image/jpeg", "a.jpg", "", asJPEG(t, img))
		case 3:
			c.exhibit(recovery.Statement, "text/csv", "a.csv", "", billOf(c.folio.Case, 200+i))
		case 4:
			c.exhibit(recovery.ChatExport, "text/plain", "a.txt", "", chatOf(i, 500))
		case 5:
			c.exhibit(recovery.ChatExport, "application/json", "a.json", "", []byte(strings.Replace(chatFile, "晚点退", number[:len(number)-1], 1)))
		case 6:
			c.exhibit(recovery.OtherEvidence, "message/rfc822", "a.eml", "", []byte(strings.Replace(mailFile, "您好", "您好"+number, 1)))
		case 7:
			if i%16 == 7 {
				c.exhibit(recovery.SealedReceipt, "application/pdf", "a.pdf", "", receiptNumbered(t, i))
				break
			}
			c.exhibit(recovery.OtherEvidence, "text/plain", "a.txt", "", []byte(strings.Repeat("备忘：对方没有回复。\n", 50)+number))
		}
	}
	return c.seal()
}

// The budget of the papers of 200 files. The time is of the processor: on a machine with two
// processors that do nothing else, the papers are there earlier.
const (
	maxPaperTime   = 5 * time.Second
	maxPaperMemory = 300 << 20
)

// TestPapersOfTwoHundredFiles are built within their budget.
func TestPapersOfTwoHundredFiles(t *testing.T) { // not parallel: it measures
	f, fonts, decoder := mixedFiles(t), mustFonts(t), decode.NewLocalDecoder()
	options := dossier.Options{
		Fonts: fonts, Fingerprint: fingerprint, RenderPage: decoder.PageRenderer(t.Context()), ReadPDF: decoder.TextReader(t.Context()),
	}
	if _, _, _, err := options.RenderPage(receiptFile(t), 0); err != nil { // the reader of PDFs is compiled before, as in the product
		t.Fatal(err)
	}
	runtime.GC()
	before := processorTime(t)
	peak := watchHeap(t)
	report, err := dossier.Build(io.Discard, f, options)
	took, used := processorTime(t)-before, peak()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files on %d pages in %s of processor time, heap of %d MB at most", report.Exhibits, report.Pages, took.Round(time.Millisecond), used>>20)
	if report.Exhibits != 200 || took > maxPaperTime || used > maxPaperMemory {
		t.Errorf("%d files, %s, %d MB", report.Exhibits, took, used>>20)
	}
}

func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// watchHeap returns a function that ends the watch and returns the largest heap.
func watchHeap(t testing.TB) (peak func() uint64) {
	t.Helper()
	stop, found := make(chan struct{}), make(chan uint64)
	go func() {
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		var most uint64
		for {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			most = max(most, stats.HeapInuse)
			select {
			case <-stop:
				found <- most
				return
			case <-ticker.C:
			}
		}
	}()
	return func() uint64 { close(stop); return <-found }
}
