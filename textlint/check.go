package textlint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// cites collects the articles that rules cite by a short name.
func cites(into map[string]Article) func(book) error {
	return func(b book) error {
		for name, a := range b.Articles {
			if a.Statute == "" || a.Section == "" || a.Edition == "" || !slices.Contains([]string{"V", "S", "R"}, a.Mark) {
				return fmt.Errorf("articles: %s is not cited with section, edition and mark V, S or R", name)
			}
		}
		maps.Copy(into, b.Articles)
		return nil
	}
}

// prepare checks a rule and compiles its patterns and guards.
func (l *Linter) prepare(r *rule, articles map[string]Article) error {
	if err := r.fault(l.rules); err != nil {
		return err
	}
	for _, name := range r.Cites {
		a, known := articles[name]
		if !known {
			return fmt.Errorf("there is no article %q", name)
		}
		r.Articles = append(r.Articles, a)
	}
	for _, text := range r.Patterns {
		made, err := compile(text, l.number)
		if err != nil {
			return err
		}
		r.patterns = append(r.patterns, made)
	}
	for _, u := range r.Unless {
		made, err := l.guard(u)
		if err != nil {
			return err
		}
		r.guards = append(r.guards, made)
	}
	return nil
}

func (l *Linter) guard(u unless) (guard, error) {
	made := guard{reach: u.Reach}
	text, named := "", 0
	for i, words := range []string{u.Before, u.After, u.Inside, u.Within} {
		if words != "" {
			made.side, text, named = side(i), words, named+1
		}
	}
	if named != 1 || u.Reach < 0 || u.Reach > 30 {
		return guard{}, errors.New("an unless names one of before, after, inside and within, with a reach up to 30")
	}
	lists, err := choice(text, l.number)
	made.lists = lists
	return made, err
}

// fault names what a rule lacks.
func (r *rule) fault(earlier []rule) error {
	switch {
	case r.ID == "":
		return errors.New("a rule has an id")
	case slices.ContainsFunc(earlier, func(e rule) bool { return e.ID == r.ID }):
		return errors.New("the id is used twice")
	case !slices.Contains(Codes, r.Code):
		return fmt.Errorf("there is no code %q", r.Code)
	case r.Severity != Block && r.Severity != Warn:
		return fmt.Errorf("there is no severity %q", r.Severity)
	case (len(r.Patterns) == 0) == (r.Detect == ""):
		return errors.New("a rule has patterns or a detector, not both")
	case r.Detect != "" && detectors[r.Detect] == nil:
		return fmt.Errorf("there is no detector %q", r.Detect)
	default:
		return r.unsaid()
	}
}

// unsaid names what a rule does not tell the sender.
func (r *rule) unsaid() error {
	if r.Why == "" || r.Suggestion == "" || len(r.Cites) == 0 {
		return errors.New("a rule says why, by which article, and how to say it better")
	}
	for _, where := range r.Where {
		if !slices.Contains(Wheres, where) {
			return fmt.Errorf("there is no place %q", where)
		}
	}
	return nil
}
