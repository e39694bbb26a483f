package casework

import (
	"context"
	"errors"
	"strings"
	"time"

	"recourse/postgres"
	"recourse/recovery"
	"recourse/textlint"
)

// MinRetentionYears is the minimum time a closed case is stored. A claim can be
// brought for three years (民法典 188) and a judgment enforced for two (民事诉讼法
// 250); payment institutions must store their records for five.
const MinRetentionYears = 5

// The articles on which erasure is requested, granted or refused.
var (
	deletionArticle      = textlint.Article{Statute: "个人信息保护法", Section: "47", Edition: "2021-08-20 公布", Mark: "V"}
	limitationArticle    = textlint.Article{Statute: "民法典", Section: "188", Edition: "2020-05-28 公布", Mark: "V"}
	enforcementArticle   = textlint.Article{Statute: "民事诉讼法", Section: "250", Edition: "2023 修正", Mark: "V"}
	burdenOfProofArticle = textlint.Article{Statute: "民事诉讼法", Section: "67", Edition: "2023 修正", Mark: "V"}
)

// The reasons why personal values are not erased at once.
const (
	ReasonOpen      = "case_open"
	ReasonHeld      = "legal_hold"
	ReasonRetention = "retention"
)

// KeepReason is a reason to keep data, with its articles.
type KeepReason struct {
	Reason   string
	Detail   string
	Articles []textlint.Article
}

// Erasure is the result of a request for erasure: everything was erased, or
// access is restricted until KeepUntil for the given reasons.
type Erasure struct {
	Erased    bool
	Values    int64 // number of erased values
	Reasons   []KeepReason
	KeepUntil *time.Time
}

// keepUntil is when a case may be erased; nil while it is open.
func (s *Service) keepUntil(c recovery.Case) *time.Time {
	if c.ClosedAt == nil {
		return nil
	}
	until := c.ClosedAt.AddDate(s.config.RetentionYears, 0, 0)
	return &until
}

// reasonsToKeep lists the reasons against erasing a case now.
func (s *Service) reasonsToKeep(c recovery.Case) []KeepReason {
	switch until := s.keepUntil(c); {
	case until == nil:
		return []KeepReason{{ReasonOpen, "The case is open and needs the data. Close or withdraw it first.",
			[]textlint.Article{deletionArticle}}}
	case c.HeldSince != nil:
		return []KeepReason{{ReasonHeld, "The case is under a legal hold: its data may be needed as evidence.",
			[]textlint.Article{deletionArticle, burdenOfProofArticle}}}
	case s.Now().Before(*until):
		return []KeepReason{{ReasonRetention, "The claim can still be brought and enforced; " +
			"until then the data is stored, and only legal and auditors see it.", []textlint.Article{deletionArticle, limitationArticle, enforcementArticle}}}
	default:
		return nil
	}
}

// Erase handles a person's request for erasure (PIPL 47). A closed case is
// erased if its retention has ended, and restricted if not. The text of the
// request is stored as a personal value, but not if everything is erased.
//
// Errors: CodeForbidden for all but the claimant and admins; CodeErasureRefused
// with the reason and the articles while the case is open or on hold.
func (s *Service) Erase(ctx context.Context, req Request, id recovery.CaseID, reason string) (Reply[Erasure], error) {
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return Reply[Erasure]{}, err
	}
	if req.Actor.Role != recovery.RoleClaimant && req.Actor.Role != recovery.RoleAdmin {
		return Reply[Erasure]{}, recovery.Faultf(recovery.CodeForbidden, "Only the claimant, or an admin on their behalf, can request erasure.")
	}
	if err := recovery.CheckReason(reason); err != nil {
		return Reply[Erasure]{}, err
	}
	if reply, found, err := findResult[Erasure](ctx, s, req); err != nil || found {
		return reply, err
	}
	return s.handleErasure(ctx, req, c, reason)
}

