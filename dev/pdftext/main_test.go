package main

import (
	"os"
	"path/filepath"
	"testing"

	"recourse/evidence/originals/decode"
)

func TestWordsAreCompared(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		want, text   string
		count, found int
	}{
		"same":            {"Paid 12.50", "paid 12.50", 3, 3},
		"ideographs":      {"转账 金额", "转帐金额", 4, 3},
		"once is no more": {"a a a", "a", 3, 1},
		"full width":      {"１２", "12", 1, 1},
		"nothing":         {"…", "a", 0, 0},
	} {
		if count, found := compareWords(test.want, test.text); count != test.count || found != test.found {
			t.Errorf("%s: %d of %d", name, found, count)
		}
	}
}

func TestFilesAreCounted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, []byte("%PDF-1.4"), 0o600); err != nil {
		t.Fatal(err)
	}
	var sum totals
	if err := sum.add(decode.NewLocalDecoder(), path, false); err != nil || sum.files != 1 || sum.withText != 0 || sum.partial != 1 {
		t.Errorf("%+v, %v", sum, err)
	}
	if err := compareFolder(t.TempDir(), false); err == nil {
		t.Error("a folder without PDFs is no error")
	}
}
