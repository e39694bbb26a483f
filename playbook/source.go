package playbook

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"recourse/recovery"
)

// Confidence is how far a rule may be leaned on.
type Confidence string

// The confidences.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// Mark says how a statute was read.
type Mark string

// The marks of a citation: read word for word, taken from a secondary source,
// or recalled only.
const (
	Verbatim  Mark = "V"
	Secondary Mark = "S"
	Recalled  Mark = "R"
)

// HouseRule is the source of what this product decided itself.
const HouseRule = "本站规则"

// Source is where a rule comes from: an article (A or B), a statute, a report in
// the press, or the house. Exactly one of the four is named.
type Source struct {
	Article string `yaml:"article" json:"article,omitempty"`
	Section string `yaml:"section" json:"section,omitempty"`
	Statute string `yaml:"statute" json:"statute,omitempty"`
	Edition string `yaml:"edition" json:"edition,omitempty"`
	Press   string `yaml:"press" json:"press,omitempty"`
	Mark    Mark   `yaml:"mark" json:"mark,omitempty"` // of a statute or a report
	House   string `yaml:"house" json:"house,omitempty"`
}

// String writes the source as papers and pages cite it.
func (s Source) String() string {
	switch {
	case s.Article != "":
		return "文章 " + s.Article + " · " + s.Section
	case s.Statute != "":
		return s.Statute + " 第" + s.Section + "条（" + s.Edition + "）[" + string(s.Mark) + "]"
	case s.Press != "":
		return "媒体报道 · " + s.Press + "（" + s.Edition + "）[" + string(s.Mark) + "]"
	default:
		return HouseRule
	}
}

// findFault names what keeps a source from being traceable, or "".
func (s Source) findFault() string {
	named := 0
	for _, name := range []string{s.Article, s.Statute, s.Press, s.House} {
		if name != "" {
			named++
		}
	}
	switch {
	case named != 1:
		return "a source names exactly one of article, statute, press and house"
	case s.Article != "" && s.Article != "A" && s.Article != "B":
		return fmt.Sprintf("there is no article %q", s.Article)
	case (s.Article != "" || s.Statute != "") && s.Section == "":
		return "an article or statute is cited with its section"
	case s.hasEditions() && s.Edition == "":
		return "a statute or a report is cited with the edition that was read"
	case s.hasEditions() && !slices.Contains([]Mark{Verbatim, Secondary, Recalled}, s.Mark):
		return fmt.Sprintf("the mark of a statute or a report is V, S or R, not %q", s.Mark)
	default:
		return ""
	}
}

// hasEditions reports a source of which there are editions, and ways of having read it:
// a statute or a report.
func (s Source) hasEditions() bool { return s.Statute != "" || s.Press != "" }

// Rule is what every entry of a book states about itself.
type Rule struct {
	ID         string     `yaml:"id" json:"id"`
	Source     Source     `yaml:"source" json:"source"`
	Confidence Confidence `yaml:"confidence" json:"confidence"`
	DisputedBy []string   `yaml:"disputed_by" json:"disputed_by,omitempty"`
	Validity   `yaml:",inline"`
}

// ruleEntry is a rule as a book holds it.
type ruleEntry struct {
	Rule `yaml:",inline"`
}

func (e *ruleEntry) header() *ruleEntry { return e }

// Validity is when something is in force: from the first day on, and before the
// last. A day that is nil sets no limit.
type Validity struct {
	ValidFrom *time.Time `yaml:"valid_from" json:"valid_from,omitempty"`
	ValidTo   *time.Time `yaml:"valid_to" json:"valid_to,omitempty"`
}

// isInForce is true for an unknown instant, too.
func (v *Validity) isInForce(at time.Time) bool {
	begun := v.ValidFrom == nil || !at.Before(startOfDay(v.ValidFrom))
	over := v.ValidTo != nil && !at.Before(startOfDay(v.ValidTo))
	return at.IsZero() || begun && !over
}

func (v *Validity) findFault() string {
	if v.ValidFrom != nil && v.ValidTo != nil && !v.ValidTo.After(*v.ValidFrom) {
		return "valid_to lies before valid_from"
	}
	return ""
}

// startOfDay is when a day begins in China; zero for nil.
func startOfDay(day *time.Time) time.Time {
	if day == nil {
		return time.Time{}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, recovery.Shanghai)
}

// rulePointer is a rule of a book, by its address.
type rulePointer[T any] interface {
	*T
	header() *ruleEntry
}

// rulesInForce are the rules whose own time covers an instant, in their order.
func rulesInForce[T any, P rulePointer[T]](rules []T, at time.Time) iter.Seq[P] {
	return func(yield func(P) bool) {
		for i := range rules {
			if rule := P(&rules[i]); rule.header().isInForce(at) && !yield(rule) {
				return
			}
		}
	}
}
