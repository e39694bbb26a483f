package textlint_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"recourse/textlint"
)

func loadLinter(t testing.TB) *textlint.Linter {
	t.Helper()
	l, err := textlint.Load()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestSpansDoNotCutCharacters checks that the positions of the findings, which
// count characters, select the same words in the bytes of the text.
func TestSpansDoNotCutCharacters(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	for _, e := range readCorpus(t) {
		for _, f := range l.Lint(e.Text, e.Where) {
			runes := []rune(e.Text)
			first, length := len(string(runes[:f.Start])), len(string(runes[f.Start:f.End]))
			if e.Text[first:first+length] != string(runes[f.Start:f.End]) {
				t.Errorf("%q: %s cuts a character", e.Text, f.Rule)
			}
		}
	}
}

func TestDisguisedWordsAreFound(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	for text, code := range map[string]textlint.Code{
		"弄si你": textlint.Threat, "nong死你": textlint.Threat, "nòng sǐ你": textlint.Threat, "死pianzi": textlint.Accusation, "骗z": textlint.Accusation, "小tou": textlint.Accusation,
		"sha bi": textlint.Insult, "傻比": textlint.Insult, "傻🈲逼": textlint.Insult, "s*b": textlint.Insult, "曝g你": textlint.ExposureThreat, "ren肉": textlint.ExposureThreat,
		"騙 子": textlint.Accusation, "饒不了你": textlint.Threat,
	} {
		if got := codes(l.Lint(text, textlint.Private)); !slices.Contains(got, code) {
			t.Errorf("%s: %v, want %s", text, got, code)
		}
	}
}

func TestQuotationsAreNoThreat(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	for text, want := range map[string]int{
		"他说“弄死你”，我很害怕": 0, "你昨天骂我：「傻逼」": 0, "对方回复\"再来就打断你的腿\"": 0, "He wrote 'I will kill you' to me": 0,
		"我跟你说：“弄死你”": 1, "“弄死你”": 1, "他说“走吧。弄死你": 1, "他说“身份证110101199003074514”": 1,
		"他说“" + strings.Repeat("好", 200) + "弄死你”": 1,
	} {
		if got := len(l.Lint(text, textlint.Private)); got != want {
			t.Errorf("%.60s: %d findings, want %d", text, got, want)
		}
	}
}

// checkFindings checks what must hold for the findings of any text.
func checkFindings(t interface{ Errorf(string, ...any) }, text string, findings []textlint.Finding) {
	length := len([]rune(text))
	ends := map[textlint.Code]int{}
	for i, f := range findings {
		if f.Start < 0 || f.End <= f.Start || f.End > length {
			t.Errorf("%q: %s spans [%d,%d) of %d characters", text, f.Rule, f.Start, f.End, length)
		}
		if i > 0 && f.Start < findings[i-1].Start {
			t.Errorf("%q: findings out of order", text)
		}
		if f.Start < ends[f.Code] {
			t.Errorf("%q: findings of %s overlap", text, f.Code)
		}
		ends[f.Code] = f.End
		if f.Why == "" || f.Suggestion == "" || len(f.Articles) == 0 {
			t.Errorf("%q: %s lacks why, suggestion or articles", text, f.Rule)
		}
	}
}

func codes(findings []textlint.Finding) []textlint.Code {
	var list []textlint.Code
	for _, f := range findings {
		list = append(list, f.Code)
	}
	return list
}

func TestSpansCountCharactersOfTheTextAsGiven(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	for _, test := range []struct{ text, span string }{
		{"😀😀你是骗子", "你是骗子"},
		{"喂……你 是 騙*子！", "你 是 騙*子"},
		{"e\u0301 ｓ\u200bｂ。", "ｓ\u200bｂ"},
		{"㍿㍿骗子", "骗子"},
		{"\xff\xfe骗子\xff", "骗子"},
	} {
		findings := l.Lint(test.text, textlint.Private)
		checkFindings(t, test.text, findings)
		if len(findings) != 1 || string([]rune(test.text)[findings[0].Start:findings[0].End]) != test.span {
			t.Errorf("%q: %+v, want %q", test.text, findings, test.span)
		}
	}
}

func TestThePlaceDecides(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	for _, test := range []struct {
		text  string
		where map[textlint.Place]textlint.Code
	}{
		{"收款人姓名：张伟", map[textlint.Place]textlint.Code{textlint.Group: textlint.PersonalName, textlint.Owner: textlint.PersonalName}},
		{"电话13800138000", map[textlint.Place]textlint.Code{textlint.Group: textlint.PhoneNumber, textlint.Owner: textlint.PhoneNumber}},
		{"不还我就报警", map[textlint.Place]textlint.Code{
			textlint.Private: textlint.Threat, textlint.Group: textlint.Threat, textlint.Owner: textlint.Threat, textlint.Letter: textlint.Threat,
		}},
		{"七日内未退还的，本人将依法起诉", map[textlint.Place]textlint.Code{
			textlint.Private: textlint.FalseDeadline, textlint.Group: textlint.FalseDeadline, textlint.Owner: textlint.FalseDeadline,
		}},
		{"这笔款项属于不当得利", map[textlint.Place]textlint.Code{}},
	} {
		for _, where := range textlint.Places {
			var want []textlint.Code
			if code, found := test.where[where]; found {
				want = []textlint.Code{code}
			}
			if got := codes(l.Lint(test.text, where)); !slices.Equal(got, want) {
				t.Errorf("%s in %s: %v, want %v", test.text, where, got, want)
			}
		}
	}
}

func TestOverlappingFindingsAreMerged(t *testing.T) {
	t.Parallel()
	text := "不还我就曝光你们"
	findings := loadLinter(t).Lint(text, textlint.Private)
	if len(findings) != 1 || findings[0].Start != 0 || findings[0].End != 8 || findings[0].Severity != textlint.Block {
		t.Errorf("%+v", findings)
	}
}

func TestAWarningDoesNotForbidSending(t *testing.T) {
	t.Parallel()
	if findings := loadLinter(t).Lint("这样做是违法的", textlint.Private); len(findings) != 1 || findings[0].Severity == textlint.Block {
		t.Errorf("%+v", findings)
	}
}

func TestEverySuggestionIsCleanWhereItIsGiven(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	for _, r := range l.Rules() {
		for _, where := range textlint.Places {
			if len(r.Places) > 0 && !slices.Contains(r.Places, where) {
				continue
			}
			if findings := l.Lint(r.Suggestion, where); len(findings) > 0 {
				t.Errorf("%s suggests for %s what %s forbids: %s", r.ID, where, findings[0].Rule, r.Suggestion)
			}
		}
	}
}

// fillerSigns are signs that people put between characters to hide words.
var fillerSigns = []string{" ", "　", "-", "·", ".", "*", "_", "\u200b", "\u00ad", "️", "——", "/", "😀"}

func TestFillerSignsDoNotHideNumbers(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	rapid.Check(t, func(t *rapid.T) {
		number := "1" + rapid.StringMatching(`[3-9][0-9]{9}`).Draw(t, "number")
		var hidden strings.Builder
		for i, digit := range number {
			if i > 0 && rapid.Bool().Draw(t, "apart") {
				hidden.WriteString(rapid.SampledFrom(fillerSigns).Draw(t, "filler"))
			}
			if rapid.Bool().Draw(t, "wide") {
				digit += '０' - '0'
			}
			hidden.WriteRune(digit)
		}
		text := rapid.SampledFrom([]string{"打他", "", "号码："}).Draw(t, "before") + hidden.String() + rapid.SampledFrom([]string{"。", "", "快打"}).Draw(t, "after")
		findings := l.Lint(text, textlint.Group)
		checkFindings(t, text, findings)
		if !slices.ContainsFunc(findings, func(f textlint.Finding) bool {
			return f.Code == textlint.PhoneNumber && string([]rune(text)[f.Start:f.End]) == hidden.String()
		}) {
			t.Fatalf("%q: %+v", text, findings)
		}
	})
}

func TestFillerSignsDoNotHideWords(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	words := []string{"骗子", "人肉搜索", "曝光你", "弄死你", "傻逼", "电话轰炸", "身败名裂", "最后通牒"}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom(words).Draw(t, "word")
		var hidden strings.Builder
		for i, r := range []rune(word) {
			if i > 0 {
				hidden.WriteString(rapid.SampledFrom(fillerSigns).Draw(t, "filler"))
			}
			hidden.WriteRune(r)
		}
		plain, got := codes(l.Lint(word, textlint.Private)), codes(l.Lint(hidden.String(), textlint.Private))
		if len(plain) == 0 || !slices.Equal(plain, got) {
			t.Fatalf("%q: %v, plain %v", hidden.String(), got, plain)
		}
	})
}

