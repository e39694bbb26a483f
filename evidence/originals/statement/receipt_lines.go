package statement

import (
	"strings"
	"unicode/utf8"
)

// finding is a value and the label it belongs to.
type finding struct {
	kind  field
	value string
}

type findings []finding

func (f findings) of(kind field) []string {
	var values []string
	for _, one := range f {
		if one.kind == kind && one.value != "" {
			values = append(values, one.value)
		}
	}
	return values
}

// collector reads the lines of a receipt from the top.
type collector struct {
	lines   [][]finding // what each line has; a value without a label has noField
	found   findings
	parties []field // of the columns of this part of the receipt
}

func collectFindings(lines []string) findings {
	c := collector{lines: make([][]finding, len(lines))}
	for i, line := range lines {
		c.lines[i] = splitLabels(line)
	}
	for i := range c.lines {
		c.readLine(i)
	}
	return c.found
}

// readLine reads a line whose labels have values beside them, or below.
func (c *collector) readLine(i int) {
	line := c.lines[i]
	c.findStackedParties(i)
	names, party := 0, noField
	var headings []field
	for at, one := range line {
		isParty := one.kind == payeeField || one.kind == payerField
		if isParty && one.value == "" {
			party = one.kind
			headings = append(headings, one.kind)
		}
		if one.kind == nameField {
			one.kind = c.partyOf(party, names)
			names++
		}
		c.readValue(i, at, one)
	}
	if len(headings) > 0 {
		c.parties = headings
	}
}

// readValue adds what a label of a line stands for, with the rest of its value.
func (c *collector) readValue(i, at int, one finding) {
	below := one.value == "" && one.kind != noField
	if below {
		one.value = c.valueBelow(i, at)
	}
	switch one.kind {
	case timeField, dateField:
		one.value = c.continueTime(i, at, one.value)
	case numberField, otherNumberField:
		one.value = c.wholeNumber(i, one.value, below)
	case anyAmountField:
		one.kind = c.kindOfAmount(i)
	}
	c.found = append(c.found, one)
	if below && one.value != "" {
		c.readFurtherRows(i, at, one.kind)
	}
}

// stackedLines is how many lines a heading takes whose characters stand below each other.
const stackedLines = 3

// findStackedParties finds the parties of a line with two names whose headings 付款人 and
// 收款人 are written downwards, beside this line and the next ones.
func (c *collector) findStackedParties(i int) {
	names := 0
	for _, one := range c.lines[i] {
		if one.kind == nameField {
			names++
		}
	}
	if names != 2 {
		return
	}
	var parties []field
	for _, line := range c.lines[i:min(i+stackedLines, len(c.lines))] {
		for _, one := range line {
			switch {
			case one.kind == noField && one.value == "付":
				parties = append(parties, payerField)
			case one.kind == noField && one.value == "收":
				parties = append(parties, payeeField)
			}
		}
	}
	if len(parties) == 2 && parties[0] != parties[1] {
		c.parties = parties
	}
}

// partyOf returns the party whose name a label introduces: that of the heading before it
// in the line, else that of its column.
func (c *collector) partyOf(before field, column int) field {
	switch {
	case before != noField:
		return before
	case column < len(c.parties):
		return c.parties[column]
	default:
		return foreignField
	}
}

// valueBelow returns the value of a label that has none beside it, if the line is a head
// of columns and the next line has a value for each and no label.
func (c *collector) valueBelow(i, at int) string {
	if i+1 >= len(c.lines) {
		return ""
	}
	for _, one := range c.lines[i] {
		if one.value != "" {
			return ""
		}
	}
	below := c.lines[i+1]
	if len(below) != len(c.lines[i]) {
		return ""
	}
	for _, one := range below {
		if one.kind != noField {
			return ""
		}
	}
	return below[at].value
}

// continueTime adds the hour that stands in the column beside a day.
func (c *collector) continueTime(i, at int, day string) string {
	line := c.lines[i]
	if at+1 < len(line) && line[at+1].kind == noField && dayForm.MatchString(day) && hourForm.MatchString(line[at+1].value) {
		return day + " " + line[at+1].value
	}
	return day
}

// splitLabels divides a line into labels with the text beside each, and text without a
// label. A tab ends a text: what follows is in another column.
func splitLabels(line string) []finding {
	var list []finding
	for column := range strings.SplitSeq(line, "\t") {
		list = appendColumn(list, column)
	}
	return list
}

// appendColumn adds a column. Text at its start is the value of a label that ended the
// column before.
func appendColumn(list []finding, column string) []finding {
	fresh := true
	for _, word := range joinLabels(strings.Fields(column)) {
		kind, rest := cutLabel(word)
		last := len(list) - 1
		switch {
		case kind != noField:
			list = append(list, finding{kind, rest})
		case fresh && (last < 0 || list[last].value != "" || list[last].kind == noField):
			list = append(list, finding{noField, word})
		default:
			list[last].value = strings.TrimSpace(list[last].value + " " + word)
		}
		fresh = false
	}
	return list
}

// joinLabels joins the characters of labels that are printed apart: 户 名.
func joinLabels(words []string) []string {
	var joined []string
	for i := 0; i < len(words); i++ {
		for end := min(i+4, len(words)); end > i+1; end-- {
			label := strings.Join(words[i:end], "")
			if fieldOf(strings.TrimSuffix(label, ":")) != noField && utf8.RuneCountInString(words[i]) == 1 {
				words[end-1], i = label, end-1
				break
			}
		}
		joined = append(joined, words[i])
	}
	return joined
}

// cutLabel cuts a label off the beginning of a word. It ends at a colon, at the end of the
// word, or where a number begins.
func cutLabel(word string) (kind field, rest string) {
	if before, after, has := strings.Cut(word, ":"); has {
		if kind := fieldOf(before); kind != noField {
			return kind, after
		}
	}
	if kind := fieldOf(word); kind != noField {
		return kind, ""
	}
	end := strings.IndexFunc(word, func(r rune) bool { return r >= '0' && r <= '9' || r == '¥' || r == '-' })
	if end > 0 && utf8.RuneCountInString(word[:end]) > 1 {
		return fieldOf(word[:end]), word[end:]
	}
	return noField, ""
}