func (s *Service) handleErasure(ctx context.Context, req Request, c recovery.Case, reason string) (Reply[Erasure], error) {
	keepReasons := s.reasonsToKeep(c)
	switch {
	case c.ErasedAt != nil:
		return Reply[Erasure]{Value: Erasure{Erased: true}}, nil
	case len(keepReasons) == 0:
		erased, err := s.eraseNow(ctx, req, c, "request")
		return Reply[Erasure]{Value: erased}, err
	case keepReasons[0].Reason == ReasonRetention:
		return s.restrictCase(ctx, req, c, keepReasons, reason)
	default:
		return Reply[Erasure]{}, s.refuseErasure(ctx, req, c, keepReasons, reason)
	}
}

// eraseNow erases a case if there is no reason against it, which is checked
// again while the case is locked.
func (s *Service) eraseNow(ctx context.Context, req Request, c recovery.Case, because string) (Erasure, error) {
	draft := s.newDraft(recovery.EntryValuesErased, req, c)
	draft.Key = "erased"
	draft.Facts = map[string]any{"because": because, "articles": articleTexts(deletionArticle)}
	write := postgres.ErasureWrite{CaseID: c.ID, Draft: draft, Precondition: func(_ context.Context, current postgres.LockedCase) error {
		if keepReasons := s.reasonsToKeep(current.Case); current.ErasedAt != nil || len(keepReasons) > 0 {
			return recovery.Faultf(recovery.CodeConflict, "The case has changed. Read it again.")
		}
		return nil
	}}
	erased, err := s.Store.EraseCase(ctx, write)
	if err != nil {
		return Erasure{}, err
	}
	if c.Shared {
		s.lessons.Invalidate()
	}
	return Erasure{Erased: true, Values: erased.Values}, nil
}

// restrictCase hides the personal values of a case: while deletion must wait, only
// storage is allowed (PIPL 47, second paragraph).
func (s *Service) restrictCase(ctx context.Context, req Request, c recovery.Case, keepReasons []KeepReason, reason string) (Reply[Erasure], error) {
	outcome := Erasure{Reasons: keepReasons, KeepUntil: s.keepUntil(c)}
	if c.RestrictedAt != nil {
		return Reply[Erasure]{Value: outcome}, nil
	}
	draft := s.newDraft(recovery.EntryValuesRestricted, req, c)
	draft.Key = requestEntryKey(req, s.newID)
	draft.Facts = map[string]any{
		"because": ReasonRetention, "articles": articleTexts(keepReasons[0].Articles...), "keep_until": outcome.KeepUntil.Format(time.RFC3339),
	}
	draft.Personal = map[string]string{"reason": reason}
	return applyChange(ctx, s, req, change[Erasure]{string(c.ID), outcome, func(idem postgres.Idempotency) (Erasure, error) {
		return outcome, s.Store.WriteRetention(ctx, postgres.RetentionWrite{
			CaseID: c.ID, Restrict: true, Draft: draft, Idempotency: idem, Precondition: s.isStillKeptFor(ReasonRetention),
		})
	}})
}

// refuseErasure records the refusal and its reasons.
func (s *Service) refuseErasure(ctx context.Context, req Request, c recovery.Case, keepReasons []KeepReason, reason string) error {
	draft := s.newDraft(recovery.EntryErasureRefused, req, c)
	draft.Key = requestEntryKey(req, s.newID)
	draft.Facts = map[string]any{"because": keepReasons[0].Reason, "articles": articleTexts(keepReasons[0].Articles...)}
	draft.Personal = map[string]string{"reason": reason}
	err := s.Store.WriteRetention(ctx, postgres.RetentionWrite{CaseID: c.ID, Draft: draft, Precondition: s.isStillKeptFor(keepReasons[0].Reason)})
	if err != nil && !errors.Is(err, postgres.ErrRepeated) { // a repeated request is refused as before
		return err
	}
	refusal := &recovery.Fault{Code: recovery.CodeErasureRefused, Detail: "The personal data is not erased now."}
	for _, keep := range keepReasons {
		refusal.Fields = append(refusal.Fields, recovery.FieldFault{Code: keep.Reason, Detail: keep.String()})
	}
	return refusal
}

