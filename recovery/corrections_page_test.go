package recovery_test

import (
	"os"
	"strings"
	"testing"

	"recourse/recovery"
)

const correctionsPage = "../docs/corrections.md"

// TestCorrectionsPage compares the table of the page with the code; -update writes it.
func TestCorrectionsPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(correctionsPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(raw), "| --- | --- | --- |\n")
	_, after, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatal("the page has no table")
	}
	var rows strings.Builder
	for _, rule := range recovery.CorrectionRules() {
		fields := "those of `" + string(rule.Action) + "`"
		if rule.OnlyTakeBack {
			fields = "none: it can only be taken back"
		}
		rows.WriteString("| `" + string(rule.Kind) + "` | " + fields + " | " + rule.Describe() + " |\n")
	}
	want := head + "| --- | --- | --- |\n" + rows.String() + "\n" + after
	if *update {
		if err := os.WriteFile(correctionsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Errorf("%s is not what the code says: go test ./recovery -run TestCorrectionsPage -update", correctionsPage)
	}
}

// TestCorrectionsPageNamesEveryReason compares the table of refusals with the page.
func TestCorrectionsPageNamesEveryReason(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(correctionsPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range recovery.CorrectionReasons() {
		if !strings.Contains(string(page), "| `"+string(reason)+"` |") {
			t.Errorf("%s is not on the page", reason)
		}
	}
}
