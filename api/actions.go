package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// act takes one action. The body of each action is a recovery.Act of which only
// the action's own fields may be set; the specification has a schema for each.
func (a *API) act(c echo.Context, id ID, action recovery.Action, key, match *string) error {
	if err := known(id); err != nil {
		return err
	}
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	request, err := newAsk(c, key, string(body))
	if err != nil {
		return err
	}
	if request.IfMatch, err = ifMatch(match); err != nil {
		return err
	}
	var act recovery.Act
	if err := decode(body, &act); err != nil {
		return err
	}
	act.Action = action
	reply, err := a.service.Act(c.Request().Context(), request.Request, recovery.CaseID(id), act)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, request, reply, tagged)
}

// ActRecordContact implements ServerInterface.
func (a *API) ActRecordContact(c echo.Context, id ID, p ActRecordContactParams) error {
	return a.act(c, id, recovery.RecordContact, p.IdempotencyKey, p.IfMatch)
}

// ActRecordResponse implements ServerInterface.
func (a *API) ActRecordResponse(c echo.Context, id ID, p ActRecordResponseParams) error {
	return a.act(c, id, recovery.RecordResponse, p.IdempotencyKey, p.IfMatch)
}

// ActRecordReturn implements ServerInterface.
func (a *API) ActRecordReturn(c echo.Context, id ID, p ActRecordReturnParams) error {
	return a.act(c, id, recovery.RecordReturn, p.IdempotencyKey, p.IfMatch)
}

// ActEscalate implements ServerInterface.
func (a *API) ActEscalate(c echo.Context, id ID, p ActEscalateParams) error {
	return a.act(c, id, recovery.Escalate, p.IdempotencyKey, p.IfMatch)
}

// ActSubmitAppeal implements ServerInterface.
func (a *API) ActSubmitAppeal(c echo.Context, id ID, p ActSubmitAppealParams) error {
	return a.act(c, id, recovery.SubmitAppeal, p.IdempotencyKey, p.IfMatch)
}

// ActRequestEvidence implements ServerInterface.
func (a *API) ActRequestEvidence(c echo.Context, id ID, p ActRequestEvidenceParams) error {
	return a.act(c, id, recovery.RequestEvidence, p.IdempotencyKey, p.IfMatch)
}

// ActRecordPlatformReply implements ServerInterface.
func (a *API) ActRecordPlatformReply(c echo.Context, id ID, p ActRecordPlatformReplyParams) error {
	return a.act(c, id, recovery.RecordPlatformReply, p.IdempotencyKey, p.IfMatch)
}

// ActDecideAppeal implements ServerInterface.
func (a *API) ActDecideAppeal(c echo.Context, id ID, p ActDecideAppealParams) error {
	return a.act(c, id, recovery.DecideAppeal, p.IdempotencyKey, p.IfMatch)
}

// ActChooseRoute implements ServerInterface.
func (a *API) ActChooseRoute(c echo.Context, id ID, p ActChooseRouteParams) error {
	return a.act(c, id, recovery.ChooseRoute, p.IdempotencyKey, p.IfMatch)
}

// ActRecordLegalStep implements ServerInterface.
func (a *API) ActRecordLegalStep(c echo.Context, id ID, p ActRecordLegalStepParams) error {
	return a.act(c, id, recovery.RecordLegalStep, p.IdempotencyKey, p.IfMatch)
}

// ActWithdraw implements ServerInterface.
func (a *API) ActWithdraw(c echo.Context, id ID, p ActWithdrawParams) error {
	return a.act(c, id, recovery.Withdraw, p.IdempotencyKey, p.IfMatch)
}

// ActClose implements ServerInterface.
func (a *API) ActClose(c echo.Context, id ID, p ActCloseParams) error {
	return a.act(c, id, recovery.CloseCase, p.IdempotencyKey, p.IfMatch)
}

// ActAssign implements ServerInterface.
func (a *API) ActAssign(c echo.Context, id ID, p ActAssignParams) error {
	return a.act(c, id, recovery.Assign, p.IdempotencyKey, p.IfMatch)
}

