package statement

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"recourse/recovery"
)

var (
	amountForm  = regexp.MustCompile(`^(\d{1,11}|\d{1,3}(,\d{3}){1,3})(\.\d{1,2})?$`)
	commaForm   = regexp.MustCompile(`^(\d{1,11}|\d{1,3}(\.\d{3}){1,3}),\d{1,2}$`)
	floatForm   = regexp.MustCompile(`^\d{1,11}(\.\d{1,20})?([Ee][-+]?\d{1,2})?$`)
	serialForm  = regexp.MustCompile(`^\d{4,6}(\.\d{1,20})?$`)
	datedForm   = regexp.MustCompile(`^["'\s]*\d{4}[-/年]\d`)
	lostForm    = regexp.MustCompile(`^\d([.,]\d+[Ee]\+?|[Ee]\+)\d{1,3}$`)
	decimalForm = regexp.MustCompile(`^\d+\.0+$`)
	groupedForm = regexp.MustCompile(`^\d{1,3}(\.\d{3})+$`)
	secondsEnd  = regexp.MustCompile(`(:\d{1,2})\.0+$`)
)

// parseAmount reads "¥28.16", "1,234.5", "２８．５０", "12元", "99.00(已全额退款)" and the
// binary fractions of a workbook ("548.58000000000004"). The note is what follows in
// brackets.
func (c *billReader) parseAmount(cell string) (amount recovery.Money, note string, ok bool) {
	text := strings.TrimSpace(width.Narrow.String(cell))
	if before, after, found := strings.Cut(text, "("); found && strings.Contains(after, "退") {
		text, note = strings.TrimSpace(before), strings.TrimSuffix(after, ")")
	}
	text = strings.TrimLeft(text, "'")
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimLeft(text, "¥￥ "), "元"))
	if c.decimalComma && commaForm.MatchString(text) {
		text = strings.ReplaceAll(strings.ReplaceAll(text, ".", ""), ",", ".")
	} else if c.decimalComma && groupedForm.MatchString(text) {
		return 0, note, false // 1.230 is a thousand in one country and one in another
	}
	amount, ok = parseYuan(text)
	return amount, note, ok
}

func parseYuan(text string) (recovery.Money, bool) {
	if amountForm.MatchString(text) {
		yuan, fraction, _ := strings.Cut(strings.ReplaceAll(text, ",", ""), ".")
		fen, err := strconv.ParseInt(yuan+(fraction + "00")[:2], 10, 64)
		return recovery.Money(fen), err == nil && recovery.Money(fen) <= recovery.MaxMoney
	}
	if !floatForm.MatchString(text) {
		return 0, false
	}
	yuan, err := strconv.ParseFloat(text, 64)
	fen := math.Round(yuan * 100)
	if err != nil || fen > float64(recovery.MaxMoney) || math.Abs(yuan*100-fen) > 1e-4 {
		return 0, false
	}
	return recovery.Money(fen), true
}

// timeLayouts are the layouts of the exports and of spreadsheets saved from them.
var timeLayouts = []string{"2006-1-2 15:4:5", "2006-1-2 15:4"}

// dateMarks turns other spellings of a time into that of timeLayouts.
var dateMarks = strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", " ", "T", " ", ",", " ")

// parseTime reads a time; in a workbook it may be a serial number of days. Why is the
// reason if it cannot be read.
func (c *billReader) parseTime(cell string) (at time.Time, why string) {
	text := strings.Trim(strings.TrimSpace(cell), "'")
	if !c.epoch.IsZero() && serialForm.MatchString(text) {
		days, err := strconv.ParseFloat(text, 64)
		at = c.epoch.Add(time.Duration(math.Round(days*86_400)) * time.Second)
		if err == nil && isPlausibleTime(at) {
			return at.UTC(), ""
		}
	}
	if at, found := parseClock(text); found {
		return at, ""
	}
	text = width.Narrow.String(text)
	text = secondsEnd.ReplaceAllString(strings.TrimSuffix(text, "Z"), "$1")
	at, found := parseClock(strings.Join(strings.Fields(dateMarks.Replace(text)), " "))
	switch {
	case found:
		return at, ""
	case serialForm.MatchString(text):
		return at, "时间被表格软件改成了数字，无法识别"
	case datedForm.MatchString(text) && !strings.Contains(text, ":"):
		return at, "只有日期，没有时刻"
	case strings.HasPrefix(text, "###"):
		return at, "时间被表格软件显示成了 ###，没有保存下来"
	default:
		return at, "时间无法识别"
	}
}

