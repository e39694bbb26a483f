package statement

import "regexp"

var onlyDigits = regexp.MustCompile(`^[0-9 ]{4,32}$`)

// maxTableRows is the number of rows below a head of columns that are read.
const maxTableRows = 200

// bareDigits returns the digits of a line that has nothing else.
func (c *collector) bareDigits(i int) (string, bool) {
	if i < 0 || i >= len(c.lines) || len(c.lines[i]) != 1 || c.lines[i][0].kind != noField {
		return "", false
	}
	return c.lines[i][0].value, onlyDigits.MatchString(c.lines[i][0].value)
}

// belongsToLineAbove reports whether bare digits are the value of the label in the line
// above, or go on from there.
func (c *collector) belongsToLineAbove(i int) bool {
	for i--; i >= 0; i-- {
		if _, bare := c.bareDigits(i); bare {
			continue
		}
		if len(c.lines[i]) == 0 {
			return false
		}
		last := c.lines[i][len(c.lines[i])-1]
		return last.kind != noField && (last.value == "" || onlyDigits.MatchString(last.value))
	}
	return false
}

// wholeNumber returns a number with the digits that go on in the next lines, below its
// label or beside it. It is empty when digits stand above the label too, as in cells that
// are centred: then the number is known in part only.
func (c *collector) wholeNumber(i int, number string, below bool) string {
	if !onlyDigits.MatchString(number) {
		return number
	}
	if _, bare := c.bareDigits(i - 1); bare && !c.belongsToLineAbove(i-1) {
		return ""
	}
	next, line := i+1, c.lines[i]
	switch {
	case below && len(line) > 1, !below && line[len(line)-1].value != number:
		return number
	case below:
		next++
	}
	for ; len(number) <= maxPrintedNumber; next++ {
		more, bare := c.bareDigits(next)
		if !bare {
			break
		}
		number += more
	}
	return number
}

// readFurtherRows adds the values of a column below its first one. A list of several
// payments then has several values, of which none is held against anybody.
func (c *collector) readFurtherRows(i, at int, kind field) {
	width := len(c.lines[i])
	if width < 2 {
		return
	}
	for _, row := range c.lines[min(i+2, len(c.lines)):min(i+2+maxTableRows, len(c.lines))] {
		if len(row) != width {
			return
		}
		for _, one := range row {
			if one.kind != noField {
				return
			}
		}
		c.found = append(c.found, finding{kind, row[at].value})
	}
}

// kindOfAmount returns what an amount without a further name is: below the heading of a fee
// it is that of the fee.
func (c *collector) kindOfAmount(i int) field {
	if i > 0 && len(c.lines[i-1]) == 1 && c.lines[i-1][0] == (finding{kind: feeField}) {
		return foreignField
	}
	return anyAmountField
}
