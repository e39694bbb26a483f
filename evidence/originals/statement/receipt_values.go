package statement

import (
	"regexp"
	"strings"
	"time"

	"recourse/recovery"
)

func readValues[T any](values []string, read func(string) (T, bool)) (list []T) {
	for _, value := range values {
		if one, readable := read(value); readable {
			list = append(list, one)
		}
	}
	return list
}

var printedAmount = regexp.MustCompile(`^(?:人民币|CNY|RMB)?[¥\s-]*([0-9][0-9,]*(?:\.[0-9]{1,2})?)\s*(?:元整|元|CNY|RMB|人民币)?(?:\s*\(.*\))?$`)

func parseReceiptAmount(value string) (recovery.Money, bool) {
	found := printedAmount.FindStringSubmatch(value)
	if found == nil {
		return 0, false
	}
	amount, readable := parseYuan(found[1])
	return amount, readable && amount > 0
}

var numberForm = regexp.MustCompile(`^[0-9A-Z]*[0-9]{6}[0-9A-Z]*$`)

// maxPrintedNumber is the longest number of a payment.
const maxPrintedNumber = 40

func parseReceiptNumber(value string) (string, bool) {
	number := strings.ReplaceAll(value, " ", "")
	return number, len(number) >= 10 && len(number) <= maxPrintedNumber && numberForm.MatchString(number)
}

var (
	timeForm = regexp.MustCompile(`^([0-9]{4})\s*[-年/.]\s*([0-9]{1,2})\s*[-月/.]\s*([0-9]{1,2})\s*日?\s*([0-9]{1,2})\s*[:时点]\s*([0-9]{1,2})(?:\s*[:分]\s*([0-9]{1,2})\s*秒?)?\s*分?$`)
	dayForm  = regexp.MustCompile(`^([0-9]{4})\s*[-年/.]?\s*([0-9]{1,2})\s*[-月/.]?\s*([0-9]{1,2})\s*日?$`)
	hourForm = regexp.MustCompile(`^([0-9]{1,2})\s*[:时点]?\s*([0-9]{2})(?:\s*[:分]?\s*([0-9]{2})\s*秒?)?$`)
	compact  = regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})\s*([0-9]{2}):?([0-9]{2}):?([0-9]{2})$`)
)

func parseReceiptTime(value string) (time.Time, bool) {
	for _, form := range []*regexp.Regexp{compact, timeForm} {
		if found := form.FindStringSubmatch(value); found != nil {
			return newReceiptTime(found[1:])
		}
	}
	return time.Time{}, false
}

// newReceiptTime makes a time of year, month, day, hour, minute and second in Shanghai.
func newReceiptTime(parts []string) (time.Time, bool) {
	parts = append([]string(nil), parts...)
	if parts[5] == "" {
		parts[5] = "0"
	}
	at, err := time.ParseInLocation("2006-1-2 15:4:5", strings.Join(parts[:3], "-")+" "+strings.Join(parts[3:], ":"), recovery.Shanghai)
	return at.UTC(), err == nil && isPlausibleTime(at)
}

// joinDateAndTime reads a day and an hour that have a label each.
func joinDateAndTime(found findings) (list []time.Time) {
	days, hours := found.of(dateField), found.of(timeField)
	if len(days) != 1 {
		return nil
	}
	if at, readable := parseReceiptTime(days[0]); readable {
		return []time.Time{at}
	}
	day := dayForm.FindStringSubmatch(days[0])
	if day == nil || len(hours) != 1 {
		return nil
	}
	if hour := hourForm.FindStringSubmatch(hours[0]); hour != nil {
		if at, readable := newReceiptTime(append(day[1:], hour[1:]...)); readable {
			list = append(list, at)
		}
	}
	return list
}

// maxPayee is the length of the longest name in characters.
const maxPayee = 60

// looksLikeLabel matches words that are no names but labels that no table here has.
var looksLikeLabel = regexp.MustCompile(
	`(?:账号|卡号|行号|证号|编号|号码|账户|类型|类别|方式|状态|电话|手机|手机号|地址|邮箱|网点|机构|时间|日期|金额|名称|证件|信息)$|^(?:所属|开户|收款|付款|对方)`)

// parsePayee returns a name: in Chinese one word, in Latin letters all words.
func parsePayee(value string) (string, bool) {
	words := strings.Fields(value)
	if len(words) == 0 {
		return "", false
	}
	name := words[0]
	if isLatin(value) {
		name = strings.Join(words, " ")
	}
	return name, len([]rune(name)) <= maxPayee && !looksLikeLabel.MatchString(name) && strings.Trim(name, "*-/ 0123456789") != ""
}

func isLatin(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 }) < 0
}
