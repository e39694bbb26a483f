package textlint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"recourse/textlint"
)

// example is one text of the corpus with the findings that it must have.
type example struct {
	Where textlint.Place `yaml:"where"`
	Text  string         `yaml:"text"`
	Want  []want         `yaml:"want"`
}

type want struct {
	Code textlint.Code `yaml:"code"`
	Span string        `yaml:"span"`
}

// minScore is the minimum of precision and recall, in total and for each code.
const minScore = 0.95

// readCorpus reads the examples of all files.
func readCorpus(t testing.TB) []example {
	t.Helper()
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files of examples: %v", len(names), err)
	}
	var all []example
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Examples []example `yaml:"examples"`
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, file.Examples...)
	}
	return all
}

// score counts findings: right (expected and found), extra (found only) and missed
// (expected only).
type score struct{ right, extra, missed int }

func (s score) precision() float64 { return ratio(s.right, s.right+s.extra) }
func (s score) recall() float64    { return ratio(s.right, s.right+s.missed) }

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// TestCorpus compares the findings with the expected ones. A finding is right if
// its code and the words of its span are expected.
func TestCorpus(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	examples := readCorpus(t)
	scores := map[textlint.Code]score{}
	all := score{}
	for _, e := range examples {
		got := map[want]int{}
		for _, f := range l.Lint(e.Text, e.Where) {
			got[want{f.Code, string([]rune(e.Text)[f.Start:f.End])}]++
		}
		for _, w := range e.Want {
			s := scores[w.Code]
			if got[w] > 0 {
				got[w]--
				s.right++
				all.right++
			} else {
				s.missed++
				all.missed++
				t.Logf("missed %s %q in %q (%s), found %s", w.Code, w.Span, e.Text, e.Where, left(got))
			}
			scores[w.Code] = s
		}
		for w, n := range got {
			if n > 0 {
				s := scores[w.Code]
				s.extra += n
				all.extra += n
				scores[w.Code] = s
				t.Logf("extra %s %q in %q (%s)", w.Code, w.Span, e.Text, e.Where)
			}
		}
	}
	report(t, len(examples), scores, all)
}

func left(got map[want]int) string {
	var words []string
	for w, n := range got {
		if n > 0 {
			words = append(words, fmt.Sprintf("%s %q", w.Code, w.Span))
		}
	}
	return strings.Join(words, ", ")
}

func report(t *testing.T, examples int, scores map[textlint.Code]score, all score) {
	t.Helper()
	var table strings.Builder
	fmt.Fprintf(&table, "%d examples\n%-16s %5s %5s %6s %9s %6s\n", examples, "code", "right", "extra", "missed", "precision", "recall")
	row := func(name string, s score) {
		fmt.Fprintf(&table, "%-16s %5d %5d %6d %9.3f %6.3f\n", name, s.right, s.extra, s.missed, s.precision(), s.recall())
		if s.precision() < minScore || s.recall() < minScore {
			t.Errorf("%s: precision %.3f, recall %.3f; both must reach %.2f", name, s.precision(), s.recall(), minScore)
		}
	}
	for _, code := range textlint.Codes {
		if scores[code].right == 0 {
			t.Errorf("%s: no example", code)
		}
		row(string(code), scores[code])
	}
	row("all", all)
	t.Log("\n" + table.String())
}

func TestTheCorpusIsLarge(t *testing.T) {
	t.Parallel()
	clean, where := 0, map[textlint.Place]int{}
	examples := readCorpus(t)
	for _, e := range examples {
		where[e.Where]++
		if len(e.Want) == 0 {
			clean++
		}
		for _, w := range e.Want {
			if w.Span == "" || !strings.Contains(e.Text, w.Span) {
				t.Errorf("%q expects %q, which is not in it", e.Text, w.Span)
			}
		}
	}
	if len(examples) < 200 || clean < len(examples)/4 {
		t.Errorf("%d examples, %d of them harmless", len(examples), clean)
	}
	for _, w := range textlint.Places {
		if where[w] < 10 {
			t.Errorf("%s: only %d examples", w, where[w])
		}
	}
}
