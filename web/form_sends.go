package web

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// maxSendsText is the largest list of payments, in characters.
const maxSendsText = 16_000

var (
	// sendLine is a line of the list after its separators were unified: an optional
	// day, a time, an amount and an optional number.
	sendLine   = regexp.MustCompile(`^(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2}):(\d{2})(?::(\d{2}))? +(\S+)(?: +(\S+))?$`)
	longDay    = regexp.MustCompile(`(\d{4})[年/.](\d{1,2})[月/.]`)
	shortDay   = regexp.MustCompile(`(\d{1,2})[月/](\d{1,2})`)
	minuteMark = regexp.MustCompile(`分(\d)`)
	sendSpaces = regexp.MustCompile(`[\s,]+`)
	// thousands is an amount with commas. Other commas separate values.
	thousands = regexp.MustCompile(`(?:^|[\s¥￥])\d{1,3}(?:,\d{3})+(?:[\s.元]|$)`)
)

// readSends reads a list of payments, one a line. A line that cannot be read is a
// fault of its payment; the others are then not compared with the rest of the form.
func (d *formDecoder) readSends(first *time.Time) []recovery.Send {
	var sends []recovery.Send
	for _, line := range strings.Split(d.readText("sends"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		send, ok := parseSend(line, first)
		if !ok {
			d.addFault("sends["+strconv.Itoa(len(sends))+"]", "malformed")
			return nil
		}
		sends = append(sends, send)
	}
	return sends
}

// parseSend reads "11-20 12:30 188 4200001". A day without its year, or a time
// without its day, is that of the first payment.
func parseSend(line string, first *time.Time) (recovery.Send, bool) {
	parts := sendLine.FindStringSubmatch(unifySendLine(line))
	if parts == nil || first == nil {
		return recovery.Send{}, false
	}
	amount, ok := parseYuan(parts[7])
	if !ok {
		return recovery.Send{}, false
	}
	day := first.In(recovery.Shanghai)
	number := func(i, other int) int {
		if n, err := strconv.Atoi(parts[i]); err == nil {
			return n
		}
		return other
	}
	month := number(2, int(day.Month()))
	at := time.Date(number(1, day.Year()), time.Month(month), number(3, day.Day()), number(4, 0), number(5, 0), number(6, 0), 0, recovery.Shanghai)
	if int(at.Month()) != month || at.Hour() != number(4, 0) {
		return recovery.Send{}, false // there is no such day or hour
	}
	if parts[6] == "" && at.Equal(first.Truncate(time.Minute)) {
		at = *first // the same minute, written without its seconds
	}
	at = at.UTC()
	return recovery.Send{Amount: amount, SentAt: &at, TransactionNo: parts[8]}, true
}

// unifySendLine writes separators, days and times in one way.
func unifySendLine(line string) string {
	line = toHalfWidth(strings.NewReplacer("，", " ", "、", " ", "；", " ", ";", " ").Replace(line))
	line = thousands.ReplaceAllStringFunc(line, func(amount string) string { return strings.ReplaceAll(amount, ",", "") })
	line = shortDay.ReplaceAllString(longDay.ReplaceAllString(line, "$1-$2-"), "$1-$2")
	line = minuteMark.ReplaceAllString(line, ":$1")
	line = strings.NewReplacer("点", ":", "时", ":", "分", "", "秒", "", "日", " ", "号", " ").Replace(line)
	return strings.TrimSpace(sendSpaces.ReplaceAllString(line, " "))
}

// sendsField asks for the payments of one mistake. Its error names the payment.
func (b fieldBuilder) sendsField() field {
	f := b.areaField("sends", maxSendsText, false)
	for _, fault := range b.faults {
		inside, found := strings.CutPrefix(fault.Field, "sends[")
		no, rest, _ := strings.Cut(inside, "]")
		index, err := strconv.Atoi(no)
		if f.Error == "" && found && err == nil {
			f.Error = b.texts.T("filing.send_no", "no", index+1) + b.textOfFault("sends"+rest, fault.Code)
		}
	}
	return f
}
