package casework

import (
	"context"

	"recourse/notify"
	"recourse/recovery"
)

// MailSubscription returns the mail subscription of an unsubscribe token. Errors:
// CodeNotFound.
func (s *Service) MailSubscription(ctx context.Context, token string) (notify.MailSubscription, error) {
	return s.Store.MailSubscription(ctx, token)
}

// StopMails ends the mails of a case to its claimant without an account, or to
// a counterpart. The token of a mail is the authorisation. The journal records
// this, so that staff know that this person must be contacted in another way. Errors:
// CodeNotFound.
func (s *Service) StopMails(ctx context.Context, token string) error {
	found, err := s.Store.MailSubscription(ctx, token)
	if err != nil {
		return err
	}
	c, err := s.Store.ReadCase(ctx, found.CaseID)
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
