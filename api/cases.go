package api

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// FileCase implements ServerInterface.
func (a *API) FileCase(c echo.Context, params FileCaseParams) error {
	var filing recovery.Filing
	request, err := readRequest(c, params.IdempotencyKey, &filing)
	if err != nil {
		return err
	}
	reply, err := a.service.File(c.Request().Context(), request, filing)
	if err != nil {
		return err
	}
	setLocation(c, "cases", reply.Value.ID)
	return sendCase(c, http.StatusCreated, reply)
}

// GetCase implements ServerInterface.
func (a *API) GetCase(c echo.Context, id ID) error {
	if err := known(id); err != nil {
		return err
	}
	view, err := a.service.Case(c.Request().Context(), actor(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	setETag(c, view.Version)
	return sendJSON(c, caseOf(view))
}

// ListCases implements ServerInterface.
func (a *API) ListCases(c echo.Context, params ListCasesParams) error {
	filter, err := filterOf(c, params)
	if err != nil {
		return err
	}
	limit, err := pageSize(params.Limit)
	if err != nil {
		return err
	}
	views, next, err := a.service.Cases(c.Request().Context(), actor(c), filter, limit, deref(params.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, CasePage{Items: each(views, caseOf), NextCursor: orNil[string](next)})
}

// ListTexts implements ServerInterface.
func (a *API) ListTexts(c echo.Context, id ID, params ListTextsParams) error {
	if err := known(id); err != nil {
		return err
	}
	texts, err := a.service.Texts(c.Request().Context(), actor(c), recovery.CaseID(id), recovery.Stage(deref(params.Stage)))
	if err != nil {
		return err
	}
	return sendJSON(c, TextList{Items: each(texts, textOf)})
}

const (
	defaultPage = 50
	maxPage     = 200
	maxQuery    = 100
	maxCursor   = 200
)

func pageSize(limit *int) (int, error) {
	if limit == nil {
		return defaultPage, nil
	}
	if *limit < 1 || *limit > maxPage {
		return 0, recovery.Invalid([]recovery.FieldFault{{
			Field: "limit", Code: "out_of_range", Detail: "A page has between 1 and 200 items.",
		}})
	}
	return *limit, nil
}

func deref[T any](value *T) T {
	if value == nil {
		var none T
		return none
	}
	return *value
}

// listParameters are those of ListCases; a misspelt filter would otherwise give
// everything.
var listParameters = []string{
	"stage", "waiting_on", "outcome", "platform", "assignee", "due_before", "q", "limit", "cursor",
}

// nobody, as assignee, asks for open cases without one.
const nobody = "none"

func filterOf(c echo.Context, p ListCasesParams) (recovery.CaseFilter, error) {
	faults := unknownParameters(c, listParameters...)
	among(&faults, "stage", p.Stage, recovery.Stages)
	among(&faults, "waiting_on", p.WaitingOn, recovery.Waits)
	among(&faults, "outcome", p.Outcome, recovery.Outcomes)
	among(&faults, "platform", p.Platform, recovery.Platforms)
	plainText(&faults, "assignee", p.Assignee, recovery.MaxReference)
	plainText(&faults, "q", p.Q, maxQuery)
	plainText(&faults, "cursor", p.Cursor, maxCursor)
	filter := recovery.CaseFilter{
		Stage: recovery.Stage(deref(p.Stage)), WaitingOn: recovery.WaitingOn(deref(p.WaitingOn)),
		Outcome: recovery.Outcome(deref(p.Outcome)), Platform: recovery.Platform(deref(p.Platform)),
		Assignee: recovery.UserID(deref(p.Assignee)), DueBefore: p.DueBefore, Query: deref(p.Q),
	}
	if filter.Assignee == nobody {
		filter.Assignee, filter.Unassigned = "", true
	}
	return filter, recovery.Invalid(faults)
}

func unknownParameters(c echo.Context, known ...string) []recovery.FieldFault {
	var faults []recovery.FieldFault
	for name := range c.QueryParams() {
		if !slices.Contains(known, name) {
			faults = append(faults, recovery.FieldFault{
				Field: printable(name), Code: "unknown_parameter", Detail: "There is no such parameter here.",
			})
		}
	}
	return faults
}

func among[T, V ~string](faults *[]recovery.FieldFault, field string, value *T, values []V) {
	if value != nil && !slices.Contains(values, V(*value)) {
		*faults = append(*faults, recovery.FieldFault{
			Field: field, Code: "unknown_value", Detail: "The specification lists the accepted values.",
		})
	}
}

// plainText keeps from the database what it could not read.
func plainText(faults *[]recovery.FieldFault, field string, value *string, limit int) {
	if value == nil {
		return
	}
	if !utf8.ValidString(*value) || utf8.RuneCountInString(*value) > limit || strings.ContainsFunc(*value, unicode.IsControl) {
		*faults = append(*faults, recovery.FieldFault{
			Field: field, Code: "malformed", Detail: "The text is too long or holds characters that are not accepted.",
		})
	}
}
