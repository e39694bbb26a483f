package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
	"recourse/textlint"
)

// readReason reads a POST whose body contains only a reason.
func readReason(c echo.Context, id ID, key *string) (request casework.Request, reason string, err error) {
	if err := checkID(id); err != nil {
		return request, "", err
	}
	var input struct {
		Reason string `json:"reason"`
	}
	request, err = readRequest(c, key, &input)
	return request, input.Reason, err
}

// SetHold implements ServerInterface.
func (a *API) SetHold(c echo.Context, id ID, p SetHoldParams) error {
	request, reason, err := readReason(c, id, p.IdempotencyKey)
	if err != nil {
		return err
	}
	if request.IfMatch, err = parseIfMatch(p.IfMatch); err != nil {
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
	if err := checkID(id); err != nil {
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
	request, reason, err := readReason(c, id, p.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.service.Erase(c.Request().Context(), request, recovery.CaseID(id), reason)
	if err != nil {
		return err
	}
	return sendReply(c, http.StatusOK, reply, renderErasure)
}

func renderRetention(v casework.View) Retention {
	return Retention{
		HeldSince: renderTimeOrNull(v.HeldSince), RestrictedAt: renderTimeOrNull(v.RestrictedAt), ErasedAt: renderTimeOrNull(v.ErasedAt),
		KeepUntil: renderTimeOrNull(v.KeepUntil),
	}
}

func renderErasure(e casework.Erasure) Erasure {
	result := Erasure{State: ErasureStateRestricted, Values: e.Values, Reasons: renderList(e.Reasons, renderGround), KeepUntil: renderTimeOrNull(e.KeepUntil)}
	if e.Erased {
		result.State = ErasureStateErased
	}
	return result
}

func renderGround(g casework.KeepReason) ErasureGround {
	return ErasureGround{
		Reason: ErasureGroundReason(g.Reason), Detail: g.Detail,
		Articles: renderList(g.Articles, func(a textlint.Article) string { return a.String() }),
	}
}

// ListAbuse implements ServerInterface.
func (a *API) ListAbuse(c echo.Context, p ListAbuseParams) error {
	faults := checkParameterNames(c, "dismissed", "limit", "cursor")
	checkPlainText(&faults, "cursor", p.Cursor, maxCursor)
	limit, err := pageSize(p.Limit)
	if err != nil {
		return err
	}
	if err := recovery.Invalid(faults); err != nil {
		return err
	}
	flags, next, err := a.service.Flags(c.Request().Context(), actorFrom(c), valueOrZero(p.Dismissed), limit, valueOrZero(p.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, AbusePage{Items: renderList(flags, renderFlag), NextCursor: nullIfEmpty[string](next)})
}

// DismissAbuse implements ServerInterface.
func (a *API) DismissAbuse(c echo.Context, id ID, p DismissAbuseParams) error {
	request, reason, err := readReason(c, id, p.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.service.DismissFlag(c.Request().Context(), request, id, reason)
	if err != nil {
		return err
	}
	return sendReply(c, http.StatusOK, reply, renderFlag)
}

// renderFlags renders the abuse flags. Null means that the caller may not see
// them.
func renderFlags(list []recovery.AbuseFlag) *[]AbuseFlag {
	if list == nil {
		return nil
	}
	result := renderList(list, renderFlag)
	return &result
}

func renderFlag(f recovery.AbuseFlag) AbuseFlag {
	return AbuseFlag{
		ID: f.ID, CaseID: string(f.CaseID), Number: string(f.Number), Pattern: AbusePattern(f.Pattern), Cases: emptyIfNil(f.Cases),
		FoundAt: renderTime(f.FoundAt), DismissedAt: renderTimeOrNull(f.DismissedAt), DismissedBy: nullIfEmpty[string](f.DismissedBy),
	}
}

// GetLimitation implements ServerInterface.
func (a *API) GetLimitation(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	ledger, err := a.service.Limitation(c.Request().Context(), actorFrom(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	l := ledger.Limitation
	return sendJSON(c, LimitationLedger{
		Begins: renderTime(l.Begins), Steps: renderList(l.Steps, renderLimitationStep), Ends: renderTime(l.Ends), Bare: renderTime(l.Bare), Cap: renderTime(l.Cap),
		Avoidance: renderTime(l.Avoidance), Counterparts: renderList(ledger.Counterparts, renderLimitation),
	})
}

func renderLimitation(l recovery.CounterpartLimitation) Limitation {
	return Limitation{
		CounterpartID: string(l.ID), Begins: renderTime(l.Begins), Steps: renderList(l.Steps, renderLimitationStep), Ends: renderTime(l.Ends),
		Bare: renderTime(l.Bare), Cap: renderTime(l.Cap), Avoidance: renderTime(l.Avoidance),
	}
}

func renderLimitationStep(s recovery.LimitationStep) LimitationStep {
	result := LimitationStep{
		Kind: LimitationStepKind(s.Kind), At: renderTime(s.At), Seq: s.Seq, Effect: LimitationStepEffect(s.Effect), Ends: renderTime(s.Ends),
	}
	if s.Proof != 0 {
		result.ProofSeq = &s.Proof
	}
	return result
}
