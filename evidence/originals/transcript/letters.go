package transcript

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decode returns the text of a file in UTF-8 with line feeds: UTF-8, UTF-16 with or without
// a mark, and otherwise GB18030.
func (b *builder) decode(data []byte) string {
	text := DecodeText(data)
	if strings.ContainsRune(text, utf8.RuneError) {
		b.gap(BadLetters)
	}
	return text
}

// DecodeText returns a text in UTF-8 with line feeds. Bytes that are no letters in the
// encoding of the file become U+FFFD.
func DecodeText(data []byte) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\x00", "").Replace(decodeBytes(data))
}

func decodeBytes(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), isUTF16(data, 1):
		return decodeUTF16(data, unicode.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xFE\xFF")), isUTF16(data, 0):
		return decodeUTF16(data, unicode.BigEndian)
	case utf8.Valid(data):
		return strings.TrimPrefix(string(data), "\uFEFF")
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	chinese := string(decoded)
	broken := strings.ToValidUTF8(strings.TrimPrefix(string(data), "\uFEFF"), "\uFFFD")
	if err != nil || strings.Count(chinese, "\uFFFD") >= strings.Count(broken, "\uFFFD") {
		return broken // UTF-8 with some stray bytes
	}
	return chinese
}

func decodeUTF16(data []byte, order unicode.Endianness) string {
	decoded, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	return strings.TrimPrefix(string(decoded), "\uFEFF")
}

// isUTF16 reports whether most bytes at even or odd places are zero, as in UTF-16 without a
// mark with Latin letters, tags or line ends.
func isUTF16(data []byte, place int) bool {
	head := data[:min(len(data), 512)&^1]
	zeros, others := 0, 0
	for i := range head {
		if head[i] == 0 && i%2 == place {
			zeros++
		} else if head[i] == 0 {
			others++
		}
	}
	return len(head) >= 8 && zeros*5 > len(head) && others*20 < len(head)
}

// decodePage decodes a web page, which may name its encoding.
func (b *builder) decodePage(data []byte) string {
	encoding, name, sure := charset.DetermineEncoding(data[:min(len(data), 1024)], "")
	if name == "utf-8" || !sure || name == "windows-1252" {
		return b.decode(data)
	}
	decoded, err := encoding.NewDecoder().Bytes(data)
	if err != nil {
		return b.decode(data)
	}
	return b.decode(decoded)
}
