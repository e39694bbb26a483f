package playbook

import (
	"strings"
	"time"
)

// theoryRule is one thing the law may call a mis-send.
type theoryRule struct {
	entry    `yaml:",inline"`
	Theory   string       `yaml:"theory"`
	Name     string       `yaml:"name"`
	Articles []article    `yaml:"articles"`
	Needs    condition    `yaml:"needs"`
	Supports []reasonRule `yaml:"supports"`
	Against  []reasonRule `yaml:"against"`
	citation int          // the size in bytes of all its articles as papers cite them
}

// article is what a theory cites, in its own time.
type article struct {
	Source    `yaml:",inline"`
	ValidFrom *time.Time `yaml:"valid_from"`
	ValidTo   *time.Time `yaml:"valid_to"`
	term      term
}

func (r *theoryRule) settle() {
	for i := range r.Articles {
		one := &r.Articles[i]
		one.term = termOf(one.ValidFrom, one.ValidTo)
		one.cited = one.String()
		r.citation += len(between) + len(one.cited)
	}
}

// cites are the articles in force at an instant, and how papers cite them
// together.
func (r *theoryRule) cites(at time.Time) (articles []Source, cited string) {
	articles = make([]Source, 0, len(r.Articles))
	var text strings.Builder
	text.Grow(r.citation)
	for i := range r.Articles {
		one := &r.Articles[i]
		if !one.term.covers(at) {
			continue
		}
		if len(articles) > 0 {
			text.WriteString(between)
		}
		text.WriteString(one.cited)
		articles = append(articles, one.Source)
	}
	return articles, text.String()
}

// between stands between the parts of a list that is told in one sentence.
const between = "；"

// Status is how a theory stands: never a verdict.
type Status string

// The statuses.
const (
	Supported     Status = "supports"
	Weakened      Status = "weakens"
	StatusUnknown Status = "unknown"
)

// Characterisation is how one theory stands against the facts. Texts are
// Chinese; each article carries its mark.
type Characterisation struct {
	Theory   string     `json:"theory"`
	Name     string     `json:"name"`
	Article  string     `json:"article"`
	Articles []Source   `json:"articles"`
	Status   Status     `json:"status"`
	Why      string     `json:"why"`
	Supports []string   `json:"supports"`
	Against  []string   `json:"against"`
	Missing  []Question `json:"missing"`
}

// Characterise holds the facts against every theory of the book.
func (b *Book) Characterise(f AssessmentFacts, now time.Time) []Characterisation {
	return b.view(f, now, nil).characterise()
}

func (v *view) characterise() []Characterisation {
	all := make([]Characterisation, 0, len(v.book.data.Theories))
	for rule := range current(v.book.data.Theories, v.now) {
		articles, cited := rule.cites(v.now)
		var unknown signalSet
		rule.unknowns(v, &unknown)
		one := Characterisation{
			Theory: rule.Theory, Name: rule.Name, Article: cited, Articles: articles,
			Status: rule.status(v), Supports: v.said(rule.Supports), Against: v.said(rule.Against),
			Missing: v.ask(&unknown),
		}
		one.Why = one.why()
		all = append(all, one)
	}
	return all
}

func (r *theoryRule) status(read reader) Status {
	for i := range r.Against {
		if reason := &r.Against[i]; reason.Decides && reason.If.holds(read) == Yes {
			return Weakened
		}
	}
	switch r.Needs.holds(read) {
	case Yes:
		return Supported
	case No:
		return Weakened
	default:
		return StatusUnknown
	}
}

func (r *theoryRule) unknowns(read reader, into *signalSet) {
	r.Needs.unknowns(read, into)
	for _, reasons := range [][]reasonRule{r.Supports, r.Against} {
		for i := range reasons {
			reasons[i].If.unknowns(read, into)
		}
	}
}

// why is the one sentence a list has room for: what bears the status out.
func (c Characterisation) why() string {
	switch {
	case c.Status == Supported && len(c.Supports) > 0:
		return c.Supports[0]
	case c.Status == Weakened && len(c.Against) > 0:
		return c.Against[0]
	case len(c.Missing) > 0:
		return "还要知道：" + c.Missing[0].Text
	default:
		return "现有的事实不足以判断。"
	}
}
