package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
	"recourse/textlint"
)

// reasoned reads a POST whose body is a reason and nothing else.
func reasoned(c echo.Context, id ID, key *string) (request casework.Request, reason string, err error) {
	if err := known(id); err != nil {
		return request, "", err
	}
	var said struct {
		Reason string `json:"reason"`
	}
	request, err = readRequest(c, key, &said)
	return request, said.Reason, err
}

// SetHold implements ServerInterface.
func (a *API) SetHold(c echo.Context, id ID, p SetHoldParams) error {
	request, reason, err := reasoned(c, id, p.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.service.Hold(c.Request().Context(), request, recovery.CaseID(id), reason)
	if err != nil {
		return err
	}
	return sendCase(c, http.StatusOK, reply)
}

// LiftHold implements ServerInterface.
func (a *API) LiftHold(c echo.Context, id ID) error {
	if err := known(id); err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	if err := a.service.LiftHold(c.Request().Context(), request, recovery.CaseID(id)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// RequestErasure implements ServerInterface.
func (a *API) RequestErasure(c echo.Context, id ID, p RequestErasureParams) error {
	request, reason, err := reasoned(c, id, p.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.service.Erase(c.Request().Context(), request, recovery.CaseID(id), reason)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, reply, erasureOf)
}

func retentionOf(v casework.View) Retention {
	return Retention{
		HeldSince: localOrNil(v.HeldSince), RestrictedAt: localOrNil(v.RestrictedAt), ErasedAt: localOrNil(v.ErasedAt),
		KeepUntil: localOrNil(v.KeepUntil),
	}
}

func erasureOf(e casework.Erasure) Erasure {
	told := Erasure{State: ErasureStateRestricted, Values: e.Values, Reasons: each(e.Reasons, groundOf), KeepUntil: localOrNil(e.KeepUntil)}
	if e.Erased {
		told.State = ErasureStateErased
	}
	return told
}

func groundOf(g casework.Ground) ErasureGround {
	return ErasureGround{
		Reason: ErasureGroundReason(g.Reason), Detail: g.Detail,
		Articles: each(g.Articles, func(a textlint.Article) string { return a.String() }),
	}
}

// ListAbuse implements ServerInterface.
func (a *API) ListAbuse(c echo.Context, p ListAbuseParams) error {
	faults := unknownParameters(c, "dismissed", "limit", "cursor")
	plainText(&faults, "cursor", p.Cursor, maxCursor)
	limit, err := pageSize(p.Limit)
	if err != nil {
		return err
	}
	if err := recovery.Invalid(faults); err != nil {
		return err
	}
	flags, next, err := a.service.Flags(c.Request().Context(), actor(c), deref(p.Dismissed), limit, deref(p.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, AbusePage{Items: each(flags, flagOf), NextCursor: orNil[string](next)})
}

// DismissAbuse implements ServerInterface.
func (a *API) DismissAbuse(c echo.Context, id ID, p DismissAbuseParams) error {
	request, reason, err := reasoned(c, id, p.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.service.DismissFlag(c.Request().Context(), request, id, reason)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, reply, flagOf)
}

// flagsOf tells flags to those who see them; null says that one does not.
func flagsOf(list []recovery.AbuseFlag) *[]AbuseFlag {
	if list == nil {
		return nil
	}
	told := each(list, flagOf)
	return &told
}

func flagOf(f recovery.AbuseFlag) AbuseFlag {
	return AbuseFlag{
		ID: f.ID, CaseID: string(f.CaseID), Number: string(f.Number), Pattern: AbusePattern(f.Pattern), Cases: notNil(f.Cases),
		FoundAt: local(f.FoundAt), DismissedAt: localOrNil(f.DismissedAt), DismissedBy: orNil[string](f.DismissedBy),
	}
}

// GetLimitation implements ServerInterface.
func (a *API) GetLimitation(c echo.Context, id ID) error {
	if err := known(id); err != nil {
		return err
	}
	ledger, err := a.service.Limitation(c.Request().Context(), actor(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	l := ledger.Limitation
	return sendJSON(c, LimitationLedger{
		Begins: local(l.Begins), Steps: each(l.Steps, limitationStepOf), Ends: local(l.Ends), Bare: local(l.Bare), Cap: local(l.Cap),
		Avoidance: local(l.Avoidance), Counterparts: each(ledger.Counterparts, limitationOf),
	})
}

func limitationOf(l recovery.CounterpartLimitation) Limitation {
	return Limitation{
		CounterpartID: string(l.ID), Begins: local(l.Begins), Steps: each(l.Steps, limitationStepOf), Ends: local(l.Ends),
		Bare: local(l.Bare), Cap: local(l.Cap), Avoidance: local(l.Avoidance),
	}
}

func limitationStepOf(s recovery.LimitationStep) LimitationStep {
	told := LimitationStep{
		Kind: LimitationStepKind(s.Kind), At: local(s.At), Seq: s.Seq, Effect: LimitationStepEffect(s.Effect), Ends: local(s.Ends),
	}
	if s.Proof != 0 {
		told.ProofSeq = &s.Proof
	}
	return told
}
