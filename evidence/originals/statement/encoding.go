package statement

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// directionNames are the spellings of the heading that every bill has.
var directionNames = []string{"收/支", "收／支"}

// namesDirection reports whether a text contains the heading of the direction.
func namesDirection(text string) bool {
	return strings.Contains(text, directionNames[0]) || strings.Contains(text, directionNames[1])
}

// decodeText returns the text of a file. It detects the encoding by a byte order mark or
// by a heading that every bill has. One broken byte, or a file cut off within a
// character, then does not make the bill unreadable.
func decodeText(data []byte) (string, error) {
	text, err := decode(data)
	return strings.TrimLeft(text, "\uFEFF"), err
}

func decode(data []byte) (string, error) {
	if text, found := decodeUTF16(data); found {
		return text, nil
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	plain := strings.ToValidUTF8(string(data), "\uFFFD")
	if namesDirection(plain) {
		return plain, nil
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().String(string(data))
	if err == nil && namesDirection(decoded) {
		return decoded, nil
	}
	if traditional, err := traditionalchinese.Big5.NewDecoder().String(string(data)); err == nil && namesDirection(traditional) {
		return traditional, nil
	}
	if isGarbled(string(data)) {
		return "", refuse(refusedGarbled)
	}
	if bytes.ContainsRune([]byte(plain), '\uFFFD') {
		return decoded, nil
	}
	return plain, nil
}

// decodeUTF16 decodes a text with a byte order mark, or one whose ASCII characters are
// followed or preceded by zero bytes.
func decodeUTF16(data []byte) (string, bool) {
	littleEndian := true
	switch {
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		data = data[2:]
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		data, littleEndian = data[2:], false
	case bytes.Contains(data[:min(len(data), 4_000)], []byte(",\x00")) && !bytes.Contains(data[:min(len(data), 4_000)], []byte("\x00\x00")):
		littleEndian = len(data) > 1 && bytes.Index(data, []byte(",\x00"))%2 == 0
	default:
		return "", false
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		low, high := data[2*i], data[2*i+1]
		if !littleEndian {
			low, high = high, low
		}
		units[i] = uint16(low) | uint16(high)<<8
	}
	return string(utf16.Decode(units)), true
}

// garbledMarks are what is left of the word 交易, which every bill has, after a program
// read the file in a wrong encoding and saved it again, and what it writes for characters
// that it lost.
var garbledMarks = []string{"浜ゆ槗", "äº¤æ", "½»Ò×", "锟斤拷", "\uFFFD\uFFFD/\uFFFD\uFFFD", ",?/?"}

func isGarbled(text string) bool {
	return slices.ContainsFunc(garbledMarks, func(mark string) bool { return strings.Contains(text, mark) })
}
