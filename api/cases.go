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
	if err := checkID(id); err != nil {
		return err
	}
	view, err := a.service.Case(c.Request().Context(), actorFrom(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	setETag(c, view.Version)
	return sendJSON(c, renderCase(view))
}

// ListCases implements ServerInterface.
func (a *API) ListCases(c echo.Context, params ListCasesParams) error {
	filter, err := parseCaseFilter(c, params)
	if err != nil {
		return err
	}
	limit, err := pageSize(params.Limit)
	if err != nil {
		return err
	}
	views, next, err := a.service.Cases(c.Request().Context(), actorFrom(c), filter, limit, valueOrZero(params.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, CasePage{Items: renderList(views, renderCase), NextCursor: nullIfEmpty[string](next)})
}

// ListTexts implements ServerInterface.
func (a *API) ListTexts(c echo.Context, id ID, params ListTextsParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	texts, err := a.service.Texts(c.Request().Context(), actorFrom(c), recovery.CaseID(id), recovery.Stage(valueOrZero(params.Stage)))
	if err != nil {
		return err
	}
	return sendJSON(c, TextList{Items: renderList(texts, renderText)})
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
			Field: "limit", Code: "out_of_range", Detail: "A page has 1 to 200 items.",
		}})
	}
	return *limit, nil
}

func valueOrZero[T any](value *T) T {
	if value == nil {
		var none T
		return none
	}
	return *value
}

// listParameters are the query parameters of ListCases. Others are refused,
// because a misspelled filter would return all cases.
var listParameters = []string{
	"stage", "waiting_on", "outcome", "platform", "assignee", "due_before", "q", "limit", "cursor",
}

// unassigned as the assignee selects open cases without an assignee.
const unassigned = "none"

func parseCaseFilter(c echo.Context, p ListCasesParams) (recovery.CaseFilter, error) {
	faults := checkParameterNames(c, listParameters...)
	checkEnum(&faults, "stage", p.Stage, recovery.Stages)
	checkEnum(&faults, "waiting_on", p.WaitingOn, recovery.Waits)
	checkEnum(&faults, "outcome", p.Outcome, recovery.Outcomes)
	checkEnum(&faults, "platform", p.Platform, recovery.Platforms)
	checkPlainText(&faults, "assignee", p.Assignee, recovery.MaxReference)
	checkPlainText(&faults, "q", p.Q, maxQuery)
	checkPlainText(&faults, "cursor", p.Cursor, maxCursor)
	filter := recovery.CaseFilter{
		Stage: recovery.Stage(valueOrZero(p.Stage)), WaitingOn: recovery.WaitingOn(valueOrZero(p.WaitingOn)),
		Outcome: recovery.Outcome(valueOrZero(p.Outcome)), Platform: recovery.Platform(valueOrZero(p.Platform)),
		Assignee: recovery.UserID(valueOrZero(p.Assignee)), DueBefore: p.DueBefore, Query: valueOrZero(p.Q),
	}
	if filter.Assignee == unassigned {
		filter.Assignee, filter.Unassigned = "", true
	}
	return filter, recovery.Invalid(faults)
}

func checkParameterNames(c echo.Context, known ...string) []recovery.FieldFault {
	var faults []recovery.FieldFault
	for name := range c.QueryParams() {
		if !slices.Contains(known, name) {
			faults = append(faults, recovery.FieldFault{
				Field: makePrintable(name), Code: "unknown_parameter", Detail: "This parameter does not exist here. See the specification.",
			})
		}
	}
	return faults
}

func checkEnum[T, V ~string](faults *[]recovery.FieldFault, field string, value *T, values []V) {
	if value != nil && !slices.Contains(values, V(*value)) {
		*faults = append(*faults, recovery.FieldFault{
			Field: field, Code: "unknown_value", Detail: "This value is not accepted. See the specification for the list.",
		})
	}
}

// checkPlainText refuses text that PostgreSQL cannot store or that is too long.
func checkPlainText(faults *[]recovery.FieldFault, field string, value *string, limit int) {
	if value == nil {
		return
	}
	if !utf8.ValidString(*value) || utf8.RuneCountInString(*value) > limit || strings.ContainsFunc(*value, unicode.IsControl) {
		*faults = append(*faults, recovery.FieldFault{
			Field: field, Code: "malformed", Detail: "The text is too long or contains characters that are not accepted.",
		})
	}
}
