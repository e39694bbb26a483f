package dossier

import (
	"encoding/hex"
	"strconv"
	"strings"

	"recourse/evidence/folio"
	"recourse/evidence/typeset"
)

// writeTimeline lists every entry of the journal, none left out.
func (s *composer) writeTimeline() {
	s.book.AddParagraph(prosePara(s.t.text("timeline_intro", "count", len(s.folio.Entries))))
	s.book.AddSpace(2)
	table := newTable(12, 26, 21, 79, 24)
	table.Head = headRow(s.t.text("col_no"), s.t.text("col_time"), s.t.text("col_who"), s.t.text("col_what"), s.t.text("col_hash"))
	for i := range s.folio.Entries {
		table.Rows = append(table.Rows, s.timelineRow(&s.folio.Entries[i]))
	}
	s.book.AddTable(table)
}

func (s *composer) timelineRow(e *folio.Entry) typeset.Row {
	var what []typeset.Paragraph
	for _, text := range strings.Split(s.sentence(e), "\n") {
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
