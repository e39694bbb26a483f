package textlint_test

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"recourse/textlint"
)

// maskExample is one text of the corpus for masking.
type maskExample struct {
	Kind  string   `yaml:"kind"`
	Text  string   `yaml:"text"`
	Names []string `yaml:"names"`
	Keep  []string `yaml:"keep"`
	Hide  []string `yaml:"hide"`
}

func (e maskExample) known() textlint.Names { return textlint.Names{Hide: e.Names, Keep: e.Keep} }

func readMaskExamples(t testing.TB, name string) []maskExample {
	t.Helper()
	data, err := os.ReadFile("testdata/masks/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Examples []maskExample `yaml:"examples"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Examples
}

func loadMasker(t testing.TB) *textlint.Masker {
	t.Helper()
	k, err := textlint.LoadMasker()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestMaskHides(t *testing.T) {
	t.Parallel()
	k := loadMasker(t)
	seen := map[string]bool{}
	for _, e := range append(readMaskExamples(t, "hidden.yaml"), readMaskExamples(t, "chats_hidden.yaml")...) {
		masked, spans := k.Mask(e.Text, e.known())
		for _, word := range e.Hide {
			if !strings.Contains(e.Text, word) {
				t.Errorf("%q does not contain %q", e.Text, word)
			}
			if strings.Contains(masked, word) {
				t.Errorf("%q is left in %q", word, masked)
			}
		}
		for _, s := range spans {
			seen[s.Kind] = true
		}
	}
	for _, kind := range k.Kinds() {
		if !seen[kind.ID] {
			t.Errorf("no example is of the kind %s", kind.ID)
		}
	}
}

func TestMaskNamesTheKind(t *testing.T) {
	t.Parallel()
	k := loadMasker(t)
	for _, e := range readMaskExamples(t, "hidden.yaml") {
		_, spans := k.Mask(e.Text, e.known())
		var kinds []string
		for _, s := range spans {
			kinds = append(kinds, s.Kind)
		}
		if !strings.Contains(" "+strings.Join(kinds, " ")+" ", " "+e.Kind+" ") {
			t.Errorf("%q: found %v, want %s", e.Text, kinds, e.Kind)
		}
	}
}

func TestMaskKeeps(t *testing.T) {
	t.Parallel()
	k := loadMasker(t)
	for _, e := range append(readMaskExamples(t, "kept.yaml"), readMaskExamples(t, "chats_kept.yaml")...) {
		if masked, spans := k.Mask(e.Text, e.known()); len(spans) > 0 || masked != e.Text {
			t.Errorf("%q became %q: %v", e.Text, masked, spans)
		}
	}
}

// The least that masking must reach on texts for which no rule was made, in percent.
const minRecall, minPrecision = 80, 80

// TestMaskOnUnseenTexts measures how many personal words are hidden (recall), and how many of
// the texts in which something is hidden contain personal data (precision).
func TestMaskOnUnseenTexts(t *testing.T) {
	t.Parallel()
	k := loadMasker(t)
	words, hidden, right, wrong := 0, 0, 0, 0
	for _, e := range readMaskExamples(t, "unseen_hidden.yaml") {
		masked, spans := k.Mask(e.Text, e.known())
		if len(spans) > 0 {
			right++
		}
		for _, word := range e.Hide {
			words++
			if !strings.Contains(masked, word) {
				hidden++
			} else {
				t.Logf("left: %q in %q", word, masked)
			}
		}
	}
	for _, e := range readMaskExamples(t, "unseen_kept.yaml") {
		if masked, spans := k.Mask(e.Text, e.known()); len(spans) > 0 {
			wrong++
			t.Logf("hidden without need: %q", masked)
		}
	}
	recall, precision := 100*hidden/words, 100*right/(right+wrong)
	t.Logf("recall %d/%d = %d%%, precision %d/%d = %d%%", hidden, words, recall, right, right+wrong, precision)
	if words < 60 || recall < minRecall || precision < minPrecision {
		t.Errorf("of %d words: recall %d%%, precision %d%%", words, recall, precision)
	}
}

// personalCodes are the findings about persons. Masking must hide all of them.
var personalCodes = map[textlint.Code]bool{
	textlint.PersonalName: true, textlint.IDNumber: true, textlint.PhoneNumber: true, textlint.BankCard: true,
	textlint.Address: true, textlint.Account: true, textlint.Whereabouts: true,
}

// TestMaskHidesWhatTheLinterFinds compares both on the whole corpus of the linter.
func TestMaskHidesWhatTheLinterFinds(t *testing.T) {
	t.Parallel()
	l, k := loadLinter(t), loadMasker(t)
	compared := 0
	for _, e := range readCorpus(t) {
		spans := k.Find(e.Text, textlint.Names{})
		for _, f := range l.Lint(e.Text, e.Where) {
			if !personalCodes[f.Code] {
				continue
			}
			compared++
			if covered(spans, f.Start) < f.End {
				t.Errorf("%q: %s covers characters %d to %d, masking %v", e.Text, f.Rule, f.Start, f.End, spans)
			}
		}
	}
	if compared < 100 {
		t.Errorf("compared only %d findings", compared)
	}
}

// covered returns the end of the characters that are hidden from start on.
func covered(spans []textlint.Span, start int) int {
	for _, s := range spans {
		if s.Start <= start && s.End > start {
			start = s.End
		}
	}
	return start
}

func TestMaskLeavesPlaceholdersAlone(t *testing.T) {
	t.Parallel()
	k := loadMasker(t)
	for _, e := range readMaskExamples(t, "hidden.yaml") {
		once, spans := k.Mask(e.Text, e.known())
		twice, _ := k.Mask(once, e.known())
		if strings.Count(twice, "〔") < len(spans) || strings.Contains(twice, "〔〔") {
			t.Errorf("%q became %q", once, twice)
		}
	}
}

// denseChat is a chat of a megabyte in which every line is an example of the corpus.
func denseChat(t testing.TB) string {
	t.Helper()
	examples := append(readMaskExamples(t, "hidden.yaml"), readMaskExamples(t, "kept.yaml")...)
	var chat strings.Builder
	for chat.Len() < 1<<20 {
		for _, e := range examples {
			chat.WriteString("2026-11-21 12:30:45 山风: " + e.Text + "\n")
		}
	}
	return chat.String()
}

func BenchmarkMask(b *testing.B) {
	k := loadMasker(b)
	chat := denseChat(b)
	b.SetBytes(int64(len(chat)))
	b.ReportAllocs()
	for b.Loop() {
		k.Mask(chat, textlint.Names{Hide: []string{"山风", "海浪"}})
	}
}

// FuzzMask also repeats texts, because some faults need long ones.
func FuzzMask(f *testing.F) {
	k := loadMasker(f)
	for i, name := range []string{"hidden.yaml", "kept.yaml", "chats_hidden.yaml", "chats_kept.yaml"} {
		for _, e := range readMaskExamples(f, name) {
			f.Add(e.Text, strings.Join(e.Names, " "), uint16(i))
		}
	}
	f.Fuzz(func(t *testing.T, text, name string, more uint16) {
		if long := len(text) * (int(more) + 1); long > len(text) && long <= maxFuzzed {
			text = strings.Repeat(text, int(more)+1)
		}
		start := time.Now()
		masked, spans := k.Mask(text, textlint.Names{Hide: []string{name}})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%d bytes took %s", len(text), took)
		}
		if utf8.ValidString(text) && !utf8.ValidString(masked) {
			t.Errorf("%q became %q", text, masked)
		}
		checkMasked(t, text, masked, spans)
	})
}

// maxFuzzed is the length of the longest repeated text, in bytes.
const maxFuzzed = 64 << 10

// checkMasked checks that the text outside of the spans is unchanged.
func checkMasked(t *testing.T, text, masked string, spans []textlint.Span) {
	t.Helper()
	runes, from := []rune(text), 0
	for _, s := range spans {
		if s.Start < from || s.End <= s.Start || s.End > len(runes) {
			t.Fatalf("%q has the spans %v", text, spans)
		}
		if utf8.ValidString(text) && !strings.Contains(masked, string(runes[from:s.Start])) {
			t.Errorf("%q became %q", text, masked)
		}
		from = s.End
	}
	if strings.Count(masked, "已遮蔽〕") < len(spans) {
		t.Errorf("%q became %q, spans %v", text, masked, spans)
	}
}
