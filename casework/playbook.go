package casework

import (
	"errors"

	"recourse/playbook/lint"
	"recourse/recovery"
)

// LintText says what in a text could hurt at the place it is meant for. It
// stores nothing; any account may ask. Errors: CodeInvalid naming text, where or
// both.
func (s *Service) LintText(text, where string) ([]lint.Finding, error) {
	place, err := lint.ParseWhere(where)
	if err := together(lint.Check(text), err); err != nil {
		return nil, err
	}
	return s.Linter.Lint(text, place), nil
}

// together makes one refusal of several, so that all faulty fields are named at
// once. What is no refusal of fields goes alone.
func together(refusals ...error) error {
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
