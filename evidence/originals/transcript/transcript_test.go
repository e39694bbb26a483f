package transcript_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/originals/transcript"
	"recourse/recovery"
)

// shown returns each line as "time|sender|text|note"; "我" stands for the owner.
func shown(t transcript.Transcript) []string {
	var lines []string
	for _, l := range t.Lines {
		who := l.Who
		if l.Own {
			who = "我:" + who
		}
		lines = append(lines, strings.Join([]string{l.Time(), who, l.Text, l.Note}, "|"))
	}
	return lines
}

func checkLines(t *testing.T, media, data string, want ...string) transcript.Transcript {
	t.Helper()
	got := transcript.Read(media, []byte(data))
	if lines := shown(got); !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	return got
}

const (
	first  = "2026-11-28 10:35:00|我|转错了，麻烦退一下|"
	second = "2026-11-28 10:40:00|小杜|好的|"
)

// TestChatsAsJSON: the forms of several exporters, each with its own names.
func TestChatsAsJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data string
		want []string
	}{
		"simple": {
			`[{"time":"2026-11-28 10:35:00","sender":"我","text":"转错了，麻烦退一下"},{"time":"2026-11-28 10:40:00","sender":"小杜","text":"好的"}]`, []string{first, second},
		},
		"numbers and an own side": {
			`{"session":{"displayName":"小杜"},"messages":[{"localId":1,"createTime":1795833300,"type":"文本消息","content":"转错了，麻烦退一下","isSend":1,"senderDisplayName":"我"},
			{"localId":2,"createTime":1795833600,"type":"图片消息","content":"","isSend":0,"senderDisplayName":"小杜"}]}`,
			[]string{"||session.displayName: 小杜|", "2026-11-28 10:35:00|我:我|转错了，麻烦退一下|", "2026-11-28 10:40:00|小杜||图片消息"},
		},
		"a table of a database": {
			`[{"id":1,"type_name":"文本","is_sender":1,"talker":"我","msg":"转错了，麻烦退一下","src":"","CreateTime":"2026-11-28 10:35:00"},
			{"id":2,"type_name":"图片","is_sender":0,"talker":"wxid_du","msg":"","src":"a/b.jpg","CreateTime":"2026-11-28 10:40:00"}]`,
			[]string{"2026-11-28 10:35:00|我:我|转错了，麻烦退一下|", "2026-11-28 10:40:00|wxid_du||图片 a/b.jpg"},
		},
		"a message in parts": {
			`{"name":"小杜","type":"personal_chat","id":7,"messages":[{"id":1,"type":"message","date":"2026-11-28T10:35:00","date_unixtime":"1795833300","from":"我","from_id":"user1",
			"text":["转错了，",{"type":"bold","text":"麻烦退一下"}]},{"id":2,"type":"message","date":"2026-11-28T10:40:00","from":"小杜","text":"好的"}]}`,
			[]string{"||name: 小杜|", "||type: personal_chat|", "||id: 7|", first, second},
		},
		"a sender in an object": {
			`{"metadata":{"version":"4.0"},"messages":[{"id":"1","timestamp":1795833300000,"sender":{"uin":"10001","name":"我"},"type":"text","content":{"text":"转错了，麻烦退一下","elements":[{"type":"text","data":{"text":"转错了，麻烦退一下"}}]}},
			{"id":"2","timestamp":1795833600000,"sender":{"uin":"10002","name":"小杜"},"type":"text","content":{"text":"好的"}}]}`,
			[]string{"||metadata.version: 4.0|", first, second},
		},
		"the owner by a number": {
			`[{"mesDes":0,"messageType":1,"msgContent":"转错了，麻烦退一下","msgCreateTime":1795833300},{"mesDes":1,"messageType":34,"msgContent":"<msg/>","msgCreateTime":1795833600}]`,
			[]string{"2026-11-28 10:35:00|我:|转错了，麻烦退一下|", "2026-11-28 10:40:00||<msg/>|语音"},
		},
		"a dialogue": {
			`[{"instruction":"与小杜的聊天记录","dialogue":[{"index":1,"speaker":"我","text":"转错了，麻烦退一下","time":"2026-11-28 10:35:00"}]}]`,
			[]string{"||instruction: 与小杜的聊天记录|", first},
		},
		"lines of JSON": {
			"{\"time\":\"2026-11-28 10:35:00\",\"sender\":\"我\",\"text\":\"转错了，麻烦退一下\"}\n{\"time\":\"2026/11/28 10:40\",\"nickname\":\"小杜\",\"content\":\"好的\"}\n", []string{first, second},
		},
		"names in Chinese":   {`[{"时间":"2026年11月28日 10:35","发送人":"我","内容":"转错了，麻烦退一下"}]`, []string{first}},
		"no chat":            {`{"order":"77","state":{"paid":true}}`, []string{"||order: 77|", "||state.paid: true|"}},
		"a time without end": {`[{"time":"昨天 10:35","sender":"我","text":"转错了，麻烦退一下"}]`, []string{"昨天 10:35|我|转错了，麻烦退一下|"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := checkLines(t, transcript.JSON, test.data, test.want...); len(got.Gaps) > 0 {
				t.Error(got.Gaps)
			}
		})
	}
}

