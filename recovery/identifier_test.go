package recovery_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/recovery"
)

func TestSpellingsOfANumber(t *testing.T) {
	t.Parallel()
	const number = "4200002345abc-2026_01"
	for _, spelling := range []string{
		"4200002345ABC-2026_01", " 4200002345abc-2026_01\t", "4200 0023 45ab c-2026_01", "'4200002345abc-2026_01", "`4200002345abc-2026_01",
		"’4200002345abc-2026_01", `="4200002345abc-2026_01"`, `"4200002345ABC-2026_01"`, "\t4200002345abc-2026_01", "４２００００２３４５ａｂｃ－２０２６＿０１",
		"4200\u200b002345abc-2026_01", "\ufeff4200002345abc-2026_01", "4200002345abc\u20132026_01", "4200002345\u00a0abc\u3000-2026_01",
		"'  `4200002345abc-2026_01", "＝＂4200002345abc-2026_01＂",
	} {
		if got := recovery.NormalizeTransactionNo(spelling); got != number {
			t.Errorf("%q became %q", spelling, got)
		}
	}
	for _, other := range []string{"4200002345abd-2026_01", "4200002345abc2026_01", "4200002345abc-202601", ""} {
		if recovery.NormalizeTransactionNo(other) == number {
			t.Errorf("%q counts as the same number", other)
		}
	}
}

// noise are characters that change no number, wherever they stand.
var noise = []string{" ", "\t", "\u00a0", "\u3000", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060", "\ufe0f"}

// TestSpellingsProperty: noise, guards, case and width never change a number, and
// different numbers stay different.
func TestSpellingsProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[0-9a-z_-]{1,64}`).Draw(t, "number")
		var spelling strings.Builder
		spelling.WriteString(rapid.SampledFrom([]string{"", "'", "`", "=\"", "\t", "“", "'`"}).Draw(t, "guard"))
		for _, r := range number {
			spelling.WriteString(rapid.SampledFrom(append([]string{""}, noise...)).Draw(t, "noise"))
			switch rapid.IntRange(0, 2).Draw(t, "form") {
			case 0:
				spelling.WriteRune(r)
			case 1:
				spelling.WriteString(strings.ToUpper(string(r)))
			default:
				spelling.WriteRune(r - '!' + '！') // the full-width form
			}
		}
		spelling.WriteString(rapid.SampledFrom([]string{"", "'", "\"", " ", "”"}).Draw(t, "end"))
		if got := recovery.NormalizeTransactionNo(spelling.String()); got != number {
			t.Fatalf("%q became %q, want %q", spelling.String(), got, number)
		}
	})
}

// TestNormalFormsAreStable: the normal form of a normal form is itself, for any text.
func TestNormalFormsAreStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for name, normalize := range map[string]func(string) string{"number": recovery.NormalizeTransactionNo, "address": recovery.NormalizeEmail} {
			once := normalize(text)
			if again := normalize(once); again != once {
				t.Fatalf("%s: %q became %q and then %q", name, text, once, again)
			}
			if upper := normalize(strings.ToUpper(once)); strings.Trim(once, "abcdefghijklmnopqrstuvwxyz0123456789-_@.") == "" && upper != once {
				t.Fatalf("%s: in capitals %q is %q", name, once, upper)
			}
		}
	})
}

func TestSpellingsOfACaseNumber(t *testing.T) {
	t.Parallel()
	const number recovery.CaseNumber = "R20261201-000007"
	for _, spelling := range []recovery.CaseNumber{number, "r20261201-000007", " R20261201-000007", "Ｒ20261201–000007"} {
		if got := spelling.Normalize(); got != number {
			t.Errorf("%q became %q", spelling, got)
		}
	}
}

func TestSpellingsOfAnAddress(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"Li.Si@Example.COM", " li.si@example.com ", "li.si＠example．com", "li.si@\u200bexample.com"} {
		if got := recovery.NormalizeEmail(spelling); got != "li.si@example.com" {
			t.Errorf("%q became %q", spelling, got)
		}
	}
}
