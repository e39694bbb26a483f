package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// returnRecords are the entry kinds that may be recorded about a counterpart.
// The page lists them before it is opened; afterwards the use case provides the
// list.
var returnRecords = []recovery.EntryKind{
	recovery.EntryLinkOpened, recovery.EntryResponseRecorded, recovery.EntryPlanProposed, recovery.EntryPlanAccepted,
	recovery.EntryPlanDeclined, recovery.EntryHarassmentReported, recovery.EntryEvidenceAdded, recovery.EntryMailsAsked,
	recovery.EntryInstalmentReminded,
}

// returnBody is the model of a counterpart's page.
type returnBody struct {
	casework.CounterpartView
	Opened      bool // before, nothing of the case is shown or recorded
	Recorded    bool // a response was just recorded
	Facts       []detail
	Records     []string
	Instalments []instalmentView // of the current plan
	PlanText    string
	Forms       []form
	Notice      string
}

// linkContext is a request with a link. It uses no account and no session.
type linkContext struct {
	*pageContext
	link recovery.Link
}

// The page of a counterpart has the same address for everybody. The token of the link is
// in a cookie, because proxies and browsers keep addresses.
const (
	returnCasePath = "/return/case"
	linkCookie     = "recourse_link"
)

// withLink adds a page that a counterpart opens with a link. A visitor without a link is
// asked for one.
func (w *Web) withLink(h func(*linkContext) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		return w.withoutSession(func(pageCtx *pageContext) error {
			cookie, err := c.Cookie(linkCookie)
			if err != nil && c.Request().Method != http.MethodPost {
				return pageCtx.redirectTo("/return")
			}
			if err != nil {
				return recovery.Faultf(recovery.CodeUnauthenticated, "Open the link again.")
			}
			link, err := w.service.FindLink(c.Request().Context(), cookie.Value)
			if err == nil {
				err = w.service.AllowLink(c.Request().Context(), link)
			}
			if err != nil {
				return err
			}
			return h(&linkContext{pageContext: pageCtx, link: link})
		})(c)
	}
}

// withoutSession wraps a page that uses no session.
func (w *Web) withoutSession(h handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		headers := c.Response().Header()
		setSecureHeaders(headers)
		headers.Set("Referrer-Policy", "no-referrer")
		headers.Set("X-Robots-Tag", "noindex, nofollow")
		pageCtx := &pageContext{Context: c, web: w, texts: w.chooseLanguage(c)}
		c.Set(contextKey, pageCtx)
		if err := pageCtx.limitPublic(); err != nil {
			return err
		}
		return h(pageCtx)
	}
}

func (w *Web) registerReturn(e *echo.Echo) {
	addGet(e, "/return", w.withoutSession(w.returnEntry))
	addPost(e, "/return", w.withoutSession(w.enterReturn))
	addGet(e, returnCasePath, w.withLink(w.returnPage))
	addPost(e, returnCasePath, w.withLink(w.openReturn))
	addPost(e, returnCasePath+"/evidence", w.withLink(w.returnEvidence))
	addPost(e, returnCasePath+"/:answer", w.withLink(w.answerReturn))
}

// returnEntry opens the page of a link whose token is behind the #, which
// browsers do not send. A script sends the form with it; without scripts the visitor
// pastes the link.
func (w *Web) returnEntry(c *pageContext) error {
	return c.renderPage(http.StatusOK, "return_entry", page{
		Title: c.texts.T("return.enter_title"), Lang: c.texts.Language, Now: c.web.now(), Pace: c.web.service.Pace(), Unread: -1, WithoutSession: true,
		Scripts: []string{"return.js"},
	})
}

// enterReturn accepts a whole URL or only the token at its end.
func (w *Web) enterReturn(c *pageContext) error {
	typed := strings.TrimSpace(c.FormValue("token"))
	token := typed[strings.LastIndexAny(typed, "/#")+1:]
	if _, err := w.service.FindLink(c.Request().Context(), token); err != nil {
		return err
	}
	c.SetCookie(&http.Cookie{ //nolint:gosec // Secure is set when the site is served over HTTPS
		Name: linkCookie, Value: token, Path: "/return", SameSite: http.SameSiteLaxMode, Secure: w.secure, HttpOnly: true,
	})
	return c.redirectTo(returnCasePath)
}

