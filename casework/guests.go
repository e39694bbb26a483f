package casework

import (
	"context"

	"recourse/notify"
	"recourse/recovery"
)

// GuestMails tells whose mails a token stops, and whether they are stopped. Errors:
// CodeNotFound.
func (s *Service) GuestMails(ctx context.Context, token string) (notify.MailSubscription, error) {
	return s.Store.MailSubscription(ctx, token)
}

// StopMails ends the mails of a case to its claimant without an account, or to a
// counterpart; whoever has the token of a mail may. It is written in the case, for
// the desk to see that they have to be told otherwise. Errors: CodeNotFound.
func (s *Service) StopMails(ctx context.Context, token string) error {
	found, err := s.Store.MailSubscription(ctx, token)
	if err != nil {
		return err
	}
	c, err := s.Store.Case(ctx, found.CaseID)
	if err != nil {
		return err
	}
	req := Request{Actor: recovery.Actor{Role: recovery.RoleClaimant}}
	if found.CounterpartID != "" {
		req.Actor = recovery.Actor{Role: recovery.RoleCounterpart, ID: recovery.UserID(found.CounterpartID)}
	}
	draft := s.newDraft(recovery.EntryMailsStopped, req, c)
	if found.CounterpartID != "" {
		draft.Facts = map[string]any{"counterpart_id": found.CounterpartID}
	}
	return s.Store.StopMails(ctx, token, draft)
}