// ActRelease implements ServerInterface.
func (a *API) ActRelease(c echo.Context, id ID, p ActReleaseParams) error {
	return a.act(c, id, recovery.Release, p.IdempotencyKey, p.IfMatch)
}

// ActAddNote implements ServerInterface.
func (a *API) ActAddNote(c echo.Context, id ID, p ActAddNoteParams) error {
	return a.act(c, id, recovery.AddNote, p.IdempotencyKey, p.IfMatch)
}

// ActShareLesson implements ServerInterface.
func (a *API) ActShareLesson(c echo.Context, id ID, p ActShareLessonParams) error {
	return a.act(c, id, recovery.ShareLesson, p.IdempotencyKey, p.IfMatch)
}

// ActPlanContact implements ServerInterface.
func (a *API) ActPlanContact(c echo.Context, id ID, p ActPlanContactParams) error {
	return a.act(c, id, recovery.PlanContact, p.IdempotencyKey, p.IfMatch)
}

// ActRecordMediation implements ServerInterface.
func (a *API) ActRecordMediation(c echo.Context, id ID, p ActRecordMediationParams) error {
	return a.act(c, id, recovery.RecordMediation, p.IdempotencyKey, p.IfMatch)
}

// ActReportHarassment implements ServerInterface.
func (a *API) ActReportHarassment(c echo.Context, id ID, p ActReportHarassmentParams) error {
	return a.act(c, id, recovery.ReportHarassment, p.IdempotencyKey, p.IfMatch)
}

// ActProposePlan implements ServerInterface.
func (a *API) ActProposePlan(c echo.Context, id ID, p ActProposePlanParams) error {
	return a.act(c, id, recovery.ProposePlan, p.IdempotencyKey, p.IfMatch)
}

// ActAcceptPlan implements ServerInterface.
func (a *API) ActAcceptPlan(c echo.Context, id ID, p ActAcceptPlanParams) error {
	return a.act(c, id, recovery.AcceptPlan, p.IdempotencyKey, p.IfMatch)
}

// ActDeclinePlan implements ServerInterface.
func (a *API) ActDeclinePlan(c echo.Context, id ID, p ActDeclinePlanParams) error {
	return a.act(c, id, recovery.DeclinePlan, p.IdempotencyKey, p.IfMatch)
}

// ActRecordInstalment implements ServerInterface.
func (a *API) ActRecordInstalment(c echo.Context, id ID, p ActRecordInstalmentParams) error {
	return a.act(c, id, recovery.RecordInstalment, p.IdempotencyKey, p.IfMatch)
}

// ActAskPlatform implements ServerInterface.
func (a *API) ActAskPlatform(c echo.Context, id ID, p ActAskPlatformParams) error {
	return a.act(c, id, recovery.AskPlatform, p.IdempotencyKey, p.IfMatch)
}

// ActApproveDecision implements ServerInterface.
func (a *API) ActApproveDecision(c echo.Context, id ID, p ActApproveDecisionParams) error {
	return a.act(c, id, recovery.ApproveDecision, p.IdempotencyKey, p.IfMatch)
}

// ActRejectDecision implements ServerInterface.
func (a *API) ActRejectDecision(c echo.Context, id ID, p ActRejectDecisionParams) error {
	return a.act(c, id, recovery.RejectDecision, p.IdempotencyKey, p.IfMatch)
}

// ActPause implements ServerInterface.
func (a *API) ActPause(c echo.Context, id ID, p ActPauseParams) error {
	return a.act(c, id, recovery.PauseCase, p.IdempotencyKey, p.IfMatch)
}

// ActResume implements ServerInterface.
func (a *API) ActResume(c echo.Context, id ID, p ActResumeParams) error {
	return a.act(c, id, recovery.ResumeCase, p.IdempotencyKey, p.IfMatch)
}

// ActReopen implements ServerInterface.
func (a *API) ActReopen(c echo.Context, id ID, p ActReopenParams) error {
	return a.act(c, id, recovery.Reopen, p.IdempotencyKey, p.IfMatch)
}

// ActHandOver implements ServerInterface.
func (a *API) ActHandOver(c echo.Context, id ID, p ActHandOverParams) error {
	return a.act(c, id, recovery.HandOver, p.IdempotencyKey, p.IfMatch)
}
