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

// LeastRetentionYears is the shortest time a closed case is kept. A claim can be
// brought for three years (民法典 188) and what was won enforced for two (民事诉讼法
// 250); the sources ask payment institutions for five as well.
const MinRetentionYears = 5

// The articles by which erasure is asked for, granted or refused.
var (
	deletionArticle      = textlint.Article{Statute: "个人信息保护法", Section: "47", Edition: "2021-08-20 公布", Mark: "V"}
	limitationArticle    = textlint.Article{Statute: "民法典", Section: "188", Edition: "2020-05-28 公布", Mark: "V"}
	enforcementArticle   = textlint.Article{Statute: "民事诉讼法", Section: "250", Edition: "2023 修正", Mark: "V"}
	burdenOfProofArticle = textlint.Article{Statute: "民事诉讼法", Section: "67", Edition: "2023 修正", Mark: "V"}
)

// The reasons for which personal values are not erased at once.
const (
	ReasonOpen      = "case_open"
	ReasonHeld      = "legal_hold"
	ReasonRetention = "retention"
)

// Ground is why something is kept, and by which articles.
type Ground struct {
	Reason   string
	Detail   string
	Articles []textlint.Article
}

// Erasure is what became of a request to erase: everything went, or it was put
// out of sight until KeepUntil for the reasons given.
type Erasure struct {
	Erased    bool
	Values    int64 // that were erased
	Reasons   []Ground
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

// against lists what speaks against erasing a case now.
func (s *Service) groundsAgainst(c recovery.Case) []Ground {
	switch until := s.keepUntil(c); {
	case until == nil:
		return []Ground{{ReasonOpen, "The case is open: the data is needed for what it was given for. Close or withdraw it first.",
			[]textlint.Article{deletionArticle}}}
	case c.HeldSince != nil:
		return []Ground{{ReasonHeld, "The case is under a legal hold: what it holds may be needed as evidence.",
			[]textlint.Article{deletionArticle, burdenOfProofArticle}}}
	case s.Now().Before(*until):
		return []Ground{{ReasonRetention, "The time in which the claim can be brought and enforced is not over; " +
			"until then it is kept, and shown to nobody but legal and auditors.", []textlint.Article{deletionArticle, limitationArticle, enforcementArticle}}}
	default:
		return nil
	}
}

// Erase answers a person who wants their data gone (PIPL 47). A closed case whose
// time is over is erased; one whose time is not is put out of sight. The words of
// the request are kept as a personal value, and not at all when everything goes.
//
// Errors: CodeForbidden for all but the claimant and admins; CodeErasureRefused,
// with the reason and the articles, while the case is open or held.
func (s *Service) Erase(ctx context.Context, req Request, id recovery.CaseID, reason string) (Reply[Erasure], error) {
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return Reply[Erasure]{}, err
	}
	if req.Actor.Role != recovery.RoleClaimant && req.Actor.Role != recovery.RoleAdmin {
		return Reply[Erasure]{}, recovery.Faultf(recovery.CodeForbidden, "The claimant asks for erasure, or an admin on their word.")
	}
	if err := recovery.CheckReason(reason); err != nil {
		return Reply[Erasure]{}, err
	}
	if reply, found, err := findResult[Erasure](ctx, s, req); err != nil || found {
		return reply, err
	}
	return s.erase(ctx, req, c, reason)
}

func (s *Service) erase(ctx context.Context, req Request, c recovery.Case, reason string) (Reply[Erasure], error) {
	grounds := s.groundsAgainst(c)
	switch {
	case c.ErasedAt != nil:
		return Reply[Erasure]{Value: Erasure{Erased: true}}, nil
	case len(grounds) == 0:
		erased, err := s.eraseNow(ctx, req, c, "request")
		return Reply[Erasure]{Value: erased}, err
	case grounds[0].Reason == ReasonRetention:
		return s.restrict(ctx, req, c, grounds, reason)
	default:
		return Reply[Erasure]{}, s.refuseErasure(ctx, req, c, grounds, reason)
	}
}

