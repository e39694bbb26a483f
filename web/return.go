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

// returnRecords are what is written down of a counterpart, told before anything
// is. Once the page is open, the use case says it.
var returnRecords = []recovery.EntryKind{
	recovery.EntryLinkOpened, recovery.EntryResponseRecorded, recovery.EntryPlanProposed, recovery.EntryPlanAccepted,
	recovery.EntryPlanDeclined, recovery.EntryHarassmentReported, recovery.EntryEvidenceAdded, recovery.EntryMailsAsked,
	recovery.EntryInstalmentReminded,
}

// returnBody is the model of a counterpart's page.
type returnBody struct {
	casework.Return
	Opened  bool   // before it, nothing of the case is told and nothing recorded
	Token   string // stands in the addresses of this page's forms and nowhere else
	Done    bool   // something was just recorded
	Facts   []detail
	Records []string
	Parts   []partMark // of the plan there is
	PlanSay string
	Forms   []form
	Notice  string
}

// returnCall is a request with a link: nobody is signed in, and no session is
// read or begun.
type returnCall struct {
	*call
	link  recovery.Link
	token string
}

// returns adds a page that a counterpart comes to by a link. Its address is a
// secret: no page linked from it learns where its reader came from, and nothing
// of it is kept.
func (w *Web) returns(h func(*returnCall) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		return w.bare(func(made *call) error {
			token := made.Param("token")
			link, err := w.service.FindLink(c.Request().Context(), token)
			if err != nil {
				return err
			}
			return h(&returnCall{call: made, link: link, token: token})
		})(c)
	}
}

// bare wraps a page without a session.
func (w *Web) bare(h handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		headers := c.Response().Header()
		secureHeaders(headers)
		headers.Set("Referrer-Policy", "no-referrer")
		headers.Set("X-Robots-Tag", "noindex, nofollow")
		made := &call{Context: c, web: w, say: w.language(c)}
		c.Set(callKey, made)
		return h(made)
	}
}

func (w *Web) registerReturn(e *echo.Echo) {
	e.GET("/return", w.bare(w.returnEntry))
	e.POST("/return", w.bare(w.enterReturn))
	e.GET("/return/:token", w.returns(w.returnPage))
	e.POST("/return/:token", w.returns(w.openReturn))
	e.POST("/return/:token/evidence", w.returns(w.returnEvidence))
	e.POST("/return/:token/:answer", w.returns(w.answerReturn))
}

// returnEntry leads from an address that keeps its token behind the #, which
// browsers do not send, to the page; by hand where scripts do not run.
func (w *Web) returnEntry(c *call) error {
	return c.render(http.StatusOK, "return_entry", page{
		Title: c.say.T("return.enter_title"), Lang: c.say.Language, Now: c.web.now(), Pace: c.web.service.Pace(), Unread: -1, Bare: true,
		Scripts: []string{"return.js"},
	})
}

// enterReturn takes a whole address, or the token at its end.
func (w *Web) enterReturn(c *call) error {
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxForm)
	typed := strings.TrimSpace(c.FormValue("token"))
	token := typed[strings.LastIndexAny(typed, "/#")+1:]
	if _, err := w.service.FindLink(c.Request().Context(), token); err != nil {
		return err
	}
	return c.seeOther("/return/" + token)
}

// returnPage tells why this is no fraud and what will be recorded; once the
// counterpart has opened it, what is asked of them. Looking at the first part
// records nothing: programs that preview links do so as well.
func (w *Web) returnPage(c *returnCall) error {
	if c.link.OpenedAt == nil {
		return c.showReturn(http.StatusOK, casework.Return{ExpiresAt: c.link.ExpiresAt, Records: returnRecords}, nil)
	}
	told, err := w.service.OpenReturn(c.Request().Context(), c.asked(nil), c.link)
	if err != nil {
		return err
	}
	return c.showReturn(http.StatusOK, told, nil)
}

// openReturn records that the counterpart knows.
func (w *Web) openReturn(c *returnCall) error {
	if _, err := w.service.OpenReturn(c.Request().Context(), c.asked(nil), c.link); err != nil {
		return err
	}
	return c.seeOther(c.place())
}

// place is the address of the page itself.
func (c *returnCall) place() string { return "/return/" + c.token }

// asked names the counterpart for a use case. Nothing of their device is told,
// as the page promises.
func (c *returnCall) asked(values url.Values) casework.Request {
	req := casework.Request{Actor: casework.CounterpartActor(c.link), Device: "web: return page"}
	if values != nil {
		req.Key, req.Fingerprint = values.Get("key"), c.fingerprint(values)
	}
	return req
}

// answerReturn takes what a counterpart says.
func (w *Web) answerReturn(c *returnCall) error {
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxForm)
	if err := c.Request().ParseForm(); err != nil {
		return recovery.Faultf(recovery.CodeTooLarge, "The form cannot be read: it is malformed or above %d bytes.", maxForm)
	}
	values := closeGaps(c.Request().PostForm)
	told, err := w.service.OpenReturn(c.Request().Context(), c.asked(nil), c.link)
	if err != nil {
		return err
	}
	act, read := decodeAnswer(c.Param("answer"), values, told)
	if act.Action == "" {
		return recovery.Faultf(recovery.CodeNotFound, "There is no such answer.")
	}
	if len(read.faults) > 0 {
		return c.answerAgain(told, values, recovery.Invalid(read.faults))
	}
	if _, err := w.service.TakeCounterpartAction(c.Request().Context(), c.asked(values), c.link, act); err != nil {
		return c.answerAgain(told, values, err)
	}
	return c.seeOther(c.place() + "?done=1")
}

