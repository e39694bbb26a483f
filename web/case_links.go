package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// issuedLink is a counterpart's address, shown in the answer to its making and
// never again.
type issuedLink struct {
	Alias   string
	Address string // "" when the same form was sent before
	Until   time.Time
}

// links are those of a case, for whoever may make them.
func (c *call) links(d *caseData) error {
	if len(audiences(c.who.Role)) == 0 {
		return nil
	}
	var err error
	d.links, err = c.web.service.Links(c.Request().Context(), c.who.Actor, d.ID)
	return err
}

// linkForms adds a counterpart's newest link and the forms that make and end it.
func (c *call) linkForms(d *caseData, p *party) {
	at := slices.IndexFunc(d.links, func(l casework.Link) bool { return l.CounterpartID == p.ID })
	path := "/cases/" + string(d.Number) + "/links"
	if at >= 0 {
		link := d.links[at]
		p.Link = &linkMark{Link: link, Works: link.IsValid(c.web.now())}
		if p.Link.Works {
			p.Link.Revoke = &form{Action: path + "/" + link.ID + "/revoke", CSRF: c.who.CSRF, Submit: c.say.T("case.link_revoke")}
		}
	}
	if d.Position.IsOpen() && len(audiences(c.who.Role)) > 0 {
		p.Make = &linkForm{Days: c.linkDays(), form: form{
			Action: path, Key: newKey(), CSRF: c.who.CSRF, Submit: c.say.T("case.link_make"),
			Hidden: []option{{Label: "counterpart_id", Value: string(p.ID)}},
		}}
	}
}

// linkForm makes a link that works for as many days as are chosen.
type linkForm struct {
	form
	Days []option
}

// linkTerms are how long the page lets a link work, in days.
var linkTerms = []int{3, 7, 14, casework.LinkDays}

func (c *call) linkDays() []option {
	options := make([]option, len(linkTerms))
	for i, days := range linkTerms {
		options[i] = option{Value: strconv.Itoa(days), Label: c.say.T("case.link_days_n", "count", days), Selected: days == casework.LinkDays}
	}
	return options
}

// termOf reads how long a link is to work; nothing means as long as is usual.
func termOf(text string) (int, error) {
	days, err := strconv.Atoi(text)
	switch {
	case text == "":
		return casework.LinkDays, nil
	case err != nil || !slices.Contains(linkTerms, days):
		return 0, recovery.Invalid([]recovery.FieldFault{{Field: "days", Code: "unknown_value", Detail: "Choose one of the terms given."}})
	default:
		return days, nil
	}
}

// issueLink makes a link and shows its address in the answer itself: it is kept
// nowhere, so there is no other page that could.
func (w *Web) issueLink(c *call) error {
	values := c.Request().PostForm
	view, err := w.service.CaseByNumber(c.Request().Context(), c.who.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	days, err := termOf(values.Get("days"))
	if err != nil {
		return err
	}
	to := recovery.CounterpartID(values.Get("counterpart_id"))
	reply, err := w.service.IssueLink(c.Request().Context(), c.request(values), view.ID, to, days)
	if err != nil {
		return err
	}
	issued := &issuedLink{Alias: aliasesOf(view.Counterparts)[string(to)]}
	if reply.Value.Token != "" {
		issued.Until = reply.Value.ExpiresAt
		issued.Address = c.origins() + "/return/" + reply.Value.Token
	}
	return c.showCase(http.StatusOK, &attempt{issued: issued})
}

// origins is the scheme and host this page was asked by.
func (c *call) origins() string {
	scheme := c.Scheme()
	if c.web.secure {
		scheme = "https"
	}
	return scheme + "://" + c.Request().Host
}

// revokeLink ends a link.
func (w *Web) revokeLink(c *call) error {
	number := c.Param("number")
	view, err := w.service.CaseByNumber(c.Request().Context(), c.who.Actor, recovery.CaseNumber(number))
	if err != nil {
		return err
	}
	if err := w.service.RevokeLink(c.Request().Context(), c.request(nil), view.ID, c.Param("link")); err != nil {
		return err
	}
	c.flash("flash.revoked")
	return c.seeOther(c.home(number) + "#people")
}
