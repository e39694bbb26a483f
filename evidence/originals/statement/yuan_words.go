package statement

import (
	"strings"

	"recourse/recovery"
)

// digitWords and unitWords are the numerals of sums in words (正确填写票据和结算凭证的基本规定).
var (
	digitWords = map[rune]int64{'零': 0, '壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9, '〇': 0, '两': 2, '弍': 2, '弎': 3}
	unitWords  = map[rune]int64{'拾': 10, '佰': 100, '仟': 1_000}
)

// parseYuanWords reads a sum in words: 壹万贰仟叁佰肆拾伍元陆角柒分.
func parseYuanWords(text string) (recovery.Money, bool) {
	text = strings.TrimPrefix(strings.ReplaceAll(text, " ", ""), "人民币")
	text = strings.TrimPrefix(text, ":")
	yuan, rest, has := strings.Cut(strings.ReplaceAll(text, "圆", "元"), "元")
	if !has {
		return 0, false
	}
	whole, readable := parseWholeWords(yuan)
	fraction, also := parseFractionWords(strings.TrimRight(rest, "整正"))
	amount := whole*100 + fraction
	return recovery.Money(amount), readable && also && amount > 0 && amount <= int64(recovery.MaxMoney)
}

// maxWords is the number of numerals of the largest sum.
const maxWords = 40

// parseWholeWords reads whole yuan: sections of four digits before 万 and 亿.
func parseWholeWords(text string) (int64, bool) {
	if len([]rune(text)) > maxWords {
		return 0, false
	}
	var total, section, digit int64
	for _, word := range text {
		switch {
		case word == '万' || word == '萬':
			total, section, digit = total+(section+digit)*10_000, 0, 0
		case word == '亿' || word == '億':
			total, section, digit = (total+section+digit)*100_000_000, 0, 0
		case unitWords[word] > 0:
			section, digit = section+max(digit, 1)*unitWords[word], 0
		default:
			value, known := digitWords[word]
			if !known {
				return 0, false
			}
			digit = value
		}
		if total > 1_000_000_000_000 {
			return 0, false
		}
	}
	return total + section + digit, text != ""
}

// parseFractionWords reads jiao and fen, as fen.
func parseFractionWords(text string) (int64, bool) {
	var fen, digit int64
	for _, word := range text {
		switch word {
		case '角':
			fen, digit = fen+digit*10, 0
		case '分':
			fen, digit = fen+digit, 0
		default:
			value, known := digitWords[word]
			if !known {
				return 0, false
			}
			digit = value
		}
	}
	return fen, digit == 0
}