// TestFieldsThatAreNotShownAreNamed: what a message has besides is named once, and messages in
// XML are their words.
func TestFieldsThatAreNotShownAreNamed(t *testing.T) {
	t.Parallel()
	const card = `<?xml version=\"1.0\"?><msg><appmsg appid=\"\"><title><![CDATA[微信转账]]></title><des>收到转账11000.00元</des><wcpayinfo><feedesc><![CDATA[￥11000.00]]></feedesc></wcpayinfo></appmsg></msg>`
	got := checkLines(t, transcript.JSON, `[{"time":"2026-11-28 10:35:00","sender":"我","text":"`+card+`","msgId":"7","amount":"11000.00","empty":""},{"time":"2026-11-28 10:40:00","sender":"小杜","text":"好的","msgId":"8"}]`,
		"2026-11-28 10:35:00|我|微信转账 收到转账11000.00元 ￥11000.00|", second)
	if !slices.Equal(got.Unread, []string{"msgId", "amount"}) {
		t.Error(got.Unread)
	}
	if table := transcript.Read(transcript.Table, []byte("time,sender,text,id\n1795833300,a,b,7\n")); !slices.Equal(table.Unread, []string{"id"}) {
		t.Error(table.Unread)
	}
	plain := checkLines(t, transcript.JSON, `[{"time":"2026-11-28 10:35:00","sender":"我","text":"<好的>"}]`, "2026-11-28 10:35:00|我|<好的>|")
	if len(plain.Unread) > 0 {
		t.Error(plain.Unread)
	}
}

// TestCutJSON: what was read before the end stays, and the gap is named.
func TestCutJSON(t *testing.T) {
	t.Parallel()
	got := checkLines(t, transcript.JSON, `[{"time":"2026-11-28 10:35:00","sender":"我","text":"转错了，麻烦退一下"},{"time":"2026-11-28 10`, first)
	if !slices.Equal(got.Gaps, []transcript.Gap{transcript.Broken}) {
		t.Error(got.Gaps)
	}
	got = checkLines(t, transcript.JSON, "{ 这不是 JSON", "||{ 这不是 JSON|")
	if !slices.Equal(got.Gaps, []transcript.Gap{transcript.Broken}) {
		t.Error(got.Gaps)
	}
	got = transcript.Read(transcript.JSON, []byte(strings.Repeat(`[{"a":`, 5_000)))
	if !slices.Contains(got.Gaps, transcript.TooDeep) {
		t.Error(got.Gaps)
	}
}