// answerAgain shows the page with what was wrong beside its form.
func (c *returnCall) answerAgain(told casework.Return, values url.Values, err error) error {
	failed := c.attempted(recovery.Action(c.Param("answer")), values, err, fieldFaults(err))
	if failed == nil {
		return err
	}
	return c.showReturn(statusOf(err), told, failed)
}

// The answers of the page, as they stand in the addresses of its forms. Those
// that are actions bear their names.
const (
	sayReturned  = "returned"
	sayPromised  = "promised"
	sayContested = "contested"
	sayEvidence  = "evidence"
)

// contestedBy are the reasons a counterpart may give.
var contestedBy = []recovery.Refusal{recovery.ClaimsGift, recovery.ClaimsOwed, recovery.AlreadyReturned, recovery.Refuses}

// decodeAnswer makes the act of an answer; one without an action is none of
// these.
func decodeAnswer(answer string, values url.Values, told casework.Return) (recovery.Act, *decoder) {
	d := &decoder{values: values}
	act := recovery.Act{}
	switch answer {
	case sayReturned:
		act = recovery.Act{Action: recovery.RecordResponse, Kind: string(recovery.Returned), Amount: d.moneyIfAny("amount_fen"), At: d.moment("at"), Text: d.text("text")}
		if act.Amount != nil && told.Asked != nil && *act.Amount < *told.Asked {
			act.Kind = string(recovery.PartlyReturned)
		}
	case sayPromised:
		act = recovery.Act{Action: recovery.RecordResponse, Kind: string(recovery.Promised), Text: d.text("text")}
	case sayContested:
		act = recovery.Act{Action: recovery.RecordResponse, Kind: string(recovery.Contested), Refusal: recovery.Refusal(d.text("refusal")), Text: d.text("text")}
	case string(recovery.ProposePlan):
		act = recovery.Act{Action: recovery.ProposePlan, Instalments: d.instalments()}
	case string(recovery.AcceptPlan):
		act = recovery.Act{Action: recovery.AcceptPlan}
	case string(recovery.DeclinePlan):
		act = recovery.Act{Action: recovery.DeclinePlan, Reason: d.text("reason")}
	case string(recovery.ReportHarassment):
		act = recovery.Act{Action: recovery.ReportHarassment, Text: d.text("text")}
	}
	if act.Action != "" {
		act.Email = d.text("email")
	}
	return act, d
}

// showReturn renders the page. It keeps no flash and reads no session.
func (c *returnCall) showReturn(status int, told casework.Return, failed *attempt) error {
	body := returnBody{
		Return: told, Opened: told.Reference != "", Token: c.token, Done: c.QueryParam("done") != "",
		Facts: c.returnFacts(told),
	}
	for _, kind := range told.Records {
		body.Records = append(body.Records, c.say.Word("return.record", kind))
	}
	if told.Plan != nil {
		body.PlanSay = c.planSays(*told.Plan)
		for _, part := range told.Plan.Instalments {
			body.Parts = append(body.Parts, partMark{Instalment: part, State: partState(*told.Plan, part, c.web.now())})
		}
	}
	if body.Opened && told.Open {
		body.Forms = c.returnForms(told, failed)
	}
	if failed != nil {
		body.Notice = failed.notice
	}
	return c.render(status, "return", page{
		Title: c.say.T("return.title"), Lang: c.say.Language, Now: c.web.now(), Pace: c.web.service.Pace(), Unread: -1, Bare: true, Body: body,
	})
}

func (c *returnCall) planSays(plan recovery.Plan) string {
	switch {
	case plan.Running:
		return c.say.T("return.plan_runs")
	case plan.By == recovery.RoleCounterpart:
		return c.say.T("return.plan_yours")
	default:
		return c.say.T("return.plan_theirs")
	}
}

// returnFacts are the sums and times; no name is among them.
func (c *returnCall) returnFacts(told casework.Return) []detail {
	if told.Reference == "" {
		return nil
	}
	money := func(m *recovery.Money) string {
		if m == nil {
			return ""
		}
		return yuan(*m)
	}
	some := func(m recovery.Money) string {
		if m == 0 {
			return ""
		}
		return yuan(m)
	}
	all := []detail{
		{Name: c.say.T("return.what"), Value: c.say.Word("platform", told.Platform) + " · " + c.say.Word("instrument", told.Instrument)},
		{Name: c.say.T("return.when"), Value: clock(told.SentAt)},
		{Name: c.say.T("return.claimed_at"), Value: clockIfAny(told.ClaimedAt)},
		{Name: c.say.T("return.held"), Value: money(told.Held)},
		{Name: c.say.T("return.asked"), Value: firstOf(money(told.Asked), c.say.T("return.asked_unknown"))},
		{Name: c.say.T("return.confirmed"), Value: some(told.Returned)},
		{Name: c.say.T("return.says"), Value: some(told.ReportedReturned)},
		{Name: c.say.T("return.answer"), Value: c.say.Word("response", told.Answer)},
		{Name: c.say.T("return.reference"), Value: string(told.Reference)},
	}
	return slices.DeleteFunc(all, func(f detail) bool { return f.Value == "" })
}

func clockIfAny(at *time.Time) string {
	if at == nil {
		return ""
	}
	return clock(*at)
}
