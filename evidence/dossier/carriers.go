package dossier

import "recourse/evidence/typeset"

// writeCarriers is the sheet of original carriers: where each exhibit's original is
// and how it is shown in court (证据规定 23).
func (s *composer) writeCarriers() {
	s.book.AddParagraph(prosePara(s.legal("carriers_intro")))
	s.book.AddSpace(2)
	table := newTable(15, 36, 42, 69)
	table.Head = headRow(s.t.text("col_exhibit"), s.t.text("col_name"), s.t.text("col_carrier"), s.t.text("col_show"))
	for i := range s.exhibits {
		e := &s.exhibits[i]
		name := s.t.word("evidence_kind", string(e.Kind))
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centredCell(cell, e.Label()), cellOf(cell, name),
			{Paragraphs: append(s.carrierCell(e).Paragraphs, compactPara(code, s.t.text("digest_short", "sha", shorten(e.SHA256, 16))))},
			cellOf(cell, s.howToShow(e)),
		}})
	}
	if len(table.Rows) == 0 {
		s.book.AddParagraph(compactPara(cell, s.t.text("no_exhibits")))
		return
	}
	s.book.AddTable(table)
	s.book.AddSpace(3)
	s.book.AddParagraph(compactPara(note, s.t.text("carriers_note")))
	s.book.AddSpace(3)
	s.writeSignatures(s.t.text("keeper_sign"), s.t.text("sign_date"))
}

// howToShow returns how the original of an exhibit is shown in court, by its kind.
// Voice recordings have a text of their own.
func (s *composer) howToShow(e *exhibit) string {
	if len(e.MediaType) > 6 && e.MediaType[:6] == "audio/" {
		return s.t.Text("paper.exhibit.voice.show")
	}
	return s.t.Text("paper.exhibit." + string(s.kindOrOther(e.Kind)) + ".show")
}
