package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"recourse/recovery"
)

func TestDecodeNamesTheField(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		field, code string
		status      int
	}{
		`{"platform":5}`:                                       {"platform", "wrong_type", 422},
		`{"platform":"x","platform":"y"}`:                      {"platform", "duplicate_key", 400},
		`{"counterparts":[{"alias":"a"},{"claimed_fen":"7"}]}`: {"counterparts[1].claimed_fen", "wrong_type", 422},
		`{"counterparts":[{"alias":"a","alias":"b"}]}`:         {"counterparts[0].alias", "duplicate_key", 400},
		`{"amount_fen":1.5}`:                                   {"amount_fen", "wrong_type", 422},
		`{"amount_fen":1e3}`:                                   {"amount_fen", "wrong_type", 422},
		`{"amount_fen":9223372036854775808}`:                   {"amount_fen", "wrong_type", 422},
		`{"Platform":"wechat"}`:                                {"Platform", "unknown_field", 422},
		`{"claimant":{"nom":"x"}}`:                             {"claimant.nom", "unknown_field", 422},
		`{"` + strings.Repeat("k", 900) + `":1}`:               {strings.Repeat("k", maxFieldName), "unknown_field", 422},
		"{\"a\\nb\":1}":                                        {"a?b", "unknown_field", 422},
		`{"counterparts":[[[[]]]]}`:                            {"counterparts[0]", "wrong_type", 422},
		"{\"narrative\":\"\xff\"}":                             {"narrative", "invalid_utf8", 400},
		`{"claimant":{"name":"\udc00"}}`:                       {"claimant.name", "invalid_utf8", 400},
		`{"sent_at":"2026-03-01T00:00:00"}`:                    {"sent_at", "wrong_type", 422},
		`{"sent_at":"2026-03-01T00:00:00+8:00"}`:               {"sent_at", "wrong_type", 422},
		`{} {}`:                                                {"", "malformed_json", 400},
		`[]`:                                                   {"", "wrong_type", 422},
	} {
		var filing recovery.Filing
		err := decodeStrict([]byte(body), &filing)
		if err == nil {
			t.Errorf("%s was accepted", body)
			continue
		}
		p := newProblem(translateError(err))
		if p.Status != want.status || len(p.Errors) != 1 || p.Errors[0].Field != want.field || p.Errors[0].Code != want.code {
			t.Errorf("%.100s: %d %+v, want %+v", body, p.Status, p.Errors, want)
		}
	}
}

// FuzzDecode checks any body: it is either refused with a client error, or it
// is valid JSON that the standard library decodes to the same value.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"platform":"wechat","amount_fen":1,"counterparts":[{"alias":"a"}],"claimant":{"name":"x"}}`, `{"a":1,"a":2}`, `null`,
		"{\"narrative\":\"\xff\"}", `{"sent_at":"2026-03-01T00:00:00+08:00"}`, `{"amount_fen":-0}`, `[[[`, `{"group":{"size":1e9}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var filing recovery.Filing
		if err := decodeStrict(body, &filing); err != nil {
			if p := newProblem(translateError(err)); p.Status != 400 && p.Status != 422 {
				t.Fatalf("%q: %d %v", body, p.Status, err)
			}
			return
		}
		if !utf8.Valid(body) || !json.Valid(body) {
			t.Fatalf("%q was accepted", body)
		}
		var lenient recovery.Filing
		if err := json.Unmarshal(body, &lenient); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		strict, err := marshalJSON(filing)
		if err != nil {
			return // the year cannot be encoded in JSON
		}
		loose, err := marshalJSON(lenient)
		if err != nil || !bytes.Equal(strict, loose) {
			t.Fatalf("%q: %s and %s (%v)", body, strict, loose, err)
		}
	})
}

func TestIfMatchIsStrong(t *testing.T) {
	t.Parallel()
	seven, none := int64(7), neverMatches
	for tag, want := range map[string]*int64{`"7"`: &seven, ` "7" `: &seven, "*": nil, `W/"7"`: &none, "7": &none, `"x"`: &none, `"`: &none, "": &none} { //nolint:gocritic // white space around a tag is a case
		got, err := parseIfMatch(&tag)
		if err != nil || (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("%s: %v %v", tag, got, err)
		}
	}
	if got, err := parseIfMatch(nil); got != nil || err != nil {
		t.Errorf("%v %v", got, err)
	}
}

func TestEveryCodeIsInTheSpecification(t *testing.T) {
	t.Parallel()
	for _, code := range recovery.Codes() {
		if !bytes.Contains(specification, []byte("        - "+string(code)+"\n")) {
			t.Errorf("%s is not in the specification", code)
		}
		if code.HTTPStatus() < 400 || code.Title() == "" {
			t.Errorf("%s: %d %q", code, code.HTTPStatus(), code.Title())
		}
	}
}
