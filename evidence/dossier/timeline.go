package dossier

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"recourse/evidence/folio"
	"recourse/evidence/typeset"
)

// writeTimeline lists every entry of the journal, none left out. An audience that may not read an entry gets its hash.
func (s *composer) writeTimeline() {
	s.book.AddParagraph(prosePara(s.t.text("timeline_intro", "count", len(s.folio.Entries))))
	if s.hasWithheldEntries() {
		s.book.AddParagraph(prosePara(s.t.text("timeline_withheld")))
	}
	s.book.AddSpace(2)
	table := newTable(12, 26, 21, 79, 24)
	table.Head = headRow(s.t.text("col_no"), s.t.text("col_time"), s.t.text("col_who"), s.t.text("col_what"), s.t.text("col_hash"))
	for i := range s.folio.Entries {
		if e := &s.folio.Entries[i]; e.Withheld {
			table.Rows = append(table.Rows, s.withheldEntryRow(i+1, e))
		} else {
			table.Rows = append(table.Rows, s.timelineRow(e))
		}
	}
	s.book.AddTable(table)
}

func (s *composer) hasWithheldEntries() bool {
	return slices.ContainsFunc(s.folio.Entries, func(e folio.Entry) bool { return e.Withheld })
}

// withheldEntryRow is the row of an entry of which this audience gets only the hash.
func (s *composer) withheldEntryRow(no int, e *folio.Entry) typeset.Row {
	what := cellOf(cell, s.t.text("withheld_entry"))
	what.Span = 3
	return typeset.Row{Cells: []typeset.Cell{
		centredCell(cell, strconv.Itoa(no)), what, centredCell(code, hex.EncodeToString(e.Hash[:6])),
	}}
}

func (s *composer) timelineRow(e *folio.Entry) typeset.Row {
	var what []typeset.Paragraph
	for _, text := range strings.Split(s.sentence(e)+s.correctionNote(e), "\n") {
		what = append(what, compactPara(cell, text))
	}
	at := strings.Replace(formatStamp(e.Parsed.At), " ", "\n", 1)
	return typeset.Row{Cells: []typeset.Cell{
		centredCell(cell, strconv.FormatInt(e.Parsed.Seq, 10)),
		cellOf(code, at),
		cellOf(cell, s.t.word("role", string(e.Parsed.Actor.Role))),
		{Paragraphs: what},
		centredCell(code, hex.EncodeToString(e.Hash[:6])),
	}}
}