func TestChatsAsText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data string
		want []string
	}{
		"QQ": {
			"消息记录（此消息记录为文本格式）\n\n================\n消息对象:小杜\n================\n\n2026-11-28 10:35:00 我(10001)\n转错了，\n麻烦退一下\n\n2026-11-28 10:40:00 【群主】小杜<du@example.com>\n好的\n",
			[]string{
				"||消息记录（此消息记录为文本格式）|", "||================|", "||消息对象:小杜|", "||================|",
				"2026-11-28 10:35:00|我(10001)|转错了，\n麻烦退一下|", "2026-11-28 10:40:00|【群主】小杜<du@example.com>|好的|",
			},
		},
		"copied from WeChat": {"我 2026年11月28日 10:35\n转错了，麻烦退一下\n\n小杜 2026年11月28日 上午10:40\n好的", []string{first, second}},
		"by mail": {
			"微信聊天记录如下，请查收。\n\n—————  2026-11-28  —————\n\n我  10:35\n\n转错了，麻烦退一下\n\n小杜  10:40\n\n好的\n",
			[]string{"||微信聊天记录如下，请查收。|", "||—————  2026-11-28  —————|", first, second},
		},
		"in one line":         {"2026-11-28 10:35 我：转错了，麻烦退一下\n2026-11-28 10:40 小杜: 好的", []string{first, second}},
		"in brackets":         {"[2026/11/28, 10:35:00] 我: 转错了，麻烦退一下\n[2026/11/28, 10:40:00] 小杜: 好的", []string{first, second}},
		"day before month":    {"28/11/2026, 10:35 - 我: 转错了，麻烦退一下", []string{first}},
		"day or month":        {"11/10/2026, 10:35 - 我: 好", []string{"11/10/2026 10:35|我|好|"}},
		"half days":           {"2026年11月28日 下午3:05 小杜\n好的", []string{"2026-11-28 15:05:00|小杜|好的|"}},
		"no chat":             {"我在 2026 年转错了钱。\n就这样。", []string{"||我在 2026 年转错了钱。|", "||就这样。|"}},
		"a note of a meeting": {"地点: 家里\n时间: 晚上", []string{"||地点: 家里|", "||时间: 晚上|"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkLines(t, transcript.Text, test.data, test.want...)
		})
	}
}

func TestChatsAsPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data string
		want []string
		gaps []transcript.Gap
	}{
		"lines": {
			`<!doctype html><html><head><meta charset="utf-8"><title>聊天记录</title></head><body><p>2026-11-28 10:40 小杜：好的</p></body></html>`,
			[]string{"||聊天记录|", second}, nil,
		},
		"by classes": {
			`<div class="history"><div class="message default clearfix"><div class="body"><div class="pull_right date details" title="28.11.2026 10:35:00 UTC+08:00">10:35</div>
			<div class="from_name">我</div><div class="text">转错了，<br>麻烦退一下</div></div></div>
			<div class="message"><div class="message-header"><span class="sender">小杜</span><span class="time">2026-11-28 10:40:00</span></div><div class="content">好的<img src="x/1.jpg"></div></div></div>`,
			[]string{"2026-11-28 10:35:00|我|转错了，\n麻烦退一下|", "2026-11-28 10:40:00|小杜|好的[img 1.jpg]|"}, []transcript.Gap{transcript.Pictures},
		},
		"the time below the text": {
			`<div class=msg-item><p class=nickname>我</p><p>转错了，麻烦退一下</p><i class=time>2026-11-28 10:35</i></div><div class=msg-item><p class=nickname>小杜</p><p>好的</p><i class=time>2026-11-28 10:40</i></div>`,
			[]string{first, second}, nil,
		},
		"in a script": {
			`<html><body><div id="app"></div><script>const chatMessages = [{"type":1,"text":"转错了，麻烦退一下","is_send":0,"displayname":"我","timestamp":1795833300}];
			document.body.innerHTML = "<b>"</script></body></html>`, []string{first}, nil,
		},
		"only a script": {`<html><body><script>load({})</script></body></html>`, nil, []transcript.Gap{transcript.InScript}},
		"scripts, styles and entities": {
			`<style>p{}</style><script>alert(1)</script><p onclick="x()">A&amp;B &lt;script&gt;<a href="javascript:x()">链接</a></p><template>no</template>`,
			[]string{"||A&B <script>链接|"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := checkLines(t, transcript.Page, test.data, test.want...); !slices.Equal(got.Gaps, test.gaps) {
				t.Error(got.Gaps)
			}
		})
	}
}

