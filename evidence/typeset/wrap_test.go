package typeset

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// marksOf makes runes without a font: ideographs 10 points wide, the rest 5.
func marksOf(text string) []shapedRune {
	var out []shapedRune
	for _, r := range text {
		width := 5.0
		if isIdeographic(r) {
			width = 10
		}
		if r == '\n' {
			width = 0
		}
		out = append(out, shapedRune{r: r, width: width, style: &Style{Size: 10}})
	}
	return out
}

func textOf(lines []line) []string {
	var out []string
	for _, l := range lines {
		var text strings.Builder
		for _, m := range l.runes {
			text.WriteRune(m.r)
		}
		out = append(out, text.String())
	}
	return out
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		width      float64
		want       []string
	}{
		{"plain", "一二三四五六", 40, []string{"一二三四", "五六"}},
		{"no closing mark begins a line", "一二三四，五六", 40, []string{"一二三", "四，五六"}},
		{"no opening mark ends a line", "一二三（四五）", 40, []string{"一二三", "（四五）"}},
		{"two closing runes stay together", "一二三四”。五", 40, []string{"一二三", "四”。五"}},
		{"words stay whole", "收到 money back now", 50, []string{"收到 money", "back now"}},
		{"a word moves to the next line", "一二三 recourse", 50, []string{"一二三", "recourse"}},
		{"a word wider than a line fills this one", "一abcdefghijkl", 40, []string{"一abcdef", "ghijkl"}},
		{"white space hangs", "一二三四     五六", 40, []string{"一二三四", "五六"}},
		{"line ends are kept", "一\n\n二\n", 40, []string{"一", "", "二", ""}},
		{"soft and hard end meet", "一二三四\n五", 40, []string{"一二三四", "五"}},
		{"narrower than a character", "一二", 4, []string{"一", "二"}},
		{"nothing but closing runes", "，，，，，", 20, []string{"，，", "，，", "，"}},
		{"empty", "", 40, []string{""}},
		{"white space only", "   ", 40, []string{""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := textOf(wrapLines(marksOf(test.text), test.width, 0)); strings.Join(got, "|") != strings.Join(test.want, "|") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWrapIndent(t *testing.T) {
	t.Parallel()
	got := textOf(wrapLines(marksOf("一二三四五六七"), 40, 20))
	if strings.Join(got, "|") != "一二|三四五六|七" {
		t.Errorf("got %q", got)
	}
}

func TestWrapProperties(t *testing.T) {
	t.Parallel()
	alphabet := []rune("一二三四五，。！（）“”《》abcXYZ019 \n-—…")
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 80).Draw(t, "text"))
		width := rapid.Float64Range(5, 200).Draw(t, "width")
		runes := marksOf(text)
		lines := wrapLines(runes, width, 0)
		if solid(strings.Join(textOf(lines), "")) != solid(text) {
			t.Fatalf("%q became %q", text, textOf(lines))
		}
		for i, l := range lines {
			if l.width > width+0.01 && len(l.runes) > 1 {
				t.Fatalf("line %q is %v wide", textOf(lines)[i], l.width)
			}
		}
		forbidden(t, lines)
	})
}

// forbidden checks 避头尾 on every line that had another place to break at; only
// words wider than a line are exempt.
func forbidden(t *rapid.T, lines []line) {
	for i := 1; i < len(lines); i++ {
		before, l := lines[i-1], lines[i]
		if !before.soft || len(l.runes) == 0 || len(before.runes) == 0 {
			continue
		}
		last, first := before.runes[len(before.runes)-1], l.runes[0]
		if choiceless(before.runes) || isWordRune(last.r) && isWordRune(first.r) {
			continue
		}
		if strings.ContainsRune(noStart, first.r) || strings.ContainsRune(noEnd, last.r) {
			t.Fatalf("break between %q and %q", textOf(lines[i-1 : i])[0], textOf(lines[i : i+1])[0])
		}
	}
}

// choiceless lines have no place inside where they could have ended.
func choiceless(runes []shapedRune) bool {
	for i := 1; i < len(runes); i++ {
		if canBreakBefore(runes, i) {
			return false
		}
	}
	return true
}

func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestSpread(t *testing.T) {
	t.Parallel()
	l := newLine(marksOf("一二三四"), true)
	if got := justifyGap(l, 43, 10); got != 1 {
		t.Errorf("three gaps share 3 points: got %v each", got)
	}
	if got := justifyGap(l, 60, 10); got != 0 {
		t.Errorf("a line that lacks too much stays ragged: got %v", got)
	}
	l.soft = false
	if got := justifyGap(l, 43, 10); got != 0 {
		t.Errorf("a last line stays ragged: got %v", got)
	}
}

func TestKeepTogether(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fit, left int
		first     bool
		want      int
	}{{9, 5, true, 5}, {4, 5, true, 3}, {1, 5, true, 0}, {1, 5, false, 1}, {2, 3, true, 0}, {0, 3, true, 0}} {
		if got := keepTogether(test.fit, test.left, test.first); got != test.want {
			t.Errorf("%+v: got %d", test, got)
		}
	}
}
