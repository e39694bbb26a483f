package dossier_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/evidence/dossier"
	"recourse/evidence/originals/transcript"
	"recourse/recovery"
)

const billHead = "微信支付账单明细,,,,,,,,,,\n交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"

// billOf returns a bill with the payment of a case and other rows.
func billOf(c recovery.Case, others int) []byte {
	var bill strings.Builder
	bill.WriteString(billHead)
	for i := range others {
		fmt.Fprintf(&bill, "2026-10-%02d 10:00:00,商户消费,药店%d,/,支出,¥3.%02d,零钱,支付成功,77%d,1,/\n", i%28+1, i, i, i)
	}
	fmt.Fprintf(&bill, "%s,转账,%s,/,支出,\"¥%s\",零钱,朋友已收钱,%s,1,/\n",
		c.SentAt.In(recovery.Shanghai).Format("2006-01-02 15:04:05"), c.Counterparts[0].Alias, c.Amount, c.TransactionNo)
	return []byte(bill.String())
}

const mailFile = "Received: from mx1.example.com by mx.example.org; Sat, 28 Nov 2026 11:00:00 +0800\r\nDKIM-Signature: v=1; d=service.alipay.com; b=x\r\n" +
	"From: =?utf-8?B?5pSv5LuY5a6d?= <no-reply@service.alipay.com>\r\nTo: me@example.org\r\nSubject: =?utf-8?B?5oqV6K+J57uT5p6c?=\r\nDate: Sat, 28 Nov 2026 11:00:00 +0800\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n您好，投诉已受理，请等待处理。\r\n--b\r\nContent-Type: application/pdf; name=\"回执.pdf\"\r\n\r\nx\r\n--b--\r\n"

const chatFile = `{"chat":"小杜","messages":[{"time":"2026-11-28 10:35:00","sender":"我","isSend":1,"text":"转错了，麻烦退一下"},{"time":"2026-11-28 10:40:00","sender":"小杜","text":"好的，晚点退"},` +
	`{"time":"2026-11-28 10:41:00","sender":"小杜","type":"图片","text":"","file":"2.jpg"}]}`

const pageFile = `<!doctype html><html><body><script>alert(1)</script><div class="message"><span class="sender">小杜</span><span class="time">2026-11-28 10:42:00</span><p>网页里的话</p></div></body></html>`

func documentFile(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	part, err := w.Create("word/document.xml")
	if err == nil {
		_, err = io.WriteString(part, "<w:p><w:t>小杜 2026-11-28 10:43</w:t></w:p><w:p><w:t>文档里的话</w:t></w:p>")
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withWords is a case with a file of every sort that is no picture.
func withWords(t testing.TB, audience recovery.Audience) *caseOf {
	t.Helper()
	c := newCase(t, audience)
	c.exhibit(recovery.Statement, "text/csv", "账单.csv", "账单导出", billOf(c.folio.Case, 24))
	c.exhibit(recovery.ChatExport, "application/json", "chat.json", "聊天导出", []byte(chatFile))
	c.exhibit(recovery.ChatExport, "text/html", "chat.html", "聊天导出", []byte(pageFile))
	c.exhibit(recovery.ChatExport, transcript.Word, "chat.docx", "聊天导出", documentFile(t))
	c.exhibit(recovery.ChatExport, "text/plain", "chat.txt", "聊天导出", []byte("2026-11-28 10:44:00 小杜(10002)\r\n文本里的话\r\n"))
	c.exhibit(recovery.OtherEvidence, "message/rfc822", "reply.eml", "平台的回信", []byte(mailFile))
	c.exhibit(recovery.OtherEvidence, "text/plain", "note.txt", "备忘", []byte("转错以后我马上联系了对方\n对方没有回\n"))
	return c
}

// TestFilesThatAreNoPicturesArePrinted: for the court and the archive each file is on its
// page, as a table or as lines.
func TestFilesThatAreNoPicturesArePrinted(t *testing.T) {
	t.Parallel()
	for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForArchive} {
		t.Run(string(audience), func(t *testing.T) {
			t.Parallel()
			c := withWords(t, audience)
			data, _ := build(t, c.seal())
			if dir := os.Getenv(outVariable); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, "words-"+string(audience)+".pdf"), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			text := solid(tool(t, data, "pdftotext", "-raw", "-enc", "UTF-8", "FILE", "-"))
			has(t, text,
				"共读到 25 行", "账单第 27 行", c.folio.Case.TransactionNo, "其余 24 行不在纸面显示",
				"聊天内容，共 3 条", "转错了，麻烦退一下", "好的，晚点退", "［图片 2.jpg］", "网页里的话", "文档里的话", "文本里的话", "小杜(10002)",
				"支付宝 <no-reply@service.alipay.com>", "投诉结果", "您好，投诉已受理", "系邮件自称，未经证明", "这里没有验证该签名", "回执.pdf（1 字节）",
				"转错以后我马上联系了对方", "只列出名称",
			)
			lacks(t, text, "alert(1)", "药店3", "未显示")
		})
	}
}

// TestMaskedCopiesArePrinted: another party reads the text of the copy, not that of the
// original.
func TestMaskedCopiesArePrinted(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForOpponent)
	c.exhibit(recovery.ChatExport, "text/plain", "chat.txt", "", []byte("2026-11-28 10:44:00 小杜(10002)\n〔电话号码已遮蔽〕\n"))
	text := textOf(t, c.seal())
	has(t, text, "去除个人信息的文字副本", "〔电话号码已遮蔽〕", "小杜(10002)")
	lacks(t, text, "未显示")
}

