package copies_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/copies"
	"recourse/evidence/folio"
	"recourse/textlint"
)

// TestNoCopyNamesOtherSenders: in every form of a chat and every script, who speaks is
// hidden from the other side, apart from those whom it may see.
func TestNoCopyNamesOtherSenders(t *testing.T) {
	t.Parallel()
	shown := []string{"小杜", "王小虎", "Du Xiao"}
	mask, err := folio.NewMaskOf(textlint.Names{Keep: shown})
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]string{
		"above the text": "2026-11-28 10:31:14 %s\n你好\n", "before the time": "%s 2026-11-28 10:31:14\n你好\n",
		"after a dash": "2026-11-28 10:31 - %s: 你好\n", "in brackets": "[2026/11/28, 10:31:14] %s: 你好\n",
	}
	hidden := []string{
		"老王", "བསོད་ནམས", "ꆈꌠꉙ", "Alice", "Mary Ann", "김철수", "สมชาย", "Мария", "小红🌸", "A0001建材小李", "𝓐𝓵𝓲𝓬𝓮", "ئۇيغۇر", "かおり", "隔壁，老宋", "【群主】赵四",
	}
	for _, name := range append(hidden, shown...) {
		object, err := json.Marshal([]map[string]string{{"time": "2026-11-28 10:31:14", "sender": name, "text": "你好"}})
		if err != nil {
			t.Fatal(err)
		}
		copied := map[string][]byte{}
		for form, text := range forms {
			copied[form], err = copies.Text("text/plain", fmt.Appendf(nil, text, name), mask, readPDF)
			if err != nil {
				t.Fatal(err)
			}
		}
		if copied["PDF"], err = copies.Text("application/pdf", fmt.Appendf(nil, forms["above the text"], name), mask, readPDF); err != nil {
			t.Fatal(err)
		}
		if copied["JSON"], err = copies.Text("application/json", object, mask, readPDF); err != nil {
			t.Fatal(err)
		}
		kept := slices.Contains(shown, name)
		for form, text := range copied {
			for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("，【】🌸", r) }) {
				if strings.Contains(string(text), part) != kept || !strings.Contains(string(text), "你好") {
					t.Errorf("%s, %s: %q", name, form, text)
				}
			}
		}
	}
	for _, name := range []string{"🌸🌸", "...", strings.Repeat("阿", 38)} {
		text, err := copies.Text("text/plain", fmt.Appendf(nil, forms["above the text"], name), mask, readPDF)
		if err != nil || strings.Contains(string(text), name) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}