// TestEncodings: the same chat in every encoding in which programs save it.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = "2026-11-28 10:35:00 我(1)\r\n转错了，麻烦退一下\r\n"
	gb, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	big, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	page := func(s string) string {
		return `<html><head><meta charset="gbk"></head><body><p>` + s + `</p></body></html>`
	}
	inGB, err := simplifiedchinese.GBK.NewEncoder().String(page("好的"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "2026-11-28 10:35:00|我(1)|转错了，麻烦退一下|"
	for name, data := range map[string]string{"UTF-8": text, "with a mark": "\uFEFF" + text, "GBK": gb, "UTF-16": little, "UTF-16 without a mark": big, "with a zero": strings.Replace(text, "转", "\x00转", 1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := checkLines(t, transcript.Text, data, want); len(got.Gaps) > 0 {
				t.Error(got.Gaps)
			}
		})
	}
	checkLines(t, transcript.Page, inGB, "||好的|")
	stray := transcript.Read(transcript.Text, []byte("好的\xff，明天退"))
	if len(stray.Lines) != 1 || stray.Lines[0].Text != "好的\uFFFD，明天退" || !slices.Equal(stray.Gaps, []transcript.Gap{transcript.BadLetters}) {
		t.Errorf("%+v", stray)
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	checkLines(t, transcript.Table, "localId,IsSender,CreateTime,StrContent,NickName\n1,1,1795833300,\"转错了，\n麻烦退一下\",我\n2,0,1795833600,好的,小杜\n3,0\n",
		"2026-11-28 10:35:00|我:我|转错了，\n麻烦退一下|", second, "||3\t0|")
	checkLines(t, transcript.Table, "名称,数量\n药,2\n", "||名称,数量|", "||药,2|")
}

// bookFile returns an XLSX with these rows.
func bookFile(t testing.TB, rows ...[]any) string {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWorkbooks(t *testing.T) {
	t.Parallel()
	chat := bookFile(t, []any{"会话信息", "小杜"}, []any{"序号", "时间", "发送者", "内容", "消息类型"},
		[]any{1, "2026-11-28 10:35:00", "我", "转错了，麻烦退一下", "文本消息"}, []any{2, "2026-11-28 10:40:00", "小杜", "好的", "文本消息"})
	if got := checkLines(t, transcript.Book, chat, "||会话信息\t小杜|", first, second); !slices.Equal(got.Unread, []string{"序号"}) || len(got.Gaps) > 0 {
		t.Errorf("%+v", got)
	}
	checkLines(t, transcript.Book, bookFile(t, []any{"名称", "数量"}, []any{"药", 2}), "||名称\t数量|", "||药\t2|")
	if got := transcript.Read(transcript.Book, []byte(chat[:len(chat)/2])); !slices.Equal(got.Gaps, []transcript.Gap{transcript.Broken}) {
		t.Errorf("%+v", got)
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	const body = `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>2026-11-28 10:35:00 我</w:t></w:r></w:p><w:p><w:r><w:t>转错了，</w:t><w:t>麻烦退一下</w:t></w:r></w:p>
	<w:p><mc:AlternateContent><mc:Choice><w:t>小杜</w:t></mc:Choice><mc:Fallback><w:p><w:t>小杜</w:t></w:p></mc:Fallback></mc:AlternateContent><w:tab/><w:t>2026-11-28 10:40</w:t><w:br/><w:t>好的</w:t></w:p></w:body></w:document>`
	data := intaketest.NewArchive(t, "word/header1.xml", `<w:hdr><w:p><w:t>页眉</w:t></w:p></w:hdr>`, "word/document.xml", body, "word/media/image1.png", "x")
	got := checkLines(t, transcript.Word, string(data), first, second, "||页眉|")
	if !slices.Equal(got.Gaps, []transcript.Gap{transcript.Pictures}) || len(got.Attachments) != 1 || got.Attachments[0].Name != "image1.png" {
		t.Errorf("%+v", got)
	}
	for name, test := range map[string]struct {
		data []byte
		gap  transcript.Gap
	}{
		"cut":             {data[:len(data)/2], transcript.Broken},
		"without a text":  {intaketest.NewArchive(t, "word/other.xml", "x"), transcript.Broken},
		"an end too soon": {intaketest.NewArchive(t, "word/document.xml", "<w:p><w:t>x"), transcript.Broken},
		"deleted text":    {intaketest.NewArchive(t, "word/document.xml", "<w:p><w:delText>x</w:delText></w:p>"), transcript.Revisions},
		"a bomb":          {intaketest.NewArchive(t, "word/document.xml", strings.Repeat(" ", 15<<20)), transcript.TooLarge},
	} {
		if got := transcript.Read(transcript.Word, test.data); !slices.Contains(got.Gaps, test.gap) {
			t.Errorf("%s: %+v", name, got.Gaps)
		}
	}
}

func newMail(lines ...string) string { return strings.Join(lines, "\r\n") }

func TestMails(t *testing.T) {
	t.Parallel()
	gb, err := simplifiedchinese.GBK.NewEncoder().String("您好，投诉已受理。\r\n")
	if err != nil {
		t.Fatal(err)
	}
	data := newMail(
		"Received: from mx1.example.com (1.2.3.4) by mx.example.org; Sat, 28 Nov 2026 11:00:00 +0800",
		"DKIM-Signature: v=1; a=rsa-sha256; d=service.alipay.com; s=s1; b=abc", "From: =?gbk?B?"+base64.StdEncoding.EncodeToString([]byte("\xd6\xa7\xb8\xb6\xb1\xa6"))+"?= <no-reply@service.alipay.com>",
		"To: me@example.org", "Date: Sat, 28 Nov 2026 11:00:00 +0800", "Subject: =?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte("投诉结果"))+"?=",
		"MIME-Version: 1.0", `Content-Type: multipart/mixed; boundary="b"`, "", "--b", `Content-Type: multipart/alternative; boundary="c"`, "",
		"--c", "Content-Type: text/plain; charset=gbk", "Content-Transfer-Encoding: base64", "", base64.StdEncoding.EncodeToString([]byte(gb)),
		"--c", "Content-Type: text/html; charset=utf-8", "", "<p>您好，<b>投诉</b>已受理。</p><script>x</script>", "--c--",
		"--b", "Content-Type: application/pdf; name=\"a.pdf\"", "Content-Disposition: attachment", "Content-Transfer-Encoding: base64", "", "JVBERg==", "--b--", "")
	for name, data := range map[string]string{"a mail": data, "of a mailbox": "From x@example.com Sat Nov 28 11:00:00 2026\r\n" + data, "with a mark": "\uFEFF" + data, "line feeds": strings.ReplaceAll(data, "\r\n", "\n")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := checkLines(t, transcript.Mail, data, "||您好，投诉已受理。|")
			letter := got.Letter
			if got.Form != transcript.IsMail || letter == nil || letter.Domain != "service.alipay.com" || letter.SignedBy != "service.alipay.com" || letter.Platform != recovery.Alipay {
				t.Fatalf("%+v %+v", got, letter)
			}
			if want := (transcript.Attachment{Name: "a.pdf", Media: "application/pdf", Size: 4}); len(got.Attachments) != 1 || got.Attachments[0] != want {
				t.Errorf("%+v", got.Attachments)
			}
			headers := fmt.Sprint(letter.Headers)
			for _, part := range []string{"支付宝", "投诉结果", "mx1.example.com", "{Date Sat, 28 Nov 2026 11:00:00 +0800}"} {
				if !strings.Contains(headers, part) {
					t.Errorf("no %s in %s", part, headers)
				}
			}
		})
	}
}

// TestMailsThatSayTwoThings: a page that says something else than the text is shown, too.
func TestMailsThatSayTwoThings(t *testing.T) {
	t.Parallel()
	data := newMail("From: a@alipay.com.example.net", "Content-Type: multipart/alternative; boundary=c", "", "--c", "Content-Type: text/plain", "", "不退", "--c", "Content-Type: text/html", "", "<p>退</p>", "--c--", "")
	got := checkLines(t, transcript.Mail, data, "||不退|", "|||text/html", "||退|")
	if got.Letter.Platform != "" {
		t.Errorf("%+v", got.Letter)
	}
	if got := transcript.Read(transcript.Mail, []byte("From: a@notalipay.com\n\nx")); got.Letter.Platform != "" {
		t.Errorf("%+v", got.Letter)
	}
	inner := newMail("From: a@example.com", "Content-Type: message/rfc822", "", "From: b@example.com", "Subject: x", "", "好的")
	checkLines(t, transcript.Mail, inner, "||From: b@example.com|", "||Subject: x|", "||好的|")
}

// TestMailboxes: each mail of a mailbox is read, and a line that only looks like the start of
// one is a line.
func TestMailboxes(t *testing.T) {
	t.Parallel()
	const head = "From a@example.com Sat Nov 28 11:00:00 2026\r\n"
	parts := newMail("From: a@example.com", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "一", "--b--", "")
	checkLines(t, transcript.Mail, head+parts+"\r\n"+head+newMail("From: b@example.com", "", "二", "From here on", ""),
		"||一|", "||From: b@example.com|", "||二|", "||From here on|")
	many := transcript.Read(transcript.Mail, []byte(strings.Repeat(head+"From: a@b\r\n\r\nx\r\n\r\n", 5_000)))
	if len(many.Lines) == 0 || !slices.ContainsFunc(many.Gaps, func(g transcript.Gap) bool { return g == transcript.TooLarge || g == transcript.TooDeep }) {
		t.Errorf("%d lines, %v", len(many.Lines), many.Gaps)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	many := transcript.Read(transcript.Text, []byte(strings.Repeat("a\n", transcript.MaxLines+5)))
	if len(many.Lines) != transcript.MaxLines || !slices.Contains(many.Gaps, transcript.TooLarge) {
		t.Errorf("%d lines, %v", len(many.Lines), many.Gaps)
	}
	long := transcript.Read(transcript.JSON, []byte(`[{"sender":"a","text":"`+strings.Repeat("好", 100_000)+`"}]`))
	if len(long.Lines) != 1 || len(long.Lines[0].Text) > 32<<10 || !slices.Contains(long.Gaps, transcript.LongLines) {
		t.Errorf("%d lines, %v", len(long.Lines), long.Gaps)
	}
}

// TestNothingIsLost: every text of a chat is in what is shown, whatever its fields are called.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"text", "content", "msg", "unheard_of", "strContent", "x"})
		var messages []map[string]any
		for i := range rapid.IntRange(1, 20).Draw(t, "messages") {
			messages = append(messages, map[string]any{
				rapid.SampledFrom([]string{"time", "createTime", "when"}).Draw(t, "time"): 1795833300 + i, rapid.SampledFrom([]string{"sender", "by"}).Draw(t, "sender"): "甲",
				name.Draw(t, "name"): fmt.Sprintf("内容%d号", i),
			})
		}
		data, err := json.Marshal(map[string]any{"list": messages})
		if err != nil {
			t.Fatal(err)
		}
		text := transcript.Read(transcript.JSON, data).String()
		for i := range messages {
			if want := fmt.Sprintf("内容%d号", i); !strings.Contains(text, want) {
				t.Fatalf("%s is not in %s", want, text)
			}
		}
	})
}