// eraseNow erases a case unless something speaks against it by the time nobody
// else can write to it.
func (s *Service) eraseNow(ctx context.Context, req Request, c recovery.Case, because string) (Erasure, error) {
	draft := s.newDraft(recovery.EntryValuesErased, req, c)
	draft.Key = "erased"
	draft.Facts = map[string]any{"because": because, "articles": articleTexts(deletionArticle)}
	write := postgres.ErasureWrite{CaseID: c.ID, Draft: draft, Check: func(now recovery.Case) error {
		if grounds := s.groundsAgainst(now); now.ErasedAt != nil || len(grounds) > 0 {
			return recovery.Faultf(recovery.CodeConflict, "The case has changed meanwhile. Read it again.")
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

// restrict puts the personal values of a case out of sight: where deletion must
// wait, everything but storage stops (PIPL 47, second paragraph).
func (s *Service) restrict(ctx context.Context, req Request, c recovery.Case, grounds []Ground, reason string) (Reply[Erasure], error) {
	outcome := Erasure{Reasons: grounds, KeepUntil: s.keepUntil(c)}
	if c.RestrictedAt != nil {
		return Reply[Erasure]{Value: outcome}, nil
	}
	draft := s.newDraft(recovery.EntryValuesRestricted, req, c)
	draft.Key = deskEntryKey(req, s.newID)
	draft.Facts = map[string]any{
		"because": ReasonRetention, "articles": articleTexts(grounds[0].Articles...), "keep_until": outcome.KeepUntil.Format(time.RFC3339),
	}
	draft.Personal = map[string]string{"reason": reason}
	return applyChange(ctx, s, req, change[Erasure]{string(c.ID), outcome, func(idem postgres.Idempotency) (Erasure, error) {
		return outcome, s.Store.WriteRetention(ctx, postgres.RetentionWrite{
			CaseID: c.ID, Restrict: true, Draft: draft, Idempotency: idem, Check: func(now recovery.Case) error {
				if grounds := s.groundsAgainst(now); len(grounds) != 1 || grounds[0].Reason != ReasonRetention {
					return recovery.Faultf(recovery.CodeConflict, "The case has changed meanwhile. Read it again.")
				}
				return nil
			},
		})
	}})
}

// refuseErasure writes down that the request was refused, and why.
func (s *Service) refuseErasure(ctx context.Context, req Request, c recovery.Case, grounds []Ground, reason string) error {
	draft := s.newDraft(recovery.EntryErasureRefused, req, c)
	draft.Key = deskEntryKey(req, s.newID)
	draft.Facts = map[string]any{"because": grounds[0].Reason, "articles": articleTexts(grounds[0].Articles...)}
	draft.Personal = map[string]string{"reason": reason}
	if _, err := s.Store.Append(ctx, c.ID, false, draft); err != nil {
		return err
	}
	refusal := &recovery.Fault{Code: recovery.CodeErasureRefused, Detail: "The personal data is not erased now."}
	for _, ground := range grounds {
		refusal.Fields = append(refusal.Fields, recovery.FieldFault{Code: ground.Reason, Detail: ground.String()})
	}
	return refusal
}

// String tells a ground with its articles.
func (g Ground) String() string {
	return strings.Join(append([]string{g.Detail}, articleTexts(g.Articles...)...), " ")
}

func articleTexts(articles ...textlint.Article) []string {
	texts := make([]string, len(articles))
	for i, article := range articles {
		texts[i] = article.String()
	}
	return texts
}

// Hold puts a case under a legal hold: nothing of it is erased until the hold is
// lifted. Errors: CodeForbidden for all but legal and admins, CodeConflict when
// it is held or erased already.
func (s *Service) Hold(ctx context.Context, req Request, id recovery.CaseID, reason string) (Reply[View], error) {
	c, err := s.holdableCase(ctx, req, id)
	if err != nil {
		return Reply[View]{}, err
	}
	if err := recovery.CheckReason(reason); err != nil {
		return Reply[View]{}, err
	}
	return runIdempotent(ctx, s, req, func() (change[View], error) { return s.prepareHold(ctx, req, c, reason) })
}

func (s *Service) prepareHold(ctx context.Context, req Request, c recovery.Case, reason string) (change[View], error) {
	if err := req.checkVersion(c); err != nil {
		return change[View]{}, err
	}
	draft := s.newDraft(recovery.EntryHoldSet, req, c)
	draft.Key = deskEntryKey(req, s.newID)
	// The claimant may not know yet why the case is held.
	draft.Facts = map[string]any{"visibility": recovery.NoteInternal}
	draft.Personal = map[string]string{"reason": reason}
	yes, after := true, c
	after.HeldSince, after.Version = &draft.At, c.Version+1
	view, err := s.caseView(ctx, after, req.Actor)
	return change[View]{string(c.ID), view, func(idem postgres.Idempotency) (View, error) {
		return view, s.Store.WriteRetention(ctx, postgres.RetentionWrite{
			CaseID: c.ID, Hold: &yes, Draft: draft, Idempotency: idem, Check: func(now recovery.Case) error {
				if now.HeldSince != nil || now.ErasedAt != nil {
					return recovery.Faultf(recovery.CodeConflict, "The case is held already, or was erased.")
				}
				return nil
			},
		})
	}}, err
}

// LiftHold ends a legal hold; lifting it twice is the same as once. Errors:
// CodeForbidden for all but legal and admins.
func (s *Service) LiftHold(ctx context.Context, req Request, id recovery.CaseID) error {
	c, err := s.holdableCase(ctx, req, id)
	if err != nil || c.HeldSince == nil {
		return err
	}
	draft := s.newDraft(recovery.EntryHoldLifted, req, c)
	draft.Key = deskEntryKey(req, s.newID)
	no := false
	lifted := errors.New("lifted meanwhile")
	err = s.Store.WriteRetention(ctx, postgres.RetentionWrite{
		CaseID: c.ID, Hold: &no, Draft: draft, Check: func(now recovery.Case) error {
			if now.HeldSince == nil {
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
		return recovery.Case{}, recovery.Faultf(recovery.CodeForbidden, "Legal or an admin sets and lifts a hold.")
	}
	return c, nil
}
