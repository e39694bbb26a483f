package textlint

import (
	"cmp"
	"slices"
)

// Finding is a part of a text that should be changed before the text is sent.
type Finding struct {
	Code     Code     `json:"code"`
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// Start and End count characters (Unicode code points, not bytes and not
	// UTF-16 units) of the text as given, End excluded. An invalid byte counts
	// as one character.
	Start int `json:"start"`
	End   int `json:"end"`
	// Why and Suggestion are shown to the sender, in Chinese (zh-CN).
	Why        string   `json:"why"`
	Articles   []string `json:"articles"`
	Suggestion string   `json:"suggestion"`
}

// Lint returns the findings for a text that is meant for a place, in the order of
// the text. Findings with the same code do not overlap; findings with different
// codes may. Any text is accepted, and the time is linear in its length. Callers
// use ValidateText first to reject texts that nobody should send.
func (l *Linter) Lint(text string, place Place) []Finding {
	m := l.prepareText(text)
	findings := []Finding{}
	for i := range l.rules {
		r := &l.rules[i]
		if len(r.Places) > 0 && !slices.Contains(r.Places, place) {
			continue
		}
		for _, span := range l.search(&r.searchSpec, m) {
			findings = append(findings, r.newFinding(m, span))
		}
	}
	return mergeOverlapping(findings)
}

// prepareText normalizes a text and finds the words of all lists in it.
func (l *Linter) prepareText(text string) matcher {
	n := normalizeText(text, l.variants)
	n.dropIsolatingBreaks(func(r rune) bool { return l.standalone[r] })
	m := matcher{normalizedText: n, spans: l.trie.findWords(n, l.listCount)}
	for _, pair := range l.safeLists {
		m.spans[pair[0]] = withoutSafe(n, m.spans[pair[0]], m.spans[pair[1]])
	}
	m.digitRuns = m.findDigitRuns()
	l.fillScannedLists(m)
	m.longNumbers = l.findLongNumbers(m)
	return m
}

// search returns the spans that a search finds, without its exceptions.
func (l *Linter) search(s *searchSpec, m matcher) []tokenSpan {
	var spans []tokenSpan
	if s.Detect != "" {
		spans = detectors[s.Detect](l, m)
	}
	for _, pat := range s.patterns {
		spans = append(spans, m.matchPattern(pat)...)
	}
	kept := spans[:0]
	for _, span := range spans {
		if m.hasException(span, s.exceptions) {
			continue
		}
		if wide := l.widenSpan(m, span, s); span.start-wide.start >= s.AtLeast {
			kept = append(kept, wide)
		}
	}
	return kept
}

func (r *ruleDefinition) newFinding(m matcher, span tokenSpan) Finding {
	articles := make([]string, len(r.Articles))
	for i, a := range r.Articles {
		articles[i] = a.String()
	}
	return Finding{
		Code: r.Code, Rule: r.ID, Severity: r.Severity, Why: r.Why, Articles: articles, Suggestion: r.Suggestion,
		Start: m.tokens[span.start].index, End: m.tokens[span.end-1].index + 1,
	}
}

// mergeOverlapping sorts the findings and merges those that overlap and have the
// same code. The merged finding covers all of them and has the rule of the most
// severe one; among equals, of the first.
func mergeOverlapping(all []Finding) []Finding {
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(a.Severity, b.Severity))
	})
	kept := all[:0]
	last := map[Code]int{}
	for _, f := range all {
		i, known := last[f.Code]
		if !known || f.Start >= kept[i].End {
			last[f.Code] = len(kept)
			kept = append(kept, f)
			continue
		}
		start, end := kept[i].Start, max(kept[i].End, f.End)
		if f.Severity < kept[i].Severity {
			kept[i] = f
		}
		kept[i].Start, kept[i].End = start, end
	}
	return kept
}