// FuzzRead: no file of any type and size ends the reader, and the limits hold.
func FuzzRead(f *testing.F) {
	for i, seed := range []string{
		`[{"time":1,"sender":"a","text":"b"}]`, "<div class=message><p class=sender>a<p class=time>2026-11-28 10:35<p>b", "2026-11-28 10:35:00 a(1)\nb",
		string(intaketest.NewArchive(f, "word/document.xml", "<w:p><w:t>x</w:t></w:p>")), "From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--", "time,sender,text\n1,a,b",
	} {
		f.Add([]byte(seed), byte(i), uint16(1))
	}
	f.Add([]byte(bookFile(f, []any{"time", "sender", "text"}, []any{1795833300, "a", "b"})), byte(6), uint16(1))
	media := []string{transcript.JSON, transcript.Page, transcript.Text, transcript.Word, transcript.Mail, transcript.Table, transcript.Book}
	f.Fuzz(func(t *testing.T, data []byte, kind byte, times uint16) {
		if len(data)*int(times) > 1<<20 {
			times = 1
		}
		got := transcript.Read(media[int(kind)%len(media)], bytes.Repeat(data, int(times)))
		if len(got.Lines) > transcript.MaxLines || got.Messages > len(got.Lines) {
			t.Errorf("%d lines, %d messages", len(got.Lines), got.Messages)
		}
		for _, l := range got.Lines {
			if len(l.Text) > 32<<10 || strings.ContainsAny(l.Who+l.Note, "\n\x00") {
				t.Errorf("%+v", l)
			}
		}
	})
}

