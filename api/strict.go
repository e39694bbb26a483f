package api

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"recourse/recovery"
)

// decode reads JSON strictly into a value: valid UTF-8, no duplicate keys, no
// unknown fields, names in their exact case, nothing behind the end, and whole
// numbers where whole numbers are meant. The types bound the depth, since what
// they do not hold is refused. The fault names the field.
//
// encoding/json accepts most of what this refuses; go-json-experiment is the
// draft of its successor and pinned.
func decode(raw []byte, into any) error {
	err := json.Unmarshal(raw, into, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return syntaxFault(syntax)
	}
	if meaning, ok := errors.AsType[*json.SemanticError](err); ok {
		return meaningFault(meaning)
	}
	return fmt.Errorf("decoding a body: %w", err)
}

func syntaxFault(err *jsontext.SyntacticError) error {
	field := fieldPath(err.JSONPointer)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return malformedField(field, "duplicate_key", "The key stands there more than once.")
	case strings.Contains(err.Err.Error(), "UTF-8"), strings.Contains(err.Err.Error(), "surrogate"):
		return malformedField(field, "invalid_utf8", "The text is not valid UTF-8.")
	default:
		return malformedField(field, "malformed_json",
			fmt.Sprintf("The body is not valid JSON at byte %d.", err.ByteOffset))
	}
}

func meaningFault(err *json.SemanticError) error {
	fault := recovery.FieldFault{Field: fieldPath(err.JSONPointer), Code: "wrong_type", Detail: wanted(err.GoType)}
	if errors.Is(err, json.ErrUnknownName) {
		fault.Code, fault.Detail = "unknown_field", "There is no such field here."
	}
	return recovery.Invalid([]recovery.FieldFault{fault})
}

// wanted says what would have been accepted.
func wanted(t reflect.Type) string {
	switch {
	case t == nil:
		return "The value is not of the type the specification gives."
	case t == reflect.TypeFor[time.Time]():
		return "A time with offset is needed (RFC 3339)."
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return "A whole number is needed; amounts are in fen."
	case reflect.String:
		return "Text is needed."
	case reflect.Bool:
		return "true or false is needed."
	case reflect.Slice:
		return "A list is needed."
	default:
		return "An object is needed."
	}
}

// maxFieldName is how much of a name that the sender made up is repeated.
const maxFieldName = 80

// fieldPath writes a JSON pointer as the domain writes fields:
// "/counterparts/0/alias" is "counterparts[0].alias".
func fieldPath(pointer jsontext.Pointer) string {
	var path strings.Builder
	for token := range pointer.Tokens() {
		if _, err := strconv.ParseUint(token, 10, 32); err == nil && path.Len() > 0 {
			path.WriteString("[" + token + "]")
			continue
		}
		if path.Len() > 0 {
			path.WriteByte('.')
		}
		path.WriteString(printable(token))
	}
	return path.String()
}

// printable makes a sender's own word fit to be repeated.
func printable(word string) string {
	runes := []rune(strings.ToValidUTF8(word, "?"))
	for i, r := range runes[:min(len(runes), maxFieldName)] {
		if !unicode.IsPrint(r) {
			runes[i] = '?'
		}
	}
	return string(runes[:min(len(runes), maxFieldName)])
}