func parseClock(text string) (time.Time, bool) {
	for _, layout := range timeLayouts {
		if at, err := time.ParseInLocation(layout, text, recovery.Shanghai); err == nil {
			return at.UTC(), isPlausibleTime(at)
		}
	}
	return time.Time{}, false
}

// isPlausibleTime rejects years in which wallets had no bills.
func isPlausibleTime(at time.Time) bool { return at.Year() >= 2000 && at.Year() < 2100 }

// startsWithDate reports whether a text begins with a date.
func startsWithDate(cell string) bool {
	for i := range min(len(cell), 8) { // most texts are decided here
		switch {
		case cell[i] >= '0' && cell[i] <= '9':
			return datedForm.MatchString(cell[:min(len(cell), 40)])
		case cell[i] != '"' && cell[i] != '\'' && cell[i] != ' ' && cell[i] != '\t':
			return false
		}
	}
	return false
}

func parseDirection(cell string) (string, bool) {
	switch strings.TrimSpace(cell) {
	case Outgoing, "已支出":
		return Outgoing, true
	case Incoming, "已收入":
		return Incoming, true
	case Neutral, "/", "", "中性交易", "其他", "其它":
		return Neutral, true
	default:
		return "", false
	}
}

// numberMarks are the marks that spreadsheets put around a long number to keep it as text.
const numberMarks = "='\"`´‘’“”\u200b\ufeff \t\u00a0"

// cleanNumber returns a number without marks and blanks, and "" for the "/" of an empty
// cell.
func cleanNumber(cell string) string {
	text := strings.Trim(cell, numberMarks)
	if strings.ContainsFunc(text, func(r rune) bool { return r >= utf8Start }) {
		text = width.Narrow.String(text)
	}
	if text == "/" || text == "-" {
		return ""
	}
	return text
}

// utf8Start is the first character outside ASCII.
const utf8Start = 0x80

// exactDigits is the number of digits that a spreadsheet keeps of a number.
const exactDigits = 15

// isLost reports whether a spreadsheet rounded a number: 1.00005E+27, 10000500012611.0 or
// 100005000126112000000000000000.
func isLost(number string) bool {
	if lostForm.MatchString(number) || decimalForm.MatchString(number) && strings.IndexByte(number, '.') > exactDigits {
		return true
	}
	return len(number) >= exactDigits+9 && strings.Trim(number, "0123456789") == "" && len(strings.TrimRight(number, "0")) <= exactDigits
}

func lostWhy(number string) string {
	return "单号被表格软件改成了“" + number + "”，原来的数字已经丢失，请用钱包导出的原文件"
}

// readNumber returns the number of a payment, or why the cell has none.
func readNumber(cell string) (number, why string) {
	number = cleanNumber(cell)
	switch {
	case isLost(number):
		return "", lostWhy(number)
	case strings.ContainsFunc(number, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
		return "", "单号一栏里是文字，这一行可能错位"
	}
	if decimalForm.MatchString(number) {
		number, _, _ = strings.Cut(number, ".")
	}
	if strings.ContainsAny(number, " \t") {
		number = strings.Join(strings.Fields(number), "")
	}
	return number, ""
}

func codeOfNumber(cell string) string {
	if isLost(cleanNumber(cell)) {
		return faultLost
	}
	return faultNumber
}

func firstNonEmpty(texts ...string) string {
	for _, text := range texts {
		if text != "" && text != "/" {
			return text
		}
	}
	return ""
}
