package casework

import (
	"context"
	"errors"
	"time"

	"recourse/notify"
	"recourse/recovery"
)

// CountMail counts a mail that is about to be sent. If a quota is used up, it returns when
// there is room again; nothing is counted then. The same mail counts once, however often it
// is tried.
//
// Anybody can type the address of a person without an account, so each such address has
// a quota for all cases together. What a claimant does makes mails to others, so each
// claimant has one for all their cases; deadlines pass without them and are not counted.
func (s *Service) CountMail(ctx context.Context, m notify.Mail) (from time.Time, err error) {
	uses, err := s.mailUses(ctx, m)
	if err != nil {
		return time.Time{}, err
	}
	for n, use := range uses {
		err := use.countUse(ctx)
		refused, isRefused := errors.AsType[*recovery.Fault](err)
		if err == nil {
			continue
		}
		for _, counted := range uses[:n] {
			err = errors.Join(err, counted.releaseAfter(ctx, recovery.Faultf(recovery.CodeRateLimited, "")))
		}
		if isRefused && refused.RetryAt != nil {
			return *refused.RetryAt, nil
		}
		return time.Time{}, err
	}
	return time.Time{}, nil
}

// mailUses returns what a mail uses.
func (s *Service) mailUses(ctx context.Context, m notify.Mail) (uses []*reservation, err error) {
	if m.UserID == "" {
		key := "mail:" + s.limits.digest("mail", recovery.NormalizeEmail(m.To))
		uses = append(uses, s.limits.reserve(findLimit(s.limits.table, LimitAddressMails), key, m.MessageID(), 0))
	}
	if m.Class == string(notify.Deadline) {
		return uses, nil
	}
	c, err := s.Store.ReadCase(ctx, m.CaseID)
	if err == nil && c.Owner != "" {
		claimant := recovery.Actor{Role: recovery.RoleClaimant, ID: c.Owner}
		uses = append(uses, s.limits.reserve(findLimit(s.limits.table, LimitClaimantMails), accountUsageKey(claimant), m.MessageID(), 0))
	}
	return uses, err
}
