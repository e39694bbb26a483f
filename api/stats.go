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
	faults := checkParameterNames(c, "by", "paced", "format")
	checkEnum(&faults, "format", p.Format, []StatsFormat{StatsFormatJSON, StatsFormatCsv})
	if err := recovery.Invalid(faults); err != nil {
		return err
	}
	by := parseDimensions(p.By)
	rows, err := a.service.Stats(c.Request().Context(), actorFrom(c), by, valueOrZero(p.Paced))
	if err != nil {
		return err
	}
	if valueOrZero(p.Format) == StatsFormatCsv {
		return sendCSV(c, rows)
	}
	result := Outcomes{By: convertStrings[Dimension](by), Paced: valueOrZero(p.Paced), Items: renderList(rows, renderOutcomeRow)}
	return sendJSON(c, result)
}

// parseDimensions returns the requested dimensions; all of them when none is
// named.
func parseDimensions(by *[]Dimension) []recovery.Dimension {
	switch {
	case by == nil:
		return recovery.Dimensions
	case len(*by) == 1 && (*by)[0] == DimensionNone:
		return nil
	default:
		return convertStrings[recovery.Dimension](*by)
	}
}

func renderOutcomeRow(r recovery.StatsRow) OutcomeRow {
	result := OutcomeRow{
		Stage: nullIfEmpty[Stage](r.Stage), Platform: nullIfEmpty[Platform](r.Platform), GroupKind: nullIfEmpty[GroupKind](r.GroupKind),
		Month: nullIfEmpty[string](r.Month), Filed: r.Filed, Closed: r.Closed, Outcomes: map[string]int{},
		ClaimedFen: int64(r.ClaimedFen), RecoveredFen: int64(r.RecoveredFen),
	}
	result.AmountFromFen, result.AmountBelowFen = bandLimits(r.Band)
	for _, outcome := range recovery.Outcomes {
		result.Outcomes[string(outcome)] = r.Outcomes[outcome]
	}
	if r.Stage != "" {
		result.Stays = &r.Stays
	}
	if r.Stays > 0 {
		result.MedianSeconds, result.P90Seconds = &r.Median, &r.P90
	}
	return result
}

// bandLimits returns the limits of an amount band. The highest band has no
// upper limit.
func bandLimits(band int) (from, below *int64) {
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

// sendCSV sends the rows as CSV (RFC 4180). Columns that were not requested are
// empty.
func sendCSV(c echo.Context, rows []recovery.StatsRow) error {
	var out bytes.Buffer
	writer := csv.NewWriter(&out)
	writer.UseCRLF = true
	header := []string{"stage", "platform", "group_kind", "amount_from_fen", "amount_below_fen", "month", "filed", "closed"}
	for _, outcome := range recovery.Outcomes {
		header = append(header, string(outcome))
	}
	lines := [][]string{append(header, "claimed_fen", "recovered_fen", "stays", "median_seconds", "p90_seconds")}
	for _, row := range rows {
		lines = append(lines, csvRow(renderOutcomeRow(row)))
	}
	if err := writer.WriteAll(lines); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="outcomes.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8; header=present", out.Bytes())
}

func csvRow(r OutcomeRow) []string {
	line := []string{
		string(valueOrZero(r.Stage)), string(valueOrZero(r.Platform)), string(valueOrZero(r.GroupKind)), amountCell(r.AmountFromFen), amountCell(r.AmountBelowFen),
		valueOrZero(r.Month), strconv.Itoa(r.Filed), strconv.Itoa(r.Closed),
	}
	for _, outcome := range recovery.Outcomes {
		line = append(line, strconv.Itoa(r.Outcomes[string(outcome)]))
	}
	line = append(line, strconv.FormatInt(r.ClaimedFen, 10), strconv.FormatInt(r.RecoveredFen, 10), "", secondsCell(r.MedianSeconds), secondsCell(r.P90Seconds))
	if r.Stays != nil {
		line[len(line)-3] = strconv.Itoa(*r.Stays)
	}
	for i, cell := range line {
		line[i] = escapeFormula(cell)
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

// escapeFormula keeps spreadsheets from running a cell as a formula.
func escapeFormula(cell string) string {
	if strings.IndexFunc(cell, func(r rune) bool { return slices.Contains([]rune("=+-@\t\r"), r) }) == 0 {
		return "'" + cell
	}
	return cell
}
