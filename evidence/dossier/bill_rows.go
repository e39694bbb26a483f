package dossier

import (
	"encoding/json"
	"fmt"

	"recourse/evidence/copies"
)

// prepareRows reads the rows of a bill from a copy that shows them.
func (p *draft) prepareRows(e *exhibit) error {
	if e.Copy == nil || e.Copy.MediaType != copies.RowsMedia || e.open == nil {
		return nil
	}
	data, err := readFile(e)
	if err != nil {
		return fmt.Errorf("exhibit %s: %w", e.ID, err)
	}
	p.reopened++
	rows, ok := parseRows(data)
	if !ok || copies.Digest(data) != e.Copy.SHA256 {
		p.mismatched++
		return nil
	}
	e.rows = &rows
	return nil
}

func parseRows(data []byte) (rows copies.Rows, ok bool) {
	return rows, json.Unmarshal(data, &rows) == nil
}

// writeBillRows prints the rows of a bill that its copy shows.
func (s *composer) writeBillRows(e *exhibit) {
	s.book.AddParagraph(prosePara(s.t.text("bill_rows", "count", len(e.rows.Shown), "total", e.rows.Count)))
	s.book.AddSpace(2)
	for _, row := range e.rows.Shown {
		s.writeBillRow("", row.Cells)
	}
}
