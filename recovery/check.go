package recovery

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of user input. Lengths are in characters, not bytes.
const (
	MaxAlias        = 60
	MaxContact      = 120
	MaxCounterparts = 100
	MaxGroupSize    = 5_000
	MaxName         = 100
	MaxNarrative    = 5_000
	MaxReference    = 80
	MaxText         = 2_000
)

// earliestTime is the year in which WeChat introduced red packets.
var earliestTime = time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC)

// clockSkew is how far ahead the clock of a client may be.
const clockSkew = 2 * time.Minute

// FieldChecker collects the faults of one request body, in the order of its fields.
type FieldChecker struct {
	now    time.Time
	faults []FieldFault
}

// NewFieldChecker returns a checker that rejects times after now.
func NewFieldChecker(now time.Time) *FieldChecker { return &FieldChecker{now: now} }

// Err returns the faults as one Fault with CodeInvalid, or nil.
func (c *FieldChecker) Err() error { return Invalid(c.faults) }

// Add adds a fault.
func (c *FieldChecker) Add(field, code, format string, args ...any) {
	c.faults = append(c.faults, FieldFault{field, code, fmt.Sprintf(format, args...)})
}

// Text checks free text: present if required, valid UTF-8, short enough, and
// without characters that display something other than what is stored.
func (c *FieldChecker) Text(field, value string, limit int, required bool) {
	switch {
	case !utf8.ValidString(value):
		c.Add(field, "invalid_utf8", "The text is not valid UTF-8.")
	case required && IsBlank(value):
		c.Add(field, "required", "This field is needed.")
	case utf8.RuneCountInString(value) > limit:
		c.Add(field, "too_long", "At most %d characters are accepted.", limit)
	case strings.ContainsFunc(value, isDeceptive):
		c.Add(field, "forbidden_character", "Control and text-direction characters are not accepted.")
	}
}

// Line checks free text of one line, such as a name.
func (c *FieldChecker) Line(field, value string, limit int, required bool) {
	before := len(c.faults)
	c.Text(field, value, limit, required)
	if len(c.faults) == before && strings.ContainsAny(value, "\n\t") {
		c.Add(field, "forbidden_character", "This is one line: line breaks and tabs are not accepted.")
	}
}

// isDeceptive reports whether r is a control character or a bidirectional control
// of Unicode (UAX 9), which can make a text look different from its bytes.
func isDeceptive(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r), r == utf8.RuneError:
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
		return true
	default:
		return r == 0x2028 || r == 0x2029 || r == 0xFEFF
	}
}

// Amount checks an amount of money.
func (c *FieldChecker) Amount(field string, value Money, required bool) {
	switch {
	case value < 0, required && value == 0:
		c.Add(field, "out_of_range", "The amount must be above zero, in fen.")
	case value > MaxMoney:
		c.Add(field, "out_of_range", "Amounts above %d fen are not accepted.", MaxMoney)
	}
}

// Time checks a time in the past.
func (c *FieldChecker) Time(field string, at *time.Time, required bool) {
	switch {
	case at == nil || required && at.IsZero():
		if required {
			c.Add(field, "required", "A time with offset is needed (RFC 3339).")
		}
	case at.After(c.now.Add(clockSkew)):
		c.Add(field, "in_future", "The time is in the future.")
	case at.Before(earliestTime):
		c.Add(field, "too_early", "Times before 2014 are not accepted.")
	}
}

// OneOf checks that value is one of values. An empty value passes unless it is
// required.
func OneOf[T ~string](c *FieldChecker, field string, value T, values []T, required bool) {
	if value == "" {
		if required {
			c.Add(field, "required", "This field is needed.")
		}
		return
	}
	if !slices.Contains(values, value) {
		c.Add(field, "unknown_value", "Accepted are: %s.", joinValues(values))
	}
}

func joinValues[T ~string](values []T) string { return strings.Join(ToStrings(values), ", ") }

// ToStrings converts values of an enumeration to plain strings.
func ToStrings[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}

func fieldAt(field string, index int) string { return fmt.Sprintf("%s[%d].", field, index) }

func nextDay(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.AddDate(0, 0, 1).Format(time.DateOnly)
}
