package web

import (
	"net/http"
	"net/url"
	"slices"

	"recourse/casework"
	"recourse/recovery"
)

// caseRow is one case in a list.
type caseRow struct {
	casework.View
	Home         string
	NextDeadline *deadlineView
	Assignee     string
	Mine         bool
	AssignForm   *form // assigns the case to the visitor
	ReleaseForm  *form // releases the case
}

// listBody is the model of both lists.
type listBody struct {
	Rows     []caseRow
	Filter   form
	Search   form
	Searched string
	Next     string // path of the next page
	First    string // path of the first page; "" on the first page
	Filtered bool
	CanFile  bool
}

// Number of cases per page.
const (
	ownPageSize   = 20
	queuePageSize = 50
)

// ownCasesPage lists the claimant's cases. Staff are redirected to the queue.
func (w *Web) ownCasesPage(c *pageContext) error {
	if c.visitor.IsStaff() {
		return c.redirectTo("/desk")
	}
	body, err := c.listCases(recovery.CaseFilter{}, ownPageSize, nil)
	if err != nil {
		return err
	}
	return c.showPage(http.StatusOK, "cases", page{Title: c.texts.T("cases.title"), Body: body})
}

func (c *pageContext) listCases(filter recovery.CaseFilter, limit int, staff []recovery.User) (listBody, error) {
	cursor := c.QueryParam("cursor")
	views, next, err := c.web.service.Cases(c.Request().Context(), c.visitor.Actor, filter, limit, cursor)
	if err != nil {
		return listBody{}, err
	}
	body := listBody{CanFile: c.visitor.CanFileCases()}
	for _, view := range views {
		body.Rows = append(body.Rows, caseRow{
			View: view, Home: c.casePath(string(view.Number)), NextDeadline: c.nextDeadline(view.Deadlines, view.Pace),
			Assignee: userName(staff, view.Assignee), Mine: view.Assignee == c.visitor.ID,
		})
	}
	if next != "" {
		body.Next = c.withQuery("cursor", next)
	}
	if cursor != "" {
		body.First = c.withQuery("cursor", "")
	}
	return body, nil
}

// withQuery returns the URL of this page with one parameter changed.
func (c *pageContext) withQuery(name, value string) string {
	query := url.Values{}
	for key, values := range c.QueryParams() {
		query[key] = values
	}
	query.Del(name)
	if value != "" {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return c.Request().URL.Path
	}
	return c.Request().URL.Path + "?" + query.Encode()
}

// queuePage lists the cases for staff.
func (w *Web) queuePage(c *pageContext) error {
	staff, err := w.service.Accounts(c.Request().Context(), "")
	if err != nil {
		return err
	}
	body, err := c.listCases(c.queueFilter(), queuePageSize, staff)
	if err != nil {
		return err
	}
	body.Filter, body.Search, body.Searched = c.newFilterForm(), c.newSearchForm(), c.searchTerm()
	body.Filtered = len(c.QueryParams()) > 0
	for i := range body.Rows {
		c.addAssignForms(&body.Rows[i])
	}
	return c.showPage(http.StatusOK, "desk", page{
		Title: c.texts.T("desk.title"), StaffLayout: true, Scripts: []string{"live.js"}, Body: body,
	})
}

// addAssignForms adds the forms that assign or release a case from the list.
func (c *pageContext) addAssignForms(r *caseRow) {
	button := func(action recovery.Action) *form {
		return &form{
			Action: "/cases/" + string(r.Number) + "/actions/" + string(action), Key: newIdempotencyKey(), CSRF: c.visitor.CSRF,
			Submit: c.texts.T("action." + string(action) + ".submit"), Hidden: []option{{Label: "from", Value: fromQueue}},
		}
	}
	if slices.Contains(r.Allowed, recovery.Assign) && r.View.Assignee == "" {
		r.AssignForm = button(recovery.Assign)
	}
	if slices.Contains(r.Allowed, recovery.Release) && r.Mine {
		r.ReleaseForm = button(recovery.Release)
	}
}

// Values of the filter "assignee".
const (
	assigneeMe     = "me"
	assigneeNobody = "nobody"
)

func (c *pageContext) queueFilter() recovery.CaseFilter {
	filter := recovery.CaseFilter{
		Stage: recovery.Stage(c.QueryParam("stage")), WaitingOn: recovery.WaitingOn(c.QueryParam("waiting_on")),
		Platform: recovery.Platform(c.QueryParam("platform")), Query: c.searchTerm(),
	}
	switch c.QueryParam("assignee") {
	case assigneeMe:
		filter.Assignee = c.visitor.ID
	case assigneeNobody:
		filter.Unassigned = true
	}
	filter.OpenOnly = filter.Stage == ""
	return filter
}

func (c *pageContext) newFilterForm() form {
	b := fieldBuilder{texts: c.texts, prefix: "q", labels: filterLabels, values: c.QueryParams()}
	return form{ID: "q", Action: "/desk", Submit: c.texts.T("filter.submit"), Groups: []group{{Fields: []field{
		choiceField(b, "stage", "select", "stage", recovery.Stages, false),
		choiceField(b, "waiting_on", "select", "waiting_on", recovery.Waits, false),
		choiceField(b, "platform", "select", "platform", recovery.Platforms, false),
		choiceField(b, "assignee", "select", "held_by", []string{assigneeMe, assigneeNobody}, false),
	}}}}
}

// newSearchForm is sent by POST, because the search term may be a name and must
// not appear in URLs and logs.
func (c *pageContext) newSearchForm() form {
	b := fieldBuilder{texts: c.texts, prefix: "find", labels: filterLabels, values: url.Values{"q": {c.searchTerm()}}}
	return form{ID: "find", Action: "/desk", CSRF: c.visitor.CSRF, Submit: c.texts.T("filter.search"), Groups: []group{{
		Fields: []field{b.textField("q", recovery.MaxName, false)},
	}}}
}

// searchTerm returns the current search term from the session. It is sealed there,
// because it may be a name.
func (c *pageContext) searchTerm() string {
	if c.QueryParam("search") == "" {
		return ""
	}
	term, err := c.web.secrets.open(c.web.sessions.GetString(c.Request().Context(), sessionSearch))
	if err != nil { // nothing was searched for, or before the key changed
		return ""
	}
	return term
}

// searchCases stores the search term and redirects to the results.
func (w *Web) searchCases(c *pageContext) error {
	read := formDecoder{values: c.Request().PostForm}
	query := read.readText("q")
	if query == "" {
		w.sessions.Remove(c.Request().Context(), sessionSearch)
		return c.redirectTo("/desk")
	}
	w.sessions.Put(c.Request().Context(), sessionSearch, w.secrets.seal(query))
	return c.redirectTo("/desk?search=1")
}
