package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"recourse/playbook"
	"recourse/recovery"
	"recourse/textlint"
)

// LintText finds what in a text could do harm at a place. It stores nothing;
// any account may ask. Errors: CodeInvalid naming text, where or both.
func (s *Service) LintText(text, where string) ([]textlint.Finding, error) {
	place, err := textlint.ParsePlace(where)
	if err := joinFaults(textlint.ValidateText(text), err); err != nil {
		return nil, err
	}
	return s.Linter.Lint(text, place), nil
}

// joinFaults joins the field faults of several errors, so that all are named at
// once. Any other error is returned alone.
func joinFaults(refusals ...error) error {
	var fields []recovery.FieldFault
	for _, err := range refusals {
		fault, refused := errors.AsType[*recovery.Fault](err)
		switch {
		case err == nil:
		case !refused || fault.Code != recovery.CodeInvalid:
			return err
		default:
			fields = append(fields, fault.Fields...)
		}
	}
	return recovery.Invalid(fields)
}

// PlaybookVersion is a version of the playbook.
type PlaybookVersion struct {
	Version  string
	From     time.Time // the day its rules become valid
	Released bool      // it can no longer change
	Rollout  int       // percentage of new cases that use it
	Current  bool      // the newest one that all new cases use
}

// Playbooks lists the versions of the playbook, newest first. Any account may
// read them.
func (s *Service) Playbooks() []PlaybookVersion {
	versions := s.Registry.Versions()
	slices.Reverse(versions)
	list := make([]PlaybookVersion, 0, len(versions))
	for _, version := range versions {
		if described, _, err := s.Playbook(version); err == nil { // every listed version can be read
			list = append(list, described)
		}
	}
	return list
}

// Playbook returns one version. Errors: CodeNotFound.
func (s *Service) Playbook(version string) (PlaybookVersion, *playbook.RuleSet, error) {
	book, err := s.Registry.RuleSet(version)
	if err != nil {
		return PlaybookVersion{}, nil, err
	}
	return PlaybookVersion{
		Version: version, From: book.ValidFrom(), Released: s.Registry.IsReleased(version), Rollout: s.Registry.RolloutPercent(version),
		Current: s.Registry.Current().Version() == version,
	}, book, nil
}

// SimulatePlaybook compares every case, newest first, with another version of
// the playbook and calls report with the differences, also if there are none. It
// changes nothing. Errors: CodeNotFound for the version, and those of report.
func (s *Service) SimulatePlaybook(ctx context.Context, version string, report func(recovery.Case, []playbook.Difference) error) error {
	if _, err := s.Registry.RuleSet(version); err != nil {
		return err
	}
	for cursor, more := "", true; more; more = cursor != "" {
		cases, next, err := s.Store.ListCases(ctx, recovery.CaseFilter{}, recovery.MaxPage, cursor)
		if err != nil {
			return err
		}
		for _, c := range cases {
			differences, err := s.Registry.Simulate(c, version)
			if err != nil {
				return fmt.Errorf("case %s: %w", c.Number, err)
			}
			if err := report(c, differences); err != nil {
				return err
			}
		}
		cursor = next
	}
	return nil
}

// HelpEntries returns where users of a platform get help, by the current playbook.
// It needs no account.
func (s *Service) HelpEntries(platform recovery.Platform) []playbook.HelpEntry {
	return s.Registry.Current().HelpEntries(platform, s.Now())
}

// CircumstanceQuestions returns the questions about the circumstances of a case, in
// the words of its playbook.
func (s *Service) CircumstanceQuestions(c recovery.Case) ([]playbook.Question, error) {
	book, err := s.Registry.RuleSet(c.Playbook)
	if err != nil {
		return nil, err
	}
	return book.Questions(s.Now()), nil
}