// TestWhatBrowsersHide is shown with a mark: it is in the file, and nobody saw it.
func TestWhatBrowsersHide(t *testing.T) {
	t.Parallel()
	for _, attribute := range []string{`hidden`, `hidden=""`, `style="color:red; display : none"`, `style="VISIBILITY:hidden"`} {
		page := `<html><body><div class="message"><span class="sender">小杜</span><span class="time">2026-11-28 10:42:00</span>` +
			`<p>好的<span ` + attribute + `>不退</span></p></div></body></html>`
		read := transcript.Read(transcript.Page, []byte(page))
		text := fmt.Sprint(read.Lines)
		if !slices.Contains(read.Gaps, transcript.Hidden) || !strings.Contains(text, "好的［网页上不显示］不退") {
			t.Errorf("%s: %v %s", attribute, read.Gaps, text)
		}
	}
	visible := transcript.Read(transcript.Page, []byte(`<html><body><p style="display:block">好的</p></body></html>`))
	if slices.Contains(visible.Gaps, transcript.Hidden) || strings.Contains(fmt.Sprint(visible.Lines), "不显示") {
		t.Errorf("%+v", visible)
	}
}

// TestDaysAroundMessages: an exporter that groups messages by day writes only the time of
// day in each.
func TestDaysAroundMessages(t *testing.T) {
	t.Parallel()
	read := transcript.Read(transcript.JSON, []byte(`{"2026-11-28":[{"time":"10:31","sender":"小杜","text":"早"}],"群":[{"time":"10:32","sender":"小杜","text":"在"}]}`))
	if len(read.Lines) != 2 || !read.Lines[0].At.Equal(time.Date(2026, 11, 28, 2, 31, 0, 0, time.UTC)) || !read.Lines[1].At.IsZero() || read.Lines[1].When != "10:32" {
		t.Errorf("%+v", read.Lines)
	}
}

// TestTimeInsideMessageOfDocument belongs to the message: its words are no sender.
func TestTimeInsideMessageOfDocument(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for _, line := range []string{"小杜 2026-11-28 10:43:00", "还款时间是 2026-12-01 10:00", "我 2026-11-28 10:44:00", "好", "小杜 2026-11-28 10:45:00", "嗯"} {
		body.WriteString("<w:p><w:r><w:t>" + line + "</w:t></w:r></w:p>")
	}
	read := transcript.Read(transcript.Word, intaketest.NewArchive(t, "word/document.xml", body.String()))
	for _, line := range read.Lines {
		if strings.Contains(line.Who, "还款") {
			t.Errorf("%+v", read.Lines)
		}
	}
	if len(read.Lines) != 3 || !strings.Contains(read.Lines[0].Text, "还款时间是 2026-12-01 10:00") {
		t.Errorf("%+v", read.Lines)
	}
}
