package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// issuedLink is a counterpart's URL. It is shown only in the response that
// creates it.
type issuedLink struct {
	Alias   string
	Address string // "" for a repeated request
	Until   time.Time
}

// loadLinks loads the links of a case if the visitor may issue links.
func (c *pageContext) loadLinks(d *caseData) error {
	if len(recovery.PaperAudiences(c.visitor.Role)) == 0 {
		return nil
	}
	var err error
	d.links, err = c.web.service.Links(c.Request().Context(), c.visitor.Actor, d.ID)
	return err
}

// addLinkForms adds a counterpart's newest link and the forms that issue and
// revoke links.
func (c *pageContext) addLinkForms(d *caseData, p *counterpartView) {
	at := slices.IndexFunc(d.links, func(l casework.Link) bool { return l.CounterpartID == p.ID })
	path := "/cases/" + string(d.Number) + "/links"
	if at >= 0 {
		link := d.links[at]
		p.Link = &linkView{Link: link, Valid: link.IsValid(c.web.now())}
		if p.Link.Valid {
			p.Link.Revoke = &form{Action: path + "/" + link.ID + "/revoke", CSRF: c.visitor.CSRF, Submit: c.texts.T("case.link_revoke")}
		}
	}
	if d.Position.Invites() && len(recovery.PaperAudiences(c.visitor.Role)) > 0 {
		p.NewLink = &linkForm{Days: c.linkDurationOptions(), form: form{
			Action: path, Key: newIdempotencyKey(), CSRF: c.visitor.CSRF, Submit: c.texts.T("case.link_make"),
			Hidden: []option{{Label: "counterpart_id", Value: string(p.ID)}},
		}}
	}
}

// linkForm issues a link that is valid for the chosen number of days.
type linkForm struct {
	form
	Days []option
}

// linkDurations are the offered durations of a link, in days.
var linkDurations = []int{3, 7, 14, casework.LinkDays}

func (c *pageContext) linkDurationOptions() []option {
	options := make([]option, len(linkDurations))
	for i, days := range linkDurations {
		options[i] = option{Value: strconv.Itoa(days), Label: c.texts.T("case.link_days_n", "count", days), Selected: days == casework.LinkDays}
	}
	return options
}

// parseLinkDays parses the duration of a link; empty means the default.
func parseLinkDays(text string) (int, error) {
	days, err := strconv.Atoi(text)
	switch {
	case text == "":
		return casework.LinkDays, nil
	case err != nil || !slices.Contains(linkDurations, days):
		return 0, recovery.Invalid([]recovery.FieldFault{{Field: "days", Code: "unknown_value", Detail: "Choose one of the offered durations."}})
	default:
		return days, nil
	}
}

// issueLink issues a link and shows its URL in the response. The URL is not
// stored, so no other page can show it.
func (w *Web) issueLink(c *pageContext) error {
	values := c.Request().PostForm
	view, err := w.service.CaseByNumber(c.Request().Context(), c.visitor.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	days, err := parseLinkDays(values.Get("days"))
	if err != nil {
		return err
	}
	to := recovery.CounterpartID(values.Get("counterpart_id"))
	reply, err := w.service.IssueLink(c.Request().Context(), c.newRequest(values), view.ID, to, days)
	if err != nil {
		return err
	}
	issued := &issuedLink{Alias: counterpartAliases(view.Counterparts)[string(to)]}
	if reply.Value.Token != "" {
		issued.Until = reply.Value.ExpiresAt
		issued.Address = c.siteAddress() + "/return#" + reply.Value.Token
	}
	return c.showCasePage(http.StatusOK, &formAttempt{issued: issued})
}

// siteAddress returns the address of this installation. Without one in the settings, it is
// the host of the request, which anybody can choose.
func (c *pageContext) siteAddress() string {
	if c.web.url != "" {
		return c.web.url
	}
	return c.Scheme() + "://" + c.Request().Host
}

// revokeLink revokes a link.
func (w *Web) revokeLink(c *pageContext) error {
	number := c.Param("number")
	view, err := w.service.CaseByNumber(c.Request().Context(), c.visitor.Actor, recovery.CaseNumber(number))
	if err != nil {
		return err
	}
	if err := w.service.RevokeLink(c.Request().Context(), c.newRequest(nil), view.ID, c.Param("link")); err != nil {
		return err
	}
	c.setFlash("flash.revoked")
	return c.redirectTo(c.casePath(number) + "#people")
}
