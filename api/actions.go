package api

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// registerActions adds a path for each action in recovery's table.
func (a *API) registerActions(router EchoRouter) {
	for _, action := range recovery.Actions {
		router.POST(basePath+"cases/:id/actions/"+string(action), func(c echo.Context) error { return a.takeAction(c, action) })
	}
}

// takeAction serves all action paths. The body is a recovery.ActionBody in which only
// the fields of the action may be set.
func (a *API) takeAction(c echo.Context, action recovery.Action) error {
	id := c.Param("id")
	if err := checkID(id); err != nil {
		return err
	}
	key, err := singleHeader(c, "Idempotency-Key")
	if err != nil {
		return err
	}
	match, err := singleHeader(c, "If-Match")
	if err != nil {
		return err
	}
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	request, err := newRequest(c, key, string(body))
	if err != nil {
		return err
	}
	if request.IfMatch, err = parseIfMatch(match); err != nil {
		return err
	}
	var act recovery.ActionBody
	if err := decodeStrict(body, &act); err != nil {
		return err
	}
	act.Action = action
	reply, err := a.service.TakeAction(c.Request().Context(), request, recovery.CaseID(id), act)
	if err != nil {
		return err
	}
	return sendCase(c, http.StatusOK, reply)
}

// singleHeader returns a header's value, or nil without the header. Sending it
// twice is refused, because either value could be the one that was meant.
func singleHeader(c echo.Context, name string) (*string, error) {
	switch sent := c.Request().Header.Values(name); len(sent) {
	case 0:
		return nil, nil
	case 1:
		return &sent[0], nil
	default:
		return nil, echo.NewHTTPError(http.StatusBadRequest, fmt.Sprintf("Expected one value for %s, got %d", name, len(sent)))
	}
}
