package sample

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// allEntries lists the entries of a complete run in order.
var allEntries = []string{
	"cases", "statements", "evidence transfer", "evidence group", "evidence family", "record_contact",
	"record_contact in group", "evidence notice", "submit_appeal", "assign", "add_note", "record_platform_reply",
	"evidence ticket", "decide_appeal", "choose_route", "exports",
}

type printedLines struct{ said []string }

func (l *printedLines) printf(format string, args ...any) {
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

// newOptions prepares a folder that already has the screenshots.
func newOptions(t *testing.T, url string) (Options, *printedLines) {
	t.Helper()
	dir := t.TempDir()
	tokens := map[string]string{}
	for _, role := range []string{"claimant", "agent", "legal", "auditor"} {
		tokens[role] = "token-of-" + role
	}
	content, err := json.Marshal(tokens)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "tokens.json"), string(content))
	work := filepath.Join(dir, "sample")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"transfer", "group", "family", "notice", "ticket"} {
		writeFile(t, filepath.Join(work, name+".png"), "picture "+name)
	}
	said := &printedLines{}
	return Options{
		BaseURL: url, TokensFile: filepath.Join(dir, "tokens.json"), Dir: work, Printf: said.printf, Now: time.Now, pollInterval: time.Millisecond,
	}, said
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRunDoesEverythingOnce(t *testing.T) {
	t.Parallel()
	d, server := newFakeProduct(t)
	o, said := newOptions(t, server.URL)
	result, err := RunCase(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.listEntries(), allEntries) {
		t.Errorf("happened: %v", d.listEntries())
	}
	bag, err := os.ReadFile(result.Bag)
	if err != nil || string(bag) != "bytes of /exports/export-id/bag.zip" || result.Number != "R20261121-000001" {
		t.Errorf("result %+v: %q, %v", result, bag, err)
	}
	if text := strings.Join(said.said, "\n"); !strings.Contains(text, "incomplete: 对方的身份信息") || strings.Contains(text, "skipped") {
		t.Errorf("said:\n%s", text)
	}
	before := len(said.said)
	again, err := RunCase(t.Context(), o)
	if err != nil || again != result || !slices.Equal(d.listEntries(), allEntries) || len(said.said) != before {
		t.Errorf("the second run: %+v, %v, %v", again, err, d.listEntries())
	}
}

// A run that was interrupted at any request, before or after its effect, continues
// to the same end.
func TestInterruptedRunContinues(t *testing.T) {
	t.Parallel()
	for _, how := range []interruption{beforeEffect, afterEffect} {
		for at := 1; at <= len(allEntries); at++ {
			t.Run(fmt.Sprintf("%d/%d", how, at), func(t *testing.T) {
				t.Parallel()
				d, server := newFakeProduct(t)
				o, _ := newOptions(t, server.URL)
				ctx, kill := context.WithCancel(t.Context())
				d.configure(func() {
					d.interrupt = func(post int) interruption {
						if post != at {
							return uninterrupted
						}
						kill()
						return how
					}
				})
				if _, err := RunCase(ctx, o); err == nil {
					t.Fatal("the run was not interrupted")
				}
				d.configure(func() { d.interrupt = func(int) interruption { return uninterrupted } })
				if _, err := RunCase(t.Context(), o); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(d.listEntries(), allEntries) {
					t.Errorf("happened: %v", d.listEntries())
				}
			})
		}
	}
}

// A call over a broken connection is repeated.
func TestRunRepeatsFailedCalls(t *testing.T) {
	t.Parallel()
	d, server := newFakeProduct(t)
	d.configure(func() { d.unavailable, d.interrupt = 3, func(post int) interruption { return interruption(post % 3) } })
	o, _ := newOptions(t, server.URL)
	if _, err := RunCase(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.listEntries(), allEntries) {
		t.Errorf("happened: %v", d.listEntries())
	}
}

func TestRunSkipsStepsThatAreTooLate(t *testing.T) {
	t.Parallel()
	for stage, want := range map[string][]string{
		"group_notice": {"statements", "evidence transfer", "evidence group", "evidence family", "record_contact in group", "evidence notice", "submit_appeal"},
		"legal":        {"statements", "evidence transfer", "evidence group", "evidence family", "evidence notice", "evidence ticket", "choose_route", "exports"},
		"closed":       {"exports"},
	} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			d, server := newFakeProduct(t)
			o, said := newOptions(t, server.URL)
			ctx, kill := context.WithCancel(t.Context())
			d.configure(func() { d.interrupt = func(int) interruption { kill(); return afterEffect } })
			_, _ = RunCase(ctx, o)
			d.configure(func() { d.interrupt = func(int) interruption { return uninterrupted } })
			d.configure(func() { d.enterStage(stage) })
			if _, err := RunCase(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			if got := d.listEntries(); !slices.Equal(got[1:min(len(got), len(want)+1)], want) {
				t.Errorf("happened: %v", d.listEntries())
			}
			if !strings.Contains(strings.Join(said.said, "\n"), "skipped: asked for the money in private (the case is already in "+stage) {
				t.Errorf("said: %v", said.said)
			}
		})
	}
}

