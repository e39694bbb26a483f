package textlint_test

import (
	"errors"
	"strings"
	"testing"

	"recourse/recovery"
	"recourse/textlint"
)

// fieldAndCode returns the field and the code of a validation error.
func fieldAndCode(t *testing.T, err error) (field, code string) {
	t.Helper()
	var f *recovery.Fault
	if !errors.As(err, &f) || f.Code != recovery.CodeInvalid || len(f.Fields) != 1 {
		t.Fatalf("no field fault: %v", err)
	}
	return f.Fields[0].Field, f.Fields[0].Code
}

func TestParseWhere(t *testing.T) {
	t.Parallel()
	for _, where := range textlint.Places {
		if got, err := textlint.ParsePlace(string(where)); err != nil || got != where {
			t.Errorf("%s: %s, %v", where, got, err)
		}
	}
	for word, want := range map[string]string{"": "required", "court": "unknown_value", "Private": "unknown_value"} {
		_, err := textlint.ParsePlace(word)
		if field, code := fieldAndCode(t, err); field != "where" || code != want {
			t.Errorf("%q: %s %s", word, field, code)
		}
	}
}

func TestWhereOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		channel recovery.Channel
		inGroup bool
		want    textlint.Place
	}{
		{recovery.PrivateMessage, false, textlint.Private},
		{recovery.PrivateMessage, true, textlint.Group},
		{recovery.GroupMessage, false, textlint.Group},
		{recovery.Letter, false, textlint.Letter},
		{recovery.Email, false, textlint.Private},
		{"", false, textlint.Private},
	} {
		if got := textlint.PlaceFor(test.channel, test.inGroup); got != test.want {
			t.Errorf("%s, %v: %s, want %s", test.channel, test.inGroup, got, test.want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"你好", "a\r\n\tb", strings.Repeat("字", textlint.MaxTextLength), "👨‍👩‍👧"} {
		if err := textlint.ValidateText(text); err != nil {
			t.Errorf("%.10q: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		"": "required", "\t\n": "required", "a\xff": "invalid_utf8", "a\u202eb": "forbidden_character", "a\x00": "forbidden_character",
		strings.Repeat("字", textlint.MaxTextLength+1): "too_long",
	} {
		if field, code := fieldAndCode(t, textlint.ValidateText(text)); field != "text" || code != want {
			t.Errorf("%.10q: %s %s, want %s", text, field, code, want)
		}
	}
}
