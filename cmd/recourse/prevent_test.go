package main

import (
	"encoding/json"
	"strings"
	"testing"

	"recourse/playbook"
)

func TestPreventAnswersAndRefuses(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	const send = `{"platform":"alipay","instrument":"password_packet","amount_fen":1000,"group":{"kind":"strangers"}}`
	told, err := asking[playbook.Prevention](t, "prevent", send)
	if err != nil || len(told.Confirmations) != 3 || len(told.Measures) == 0 || len(told.Warnings) < 3 || told.Playbook.Version == "" {
		t.Errorf("%+v, %v", told, err)
	}
	raw, err := json.Marshal(told)
	if err != nil || strings.Contains(string(raw), "null") {
		t.Errorf("%s, %v", raw, err)
	}
	for input, says := range map[string]string{
		"":                                     "facts",
		"{":                                    "facts",
		send + send:                            "facts",
		facts:                                  "claim_state",
		`{"platform":"wechat"}`:                "instrument",
		strings.Repeat(" ", maxFacts) + send:   "bytes",
		strings.Replace(send, "1000", "-1", 1): "amount_fen",
		strings.Replace(send, `"group"`, `"circumstances":{"`+strings.Repeat("x", 81)+`":true},"group"`, 1): "circumstances",
	} {
		if _, err := asking[playbook.Prevention](t, "prevent", input); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q: %v, want a word of %s", input, err, says)
		}
	}
}
