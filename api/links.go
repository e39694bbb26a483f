package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// IssueLink implements ServerInterface. Only the first response contains the
// token.
func (a *API) IssueLink(c echo.Context, id ID, p IssueLinkParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	var input struct {
		CounterpartID recovery.CounterpartID `json:"counterpart_id"`
		Days          *int                   `json:"days"`
	}
	request, err := readRequest(c, p.IdempotencyKey, &input)
	if err != nil {
		return err
	}
	if input.Days != nil && *input.Days == 0 {
		return invalidField("days", "out_of_range", "A link is valid for at least one day.")
	}
	reply, err := a.service.IssueLink(
		c.Request().Context(), request, recovery.CaseID(id), input.CounterpartID, valueOrZero(input.Days))
	if err != nil {
		return err
	}
	return sendReply(c, http.StatusCreated, reply, renderIssuedLink)
}

// ListLinks implements ServerInterface.
func (a *API) ListLinks(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	links, err := a.service.Links(c.Request().Context(), actorFrom(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, LinkList{Items: renderList(links, renderLink)})
}

// RevokeLink implements ServerInterface.
func (a *API) RevokeLink(c echo.Context, id ID, linkID LinkID) error {
	if err := checkID(id); err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	if err := a.service.RevokeLink(c.Request().Context(), request, recovery.CaseID(id), linkID); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func renderLink(l casework.Link) Link {
	return Link{
		ID: l.ID, CounterpartID: string(l.CounterpartID), CreatedAt: renderTime(l.CreatedAt), ExpiresAt: renderTime(l.ExpiresAt),
		OpenedAt: renderTimeOrNull(l.OpenedAt), RevokedAt: renderTimeOrNull(l.RevokedAt), By: renderActor(l.By),
	}
}

// renderIssuedLink renders a link with its token while the token is known. The
// URL carries the token after the #, which browsers do not send to servers.
func renderIssuedLink(l casework.Link) LinkIssued {
	plain := renderLink(l)
	result := LinkIssued{
		ID: plain.ID, CounterpartID: plain.CounterpartID, CreatedAt: plain.CreatedAt, ExpiresAt: plain.ExpiresAt,
		OpenedAt: plain.OpenedAt, RevokedAt: plain.RevokedAt, By: plain.By, Token: nullIfEmpty[string](l.Token),
	}
	if l.Token != "" {
		url := "/return#" + l.Token
		result.URL = &url
	}
	return result
}
