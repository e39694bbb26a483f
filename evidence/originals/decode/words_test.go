package decode_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/originals/statement"
	"recourse/evidence/originals/transcript"
)

// dearWords are the files of at most 1 MB that take most to read as lines, by type.
func dearWords(t testing.TB) map[string][]byte {
	t.Helper()
	const message = `{"time":"2026-11-28 10:35:00","sender":"甲","text":"好"},`
	const row = "2026-11-28 10:35:00 甲(10001)\n好\n"
	return map[string][]byte{
		"JSON of messages":  []byte("[" + strings.Repeat(message, 14_000) + "{}]"),
		"JSON of numbers":   []byte("[" + strings.Repeat("1,", 500_000) + "1]"),
		"JSON of fields":    []byte("{" + strings.Repeat(`"a":1,`, 170_000) + `"b":1}`),
		"JSON nested":       []byte(strings.Repeat(`[{"a":`, 170_000)),
		"JSON in JSON":      []byte("[" + strings.Repeat(`{"text":"a","sender":"b","x":[`, 20) + message + strings.Repeat("]}", 20)),
		"page of messages":  []byte(strings.Repeat("<div class=msg><i class=name>a</i><i class=time>1</i>b</div>", 17_000)),
		"page of open tags": []byte(strings.Repeat("<div class=msg>", 68_000)),
		"page of closings":  []byte(strings.Repeat("<b>", 511) + strings.Repeat("</i>", 250_000)),
		"page of scripts":   []byte(strings.Repeat(`<script>[{"</script>`, 50_000)),
		"page of arrays":    []byte("<script>" + strings.Repeat(`[{"a":`, 170_000) + "</script>"),
		"page of entities":  []byte(strings.Repeat("&#x4e2d;", 130_000)),
		"text of messages":  []byte(strings.Repeat(row, 24_000)),
		"text of lines":     []byte(strings.Repeat("\n", 1<<20)),
		"text of times":     []byte(strings.Repeat("2026-11-28 10:35:00\n", 52_000)),
		"text of colons":    []byte(strings.Repeat(strings.Repeat(":", 400)+"\n", 2_600)),
		"text of one line":  []byte(strings.Repeat("好:", 260_000)),
		"table of rows":     []byte("time,sender,text\n" + strings.Repeat("1795833300,a,b\n", 65_000)),
		"table of quotes":   []byte("time,sender,text\n" + strings.Repeat(`"`, 1<<20-20)),
		"DOCX of text":      wordOf(t, "<w:p><w:t>x</w:t></w:p>", 600_000),
		"DOCX of tags":      wordOf(t, "<w:p>", 2_000_000),
		"book of rows":      intaketest.Workbook(t, xmlRow("time", "sender", "text"), strings.Repeat(xmlRow("2026-11-28 10:35:00", "甲", "好"), 100_000)),
		"book of cells":     intaketest.Workbook(t, strings.Repeat("<row>"+strings.Repeat("<c/>", 1_000)+"</row>", 5_000)),
		"book of one cell":  intaketest.Workbook(t, xmlRow(strings.Repeat("x", 20<<20))),
		"book of parts":     intaketest.Archive(t, 1_000),
		"mail of parts":     []byte("Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 140_000)),
		"mail of headers":   []byte("From: a@b\n" + strings.Repeat("Received: a\n", 85_000)),
		"mail of mails":     []byte(strings.Repeat("From: a@b\nContent-Type: message/rfc822\n\n", 25_000)),
		"mail nested":       nestedMail(3_000),
		"mail of one page":  []byte("From: a@b\nContent-Type: text/html\n\n" + strings.Repeat("<p>x", 250_000)),
	}
}

func wordOf(t testing.TB, part string, times int) []byte {
	t.Helper()
	return intaketest.Document(t, strings.Repeat(part, times))
}

func nestedMail(depth int) []byte {
	var mail bytes.Buffer
	for i := range depth {
		fmt.Fprintf(&mail, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	return mail.Bytes()
}

func mediaOf(name string) string {
	kind, _, _ := strings.Cut(name, " ")
	return map[string]string{
		"JSON": transcript.JSON, "page": transcript.Page, "text": transcript.Text, "table": transcript.Table, "DOCX": transcript.Word, "book": transcript.Book, "mail": transcript.Mail,
	}[kind]
}

// TestTheDearestWords: whatever a text of 1 MB contains, it is read within the limits, or
// its gaps say what was not.
func TestTheDearestWords(t *testing.T) {
	for name, data := range dearWords(t) {
		t.Run(name, func(t *testing.T) {
			if len(data) > 1<<20 {
				t.Fatalf("%d bytes", len(data))
			}
			runner := newChildRunner(t)
			began := time.Now()
			read, err := decode.NewDecoder(runner).Transcript(t.Context(), fileOf(data), mediaOf(name))
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(read.Gaps, transcript.TooCostly) {
				t.Error("it exceeds the limits")
			}
			assertCheap(t, runner, len(data), began, fmt.Sprint(len(read.Lines), " lines, ", read.Gaps))
		})
	}
}

// TestWordsOfAChild: a child reads the same lines and rows as this process.
func TestWordsOfAChild(t *testing.T) {
	t.Parallel()
	bill := []byte(billHead + fmt.Sprintf(billRow, 7) + fmt.Sprintf(billRow, 8))
	payments := []statement.ClaimedPayment{{Amount: 100, SentAt: time.Date(2026, 11, 1, 2, 0, 0, 0, time.UTC), TransactionNo: "7"}}
	chat := []byte(`[{"time":"2026-11-28 10:35:00","sender":"小杜","text":"好的"},{"time":"昨天","isSend":1,"type":"图片","file":"a.jpg"}]`)
	var found [2]string
	for i, decoder := range []*decode.Decoder{decode.NewLocalDecoder(), decode.NewDecoder(newChildRunner(t))} {
		read, err := decoder.Transcriber(t.Context())(transcript.JSON, chat)
		if err != nil {
			t.Fatal(err)
		}
		excerpt, err := decoder.Excerpter(t.Context())(bill, statement.ExcerptOrder{Payments: payments})
		if err != nil {
			t.Fatal(err)
		}
		found[i] = fmt.Sprintf("%+v %+v", read, excerpt)
	}
	if found[0] != found[1] || !strings.Contains(found[0], "小杜") || !strings.Contains(found[0], "a.jpg") || !strings.Contains(found[0], "TransactionNo:7") {
		t.Errorf("here:\n%s\nin a child:\n%s", found[0], found[1])
	}
}