func TestFindingsAreValidForAnyText(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	var pieces []string
	for _, e := range readCorpus(t) {
		pieces = append(pieces, e.Text)
	}
	pieces = append(pieces, "，", "。", "\n", " ", "\xff", "１", "x")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), "")
		checkFindings(t, text, l.Lint(text, rapid.SampledFrom(textlint.Places).Draw(t, "where")))
	})
}

func FuzzLint(f *testing.F) {
	l := loadLinter(f)
	for i, e := range readCorpus(f) {
		if i%20 == 0 { // the tests above use all examples; reading all here delays the fuzzer
			f.Add(e.Text, i)
		}
	}
	f.Add("\xf0\x28\x8c\x28 1380013\u20e38000 @.@", 0)
	f.Fuzz(func(t *testing.T, text string, place int) {
		where := textlint.Places[uint(place)%uint(len(textlint.Places))]
		checkFindings(t, text, l.Lint(text, where))
	})
}

// slowUnits are repeated to build texts that take as long as possible.
var slowUnits = []string{
	"不还你把他的信息", "1 3 8 ", "你你你他", "还钱", "限你三天内不还就报警，", "a@b.", "张伟请", "他说“", "你说\"弄死", "「你", "si弄", "我把你的",
	"一二三四五六七", "別怪我，", "post your ", "今天前", "🈲骗",
}

