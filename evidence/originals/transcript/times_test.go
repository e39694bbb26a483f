package transcript_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/transcript"
)

// TestDaysAndClocksApart: a day that has a field of its own is no midnight.
func TestDaysAndClocksApart(t *testing.T) {
	t.Parallel()
	checkLines(t, transcript.JSON, `[{"date":"2026-11-28","time":"10:31:14","sender":"小杜","text":"在吗"}]`, "2026-11-28 10:31:14|小杜|在吗|")
	checkLines(t, transcript.JSON, `[{"time":"下午3:05","date":"2026/11/28","sender":"小杜","text":"在吗"}]`, "2026-11-28 15:05:00|小杜|在吗|")
	checkLines(t, transcript.JSON, `[{"date":"2026-11-28","sender":"小杜","text":"在吗"}]`, "2026-11-28|小杜|在吗|")
	checkLines(t, transcript.JSON, `[{"time":"10:31","sender":"小杜","text":"在吗"}]`, "10:31|小杜|在吗|")
	checkLines(t, transcript.JSON, `[{"date":"28.11.26","time":"10:31","sender":"小杜","text":"在吗"}]`, "28.11.26 10:31|小杜|在吗|")
	checkLines(t, transcript.Table, "日期,时间,发送人,内容\n2026年11月28日,10:31,小杜,在吗\n", "2026-11-28 10:31:00|小杜|在吗|")
	checkLines(t, transcript.Page,
		`<div class="msg"><b class="name">小杜</b><i class="date">2026-11-28</i><i class="time">10:31</i><p>在吗</p></div>`, "2026-11-28 10:31:00|小杜|在吗|")
	checkLines(t, transcript.Page,
		`<div class="msg"><b class="name">小杜</b><i class="date">2026-11-28</i><p>在吗</p></div>`, "2026-11-28|小杜|在吗|")
}

// TestTimesFromAbroad: half days count, and the sender is not what stands after the time.
func TestTimesFromAbroad(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"[28/11/2026, 10:31:14] 小杜: 在吗":         "2026-11-28 10:31:14|小杜|在吗|",
		"28/11/2026, 22:31 - 小杜: 在吗":            "2026-11-28 22:31:00|小杜|在吗|",
		"11/28/2026, 10:31 PM - 小杜: 在吗":         "2026-11-28 22:31:00|小杜|在吗|",
		"[11/28/2026, 10:31:14\u202fPM] 小杜: 在吗": "2026-11-28 22:31:14|小杜|在吗|",
		"28/11/2026, 10:31 a.m. - 小杜: 在吗":       "2026-11-28 10:31:00|小杜|在吗|",
		"11/12/2026, 10:31 pm - 小杜: 在吗":         "11/12/2026 10:31 PM|小杜|在吗|",
		"[11/28/26, 10:31:14 PM] 小杜: 在吗":        "11/28/26 10:31:14 PM|小杜|在吗|",
	} {
		checkLines(t, transcript.Text, line, want)
	}
}

// TestWordsOfAMessageAreNoSender: a time within a message begins no message of its own.
func TestWordsOfAMessageAreNoSender(t *testing.T) {
	t.Parallel()
	checkLines(t, transcript.Text, "2026-11-28 10:31:14 小杜\n什么时候还\n2026-11-28 10:32:14 老王\n还款时间是 2026-12-01 10:00\n2026-12-01 10:00 一定还",
		"2026-11-28 10:31:14|小杜|什么时候还|", "2026-11-28 10:32:14|老王|还款时间是 2026-12-01 10:00\n2026-12-01 10:00 一定还|")
	two := strings.Repeat("2026-11-28 10:31:14 小杜\n甲\n", 30) + strings.Repeat("老王 2026-11-28 10:31\n乙\n", 6)
	if read := transcript.Read(transcript.Text, []byte(two)); read.Messages != 36 {
		t.Errorf("%d messages of two exports in one file", read.Messages)
	}
}

// TestListsKeepTheirValuesApart: two numbers beside each other are not one number.
func TestListsKeepTheirValuesApart(t *testing.T) {
	t.Parallel()
	checkLines(t, transcript.JSON, `{"amounts":[12,34.5]}`, "||amounts: 12 34.5|")
	checkLines(t, transcript.JSON, `[["2026-11-28 10:31:14","老王","已还"]]`, "||2026-11-28 10:31:14 老王 已还|")
	checkLines(t, transcript.JSON, `{"date":"2026-11-28T10:31:14","from":"老王","text":["见",{"type":"link","text":"此处"},"吧"]}`, "2026-11-28 10:31:14|老王|见此处吧|")
}

// TestLongNamesOfFieldsCostNothing: a name is not copied for each field inside of it.
func TestLongNamesOfFieldsCostNothing(t *testing.T) {
	t.Parallel()
	var inside []string
	for i := range 4_000 {
		inside = append(inside, fmt.Sprintf(`"a%d":"1"`, i))
	}
	for _, names := range []int{1, 60} {
		name := strings.Repeat("k", 600_000/names)
		text := strings.Repeat(`{"`+name+`":`, names) + "{" + strings.Join(inside, ",") + strings.Repeat("}", names+1)
		begin := time.Now()
		read := transcript.Read(transcript.JSON, []byte(text))
		if spent := time.Since(begin); len(read.Lines) != len(inside) || spent > 5*time.Second {
			t.Errorf("%d names: %d lines, %s", names, len(read.Lines), spent)
		}
	}
}
