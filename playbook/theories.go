package playbook

import (
	"slices"
	"strings"
	"time"
)

// theoryRule is one legal characterisation of a mis-send.
type theoryRule struct {
	ruleEntry `yaml:",inline"`
	Theory    string       `yaml:"theory"`
	Name      string       `yaml:"name"`
	Articles  []article    `yaml:"articles"`
	Needs     condition    `yaml:"needs"`
	Supports  []reasonRule `yaml:"supports"`
	Against   []reasonRule `yaml:"against"`
}

// article is a citation with its own validity.
type article struct {
	Source   `yaml:",inline"`
	Validity `yaml:",inline"`
}

// articlesInForce returns the articles in force at an instant.
func (r *theoryRule) articlesInForce(at time.Time) []Source {
	articles := []Source{}
	for _, article := range r.Articles {
		if article.isInForce(at) {
			articles = append(articles, article.Source)
		}
	}
	return articles
}

// joinSources returns the citation of several sources.
func joinSources(sources []Source) string {
	texts := make([]string, len(sources))
	for i, source := range sources {
		texts[i] = source.String()
	}
	return strings.Join(texts, listSeparator)
}

// listSeparator separates the parts of a list in one sentence.
const listSeparator = "；"

// Status is how the facts support a theory. It is never a verdict.
type Status string

// The statuses.
const (
	Supported     Status = "supports"
	Weakened      Status = "weakens"
	StatusUnknown Status = "unknown"
)

// Characterisation compares one theory with the facts. Texts are Chinese; each
// article has its mark.
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

// Characterise compares the facts with every theory.
func (rs *RuleSet) Characterise(f AssessmentFacts, now time.Time) []Characterisation {
	return rs.newEvaluation(f, now, nil).characteriseFacts()
}

func (e *evaluation) characteriseFacts() []Characterisation {
	all := []Characterisation{}
	for rule := range rulesInForce(e.rules.data.Theories, e.now) {
		articles := rule.articlesInForce(e.now)
		one := Characterisation{
			Theory: rule.Theory, Name: rule.Name, Article: joinSources(articles), Articles: articles,
			Status: rule.statusFor(e), Supports: e.reasonsThatHold(rule.Supports), Against: e.reasonsThatHold(rule.Against),
			Missing: e.rules.questionsFor(e.withoutContact(rule.openSignals(e)), e.now),
		}
		one.Why = one.shortReason()
		all = append(all, one)
	}
	return all
}

// withoutContact leaves out, in danger, whether the sender wrote to the other side: the
// question would read as advice to write.
func (e *evaluation) withoutContact(signals []string) []string {
	if !e.facts.IsInDanger() {
		return signals
	}
	return slices.DeleteFunc(signals, func(signal string) bool { return signal == "notified" || signal == "prompt" })
}

func (r *theoryRule) statusFor(read signalReader) Status {
	for _, reason := range r.Against {
		if reason.Decides && reason.If.evaluate(read) == Yes {
			return Weakened
		}
	}
	switch r.Needs.evaluate(read) {
	case Yes:
		return Supported
	case No:
		return Weakened
	default:
		return StatusUnknown
	}
}

func (r *theoryRule) openSignals(read signalReader) []string {
	unknown := r.Needs.appendOpenSignals(nil, read)
	for _, reasons := range [][]reasonRule{r.Supports, r.Against} {
		for _, reason := range reasons {
			unknown = reason.If.appendOpenSignals(unknown, read)
		}
	}
	return unknown
}

// shortReason returns the one sentence that best explains the status.
func (c Characterisation) shortReason() string {
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
