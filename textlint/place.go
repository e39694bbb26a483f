package textlint

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"recourse/recovery"
)

// Place is where a text will be sent. Rules may apply to some places only.
type Place string

// The places.
const (
	Private  Place = "private"  // to the counterpart only
	Group    Place = "group"    // in a group, read by others
	Owner    Place = "owner"    // to the owner of the group, who is not a counterpart
	Platform Place = "platform" // to customer service
	Letter   Place = "letter"   // a demand letter or a court paper
)

// Places lists all places. Validation and the test of the OpenAPI document use it.
var Places = []Place{Private, Group, Owner, Platform, Letter}

// MaxTextLength is the longest text that ValidateText accepts, in characters.
const MaxTextLength = 5_000

// ParsePlace parses a place. Other values give CodeInvalid for the field "where".
func ParsePlace(word string) (Place, error) {
	for _, place := range Places {
		if string(place) == word {
			return place, nil
		}
	}
	if word == "" {
		return "", newFieldFault("where", "required", "This field is needed.")
	}
	return "", newFieldFault("where", "unknown_value", "Accepted are: private, group, owner, platform, letter.")
}

// PlaceFor returns the place of a contact that a case plans or records.
func PlaceFor(channel recovery.Channel, inGroup bool) Place {
	switch {
	case inGroup, channel == recovery.GroupMessage:
		return Group
	case channel == recovery.Letter:
		return Letter
	default:
		return Private
	}
}

// ValidateText checks that a text is not empty, is valid UTF-8, has at most
// MaxTextLength characters, and none that change the reading direction. Otherwise
// the error is CodeInvalid for the field "text". Lint itself accepts any text.
func ValidateText(text string) error {
	switch {
	case recovery.IsBlank(text):
		return newFieldFault("text", "required", "This field is needed.")
	case !utf8.ValidString(text):
		return newFieldFault("text", "invalid_utf8", "The text is not valid UTF-8.")
	case utf8.RuneCountInString(text) > MaxTextLength:
		return newFieldFault("text", "too_long", "At most 5000 characters are accepted.")
	case strings.ContainsFunc(text, isDeceptive):
		return newFieldFault("text", "forbidden_character", "Control and text-direction characters are not accepted.")
	default:
		return nil
	}
}

// isDeceptive reports whether a character can make people read another text than
// the linter does: control characters and bidirectional controls (UAX 9).
func isDeceptive(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	default:
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}
}

func newFieldFault(field, code, detail string) error {
	return recovery.Invalid([]recovery.FieldFault{{Field: field, Code: code, Detail: detail}})
}
