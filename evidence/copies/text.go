package copies

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"recourse/evidence/originals/intake/pdf"
)

// ErrNoCopy means that there is no copy of a file without personal data: it has no
// text, or it is of a kind whose content nobody can mask.
var ErrNoCopy = errors.New("copies: no copy without personal data can be made of this file")

// MaxSize is the size of the largest file of which a copy is made, in bytes.
const MaxSize = 32 << 20

// TextMedia is the media type of every masked text.
const TextMedia = "text/plain"

// Text returns the text of a file without the personal data in it, in UTF-8. Errors:
// ErrNoCopy for media types that have no text, and for PDFs without one, such as scans.
func Text(media string, data []byte, mask func(string) string) ([]byte, error) {
	read, known := readers[media]
	if !known {
		return nil, ErrNoCopy
	}
	text := strings.ReplaceAll(read(data), "\r\n", "\n")
	if strings.TrimSpace(text) == "" {
		return nil, ErrNoCopy
	}
	return []byte(mask(text)), nil
}

// readers return the text of a file, by its media type. Types that are not listed have
// no copy: the people in films and recordings cannot be masked.
var readers = map[string]func([]byte) string{
	"text/plain": decodeText, "text/csv": decodeText,
	"application/pdf": func(data []byte) string { return pdf.Read(data).Text },
}

// IsReadable reports whether files of a media type may have a copy.
func IsReadable(media string) bool { return readers[media] != nil || media == workbookMedia }

// workbookMedia is the type of workbooks. Only bills among them have a copy.
const workbookMedia = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Digest returns the SHA-256 of a copy in hex.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// decodeText reads UTF-8, UTF-16 with a byte order mark, and otherwise GB18030.
func decodeText(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), bytes.HasPrefix(data, []byte("\xFE\xFF")):
		decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return ""
		}
		return string(decoded)
	case utf8.Valid(data):
		return strings.TrimPrefix(string(data), "\uFEFF")
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil {
		return ""
	}
	return string(decoded)
}
