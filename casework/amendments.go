package casework

import (
	"context"

	"recourse/recovery"
)

// checkAmendment checks the facts as they would be after the action.
func (s *Service) checkAmendment(c recovery.Case, body recovery.ActionBody) error {
	if !body.Action.AmendsRecord() {
		return nil
	}
	return c.CheckAmendment(body, s.Now())
}

// addRefund marks a command whose facts of the payment make the platform's refund lie
// ahead.
func (s *Service) addRefund(c recovery.Case, body recovery.ActionBody, command *recovery.Command) error {
	if command.Payment == nil {
		return nil
	}
	book, err := s.Registry.RuleSet(c.Playbook)
	if err != nil {
		return err
	}
	isAhead := func(c recovery.Case) bool {
		return book.IsRefundAhead(recovery.Filing{
			Platform: c.Platform, Instrument: c.Instrument, SentAt: &c.SentAt, Sends: c.Sends, ClaimState: c.ClaimState,
		}, s.Now())
	}
	command.Payment.RefundBegins = !isAhead(c) && isAhead(c.Amended(body))
	return nil
}

// completeAmendment adds what the sender of an action cannot state: the id of a new
// counterpart, and what a bill shows.
func (s *Service) completeAmendment(ctx context.Context, req Request, c recovery.Case, body recovery.ActionBody) (recovery.ActionBody, error) {
	if !body.Action.AmendsRecord() {
		return body, nil
	}
	switch body.Action {
	case recovery.AmendFacts:
		body.CounterpartID = c.ClaimerOf(body)
	case recovery.AddCounterpart:
		body.CounterpartID = recovery.CounterpartID(s.newID())
	case recovery.AdoptMatch:
		found, err := s.findAdoption(ctx, req.Actor, c, body)
		if err != nil {
			return body, err
		}
		body = found.adopt(c, body)
		if err := s.checkAmendment(c, body); err != nil {
			return body, err
		}
	default:
	}
	return body, nil
}
