package dossier

import (
	"strconv"
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

// catalogue is the 证据目录 of 证据规定 19, each exhibit with the pages it has in
// these papers.
func (s *setting) catalogue() {
	if len(s.exhibits) == 0 {
		s.book.Para(prose(s.t.text("no_exhibits")))
		return
	}
	s.book.Para(prose(s.legal("catalogue_intro", "count", len(s.exhibits))))
	s.book.Skip(2)
	table := grid(13, 34, 24, 37, 18, 23, 13)
	table.Head = head(s.t.text("col_exhibit"), s.t.text("col_name"), s.t.text("col_source"), s.t.text("col_proves"),
		s.t.text("col_form"), s.t.text("col_carrier"), s.t.text("col_page"))
	for i := range s.exhibits {
		e := &s.exhibits[i]
		if e.InGroup == 1 {
			table.Rows = append(table.Rows, s.groupRow(e))
		}
		table.Rows = append(table.Rows, s.exhibitRow(e), s.digestRow(e))
	}
	s.book.Table(table)
	s.book.Skip(4)
	s.signatures(s.t.text("submitter_sign"), s.t.text("copies", "copies", s.values["copies"]))
	s.withheldList()
}

func (s *setting) groupRow(e *exhibit) typeset.Row {
	c := in(label, s.t.text("group_row", "no", e.GroupNo, "title", s.t.Text("paper.group."+e.Group)))
	c.Span = 7
	return typeset.Row{Cells: []typeset.Cell{c}, Hold: true}
}

func (s *setting) exhibitRow(e *exhibit) typeset.Row {
	if e.Withheld {
		return s.withheldRow(e)
	}
	name := []typeset.Para{compact(cell, s.t.word("evidence_kind", string(e.Kind)))}
	for _, more := range []string{
		s.described(e, "description", e.Description), s.described(e, "file_name", e.FileName),
	} {
		if more != "" {
			name = append(name, compact(note, more))
		}
	}
	source := s.t.wordOrText("platform", s.described(e, "source", e.Source))
	if source == "" {
		source = s.t.text("no_source")
	}
	number := centred(cell, e.Label())
	number.Paras[0].Goal = e.goal()
	page := centred(cell, s.pageRange(e))
	page.Paras[0].Goal = e.goal()
	return typeset.Row{Hold: true, Cells: []typeset.Cell{
		number, {Paras: name}, {Paras: []typeset.Para{compact(cell, source), s.received(e)}}, in(cell, s.t.Text("paper.exhibit."+string(s.known(e.Kind))+".proves")),
		in(cell, s.form(e)), s.carrier(e), page,
	}}
}

// withheldRow names an exhibit this copy does not hold: what it is, and no word
// of what whoever filed it wrote.
func (s *setting) withheldRow(e *exhibit) typeset.Row {
	why := in(cell, s.t.text("withheld_row"))
	why.Span = 5
	return typeset.Row{Hold: true, Cells: []typeset.Cell{
		centred(cell, e.Label()), in(cell, s.t.word("evidence_kind", string(e.Kind))), why,
	}}
}

// withheldList says which exhibits this copy does not hold, and why.
func (s *setting) withheldList() {
	table := grid(15, 46, 101)
	table.Head = head(s.t.text("col_exhibit"), s.t.text("col_name"), s.t.text("withheld_why"))
	for i := range s.exhibits {
		if e := &s.exhibits[i]; e.Withheld {
			table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
				centred(cell, e.Label()), in(cell, s.t.word("evidence_kind", string(e.Kind))), in(cell, e.Why),
			}})
		}
	}
	if len(table.Rows) == 0 {
		return
	}
	s.heading(s.t.text("withheld_title"))
	intro := "withheld_intro"
	if s.erased != nil {
		intro = "erased_intro"
	}
	s.book.Para(compact(note, s.t.text(intro)))
	s.book.Skip(1)
	s.book.Table(table)
}

// received is the day an exhibit came in.
func (s *setting) received(e *exhibit) typeset.Para {
	return compact(note, s.t.text("received", "time", e.ReceivedAt.In(beijing).Format("2006-01-02")))
}

// known falls back to "other" for kinds a later program added.
func (p *papers) known(kind recovery.EvidenceKind) recovery.EvidenceKind {
	if _, known := p.t.Exhibits[kind]; known {
		return kind
	}
	return recovery.OtherEvidence
}

func (s *setting) form(e *exhibit) string {
	family, _, _ := strings.Cut(e.MediaType, "/")
	if word, known := s.t.known("media", family); known {
		return word
	}
	return s.t.word("media", "application")
}

// carrier says on which device the original is and where its bytes are.
func (s *setting) carrier(e *exhibit) typeset.Cell {
	device := e.Device
	switch {
	case device == "":
		device = s.t.text("carrier_unknown")
	case !s.shows(recovery.CollectorDevices):
		device = s.mask()
	}
	where := "carrier_bag"
	if e.Copy != nil {
		where = "carrier_copy"
	}
	return typeset.Cell{Paras: []typeset.Para{compact(cell, device), compact(note, s.t.text(where))}}
}

func (s *setting) pageRange(e *exhibit) string {
	first, last := s.page(e.goal()), s.page(e.goal()+".end")
	if first == last {
		return first
	}
	return first + "–" + last
}

// digestRow stands under an exhibit's row: what ties the paper to the file.
func (s *setting) digestRow(e *exhibit) typeset.Row {
	text := compact(code, s.t.text("exhibit_digest", "sha256", e.SHA256, "entries", seqs(e.Seqs)))
	return typeset.Row{Cells: []typeset.Cell{in(code, ""), {Paras: []typeset.Para{text}, Span: 6}}}
}

func seqs(numbers []int64) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(words, "、")
}
