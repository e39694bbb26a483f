package dossier

import "recourse/evidence/typeset"

// carriers is the sheet of original carriers: where each exhibit's original is
// and how it is shown in court (证据规定 23).
func (s *setting) carriers() {
	s.book.Para(prose(s.legal("carriers_intro")))
	s.book.Skip(2)
	table := grid(15, 36, 42, 69)
	table.Head = head(s.t.text("col_exhibit"), s.t.text("col_name"), s.t.text("col_carrier"), s.t.text("col_show"))
	for i := range s.exhibits {
		e := &s.exhibits[i]
		name := s.t.word("evidence_kind", string(e.Kind))
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centred(cell, e.Label()), in(cell, name),
			{Paras: append(s.carrier(e).Paras, compact(code, s.t.text("digest_short", "sha", short(e.SHA256, 16))))},
			in(cell, s.showing(e)),
		}})
	}
	if len(table.Rows) == 0 {
		s.book.Para(compact(cell, s.t.text("no_exhibits")))
		return
	}
	s.book.Table(table)
	s.book.Skip(3)
	s.book.Para(compact(note, s.t.text("carriers_note")))
	s.book.Skip(3)
	s.signatures(s.t.text("keeper_sign"), s.t.text("sign_date"))
}

// showing tells how an exhibit's original is shown: by its kind, and a voice
// recording with its transcript.
func (s *setting) showing(e *exhibit) string {
	if len(e.MediaType) > 6 && e.MediaType[:6] == "audio/" {
		return s.t.Text("paper.exhibit.voice.show")
	}
	return s.t.Text("paper.exhibit." + string(s.known(e.Kind)) + ".show")
}