// TestTimeGrowsWithTheText checks that the time is linear. A slow text is compared
// with a quarter of it: a busy machine slows both, a quadratic search mainly the
// whole text.
func TestTimeGrowsWithTheText(t *testing.T) {
	l := loadLinter(t)
	took := func(unit string, length int) time.Duration {
		text := strings.Repeat(unit, length/utf8.RuneCountInString(unit))
		begin := time.Now()
		l.Lint(text, textlint.Group)
		return time.Since(begin)
	}
	for _, unit := range slowUnits {
		long := took(unit, 20_000)
		if long < time.Second {
			continue
		}
		short := took(unit, 5_000)
		if long = min(long, took(unit, 20_000)); long > time.Second && long > 12*short {
			t.Errorf("%q: %v for 5,000 characters, %v for 20,000", unit, short, long)
		}
	}
}

func TestLintIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	want := fmt.Sprint(l.Lint("不还我就曝光你", textlint.Private))
	for i := range 8 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			if got := fmt.Sprint(l.Lint("不还我就曝光你", textlint.Private)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

// BenchmarkLint checks texts of 500 characters; the budget is 1 ms. The hostile
// text has 20,000.
func BenchmarkLint(b *testing.B) {
	l := loadLinter(b)
	var all strings.Builder
	for _, e := range readCorpus(b) {
		all.WriteString(e.Text + "。")
	}
	for name, text := range map[string]string{
		"hostile":  strings.Repeat("限你三天内不还就报警，", 2_000)[:60_000],
		"harmless": string([]rune(strings.Repeat("你好，打扰了。我误发了一笔转账，金额200元，请你方便的时候按原路退还，谢谢！", 20))[:500]),
		"harmful":  string([]rune(all.String())[:500]),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l.Lint(text, textlint.Group)
			}
		})
	}
}
