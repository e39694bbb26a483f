package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// formDecoder parses form values and collects the fields it cannot parse.
type formDecoder struct {
	values url.Values
	faults []recovery.FieldFault
}

func (d *formDecoder) addFault(field, code string) {
	d.faults = append(d.faults, recovery.FieldFault{Field: field, Code: code})
}

// readText returns the trimmed text, with line breaks as \n.
func (d *formDecoder) readText(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(d.values.Get(name), "\r\n", "\n"))
}

// readMoney parses an amount in yuan. It returns 0 if the field is empty or
// invalid.
func (d *formDecoder) readMoney(name string) recovery.Money {
	input := d.readText(name)
	if input == "" {
		return 0
	}
	amount, ok := parseYuan(input)
	if !ok {
		d.addFault(name, "malformed")
	}
	return amount
}

// readOptionalMoney is readMoney for optional fields; nil if the field is
// empty.
func (d *formDecoder) readOptionalMoney(name string) *recovery.Money {
	if d.readText(name) == "" {
		return nil
	}
	amount := d.readMoney(name)
	if amount == 0 && d.hasFault(name) {
		return nil
	}
	return &amount
}

// readDay parses the value of a date input as the first instant of the day in China.
func (d *formDecoder) readDay(name string) *time.Time {
	at, err := time.ParseInLocation(time.DateOnly, d.readText(name), recovery.Shanghai)
	if err != nil {
		return d.readTime(name)
	}
	at = at.UTC()
	return &at
}

// readTime parses the value of a datetime-local input as a time in China.
func (d *formDecoder) readTime(name string) *time.Time {
	input := d.readText(name)
	if input == "" {
		return nil
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(form, input, recovery.Shanghai); err == nil {
			utc := at.UTC()
			return &utc
		}
	}
	d.addFault(name, "malformed")
	return nil
}

// readNumber parses a whole number. It returns 0 if the field is empty.
func (d *formDecoder) readNumber(name string) int {
	input := toHalfWidth(d.readText(name))
	if input == "" {
		return 0
	}
	n, err := strconv.Atoi(input)
	if err != nil {
		d.addFault(name, "malformed")
	}
	return n
}

func (d *formDecoder) hasFault(name string) bool {
	for _, fault := range d.faults {
		if fault.Field == name {
			return true
		}
	}
	return false
}

// mergeFaults returns the parse faults and then the validation faults, at most
// one kind per field: a field that could not be parsed is not also reported as
// missing.
func (d *formDecoder) mergeFaults(checked []recovery.FieldFault) []recovery.FieldFault {
	all := d.faults
	for _, fault := range checked {
		if !d.hasFault(fault.Field) {
			all = append(all, fault)
		}
	}
	return all
}

// toHalfWidth converts full-width characters to ASCII, because Chinese
// keyboards type full-width digits and points.
func toHalfWidth(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '。':
			return '.'
		case r == '，':
			return ','
		case r == '　':
			return ' '
		default:
			return r
		}
	}, text)
}

// parseYuan parses "2,000.00", "¥2000" or "２０００．５ 元" as fen. It refuses signs,
// more than two decimals, and commas that do not separate groups of three
// digits.
func parseYuan(input string) (recovery.Money, bool) {
	text := toHalfWidth(strings.TrimSpace(input))
	text = strings.TrimSpace(strings.TrimLeft(text, "¥￥"))
	text = strings.TrimSpace(strings.TrimSuffix(text, "元"))
	whole, cents, dotted := strings.Cut(text, ".")
	if dotted && (cents == "" || len(cents) > 2) {
		return 0, false
	}
	yuan, ok := parseWholeYuan(whole)
	if !ok || !isDigits(cents) {
		return 0, false
	}
	fen, err := strconv.ParseInt((cents + "00")[:2], 10, 64)
	if err != nil {
		return 0, false
	}
	return recovery.Money(yuan*100 + fen), true
}

func parseWholeYuan(text string) (int64, bool) {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		if part == "" || !isDigits(part) || i > 0 && len(part) != 3 || i == 0 && len(parts) > 1 && len(part) > 3 {
			return 0, false
		}
	}
	joined := strings.Join(parts, "")
	if len(joined) > 15 {
		return 0, false
	}
	yuan, err := strconv.ParseInt(joined, 10, 64)
	return yuan, err == nil
}

func isDigits(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
