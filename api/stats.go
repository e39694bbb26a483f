package api

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// GetOutcomes implements ServerInterface.
func (a *API) GetOutcomes(c echo.Context, p GetOutcomesParams) error {
	faults := unknownParameters(c, "by", "paced", "format")
	among(&faults, "format", p.Format, []StatsFormat{StatsFormatJSON, StatsFormatCsv})
	if err := recovery.Invalid(faults); err != nil {
		return err
	}
	by := dimensions(p.By)
	rows, err := a.service.Stats(c.Request().Context(), actor(c), by, deref(p.Paced))
	if err != nil {
		return err
	}
	if deref(p.Format) == StatsFormatCsv {
		return sendTable(c, rows)
	}
	told := Outcomes{By: words[Dimension](by), Paced: deref(p.Paced), Items: each(rows, outcomeRowOf)}
	return sendJSON(c, told)
}

// dimensions are those asked for; all of them when none was named.
func dimensions(by *[]Dimension) []recovery.Dimension {
	switch {
	case by == nil:
		return recovery.Dimensions
	case len(*by) == 1 && (*by)[0] == DimensionNone:
		return nil
	default:
		return words[recovery.Dimension](*by)
	}
}

func outcomeRowOf(r recovery.StatsRow) OutcomeRow {
	told := OutcomeRow{
		Stage: orNil[Stage](r.Stage), Platform: orNil[Platform](r.Platform), GroupKind: orNil[GroupKind](r.GroupKind),
		Month: orNil[string](r.Month), Filed: r.Filed, Closed: r.Closed, Outcomes: map[string]int{},
		ClaimedFen: int64(r.ClaimedFen), RecoveredFen: int64(r.RecoveredFen),
	}
	told.AmountFromFen, told.AmountBelowFen = bandOf(r.Band)
	for _, outcome := range recovery.Outcomes {
		told.Outcomes[string(outcome)] = r.Outcomes[outcome]
	}
	if r.Stage != "" {
		told.Stays = &r.Stays
	}
	if r.Stays > 0 {
		told.MedianSeconds, told.P90Seconds = &r.Median, &r.P90
	}
	return told
}

// bandOf gives the ends of a band of amounts; the highest has no upper one.
func bandOf(band int) (from, below *int64) {
	bands := casework.StatsBands
	if band >= 1 && band <= len(bands) {
		fen := int64(bands[band-1])
		from = &fen
	}
	if band >= 0 && band < len(bands) {
		fen := int64(bands[band])
		below = &fen
	}
	return from, below
}

// sendTable answers with CSV (RFC 4180). Figures that were not asked for are
// empty.
func sendTable(c echo.Context, rows []recovery.StatsRow) error {
	var out bytes.Buffer
	writer := csv.NewWriter(&out)
	writer.UseCRLF = true
	header := []string{"stage", "platform", "group_kind", "amount_from_fen", "amount_below_fen", "month", "filed", "closed"}
	for _, outcome := range recovery.Outcomes {
		header = append(header, string(outcome))
	}
	lines := [][]string{append(header, "claimed_fen", "recovered_fen", "stays", "median_seconds", "p90_seconds")}
	for _, row := range rows {
		lines = append(lines, lineOf(outcomeRowOf(row)))
	}
	if err := writer.WriteAll(lines); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="outcomes.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8; header=present", out.Bytes())
}

func lineOf(r OutcomeRow) []string {
	line := []string{
		string(deref(r.Stage)), string(deref(r.Platform)), string(deref(r.GroupKind)), amountCell(r.AmountFromFen), amountCell(r.AmountBelowFen),
		deref(r.Month), strconv.Itoa(r.Filed), strconv.Itoa(r.Closed),
	}
	for _, outcome := range recovery.Outcomes {
		line = append(line, strconv.Itoa(r.Outcomes[string(outcome)]))
	}
	line = append(line, strconv.FormatInt(r.ClaimedFen, 10), strconv.FormatInt(r.RecoveredFen, 10), "", secondsCell(r.MedianSeconds), secondsCell(r.P90Seconds))
	if r.Stays != nil {
		line[len(line)-3] = strconv.Itoa(*r.Stays)
	}
	for i, cell := range line {
		line[i] = inert(cell)
	}
	return line
}

func amountCell(value *int64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatInt(*value, 10)
}

func secondsCell(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}

// inert keeps a spreadsheet from taking a cell for a formula.
func inert(cell string) string {
	if strings.IndexFunc(cell, func(r rune) bool { return slices.Contains([]rune("=+-@\t\r"), r) }) == 0 {
		return "'" + cell
	}
	return cell
}
