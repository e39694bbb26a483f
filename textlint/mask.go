package textlint

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Names are what the caller knows about the people in a text.
type Names struct {
	// Hide lists names, accounts and numbers that the reader must not learn.
	Hide []string
	// Keep lists what the reader may see although it looks personal, such as the
	// transaction number of the own payment.
	Keep []string
}

// Span is a part of a text that is hidden from another party.
type Span struct {
	Kind string `json:"kind"`
	// Start and End count characters of the text as given, as in Finding.
	Start int `json:"start"`
	End   int `json:"end"`
}

// Masker hides personal data in texts that go to another party. It finds all that
// the Linter finds about persons, and more: a text that hides too much is still
// readable, a text that hides too little harms somebody. It does not change after
// loading and is safe for concurrent use.
type Masker struct {
	engine *Linter
	kinds  []MaskKind
	rank   map[string]int // of a kind: its place in kinds
	rules  []maskRule
	keep   keepSpec
}

// MaskKind is a kind of personal data with its name in Chinese (zh-CN).
type MaskKind struct {
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"`
}

// Kinds returns all kinds of personal data. Where two kinds cover the same words,
// the earlier one names them.
func (k *Masker) Kinds() []MaskKind { return slices.Clone(k.kinds) }

// placeholder replaces the words of a kind.
func (k *Masker) placeholder(kind string) string {
	return "〔" + k.kinds[k.rank[kind]].Name + "已遮蔽〕"
}

// Mask returns the text with a placeholder for each span of personal data, and the
// spans, which refer to the text as given. The time is linear in its length.
func (k *Masker) Mask(text string, known Names) (string, []Span) {
	spans := k.Find(text, known)
	if len(spans) == 0 {
		return text, nil
	}
	var masked strings.Builder
	masked.Grow(len(text))
	next, copied, at := 0, 0, 0
	for offset := 0; offset <= len(text) && next < len(spans); at++ {
		if at == spans[next].Start {
			masked.WriteString(text[copied:offset])
			masked.WriteString(k.placeholder(spans[next].Kind))
		}
		_, size := utf8.DecodeRuneInString(text[offset:])
		if offset += size; at+1 == spans[next].End {
			copied = offset
			next++
		}
	}
	masked.WriteString(text[copied:])
	return masked.String(), spans
}

// Find returns the spans of personal data in a text, sorted and without overlaps.
func (k *Masker) Find(text string, known Names) []Span {
	m := k.engine.prepareText(text)
	parts := asciiParts(m.original)
	var found []Span
	for i := range k.rules {
		found = k.rules[i].appendSpans(found, k.engine, m, parts)
	}
	found = k.withoutKept(found, m, parts)
	hidden := m.findKnown(k.engine, known.Hide)
	found = withoutRanges(found, withoutContained(m.findKnown(k.engine, known.Keep), hidden))
	for _, s := range hidden {
		found = append(found, Span{knownNameKind, s.Start, s.End})
	}
	return k.mergeSpans(withoutRanges(found, k.placeholders(m.original)))
}

// mergeSpans sorts the spans and merges those that overlap.
func (k *Masker) mergeSpans(all []Span) []Span {
	slices.SortFunc(all, func(a, b Span) int {
		if a.Start != b.Start || a.End != b.End {
			return cmp.Or(a.Start-b.Start, b.End-a.End)
		}
		return k.rank[a.Kind] - k.rank[b.Kind]
	})
	merged := all[:0]
	for _, s := range all {
		last := len(merged) - 1
		if last < 0 || s.Start >= merged[last].End {
			merged = append(merged, s)
			continue
		}
		merged[last].End = max(merged[last].End, s.End)
		if k.rank[s.Kind] < k.rank[merged[last].Kind] {
			merged[last].Kind = s.Kind
		}
	}
	return merged
}

// withoutKept drops the spans that the rules of keep allow, such as the number of
// a hotline.
func (k *Masker) withoutKept(found []Span, m matcher, parts []asciiPart) []Span {
	kept := k.keep.find(k.engine, m, parts)
	return slices.DeleteFunc(found, func(s Span) bool {
		return slices.ContainsFunc(spansAround(kept, s), func(c Span) bool { return c.Start <= s.Start && c.End >= s.End })
	})
}

// withoutRanges cuts ranges out of the spans.
func withoutRanges(spans, ranges []Span) []Span {
	if len(ranges) == 0 {
		return spans
	}
	var rest []Span
	for _, s := range spans {
		for _, r := range spansAround(ranges, s) {
			if r.Start >= s.End || r.End <= s.Start {
				continue
			}
			if r.Start > s.Start {
				rest = append(rest, Span{s.Kind, s.Start, r.Start})
			}
			s.Start = r.End
		}
		if s.Start < s.End {
			rest = append(rest, s)
		}
	}
	return rest
}

// withoutContained drops the spans inside a longer one: 张伟 may be seen, 张伟东 not.
func withoutContained(spans, longer []Span) []Span {
	return slices.DeleteFunc(spans, func(s Span) bool {
		return slices.ContainsFunc(spansAround(longer, s), func(l Span) bool {
			return l.Start <= s.Start && l.End >= s.End && l.End-l.Start > s.End-s.Start
		})
	})
}

// maxKeptLength limits the spans in which spansAround looks, in characters.
const maxKeptLength = 256

// spansAround returns those of the sorted spans that can touch s.
func spansAround(sorted []Span, s Span) []Span {
	byStart := func(c Span, at int) int { return cmp.Compare(c.Start, at) }
	first, _ := slices.BinarySearchFunc(sorted, s.Start-maxKeptLength, byStart)
	last, _ := slices.BinarySearchFunc(sorted, s.End, byStart)
	return sorted[first:last]
}

// placeholders finds the placeholders of an earlier masking. They stay as they are.
func (k *Masker) placeholders(text []rune) []Span {
	var found []Span
	for at := 0; at < len(text); at++ {
		if text[at] != '〔' {
			continue
		}
		end := min(at+maxPlaceholderLength, len(text))
		if to := slices.Index(text[at:end], '〕'); to > 0 && strings.HasSuffix(string(text[at:at+to]), "已遮蔽") {
			found = append(found, Span{"", at, at + to + 1})
			at += to
		}
	}
	return found
}

const maxPlaceholderLength = 32
