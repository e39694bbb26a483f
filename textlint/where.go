package textlint

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"recourse/recovery"
)

// Where is the place a text is meant for: what may be said differs.
type Where string

// The places.
const (
	Private  Where = "private"  // a word to the counterpart alone
	Group    Where = "group"    // read by bystanders
	Owner    Where = "owner"    // a word to the owner of the group, a bystander too
	Platform Where = "platform" // an appeal to customer service
	Letter   Where = "letter"   // a demand letter, or a paper for a court
)

// Wheres lists all places, for validation and for the specification's test.
var Wheres = []Where{Private, Group, Owner, Platform, Letter}

// MaxText is the longest text that Check accepts, in characters.
const MaxText = 5_000

// ParseWhere reads a place. Anything else is CodeInvalid at field "where".
func ParseWhere(word string) (Where, error) {
	for _, where := range Wheres {
		if string(where) == word {
			return where, nil
		}
	}
	if word == "" {
		return "", fieldFault("where", "required", "This field is needed.")
	}
	return "", fieldFault("where", "unknown_value", "Accepted are: private, group, owner, platform, letter.")
}

// WhereOf is the place of a contact that a case plans or records.
func WhereOf(channel recovery.Channel, inGroup bool) Where {
	switch {
	case inGroup, channel == recovery.GroupMessage:
		return Group
	case channel == recovery.Letter:
		return Letter
	default:
		return Private
	}
}

// Check says whether a text can be linted: present, valid UTF-8, at most
// MaxText characters, none that turn the direction of reading. Anything else is
// CodeInvalid at field "text". Lint itself takes any text.
func Check(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fieldFault("text", "required", "This field is needed.")
	case !utf8.ValidString(text):
		return fieldFault("text", "invalid_utf8", "The text is not valid UTF-8.")
	case utf8.RuneCountInString(text) > MaxText:
		return fieldFault("text", "too_long", "At most 5000 characters are accepted.")
	case strings.ContainsFunc(text, turning):
		return fieldFault("text", "forbidden_character", "Control and text-direction characters are not accepted.")
	default:
		return nil
	}
}

// turning finds what makes a reader see another text than the linter does:
// control characters and the bidirectional controls (UAX 9).
func turning(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	default:
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}
}

func fieldFault(field, code, detail string) error {
	return recovery.Invalid([]recovery.FieldFault{{Field: field, Code: code, Detail: detail}})
}
