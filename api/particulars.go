package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// GetParticulars implements ServerInterface.
func (a *API) GetParticulars(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	seen, err := a.service.Particulars(c.Request().Context(), actorFrom(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, renderParticulars(seen))
}

// SupplyParticulars implements ServerInterface.
func (a *API) SupplyParticulars(c echo.Context, id ID, params SupplyParticularsParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	var change recovery.Particulars
	request, err := readRequest(c, params.IdempotencyKey, &change)
	if err != nil {
		return err
	}
	if request.IfMatch, err = parseIfMatch(params.IfMatch); err != nil {
		return err
	}
	reply, err := a.service.SupplyParticulars(c.Request().Context(), request, recovery.CaseID(id), change)
	if err != nil {
		return err
	}
	return sendReply(c, http.StatusOK, reply, renderParticulars)
}

// particularsBody is CaseParticulars of the specification.
type particularsBody struct {
	CaseID      recovery.CaseID              `json:"case_id"`
	Masked      bool                         `json:"masked"`
	Lacking     []recovery.MissingParticular `json:"lacking"`
	Particulars recovery.Particulars         `json:"particulars"`
}

func renderParticulars(p casework.CaseParticulars) particularsBody {
	return particularsBody{p.CaseID, p.Masked, p.Lacking, p.Particulars}
}
