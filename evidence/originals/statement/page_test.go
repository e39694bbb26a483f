package statement_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/originals/statement"
)

const (
	billsPage  = "../../../docs/bills.md"
	formsBegin = "<!-- table of forms: go test ./evidence/originals/statement -run TestBillsPage -update -->\n"
	rulesBegin = "<!-- table of rules: go test ./evidence/originals/statement -run TestBillsPage -update -->\n"
	tableEnd   = "<!-- end of the table -->\n"
)

var update = flag.Bool("update", false, "write the tables of docs/bills.md")

func formsTable() string {
	var out strings.Builder
	out.WriteString("\n| wallet | form | years | known from |\n| --- | --- | --- | --- |\n")
	for _, form := range slices.Concat(exportForms, printedForms) {
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", form.wallet, form.name, form.years, form.seen)
	}
	return out.String() + "\n"
}

func rulesTable() string {
	var out strings.Builder
	out.WriteString("\n| | the row has | it is |\n| --- | --- | --- |\n")
	for i, rule := range statement.RuleTexts() {
		verdict := rule[1]
		if verdict == "" {
			verdict = "not shown"
		}
		fmt.Fprintf(&out, "| %d | %s | %s |\n", i+1, rule[0], verdict)
	}
	return out.String() + "\n"
}

func replaceTable(t *testing.T, page, begin, table string) string {
	t.Helper()
	before, rest, found := strings.Cut(page, begin)
	_, after, ended := strings.Cut(rest, tableEnd)
	if !found || !ended {
		t.Fatalf("the page lacks %s", begin)
	}
	return before + begin + table + tableEnd + after
}

// TestBillsPage compares the tables of the page with the forms that are tested and the
// rules of the matcher; -update writes them.
func TestBillsPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(billsPage)
	if err != nil {
		t.Fatal(err)
	}
	want := replaceTable(t, replaceTable(t, string(raw), formsBegin, formsTable()), rulesBegin, rulesTable())
	if *update {
		if err := os.WriteFile(billsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Errorf("%s is not what the tests say: go test ./evidence/originals/statement -run TestBillsPage -update", billsPage)
	}
}