// returnPage explains why the message is no fraud and what will be recorded;
// once the counterpart has opened it, what is asked of them. The explanation is
// not recorded as opened, because programs that preview links load it too.
func (w *Web) returnPage(c *linkContext) error {
	if c.link.OpenedAt == nil {
		handled, err := w.service.IsHandled(c.Request().Context(), c.link)
		if err != nil {
			return err
		}
		return c.showReturn(http.StatusOK, casework.CounterpartView{Handled: handled, ExpiresAt: c.link.ExpiresAt, Records: returnRecords}, nil)
	}
	view, err := w.service.OpenCounterpartView(c.Request().Context(), c.linkRequest(nil), c.link)
	if err != nil {
		return err
	}
	return c.showReturn(http.StatusOK, view, nil)
}

// openReturn records that the counterpart opened the request.
func (w *Web) openReturn(c *linkContext) error {
	if _, err := w.service.OpenCounterpartView(c.Request().Context(), c.linkRequest(nil), c.link); err != nil {
		return err
	}
	return c.redirectTo(returnCasePath)
}

// linkRequest returns the request for a use case, with the counterpart as
// actor. It contains nothing about their device, as the page promises.
func (c *linkContext) linkRequest(values url.Values) casework.Request {
	req := casework.Request{Actor: casework.CounterpartActor(c.link), Device: "web: return page", HeaderOnly: c.isHead()}
	if values != nil {
		req.Key, req.Fingerprint = values.Get("key"), c.formFingerprint(values)
	}
	return req
}

// answerReturn records a counterpart's answer.
func (w *Web) answerReturn(c *linkContext) error {
	if err := c.parseForm(); err != nil {
		return err
	}
	values := removeEmptyInstalments(c.Request().PostForm)
	view, err := w.service.OpenCounterpartView(c.Request().Context(), c.linkRequest(nil), c.link)
	if err != nil {
		return err
	}
	act, read := decodeAnswer(c.Param("answer"), values, view)
	if act.Action == "" {
		return recovery.Faultf(recovery.CodeNotFound, "This answer does not exist. Use a form of the page.")
	}
	if asksToEdit(values) {
		return c.showReturn(http.StatusOK, view, &formAttempt{action: recovery.Action(c.Param("answer")), values: values})
	}
	if len(read.faults) > 0 {
		return c.showAnswerAgain(view, values, recovery.Invalid(read.faults))
	}
	if _, err := w.service.TakeCounterpartAction(c.Request().Context(), c.linkRequest(values), c.link, act); err != nil {
		if recovery.CodeOf(err) == recovery.CodeConfirmNeeded {
			return c.askToConfirm(view, values, act, err)
		}
		return c.showAnswerAgain(view, values, err)
	}
	return c.redirectTo(returnCasePath + "?done=1")
}

// askToConfirm shows what was typed with the question whether the amount is right.
func (c *linkContext) askToConfirm(view casework.CounterpartView, values url.Values, act recovery.ActionBody, err error) error {
	missing := recovery.Money(0)
	if view.Asked != nil {
		missing = *view.Asked
	}
	return c.showReturn(errorStatus(err), view, &formAttempt{
		action: recovery.Action(c.Param("answer")), values: values, question: c.texts.confirmQuestion(act.Action, amountOf(act), missing),
	})
}

// showAnswerAgain renders the page with the errors of its form.
func (c *linkContext) showAnswerAgain(view casework.CounterpartView, values url.Values, err error) error {
	failed := c.attemptFor(recovery.Action(c.Param("answer")), values, err, fieldFaults(err))
	if failed == nil {
		return err
	}
	return c.showReturn(errorStatus(err), view, failed)
}

// Answers on the page, as used in the form actions. An answer that is an action
// has the name of the action.
const (
	answerReturned  = "returned"
	answerPromised  = "promised"
	answerContested = "contested"
	answerEvidence  = "evidence"
)

// contestReasons are the reasons a counterpart may give.
var contestReasons = []recovery.Refusal{recovery.ClaimsGift, recovery.ClaimsOwed, recovery.AlreadyReturned, recovery.Refuses}

