package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/statement"
)

const (
	printedNumber = "1000050001202611280712345678901"
	style         = `<meta charset="utf-8"><style>@font-face{font-family:N;src:url(/NotoSansSC_400Regular.ttf)} body{font:14px N} td,th{border:1px solid #999;padding:4px 8px} .f{display:flex} .f *{width:50%}</style>`
)

// receipts are pages as wallets and banks show them, with invented values.
var receipts = map[string]string{
	"a table": `<h2>微信支付转账电子凭证</h2><table><tr><td>转账单号<td>` + printedNumber + `<tr><td>付款方姓名<td>测试甲<tr><td>收款方姓名<td>王小虎` +
		`<tr><td>转账金额（小写）<td>￥12,345.67<tr><td>转账金额（大写）<td>壹万贰仟叁佰肆拾伍元陆角柒分<tr><td>转账时间<td>2026年11月28日 10:31:14</table>`,
	"a bank's form": `<h2>国内支付业务付款回单</h2><table><tr><td rowspan=3>付<br>款<br>人<td>户名<td>测试甲<td rowspan=3>收<br>款<br>人<td>户名<td>王小虎` +
		`<tr><td>账号<td>6222020000001111222<td>账号<td>6222020000003333444<tr><td>开户行<td>测试银行一支行<td>开户行<td>测试银行二支行` +
		`<tr><td colspan=2>金额<td colspan=4>人民币（大写）壹万贰仟叁佰肆拾伍元陆角柒分 （小写）¥12,345.67<tr><td colspan=2>交易时间<td colspan=4>2026-11-28 10:31:14` +
		`<tr><td colspan=2>交易流水号<td colspan=4>` + printedNumber + `</table>`,
	"columns": `<table><tr><th>交易时间<th>交易金额<th>手续费<th>收款人<th>流水号<tr><td>2026-11-28 10:31:14<td>12,345.67<td>0.50<td>王小虎<td>` + printedNumber + `</table>`,
	"two columns": `<div class=f><div>付款方</div><div>收款方</div></div><div class=f><div>户名：测试甲</div><div>户名：王小虎</div></div>` +
		`<p>交易金额：¥ 12,345.67 元</p><p>交易时间：2026/11/28 10:31:14</p><p>交易单号：1000 0500 0120 2611 2807 1234 5678 901</p>`,
	"a phone": `<div style="width:360px"><p style="text-align:center">付款金额<br><b style="font-size:32px">-12,345.67</b><p class=f><span>收款方</span><span>王小虎</span>` +
		`<p class=f><span>转账时间</span><span>2026年11月28日 10:31:14</span><p class=f><span>转账单号</span><span style="word-break:break-all">` + printedNumber + `</span></div>`,
}

// TestReceiptsOfABrowser: what a browser prints to a file is read.
func TestReceiptsOfABrowser(t *testing.T) {
	want := statement.Receipt{Amount: 1_234_567, At: time.Date(2026, 11, 28, 2, 31, 14, 0, time.UTC), TransactionNo: printedNumber, Payee: "王小虎"}
	pages := http.NewServeMux()
	pages.Handle("/", http.FileServer(http.Dir(decode.FindTools().Fonts)))
	server := httptest.NewServer(pages)
	defer server.Close()
	ctx := openBrowser(t)
	for name, html := range receipts {
		pages.HandleFunc("/"+strings.ReplaceAll(name, " ", "-"), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(style + html))
		})
		file, err := printPage(ctx, server.URL+"/"+strings.ReplaceAll(name, " ", "-"))
		if err != nil {
			t.Fatal(err)
		}
		document, err := decode.NewLocalDecoder().Document(ctx, decode.File{ReaderAt: bytes.NewReader(file), Size: int64(len(file))})
		if got, _ := statement.ReadReceipt(document.Text); err != nil || got != want {
			t.Errorf("%s: %+v, %v, of\n%s", name, got, err, document.Text)
		}
	}
}

// printPage returns a page as the browser prints it to a file.
func printPage(ctx context.Context, address string) ([]byte, error) {
	if err := chromedp.Do(ctx, chromedp.Navigate(address), chromedp.WaitReady("body")); err != nil {
		return nil, err
	}
	printed, err := chromedp.Run(ctx, func(ctx context.Context, target *chromedp.Target) (page.PrintToPDFResult, error) {
		return cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{})
	})
	if err != nil {
		return nil, err
	}
	return printed.Data, nil
}

func openBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() { endBrowser(); endAllocator() })
	return ctx
}
