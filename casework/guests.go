package casework

import (
	"context"

	"recourse/recovery"
)

// MailsStopped tells whether the claimant without an account whose mail has this
// token gets no more of them. Errors: CodeNotFound.
func (s *Service) MailsStopped(ctx context.Context, token string) (bool, error) {
	found, err := s.Store.GuestMails(ctx, token)
	return found.StoppedAt != nil, err
}

// StopMails ends the mails of a case to its claimant without an account; whoever
// has the token of a mail may. It is written in the case, for the desk to see that
// they have to be told otherwise. Errors: CodeNotFound.
func (s *Service) StopMails(ctx context.Context, token string) error {
	found, err := s.Store.GuestMails(ctx, token)
	if err != nil {
		return err
	}
	c, err := s.Store.Case(ctx, found.CaseID)
	if err != nil {
		return err
	}
	req := Request{Actor: recovery.Actor{Role: recovery.RoleClaimant}}
	return s.Store.StopMails(ctx, token, s.draft(recovery.EntryMailsStopped, req, c))
}
