package casework_test

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/postgres"
)

var update = flag.Bool("update", false, "write the table in docs/limits.md")

const (
	limitsPage = "../docs/limits.md"
	tableBegin = "<!-- table of limits: go test ./casework -run TestLimitsPage -update -->\n"
	tableEnd   = "<!-- end of the table -->\n"
)

// TestLimitsPage compares the table in the page with the code.
func TestLimitsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(limitsPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(page), tableBegin)
	printed, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table", limitsPage)
	}
	want := limitsTable()
	if printed == want {
		return
	}
	if !*update {
		t.Errorf("%s is not what the code says: go test ./casework -run TestLimitsPage -update", limitsPage)
		return
	}
	if err := os.WriteFile(limitsPage, []byte(before+tableBegin+want+tableEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func limitsTable() string {
	var out strings.Builder
	out.WriteString("| class | counted by | quota | size of one | what it is for |\n| --- | --- | --- | --- | --- |\n")
	for _, limit := range casework.DefaultLimits() {
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", limit.Class, limit.By, windowsInWords(limit.Windows), sizeInWords(limit.Size), limit.About)
	}
	return out.String()
}

func windowsInWords(windows []postgres.UsageWindow) string {
	names := map[time.Duration]string{
		time.Minute: "a minute", time.Hour: "an hour", 24 * time.Hour: "a day", casework.LinkLife: "in 90 days", casework.CaseLife: "in all",
	}
	words := make([]string, len(windows))
	for i, window := range windows {
		words[i] = groupDigits(window.Uses)
		if window.Bytes > 0 {
			words[i] += " and " + sizeInWords(window.Bytes)
		}
		words[i] += " " + names[window.Length]
	}
	return strings.Join(words, ", ")
}

func sizeInWords(bytes int64) string {
	switch {
	case bytes == 0:
		return ""
	case bytes < 1<<20:
		return groupDigits(bytes>>10) + " KB"
	default:
		return groupDigits(bytes>>20) + " MB"
	}
}

func groupDigits(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
