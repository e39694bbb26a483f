package web

import (
	"net/http"
	"net/url"
	"slices"

	"recourse/casework"
	"recourse/recovery"
)

// row is one case in a list.
type row struct {
	casework.View
	Home     string
	Due      *dueMark
	Assignee string
	Mine     bool
	Claim    *form // takes the case
	Release  *form // gives it back
}

// listBody is the model of both lists.
type listBody struct {
	Rows     []row
	Filter   form
	Search   form
	Searched string
	Next     string // address of the next page
	First    string // address of the first page, when this is a later one
	Filtered bool
	CanFile  bool
}

// How many cases a page of a list holds.
const (
	ownRows  = 20
	deskRows = 50
)

// ownCases lists the claimant's cases; the desk has its own list.
func (w *Web) ownCases(c *call) error {
	if c.who.Desk() {
		return c.seeOther("/desk")
	}
	body, err := c.list(recovery.CaseFilter{}, ownRows, nil)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "cases", page{Title: c.say.T("cases.title"), Body: body})
}

func (c *call) list(filter recovery.CaseFilter, limit int, staff []recovery.User) (listBody, error) {
	cursor := c.QueryParam("cursor")
	views, next, err := c.web.service.Cases(c.Request().Context(), c.who.Actor, filter, limit, cursor)
	if err != nil {
		return listBody{}, err
	}
	body := listBody{CanFile: c.who.Files()}
	for _, view := range views {
		body.Rows = append(body.Rows, row{
			View: view, Home: c.home(string(view.Number)), Due: c.due(view.Deadlines, view.Pace),
			Assignee: nameOf(staff, view.Assignee), Mine: view.Assignee == c.who.ID,
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

// withQuery is this page's address with one parameter changed.
func (c *call) withQuery(name, value string) string {
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

// queue is the desk's list.
func (w *Web) queue(c *call) error {
	staff, err := w.service.Accounts(c.Request().Context(), "")
	if err != nil {
		return err
	}
	body, err := c.list(c.deskFilter(), deskRows, staff)
	if err != nil {
		return err
	}
	body.Filter, body.Search, body.Searched = c.filterForm(), c.searchForm(), c.searched()
	body.Filtered = len(c.QueryParams()) > 0
	for i := range body.Rows {
		c.claimForms(&body.Rows[i])
	}
	return c.show(http.StatusOK, "desk", page{
		Title: c.say.T("desk.title"), Desk: true, Scripts: []string{"live.js"}, Body: body,
	})
}

// claimForms let a case be taken or given back from the list.
func (c *call) claimForms(r *row) {
	button := func(action recovery.Action) *form {
		return &form{
			Action: "/cases/" + string(r.Number) + "/actions/" + string(action), Key: newKey(), CSRF: c.who.CSRF,
			Submit: c.say.T("action." + string(action) + ".submit"), Hidden: []option{{Label: "from", Value: fromQueue}},
		}
	}
	if slices.Contains(r.Allowed, recovery.Assign) && r.View.Assignee == "" {
		r.Claim = button(recovery.Assign)
	}
	if slices.Contains(r.Allowed, recovery.Release) && r.Mine {
		r.Release = button(recovery.Release)
	}
}

// Values of the filter "assignee".
const (
	heldByMe     = "me"
	heldByNobody = "nobody"
)

func (c *call) deskFilter() recovery.CaseFilter {
	filter := recovery.CaseFilter{
		Stage: recovery.Stage(c.QueryParam("stage")), WaitingOn: recovery.WaitingOn(c.QueryParam("waiting_on")),
		Platform: recovery.Platform(c.QueryParam("platform")), Query: c.searched(),
	}
	switch c.QueryParam("assignee") {
	case heldByMe:
		filter.Assignee = c.who.ID
	case heldByNobody:
		filter.Unassigned = true
	}
	filter.OpenOnly = filter.Stage == ""
	return filter
}

func (c *call) filterForm() form {
	b := builder{say: c.say, prefix: "q", labels: "filter", values: c.QueryParams()}
	return form{ID: "q", Action: "/desk", Submit: c.say.T("filter.submit"), Groups: []group{{Fields: []field{
		choose(b, "stage", "select", "stage", recovery.Stages, false),
		choose(b, "waiting_on", "select", "waiting_on", recovery.Waits, false),
		choose(b, "platform", "select", "platform", recovery.Platforms, false),
		choose(b, "assignee", "select", "held_by", []string{heldByMe, heldByNobody}, false),
	}}}}
}

// searchForm is sent by POST: what is searched for may be a name, and names do
// not belong in addresses and logs.
func (c *call) searchForm() form {
	b := builder{say: c.say, prefix: "find", labels: "filter", values: url.Values{"q": {c.searched()}}}
	return form{ID: "find", Action: "/desk", CSRF: c.who.CSRF, Submit: c.say.T("filter.search"), Groups: []group{{
		Fields: []field{b.text("q", recovery.MaxName, false)},
	}}}
}

// searched is the search in force, kept in the session.
func (c *call) searched() string {
	if c.QueryParam("search") == "" {
		return ""
	}
	return c.web.sessions.GetString(c.Request().Context(), sessionSearch)
}

// search keeps what is searched for and shows what it finds.
func (w *Web) search(c *call) error {
	read := decoder{values: c.Request().PostForm}
	query := read.text("q")
	w.sessions.Put(c.Request().Context(), sessionSearch, query)
	if query == "" {
		return c.seeOther("/desk")
	}
	return c.seeOther("/desk?search=1")
}
