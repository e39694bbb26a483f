package textlint

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// collectArticles returns a function that checks the articles of a file and adds
// them to into, by the short names that rules cite.
func collectArticles(into map[string]Article) func(ruleFile) error {
	return func(file ruleFile) error {
		for name, a := range file.Articles {
			if a.Statute == "" || a.Section == "" || a.Edition == "" || !slices.Contains([]string{"V", "S", "R"}, a.Mark) {
				return fmt.Errorf("articles: %s needs statute, section, edition and mark V, S or R", name)
			}
		}
		maps.Copy(into, file.Articles)
		return nil
	}
}

// compileRule checks a rule and compiles its patterns and exceptions.
func (l *Linter) compileRule(r *ruleDefinition, articles map[string]Article) error {
	if err := r.checkFields(l.rules); err != nil {
		return err
	}
	for _, name := range r.Cites {
		a, known := articles[name]
		if !known {
			return fmt.Errorf("unknown article %q", name)
		}
		r.Articles = append(r.Articles, a)
	}
	return l.compileSearch(&r.searchSpec)
}

// compileSearch compiles the patterns and exceptions of a search.
func (l *Linter) compileSearch(s *searchSpec) error {
	if (len(s.Patterns) == 0) == (s.Detect == "") {
		return errors.New("a rule needs either patterns or a detector")
	}
	if s.Detect != "" && detectors[s.Detect] == nil {
		return fmt.Errorf("unknown detector %q", s.Detect)
	}
	for _, text := range s.Patterns {
		compiled, err := compilePattern(text, l.listID)
		if err != nil {
			return err
		}
		s.patterns = append(s.patterns, compiled)
	}
	for _, spec := range s.Unless {
		compiled, err := l.compileException(spec)
		if err != nil {
			return err
		}
		s.exceptions = append(s.exceptions, compiled)
	}
	id, known := l.listIDs["{"+cmp.Or(s.Edges, addressEdgeList)+"}"]
	if s.edgeList = id; !known && s.Widen > 0 {
		return fmt.Errorf("unknown list %q", s.Edges)
	}
	return nil
}

func (l *Linter) compileException(spec exceptionSpec) (exception, error) {
	compiled := exception{reach: spec.Reach}
	text, count := "", 0
	for i, words := range []string{spec.Before, spec.After, spec.Inside, spec.Within} {
		if words != "" {
			compiled.position, text, count = wordPosition(i), words, count+1
		}
	}
	if count != 1 || spec.Reach < 0 || spec.Reach > 30 {
		return exception{}, errors.New("an exception (unless) needs exactly one of before, after, inside and within, and a reach from 0 to 30")
	}
	lists, err := parseAlternatives(text, l.listID)
	compiled.lists = lists
	return compiled, err
}

// checkFields returns an error if a field of the rule is missing or invalid.
func (r *ruleDefinition) checkFields(earlier []ruleDefinition) error {
	switch {
	case r.ID == "":
		return errors.New("the rule has no id")
	case slices.ContainsFunc(earlier, func(e ruleDefinition) bool { return e.ID == r.ID }):
		return errors.New("the id is used twice")
	case !slices.Contains(Codes, r.Code):
		return fmt.Errorf("unknown code %q", r.Code)
	case r.Severity != Block && r.Severity != Warn:
		return fmt.Errorf("unknown severity %q", r.Severity)
	default:
		return r.checkExplanation()
	}
}

// checkExplanation checks what the sender reads about a finding, and the places.
func (r *ruleDefinition) checkExplanation() error {
	if r.Why == "" || r.Suggestion == "" || len(r.Cites) == 0 {
		return errors.New("a rule needs a why, articles and a suggestion")
	}
	for _, place := range r.Places {
		if !slices.Contains(Places, place) {
			return fmt.Errorf("unknown place %q", place)
		}
	}
	return nil
}
