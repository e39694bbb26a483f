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

// everything is what a whole walk leaves, in order.
var everything = []string{
	"cases", "statements", "evidence transfer", "evidence group", "evidence family", "record_contact",
	"record_contact in group", "evidence notice", "submit_appeal", "assign", "add_note", "record_platform_reply",
	"evidence ticket", "decide_appeal", "choose_route", "exports",
}

type lines struct{ said []string }

func (l *lines) sayf(format string, args ...any) {
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

// walk prepares a folder in which the pictures are drawn already.
func walk(t *testing.T, url string) (Options, *lines) {
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
	write(t, filepath.Join(dir, "tokens.json"), string(content))
	work := filepath.Join(dir, "sample")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"transfer", "group", "family", "notice", "ticket"} {
		write(t, filepath.Join(work, name+".png"), "picture "+name)
	}
	said := &lines{}
	return Options{
		BaseURL: url, TokensFile: filepath.Join(dir, "tokens.json"), Dir: work, Sayf: said.sayf, Now: time.Now, poll: time.Millisecond,
	}, said
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWalkDoesEverythingOnce(t *testing.T) {
	t.Parallel()
	d, server := newDesk(t)
	o, said := walk(t, server.URL)
	result, err := Walk(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.happened(), everything) {
		t.Errorf("happened: %v", d.happened())
	}
	bag, err := os.ReadFile(result.Bag)
	if err != nil || string(bag) != "bytes of /exports/export-id/bag.zip" || result.Number != "R20261121-000001" {
		t.Errorf("result %+v: %q, %v", result, bag, err)
	}
	if text := strings.Join(said.said, "\n"); !strings.Contains(text, "not complete: 对方的身份信息") || strings.Contains(text, "passed over") {
		t.Errorf("said:\n%s", text)
	}
	before := len(said.said)
	again, err := Walk(t.Context(), o)
	if err != nil || again != result || !slices.Equal(d.happened(), everything) || len(said.said) != before {
		t.Errorf("the second walk: %+v, %v, %v", again, err, d.happened())
	}
}

// Cut off at any request, before or after it took effect, a walk goes on to the
// same end.
func TestWalkCutOffAnywhereGoesOn(t *testing.T) {
	t.Parallel()
	for _, how := range []cutting{beforeEffect, afterEffect} {
		for at := 1; at <= len(everything); at++ {
			t.Run(fmt.Sprintf("%d/%d", how, at), func(t *testing.T) {
				t.Parallel()
				d, server := newDesk(t)
				o, _ := walk(t, server.URL)
				ctx, kill := context.WithCancel(t.Context())
				d.change(func() {
					d.cut = func(post int) cutting {
						if post != at {
							return whole
						}
						kill()
						return how
					}
				})
				if _, err := Walk(ctx, o); err == nil {
					t.Fatal("it was not cut off")
				}
				d.change(func() { d.cut = func(int) cutting { return whole } })
				if _, err := Walk(t.Context(), o); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(d.happened(), everything) {
					t.Errorf("happened: %v", d.happened())
				}
			})
		}
	}
}

// A connection that breaks while the product lives is tried again at once.
func TestWalkAsksABrokenOrBusyProductAgain(t *testing.T) {
	t.Parallel()
	d, server := newDesk(t)
	d.change(func() { d.busy, d.cut = 3, func(post int) cutting { return cutting(post % 3) } })
	o, _ := walk(t, server.URL)
	if _, err := Walk(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.happened(), everything) {
		t.Errorf("happened: %v", d.happened())
	}
}

func TestWalkPassesOverWhatTheClockTookAway(t *testing.T) {
	t.Parallel()
	for stage, want := range map[string][]string{
		"group_notice": {"statements", "evidence transfer", "evidence group", "evidence family", "record_contact in group", "evidence notice", "submit_appeal"},
		"legal":        {"statements", "evidence transfer", "evidence group", "evidence family", "evidence notice", "evidence ticket", "choose_route", "exports"},
		"closed":       {"exports"},
	} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			d, server := newDesk(t)
			o, said := walk(t, server.URL)
			ctx, kill := context.WithCancel(t.Context())
			d.change(func() { d.cut = func(int) cutting { kill(); return afterEffect } })
			_, _ = Walk(ctx, o)
			d.change(func() { d.cut = func(int) cutting { return whole } })
			d.change(func() { d.enter(stage) })
			if _, err := Walk(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			if got := d.happened(); !slices.Equal(got[1:min(len(got), len(want)+1)], want) {
				t.Errorf("happened: %v", d.happened())
			}
			if !strings.Contains(strings.Join(said.said, "\n"), "passed over: asked for the money in private (the case is in "+stage) {
				t.Errorf("said: %v", said.said)
			}
		})
	}
}

func TestWalkLeavesOtherCasesAlone(t *testing.T) {
	t.Parallel()
	d, server := newDesk(t)
	d.change(func() { d.others = true })
	o, said := walk(t, server.URL)
	result, err := Walk(t.Context(), o)
	if err != nil || result != (Result{}) || len(d.happened()) > 0 || len(said.said) > 0 {
		t.Errorf("%+v, %v, %v, %v", result, err, d.happened(), said.said)
	}
}

// The database was replaced by an empty one: the story begins anew, under new keys.
func TestWalkBeginsAnewOnAnotherDatabase(t *testing.T) {
	t.Parallel()
	_, first := newDesk(t)
	o, _ := walk(t, first.URL)
	if _, err := Walk(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	d, second := newDesk(t)
	o.BaseURL = second.URL
	if _, err := Walk(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.happened(), everything) {
		t.Errorf("happened: %v", d.happened())
	}
}

func TestARefusalIsNamedWithItsField(t *testing.T) {
	t.Parallel()
	d, server := newDesk(t)
	d.change(func() { d.broken = "/cases/case-id/statements" })
	o, _ := walk(t, server.URL)
	_, err := Walk(t.Context(), o)
	if err == nil || err.Error() != "statement: 422 invalid: No. [x: is wrong]" {
		t.Errorf("got %v", err)
	}
}

func TestABrokenStateIsNamed(t *testing.T) {
	t.Parallel()
	_, server := newDesk(t)
	o, _ := walk(t, server.URL)
	write(t, statePath(o.Dir), "{")
	if _, err := Walk(t.Context(), o); err == nil || !strings.Contains(err.Error(), "sample.json is broken") {
		t.Errorf("got %v", err)
	}
}

func TestBillIsAsTheWalletWritesIt(t *testing.T) {
	t.Parallel()
	text, err := readStory()
	if err != nil {
		t.Fatal(err)
	}
	st, err := newState(t.TempDir(), time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	content, err := text.bill(&st)
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
		if got := grouped(fen); got != want {
			t.Errorf("%d: %s", fen, got)
		}
	}
}

// The fonts are those `make setup` fetches.
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
	p, err := newPen(fonts)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 21, 30, 0, 0, shanghai)
	seen := map[string]string{}
	for name, shown := range text.Screens {
		content, err := p.picture(shown, text.amount(), at, at)
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
			t.Errorf("%s has hardly anything on it: %d bytes", name, len(content))
		}
		again, err := p.picture(shown, text.amount(), at, at)
		if err != nil || !bytes.Equal(content, again) {
			t.Errorf("%s is drawn differently twice", name)
		}
		if twin := seen[string(content)]; twin != "" {
			t.Errorf("%s and %s look the same", name, twin)
		}
		seen[string(content)] = name
	}
}

func TestMissingFontsAreNamed(t *testing.T) {
	t.Parallel()
	if _, err := newPen(t.TempDir()); err == nil || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("got %v", err)
	}
}