// isStillKeptFor is the precondition that the first reason to keep a case is the one
// that was decided on.
func (s *Service) isStillKeptFor(reason string) postgres.Precondition {
	return func(_ context.Context, current postgres.LockedCase) error {
		if keepReasons := s.reasonsToKeep(current.Case); len(keepReasons) == 0 || keepReasons[0].Reason != reason {
			return recovery.Faultf(recovery.CodeConflict, "The case has changed. Read it again.")
		}
		return nil
	}
}

// String is a reason with its articles.
func (r KeepReason) String() string {
	return strings.Join(append([]string{r.Detail}, articleTexts(r.Articles...)...), " ")
}

func articleTexts(articles ...textlint.Article) []string {
	texts := make([]string, len(articles))
	for i, article := range articles {
		texts[i] = article.String()
	}
	return texts
}

// Hold puts a case under a legal hold: nothing is erased until it is lifted.
// Errors: CodeForbidden for all but legal and admins, CodeConflict if it is on
// hold or erased.
func (s *Service) Hold(ctx context.Context, req Request, id recovery.CaseID, reason string) (Reply[View], error) {
	c, err := s.holdableCase(ctx, req, id)
	if err != nil {
		return Reply[View]{}, err
	}
	if err := recovery.CheckReason(reason); err != nil {
		return Reply[View]{}, err
	}
	return runIdempotent(ctx, s, req, func() (change[View], error) { return s.prepareHold(ctx, req, c, reason), nil })
}

func (s *Service) prepareHold(ctx context.Context, req Request, c recovery.Case, reason string) change[View] {
	draft := s.newDraft(recovery.EntryHoldSet, req, c)
	draft.Key = requestEntryKey(req, s.newID)
	// The claimant must not see yet why the case is on hold.
	draft.Facts = map[string]any{"visibility": recovery.NoteInternal}
	draft.Personal = map[string]string{"reason": reason}
	return s.directChange(ctx, req, postgres.DirectWrite{CaseID: c.ID, Hold: true, Draft: draft},
		func(ctx context.Context, locked postgres.LockedCase, _ *postgres.DirectWrite) (View, error) {
			if locked.HeldSince != nil || locked.ErasedAt != nil {
				return View{}, recovery.Faultf(recovery.CodeConflict, "The case is on hold already, or was erased.")
			}
			after := redactCase(locked.Case, req.Actor)
			after.HeldSince, after.Version = &draft.At, locked.Version+1
			return s.caseViewFrom(ctx, locked, after, req.Actor)
		})
}

// LiftHold ends a legal hold; a second call changes nothing. Errors:
// CodeForbidden for all but legal and admins.
func (s *Service) LiftHold(ctx context.Context, req Request, id recovery.CaseID) error {
	c, err := s.holdableCase(ctx, req, id)
	if err != nil || c.HeldSince == nil {
		return err
	}
	draft := s.newDraft(recovery.EntryHoldLifted, req, c)
	draft.Key = requestEntryKey(req, s.newID)
	lifted := errors.New("lifted meanwhile")
	err = s.Store.WriteRetention(ctx, postgres.RetentionWrite{
		CaseID: c.ID, LiftHold: true, Draft: draft, Precondition: func(_ context.Context, current postgres.LockedCase) error {
			if current.HeldSince == nil {
				return lifted
			}
			return nil
		},
	})
	if errors.Is(err, lifted) {
		return nil
	}
	return err
}

func (s *Service) holdableCase(ctx context.Context, req Request, id recovery.CaseID) (recovery.Case, error) {
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return recovery.Case{}, err
	}
	if req.Actor.Role != recovery.RoleLegal && req.Actor.Role != recovery.RoleAdmin {
		return recovery.Case{}, recovery.Faultf(recovery.CodeForbidden, "Only legal or an admin can set and lift a hold.")
	}
	return c, nil
}
