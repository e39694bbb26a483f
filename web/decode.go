package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// decoder reads what people typed and remembers which fields it could not read.
type decoder struct {
	values url.Values
	faults []recovery.FieldFault
}

func (d *decoder) fault(field, code string) {
	d.faults = append(d.faults, recovery.FieldFault{Field: field, Code: code})
}

// text gives one line without surrounding blanks; line breaks as one byte.
func (d *decoder) text(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(d.values.Get(name), "\r\n", "\n"))
}

// money reads an amount in yuan. Zero when nothing or nothing readable stands
// there.
func (d *decoder) money(name string) recovery.Money {
	typed := d.text(name)
	if typed == "" {
		return 0
	}
	amount, ok := parseYuan(typed)
	if !ok {
		d.fault(name, "malformed")
	}
	return amount
}

// moneyIfAny is money for fields that may be left empty.
func (d *decoder) moneyIfAny(name string) *recovery.Money {
	if d.text(name) == "" {
		return nil
	}
	amount := d.money(name)
	if amount == 0 && d.faulty(name) {
		return nil
	}
	return &amount
}

// moment reads a time as a datetime-local input sends it: a wall clock in China.
func (d *decoder) moment(name string) *time.Time {
	typed := d.text(name)
	if typed == "" {
		return nil
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(form, typed, recovery.Shanghai); err == nil {
			utc := at.UTC()
			return &utc
		}
	}
	d.fault(name, "malformed")
	return nil
}

// number reads a whole number; zero when nothing stands there.
func (d *decoder) number(name string) int {
	typed := narrow(d.text(name))
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		d.fault(name, "malformed")
	}
	return n
}

func (d *decoder) faulty(name string) bool {
	for _, fault := range d.faults {
		if fault.Field == name {
			return true
		}
	}
	return false
}

// join puts faults of reading before those of checking, one per field: what
// could not be read need not be called missing as well.
func (d *decoder) join(checked []recovery.FieldFault) []recovery.FieldFault {
	all := d.faults
	for _, fault := range checked {
		if !d.faulty(fault.Field) {
			all = append(all, fault)
		}
	}
	return all
}

// narrow turns full-width forms into their ASCII ones, as Chinese keyboards
// type digits and points.
func narrow(text string) string {
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

// parseYuan reads "2,000.00", "¥2000", "２０００．５ 元" as fen. It refuses signs,
// more than two decimals, and commas anywhere but before three digits.
func parseYuan(typed string) (recovery.Money, bool) {
	text := narrow(strings.TrimSpace(typed))
	text = strings.TrimSpace(strings.TrimLeft(text, "¥￥"))
	text = strings.TrimSpace(strings.TrimSuffix(text, "元"))
	whole, cents, dotted := strings.Cut(text, ".")
	if dotted && (cents == "" || len(cents) > 2) {
		return 0, false
	}
	yuan, ok := parseWhole(whole)
	if !ok || !digits(cents) {
		return 0, false
	}
	fen, err := strconv.ParseInt((cents + "00")[:2], 10, 64)
	if err != nil {
		return 0, false
	}
	return recovery.Money(yuan*100 + fen), true
}

func parseWhole(text string) (int64, bool) {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		if part == "" || !digits(part) || i > 0 && len(part) != 3 || i == 0 && len(parts) > 1 && len(part) > 3 {
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

func digits(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