func TestRunLeavesOtherCasesAlone(t *testing.T) {
	t.Parallel()
	d, server := newFakeProduct(t)
	d.configure(func() { d.hasOtherCases = true })
	o, said := newOptions(t, server.URL)
	result, err := RunCase(t.Context(), o)
	if err != nil || result != (Result{}) || len(d.listEntries()) > 0 || len(said.said) > 0 {
		t.Errorf("%+v, %v, %v, %v", result, err, d.listEntries(), said.said)
	}
}

// After the database was replaced by an empty one, the story starts again with new
// keys.
func TestRunStartsAgainOnAnotherDatabase(t *testing.T) {
	t.Parallel()
	_, first := newFakeProduct(t)
	o, _ := newOptions(t, first.URL)
	if _, err := RunCase(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	d, second := newFakeProduct(t)
	o.BaseURL = second.URL
	if _, err := RunCase(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.listEntries(), allEntries) {
		t.Errorf("happened: %v", d.listEntries())
	}
}

func TestAProblemIsReportedWithItsField(t *testing.T) {
	t.Parallel()
	d, server := newFakeProduct(t)
	d.configure(func() { d.broken = "/cases/case-id/statements" })
	o, _ := newOptions(t, server.URL)
	_, err := RunCase(t.Context(), o)
	if err == nil || err.Error() != "statement: 422 invalid: No. [x: is wrong]" {
		t.Errorf("got %v", err)
	}
}

func TestAnInvalidStateIsReported(t *testing.T) {
	t.Parallel()
	_, server := newFakeProduct(t)
	o, _ := newOptions(t, server.URL)
	writeFile(t, statePath(o.Dir), "{")
	if _, err := RunCase(t.Context(), o); err == nil || !strings.Contains(err.Error(), "sample.json is invalid") {
		t.Errorf("got %v", err)
	}
}

func TestBillHasTheFormatOfTheWallet(t *testing.T) {
	t.Parallel()
	text, err := readStory()
	if err != nil {
		t.Fatal(err)
	}
	st, err := newState(t.TempDir(), time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	content, err := text.encodeBill(&st)
	if err != nil {
		t.Fatal(err)
	}
	unmarked, marked := bytes.CutPrefix(content, []byte("\ufeff"))
	rows, err := csv.NewReader(bytes.NewReader(unmarked)).ReadAll()
	if err != nil || !marked {
		t.Fatalf("mark %v, %v", marked, err)
	}
	heading := slices.IndexFunc(rows, func(row []string) bool { return row[0] == "交易时间" })
	transactions := rows[heading+1:]
	ours := slices.IndexFunc(transactions, func(row []string) bool { return row[8] == st.transactionNo()+"\t" })
	if heading != 16 || len(transactions) != 5 || ours < 0 {
		t.Fatalf("heading at %d, %d transactions, ours is %d", heading, len(transactions), ours)
	}
	if got := transactions[ours]; got[0] != "2026-11-20 21:14:05" || got[5] != "¥2000.00" || got[4] != "支出" {
		t.Errorf("ours is %v", got)
	}
	if !slices.IsSortedFunc(transactions, func(a, b []string) int { return strings.Compare(b[0], a[0]) }) {
		t.Error("not the newest first")
	}
	if len(st.transactionNo()) != 28 {
		t.Errorf("number %s", st.transactionNo())
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for fen, want := range map[int64]string{0: "0.00", 99: "0.99", 100_000: "1,000.00", 99_999: "999.99", 123_456_789: "1,234,567.89"} {
		if got := formatGrouped(fen); got != want {
			t.Errorf("%d: %s", fen, got)
		}
	}
}

// The fonts are those of `make setup`.
func TestPicturesShowTheStory(t *testing.T) {
	t.Parallel()
	fonts := os.Getenv("RECOURSE_FONTS")
	if fonts == "" {
		fonts = "../../.recourse/fonts"
	}
	text, err := readStory()
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPainter(fonts)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 21, 30, 0, 0, shanghai)
	seen := map[string]string{}
	for name, shown := range text.Screens {
		content, err := p.drawScreen(shown, text.amountFen(), at, at)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := png.Decode(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if size := decoded.Bounds().Size(); size.X != screenWidth || size.Y != screenHeight {
			t.Errorf("%s is %v", name, size)
		}
		if len(content) < 10_000 {
			t.Errorf("%s is almost empty: %d bytes", name, len(content))
		}
		again, err := p.drawScreen(shown, text.amountFen(), at, at)
		if err != nil || !bytes.Equal(content, again) {
			t.Errorf("%s differs when drawn again", name)
		}
		if twin := seen[string(content)]; twin != "" {
			t.Errorf("%s and %s look the same", name, twin)
		}
		seen[string(content)] = name
	}
}

func TestMissingFontsAreReported(t *testing.T) {
	t.Parallel()
	if _, err := newPainter(t.TempDir()); err == nil || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("got %v", err)
	}
}
