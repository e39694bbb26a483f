package casework

import (
	"time"

	"recourse/playbook"
)

// Prevent lists what to check before a payment, by the current playbook. It
// stores nothing and needs no account. Errors: CodeInvalid naming the fields.
func (s *Service) Prevent(facts playbook.SendFacts) (playbook.Prevention, error) {
	book := s.Registry.Current()
	now := s.Now()
	if err := CheckSend(book, facts, now); err != nil {
		return playbook.Prevention{}, err
	}
	return book.Prevent(facts, now), nil
}

// CheckSend checks the input of Prevent. It returns a Fault with CodeInvalid or
// nil.
func CheckSend(book *playbook.RuleSet, facts playbook.SendFacts, now time.Time) error {
	if err := checkCircumstances(facts.Circumstances); err != nil {
		return err
	}
	return book.CheckSend(facts, now)
}
