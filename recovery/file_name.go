package recovery

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// formEscapes are what browsers write for characters that would end a name in a form
// (WHATWG HTML, multipart/form-data). They escape nothing else, not even a percent sign.
var formEscapes = strings.NewReplacer("%22", `"`, "%0D", "\r", "%0d", "\r", "%0A", "\n", "%0a", "\n")

// DecodeFileName returns the name of a file as it was before a program wrote it into the
// header of a form. Some programs escape each byte outside of ASCII (RFC 7578, section 2):
// such a name is ASCII alone and is UTF-8 when it is unescaped. A name that shows nothing
// is none.
func DecodeFileName(sent string) string {
	name := formEscapes.Replace(sent)
	if plain, err := url.PathUnescape(sent); err == nil && isASCII(sent) && !isASCII(plain) && utf8.ValidString(plain) {
		name = plain
	}
	if IsBlank(name) {
		return ""
	}
	return name
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}