func TestLongChatsAreCut(t *testing.T) {
	t.Parallel()
	var chat strings.Builder
	for i := range 1_000 {
		fmt.Fprintf(&chat, "2026-11-28 10:44:00 小杜(10002)\n第%d句\n", i+1)
	}
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.ChatExport, "text/plain", "chat.txt", "", []byte(chat.String()))
	text := textOf(t, c.seal())
	has(t, text, "第1句", "第400句", "另有 600 条（行）未印出")
	lacks(t, text, "第401句")
	c = newCase(t, recovery.ForCourt)
	for i := range 60 {
		c.exhibit(recovery.ChatExport, "text/plain", "chat.txt", "", []byte(fmt.Sprint("2026-11-28 10:44:00 甲(1)\n文件", i, "\n", chat.String())))
	}
	data, report := build(t, c.seal())
	text = solid(tool(t, data, "pdftotext", "-raw", "-enc", "UTF-8", "FILE", "-"))
	has(t, text, "文件0", "文件59", "条（行）未印出")
	if report.Pages > 500 {
		t.Errorf("%d pages", report.Pages)
	}
}

// TestHugeMessagesAreCut: a few messages of a megabyte fill some pages, not a volume.
func TestHugeMessagesAreCut(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	message := "2026-11-28 10:44:00 小杜(10002)\n" + strings.Repeat("好的，晚点退。", 1_500) + "\n"
	c.exhibit(recovery.ChatExport, "text/plain", "chat.txt", "", []byte(strings.Repeat(message, 40)))
	c.exhibit(recovery.ChatExport, "text/plain", "lines.txt", "", []byte("2026-11-28 10:44:00 小杜(10002)\n"+strings.Repeat("\n甲", 5_000)))
	data, report := build(t, c.seal())
	if report.Pages > 120 {
		t.Errorf("%d pages", report.Pages)
	}
	has(t, solid(tool(t, data, "pdftotext", "-raw", "-enc", "UTF-8", "FILE", "-")), "……", "条（行）未印出")
}

// TestFilesWithoutWords: a page says in a sentence why it has nothing.
func TestFilesWithoutWords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		media string
		kind  recovery.EvidenceKind
		data  string
		want  string
	}{
		"a page of scripts": {"text/html", recovery.ChatExport, "<html><script>x({})</script>", "网页的内容写在脚本里"},
		"an empty text":     {"text/plain", recovery.OtherEvidence, "\n", "没有读出文字"},
		"a workbook":        {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", recovery.OtherEvidence, "PK\x03\x04", "文件不完整"},
		"a broken document": {transcript.Word, recovery.ChatExport, "PK\x03\x04", "文件不完整"},
		"a bill as mailed":  {"application/zip", recovery.Statement, "PK\x03\x04", "其中的账单另列为一件证据"},
		"a sound":           {"audio/amr", recovery.OtherEvidence, "#!AMR\n", "未显示"},
		"a bill of others":  {"text/csv", recovery.Statement, billHead + "2025-10-01 10:00:00,商户消费,药店,/,支出,¥3.00,零钱,支付成功,771,1,/\n", "没有一行能确定是本案付款"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCase(t, recovery.ForCourt)
			c.exhibit(test.kind, test.media, "a", "", []byte(test.data))
			has(t, textOf(t, c.seal()), test.want)
		})
	}
}

// TestReadersThatFail: a reader without a place is an error, so that papers are built again;
// a file that is too costly is not.
func TestReadersThatFail(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.ChatExport, "text/plain", "a", "", []byte("x"))
	f := c.seal()
	failure := errors.New("no place")
	options := dossier.Options{Fonts: mustFonts(t), Fingerprint: fingerprint, Transcribe: func(string, []byte) (transcript.Transcript, error) {
		return transcript.Transcript{}, failure
	}}
	if _, err := dossier.Build(io.Discard, f, options); !errors.Is(err, failure) {
		t.Error(err)
	}
	options.Transcribe = func(string, []byte) (transcript.Transcript, error) {
		return transcript.Transcript{Gaps: []transcript.Gap{transcript.TooCostly}}, nil
	}
	if _, err := dossier.Build(io.Discard, f, options); err != nil {
		t.Error(err)
	}
}

// TestPaymentsThatShowTheMistakeArePrinted: a later payment of the same sum to somebody
// else stands beside the mis-sent one, without a judgment.
func TestPaymentsThatShowTheMistakeArePrinted(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.folio.Case.Reason = recovery.WrongPerson
	again := fmt.Sprintf("%s,转账,妹妹小雨,/,支出,\"¥%s\",零钱,朋友已收钱,990001,1,/\n",
		c.folio.Case.SentAt.Add(time.Hour).In(recovery.Shanghai).Format("2006-01-02 15:04:05"), c.folio.Case.Amount)
	c.exhibit(recovery.Statement, "text/csv", "账单.csv", "账单导出", append(billOf(c.folio.Case, 3), again...))
	data, _ := build(t, c.seal())
	text := solid(tool(t, data, "pdftotext", "-raw", "-enc", "UTF-8", "FILE", "-"))
	has(t, text, "下列1行可以与本案付款对照", "账单第7行", "妹妹小雨", "990001")
	lacks(t, text, "可以说明", "药店1")
}
