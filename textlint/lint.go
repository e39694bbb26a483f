package textlint

import (
	"cmp"
	"slices"
)

// Finding is a place in a text that should not be sent like this.
type Finding struct {
	Code     Code     `json:"code"`
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// Start and End count characters (Unicode code points, not bytes and not
	// UTF-16 units) of the text as given, End excluded. An invalid byte counts
	// as one character.
	Start int `json:"start"`
	End   int `json:"end"`
	// Why and Suggestion are zh-CN, for the sender.
	Why        string   `json:"why"`
	Articles   []string `json:"articles"`
	Suggestion string   `json:"suggestion"`
}

// Lint gives what should not be said at this place, in the order of the text.
// Findings of one code do not overlap; those of two codes may. It takes any
// text in time linear in its length; Check says which texts to refuse first.
func (l *Linter) Lint(text string, where Where) []Finding {
	m := l.open(text)
	findings := []Finding{}
	for i := range l.rules {
		r := &l.rules[i]
		if len(r.Where) > 0 && !slices.Contains(r.Where, where) {
			continue
		}
		for _, span := range l.apply(r, m) {
			findings = append(findings, r.finding(m, span))
		}
	}
	return settle(findings)
}

// open makes a text ready to be matched.
func (l *Linter) open(text string) matching {
	p := read(text, l.variants)
	p.settle(func(r rune) bool { return l.alone[r] })
	m := matching{page: p, hits: l.words.find(p, l.lists)}
	for _, pair := range l.safe {
		m.hits[pair[0]] = without(p, m.hits[pair[0]], m.hits[pair[1]])
	}
	l.scan(m)
	m.long = l.numbersOf(m)
	return m
}

// apply gives the spans a rule finds.
func (l *Linter) apply(r *rule, m matching) []hit {
	var spans []hit
	if r.Detect != "" {
		spans = detectors[r.Detect](l, m)
	}
	for _, pat := range r.patterns {
		spans = append(spans, m.match(pat)...)
	}
	kept := spans[:0]
	for _, span := range spans {
		if m.excused(span, r.guards) {
			continue
		}
		kept = append(kept, l.widen(m, span, r.Widen))
	}
	return kept
}

func (r *rule) finding(m matching, span hit) Finding {
	articles := make([]string, len(r.Articles))
	for i, a := range r.Articles {
		articles[i] = a.String()
	}
	return Finding{
		Code: r.Code, Rule: r.ID, Severity: r.Severity, Why: r.Why, Articles: articles, Suggestion: r.Suggestion,
		Start: m.tokens[span.from].at, End: m.tokens[span.to-1].at + 1,
	}
}

// settle orders the findings and makes one of those of one code that overlap:
// it spans them all and speaks for the gravest, and of those the first.
func settle(all []Finding) []Finding {
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
