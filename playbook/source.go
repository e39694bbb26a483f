package playbook

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"recourse/recovery"
)

// Confidence is how reliable a rule is.
type Confidence string

// The levels of confidence.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// Mark describes how a statute was checked.
type Mark string

// The marks of a citation: read verbatim, taken from a secondary source, or
// recalled only.
const (
	Verbatim  Mark = "V"
	Secondary Mark = "S"
	Recalled  Mark = "R"
)

// HouseRule is the source of rules that this product defines itself.
const HouseRule = "本站规则"

// Source is the origin of a rule: an article (A or B), a statute, a press report,
// published statistics, or the product itself (house). Exactly one of them is set.
type Source struct {
	Article string `yaml:"article" json:"article,omitempty"`
	Section string `yaml:"section" json:"section,omitempty"`
	Statute string `yaml:"statute" json:"statute,omitempty"`
	Edition string `yaml:"edition" json:"edition,omitempty"`
	Press   string `yaml:"press" json:"press,omitempty"`
	Survey  string `yaml:"survey" json:"survey,omitempty"` // published statistics, or a notice of an authority or a platform
	Mark    Mark   `yaml:"mark" json:"mark,omitempty"`     // of a statute, a report or a survey
	House   string `yaml:"house" json:"house,omitempty"`
}

// String returns the source as people read it on pages: an article is named for
// what it is, and how a citation was checked stays in the data.
func (s Source) String() string {
	switch {
	case s.Article != "":
		return "网络文章，未经核实"
	case s.Statute != "":
		return s.Statute + " " + s.formatSection() + "（" + s.Edition + "）"
	case s.Press != "":
		return "媒体报道：" + s.Press + "（" + s.Edition + "）"
	case s.Survey != "":
		return s.Survey + "（" + s.Edition + "）"
	default:
		return HouseRule
	}
}

// Citation returns the source as the rules state it, with article, section and
// mark, so that it can be traced.
func (s Source) Citation() string {
	switch {
	case s.Article != "":
		return "文章 " + s.Article + " · " + s.Section
	case s.Mark != "":
		return s.String() + "[" + string(s.Mark) + "]"
	default:
		return s.String()
	}
}

// formatSection names articles by number, and other parts of a document as they
// are: 第985条, but 二（一）.
func (s Source) formatSection() string {
	if s.Section[0] >= '0' && s.Section[0] <= '9' {
		return "第" + s.Section + "条"
	}
	return s.Section
}

// findFault describes what keeps a source from being traceable, or returns "".
func (s Source) findFault() string {
	named := 0
	for _, name := range []string{s.Article, s.Statute, s.Press, s.Survey, s.House} {
		if name != "" {
			named++
		}
	}
	switch {
	case named != 1:
		return "a source names exactly one of article, statute, press, survey and house"
	case s.Article != "" && s.Article != "A" && s.Article != "B":
		return fmt.Sprintf("there is no article %q", s.Article)
	case (s.Article != "" || s.Statute != "") && s.Section == "":
		return "an article or statute is cited with its section"
	case s.hasEditions() && s.Edition == "":
		return "a statute, a report or a survey is cited with the edition that was read"
	case s.hasEditions() && !slices.Contains([]Mark{Verbatim, Secondary, Recalled}, s.Mark):
		return fmt.Sprintf("the mark of a statute, a report or a survey is V, S or R, not %q", s.Mark)
	default:
		return ""
	}
}

// hasEditions reports whether the source has editions and a mark: a statute, a
// press report or a survey.
func (s Source) hasEditions() bool { return s.Statute != "" || s.Press != "" || s.Survey != "" }

// Rule is the header of every rule.
type Rule struct {
	ID         string     `yaml:"id" json:"id"`
	Source     Source     `yaml:"source" json:"source"`
	Confidence Confidence `yaml:"confidence" json:"confidence"`
	DisputedBy []string   `yaml:"disputed_by" json:"disputed_by,omitempty"`
	Validity   `yaml:",inline"`
}

// ruleEntry embeds the header in the rules of a rule set.
type ruleEntry struct {
	Rule `yaml:",inline"`
}

func (e *ruleEntry) header() *ruleEntry { return e }

// Validity is the period in which something is in force: from the first day until
// before the last. A nil day sets no limit.
type Validity struct {
	ValidFrom *time.Time `yaml:"valid_from" json:"valid_from,omitempty"`
	ValidTo   *time.Time `yaml:"valid_to" json:"valid_to,omitempty"`
}

// isInForce is also true for an unknown (zero) instant.
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

// startOfDay returns the start of a day in China; zero for nil.
func startOfDay(day *time.Time) time.Time {
	if day == nil {
		return time.Time{}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, recovery.Shanghai)
}

// rulePointer is a pointer to a rule with a header.
type rulePointer[T any] interface {
	*T
	header() *ruleEntry
}

// rulesInForce yields the rules that are valid at an instant, in order.
func rulesInForce[T any, P rulePointer[T]](rules []T, at time.Time) iter.Seq[P] {
	return func(yield func(P) bool) {
		for i := range rules {
			if rule := P(&rules[i]); rule.header().isInForce(at) && !yield(rule) {
				return
			}
		}
	}
}