// decodeAnswer parses an answer as an action. The action is empty if the answer
// does not exist.
func decodeAnswer(answer string, values url.Values, view casework.CounterpartView) (recovery.ActionBody, *formDecoder) {
	d := &formDecoder{values: values}
	act := recovery.ActionBody{}
	switch answer {
	case answerReturned:
		act = recovery.ActionBody{Action: recovery.RecordResponse, Kind: string(recovery.Returned), Amount: d.readOptionalMoney("amount_fen"), At: d.readTime("at"), Text: d.readText("text")}
		if act.Amount != nil && view.Asked != nil && *act.Amount < *view.Asked {
			act.Kind = string(recovery.PartlyReturned)
		}
	case answerPromised:
		act = recovery.ActionBody{Action: recovery.RecordResponse, Kind: string(recovery.Promised), Text: d.readText("text")}
	case answerContested:
		act = recovery.ActionBody{Action: recovery.RecordResponse, Kind: string(recovery.Contested), Refusal: recovery.Refusal(d.readText("refusal")), Text: d.readText("text")}
	case string(recovery.ProposePlan):
		act = recovery.ActionBody{Action: recovery.ProposePlan, Instalments: d.readInstalments()}
	case string(recovery.AcceptPlan):
		act = recovery.ActionBody{Action: recovery.AcceptPlan}
	case string(recovery.DeclinePlan):
		act = recovery.ActionBody{Action: recovery.DeclinePlan, Reason: d.readText("reason")}
	case string(recovery.ReportHarassment):
		act = recovery.ActionBody{Action: recovery.ReportHarassment, Text: d.readText("text")}
	}
	if act.Action != "" {
		act.Email = d.readText("email")
	}
	if act.Action == recovery.RecordResponse && values.Get(confirmButton) == "true" {
		confirmed := true
		act.Confirm = &confirmed
	}
	return act, d
}

// showReturn renders the page without a session.
func (c *linkContext) showReturn(status int, view casework.CounterpartView, failed *formAttempt) error {
	body := returnBody{
		CounterpartView: view, Opened: view.Reference != "", Recorded: c.QueryParam("done") != "",
		Facts: c.returnFacts(view),
	}
	for _, kind := range view.Records {
		body.Records = append(body.Records, c.texts.Word("return.record", kind))
	}
	if view.Plan != nil {
		body.PlanText = c.planText(*view.Plan)
		for _, part := range view.Plan.Instalments {
			body.Instalments = append(body.Instalments, instalmentView{Instalment: part, State: instalmentState(*view.Plan, part, c.web.now())})
		}
	}
	if body.Opened && view.Open {
		body.Forms = c.newReturnForms(view, failed)
	}
	if failed != nil {
		body.Notice = failed.notice
	}
	title := c.texts.T("return.title")
	if view.Handled {
		title = c.texts.T("return.handled_title")
	}
	return c.renderPage(status, "return", page{
		Title: title, Lang: c.texts.Language, Now: c.web.now(), Pace: c.web.service.Pace(), Unread: -1, WithoutSession: true, Body: body,
	})
}

func (c *linkContext) planText(plan recovery.Plan) string {
	switch {
	case plan.Running:
		return c.texts.T("return.plan_runs")
	case plan.By == recovery.RoleCounterpart:
		return c.texts.T("return.plan_yours")
	default:
		return c.texts.T("return.plan_theirs")
	}
}

// returnFacts returns amounts and times, but no names.
func (c *linkContext) returnFacts(view casework.CounterpartView) []detail {
	if view.Reference == "" {
		return nil
	}
	money := func(m *recovery.Money) string {
		if m == nil {
			return ""
		}
		return formatYuan(*m)
	}
	nonZero := func(m recovery.Money) string {
		if m == 0 {
			return ""
		}
		return formatYuan(m)
	}
	unknown := c.texts.T("return.asked_unknown")
	if view.SurplusUnknown {
		unknown = c.texts.T("return.asked_surplus")
	}
	all := []detail{
		{Name: c.texts.T("return.what"), Value: c.texts.Word("platform", view.Platform) + " · " + c.texts.Word("instrument", view.Instrument)},
		{Name: c.texts.T("return.when"), Value: formatTime(view.SentAt)},
		{Name: c.texts.T("return.claimed_at"), Value: formatOptionalTime(view.ClaimedAt)},
		{Name: c.texts.T("return.held"), Value: money(view.Held)},
		{Name: c.texts.T("return.asked"), Value: firstNonEmpty(money(view.Asked), unknown)},
		{Name: c.texts.T("return.confirmed"), Value: nonZero(view.Returned)},
		{Name: c.texts.T("return.says"), Value: nonZero(view.ReportedReturned)},
		{Name: c.texts.T("return.answer"), Value: c.texts.Word("response", view.Answer)},
		{Name: c.texts.T("return.reference"), Value: string(view.Reference)},
	}
	return slices.DeleteFunc(all, func(f detail) bool { return f.Value == "" })
}

func formatOptionalTime(at *time.Time) string {
	if at == nil {
		return ""
	}
	return formatTime(*at)
}
