package statement

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"recourse/recovery"
)

var (
	amountForm = regexp.MustCompile(`^(\d{1,11}|\d{1,3}(,\d{3}){1,3})(\.\d{1,2})?$`)
	floatForm  = regexp.MustCompile(`^\d{1,11}(\.\d{1,20})?(E[-+]?\d{1,2})?$`)
	serialForm = regexp.MustCompile(`^\d{4,6}(\.\d{1,20})?$`)
	datedForm  = regexp.MustCompile(`^["\s]*\d{4}[-/]\d`)
	lostNumber = regexp.MustCompile(`^\d(\.\d+)?E\+\d+$`)
)

// parseAmount reads "¥28.16", "1,234.5", "２８．５０", "12元" and the binary fractions
// of a workbook ("548.58000000000004").
func parseAmount(cell string) (recovery.Money, bool) {
	text := strings.TrimSpace(width.Narrow.String(cell))
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimLeft(text, "¥￥ "), "元"))
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
var timeLayouts = []string{"2006-1-2 15:4:5", "2006/1/2 15:4:5", "2006-1-2 15:4", "2006/1/2 15:4"}

// parseTime reads a time; in a workbook it may be a serial number of days.
func (c *billReader) parseTime(cell string) (time.Time, bool) {
	text := strings.TrimSpace(width.Narrow.String(cell))
	if !c.epoch.IsZero() && serialForm.MatchString(text) {
		days, err := strconv.ParseFloat(text, 64)
		at := c.epoch.Add(time.Duration(math.Round(days*86_400)) * time.Second)
		return at.UTC(), err == nil && isPlausibleTime(at)
	}
	for _, layout := range timeLayouts {
		if at, err := time.ParseInLocation(layout, text, recovery.Shanghai); err == nil {
			return at.UTC(), isPlausibleTime(at)
		}
	}
	return time.Time{}, false
}

// isPlausibleTime rejects years in which wallets had no bills.
func isPlausibleTime(at time.Time) bool { return at.Year() >= 2000 && at.Year() < 2100 }

func startsWithDate(cell string) bool { return datedForm.MatchString(cell) }

func parseDirection(cell string) (string, bool) {
	switch strings.TrimSpace(cell) {
	case Outgoing, "已支出":
		return Outgoing, true
	case Incoming, "已收入":
		return Incoming, true
	case Neutral, "/", "", "中性交易", "其他":
		return Neutral, true
	default:
		return "", false
	}
}

// cleanNumber returns "" for the "/" of an empty cell and for a number that a
// spreadsheet rounded to "1.00005E+27".
func cleanNumber(cell string) string {
	if cell == "/" || lostNumber.MatchString(cell) {
		return ""
	}
	return cell
}
