package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// IssueLink implements ServerInterface. Only the first answer has the token.
func (a *API) IssueLink(c echo.Context, id ID, p IssueLinkParams) error {
	if err := known(id); err != nil {
		return err
	}
	var asked struct {
		CounterpartID recovery.CounterpartID `json:"counterpart_id"`
		Days          *int                   `json:"days"`
	}
	request, err := readRequest(c, p.IdempotencyKey, &asked)
	if err != nil {
		return err
	}
	if asked.Days != nil && *asked.Days == 0 {
		return invalidField("days", "out_of_range", "A link works for at least a day.")
	}
	reply, err := a.service.IssueLink(
		c.Request().Context(), request, recovery.CaseID(id), asked.CounterpartID, deref(asked.Days))
	if err != nil {
		return err
	}
	return send(c, http.StatusCreated, reply, issuedOf)
}

// ListLinks implements ServerInterface.
func (a *API) ListLinks(c echo.Context, id ID) error {
	if err := known(id); err != nil {
		return err
	}
	links, err := a.service.Links(c.Request().Context(), actor(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, LinkList{Items: each(links, linkOf)})
}

// RevokeLink implements ServerInterface.
func (a *API) RevokeLink(c echo.Context, id ID, linkID LinkID) error {
	if err := known(id); err != nil {
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

func linkOf(l casework.Link) Link {
	return Link{
		ID: l.ID, CounterpartID: string(l.CounterpartID), CreatedAt: local(l.CreatedAt), ExpiresAt: local(l.ExpiresAt),
		OpenedAt: localOrNil(l.OpenedAt), RevokedAt: localOrNil(l.RevokedAt), By: actorOf(l.By),
	}
}

// issuedOf tells a link with its token, while it is known. In the address it
// stands behind the #: browsers keep that to themselves.
func issuedOf(l casework.Link) LinkIssued {
	plain := linkOf(l)
	told := LinkIssued{
		ID: plain.ID, CounterpartID: plain.CounterpartID, CreatedAt: plain.CreatedAt, ExpiresAt: plain.ExpiresAt,
		OpenedAt: plain.OpenedAt, RevokedAt: plain.RevokedAt, By: plain.By, Token: orNil[string](l.Token),
	}
	if l.Token != "" {
		url := "/return#" + l.Token
		told.URL = &url
	}
	return told
}
