package recovery

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Money is an amount in fen (1/100 yuan, CNY). It is never negative in a case.
type Money int64

// MaxMoney is the largest amount of a case: 100 million yuan. With this limit no
// sum within a case can overflow int64.
const MaxMoney Money = 100_000_000_00

// String formats the amount in yuan: "2,000.00".
func (m Money) String() string {
	sign := ""
	if m < 0 {
		sign = "-"
	}
	fen := m.magnitude()
	digits := strconv.FormatUint(fen/100, 10)
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	groups = append([]string{digits}, groups...)
	return fmt.Sprintf("%s%s.%02d", sign, strings.Join(groups, ","), fen%100)
}

// magnitude returns the absolute amount. It is unsigned because -math.MinInt64 does
// not fit into int64.
func (m Money) magnitude() uint64 {
	if m < 0 {
		return -uint64(m)
	}
	return uint64(m)
}

// scaleDown returns the amount times part divided by whole, rounded down. part must
// not exceed whole.
func (m Money) scaleDown(part, whole Money) Money {
	high, low := bits.Mul64(uint64(m), uint64(part))
	quotient, _ := bits.Div64(high, low, uint64(whole))
	return Money(quotient)
}

var (
	capitalDigits = []rune("零壹贰叁肆伍陆柒捌玖")
	capitalUnits  = []string{"", "拾", "佰", "仟"}
	capitalGroups = []string{"", "万", "亿", "万亿", "亿亿"}
)

// ChineseCapitals formats the amount in the capital numerals of Chinese legal papers
// (正确填写票据和结算凭证的基本规定, 支付结算办法 annex 1): 2,000.05 becomes
// "人民币贰仟元零伍分".
func (m Money) ChineseCapitals() string {
	all := m.magnitude()
	yuan, jiao, fen := all/100, all/10%10, all%10
	var out strings.Builder
	if m < 0 {
		out.WriteString("负")
	}
	out.WriteString("人民币")
	if yuan > 0 {
		out.WriteString(capitalInteger(yuan) + "元")
	}
	switch {
	case jiao == 0 && fen == 0:
		if yuan == 0 {
			out.WriteString("零元")
		}
		out.WriteString("整")
		return out.String()
	case jiao > 0:
		out.WriteString(string(capitalDigits[jiao]) + "角")
	case yuan > 0:
		out.WriteString("零")
	}
	if fen > 0 {
		out.WriteString(string(capitalDigits[fen]) + "分")
	} else {
		out.WriteString("整")
	}
	return out.String()
}

func capitalInteger(n uint64) string {
	var out string
	gap := false // a zero must be written before the digits so far
	for group := 0; n > 0; group, n = group+1, n/10_000 {
		part := n % 10_000
		if part == 0 {
			gap = out != ""
			continue
		}
		text := capitalThousands(part) + capitalGroups[group]
		if gap {
			text += "零"
		}
		out = text + out
		gap = part < 1_000
	}
	return out
}

func capitalThousands(n uint64) string {
	var out string
	gap := false
	for place := 0; n > 0; place, n = place+1, n/10 {
		digit := n % 10
		if digit == 0 {
			gap = out != ""
			continue
		}
		text := string(capitalDigits[digit]) + capitalUnits[place]
		if gap {
			text += "零"
		}
		out = text + out
		gap = false
	}
	return out
}
