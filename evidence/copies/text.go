package copies

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"unicode"

	"recourse/evidence/originals/transcript"
)

// ErrNoCopy means that there is no copy of a file without personal data: it has no
// text, or it is of a kind whose content nobody can mask.
var ErrNoCopy = errors.New("copies: no copy without personal data can be made of this file")

// MaxSize is the size of the largest file of which a copy is made, in bytes.
const MaxSize = 32 << 20

// TextMedia is the media type of every masked text.
const TextMedia = "text/plain"

// PDFReader returns the text of a PDF, "" if it has none.
type PDFReader func(data []byte) (string, error)

// Text returns the text of a file without the personal data in it, in UTF-8. Errors:
// ErrNoCopy for media types that have no text, and for PDFs without one, such as scans;
// those of readPDF.
func Text(media string, data []byte, mask func(string) string, readPDF PDFReader) ([]byte, error) {
	text, err := readAny(media, data, readPDF)
	if err != nil {
		return nil, err
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if strings.TrimSpace(text) == "" {
		return nil, ErrNoCopy
	}
	return []byte(mask(text)), nil
}

func readAny(media string, data []byte, readPDF PDFReader) (string, error) {
	if media == pdfMedia {
		text, err := readPDF(data)
		return plainOrChat(transcript.Text, []byte(text), text), err
	}
	read, known := readers[media]
	if !known {
		return "", ErrNoCopy
	}
	return read(data), nil
}

const pdfMedia = "application/pdf"

// readers return the text of a file, by its media type; PDFs have readers of their own.
// Types that are not listed have no copy: the people in films and recordings cannot be
// masked.
var readers = map[string]func([]byte) string{
	transcript.Text: readPlain(transcript.Text), transcript.Table: readPlain(transcript.Table),
	transcript.JSON: transcribe(transcript.JSON), transcript.Lines: transcribe(transcript.Lines), transcript.Page: transcribe(transcript.Page),
	transcript.Word: transcribe(transcript.Word), transcript.Book: transcribe(transcript.Book), transcript.Mail: transcribe(transcript.Mail),
}

// transcribe returns the reader of a type whose form hides text from the mask, as tags and
// escapes do: only what is shown of such a file is in its copy.
func transcribe(media string) func([]byte) string {
	return func(data []byte) string { return formatTranscript(transcript.Read(media, data)) }
}

// readPlain returns the reader of a type that is text already.
func readPlain(media string) func([]byte) string {
	return func(data []byte) string { return plainOrChat(media, data, transcript.DecodeText(data)) }
}

// plainOrChat returns a text, of a chat its lines. The mask finds who speaks only in the
// form of a transcript: exports have many, and in some a name stands alone on its line.
func plainOrChat(media string, data []byte, text string) string {
	if read := transcript.Read(media, data); read.Form == transcript.IsChat {
		return formatTranscript(read)
	}
	return text
}

// formatTranscript returns a transcript whose senders the mask finds.
func formatTranscript(t transcript.Transcript) string {
	for i := range t.Lines {
		t.Lines[i].Who = plainSender(t.Lines[i].Who)
	}
	return t.String()
}

// maxSender is the number of characters of a sender that the mask takes for a name.
const maxSender = 20

// unnamedSender stands for a sender whose name has no letter or digit.
const unnamedSender = "发言人"

// plainSender returns a sender without the signs at which the mask would see the end of
// the name, and show the rest.
func plainSender(name string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(":：,，.。！？?!；;、\"[]【】〔〕<>{}|/", r) {
			return -1
		}
		return r
	}, name)
	if name == strings.TrimSpace(name) && len([]rune(name)) <= maxSender && isLatinName(name) {
		plain = name // blanks are part of it
	}
	if plain != "" && !strings.ContainsFunc(plain, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) || plain == "" && name != "" {
		return unnamedSender
	}
	if letters := []rune(plain); len(letters) > maxSender {
		return string(letters[:maxSender])
	}
	return plain
}

// isLatinName reports whether a name has only Latin letters and single blanks.
func isLatinName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r != ' ' && (r < 'A' || r > 'z' || r > 'Z' && r < 'a') })
}

// IsReadable reports whether files of a media type may have a copy.
func IsReadable(media string) bool {
	return readers[media] != nil || media == pdfMedia
}

// Digest returns the SHA-256 of a copy in hex.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
