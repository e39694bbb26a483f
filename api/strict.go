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

// decodeStrict decodes JSON and refuses invalid UTF-8, duplicate keys, unknown
// fields, field names in another case, data after the end, and fractions where
// whole numbers are required. The nesting depth is bounded by the Go type. The
// Fault names the field.
//
// encoding/json accepts most of this. go-json-experiment is the draft of its
// successor; its version is pinned.
func decodeStrict(raw []byte, into any) error {
	err := json.Unmarshal(raw, into, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return syntaxFault(syntax)
	}
	if meaning, ok := errors.AsType[*json.SemanticError](err); ok {
		return typeFault(meaning)
	}
	return fmt.Errorf("decoding a body: %w", err)
}

func syntaxFault(err *jsontext.SyntacticError) error {
	field := fieldPath(err.JSONPointer)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return malformedField(field, "duplicate_key", "The key occurs more than once.")
	case strings.Contains(err.Err.Error(), "UTF-8"), strings.Contains(err.Err.Error(), "surrogate"):
		return malformedField(field, "invalid_utf8", "The text is not valid UTF-8.")
	default:
		return malformedField(field, "malformed_json",
			fmt.Sprintf("The body is not valid JSON at byte %d.", err.ByteOffset))
	}
}

func typeFault(err *json.SemanticError) error {
	fault := recovery.FieldFault{Field: fieldPath(err.JSONPointer), Code: "wrong_type", Detail: describeExpected(err.GoType)}
	if errors.Is(err, json.ErrUnknownName) {
		fault.Code, fault.Detail = "unknown_field", "This field does not exist here. See the specification."
	}
	return recovery.Invalid([]recovery.FieldFault{fault})
}

// describeExpected returns a sentence about the expected type.
func describeExpected(t reflect.Type) string {
	switch {
	case t == nil:
		return "The value does not have the type given in the specification."
	case t == reflect.TypeFor[time.Time]():
		return "Send a time with offset (RFC 3339)."
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return "Send a whole number; amounts are in fen."
	case reflect.String:
		return "Send a string."
	case reflect.Bool:
		return "Send true or false."
	case reflect.Slice:
		return "Send a list."
	default:
		return "Send an object."
	}
}

// maxFieldName is the maximum length of a name from the request that an error
// repeats.
const maxFieldName = 80

// fieldPath converts a JSON pointer to the field syntax of the domain:
// "/counterparts/0/alias" becomes "counterparts[0].alias".
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
		path.WriteString(makePrintable(token))
	}
	return path.String()
}

// makePrintable shortens a string from the request and replaces characters that
// cannot be printed.
func makePrintable(word string) string {
	runes := []rune(strings.ToValidUTF8(word, "?"))
	for i, r := range runes[:min(len(runes), maxFieldName)] {
		if !unicode.IsPrint(r) {
			runes[i] = '?'
		}
	}
	return string(runes[:min(len(runes), maxFieldName)])
}
