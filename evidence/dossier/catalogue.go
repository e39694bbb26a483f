package dossier

import (
	"slices"
	"strconv"
	"strings"

	"recourse/evidence/dossier/typeset"
	"recourse/recovery"
)

// catalogue is the 证据目录 of 证据规定 19, each exhibit with the pages it has in
// these papers.
func (s *setting) catalogue() {
	if len(s.exhibits) == 0 {
		s.book.Para(prose(s.t.text("no_exhibits")))
		return
	}
	s.book.Para(prose(s.t.text("catalogue_intro", "count", len(s.exhibits))))
	s.book.Skip(2)
	table := grid(11, 34, 24, 38, 19, 24, 12)
	table.Head = head(s.t.text("col_exhibit"), s.t.text("col_name"), s.t.text("col_source"), s.t.text("col_proves"),
		s.t.text("col_form"), s.t.text("col_carrier"), s.t.text("col_page"))
	group := ""
	for i := range s.exhibits {
		e := &s.exhibits[i]
		if e.Group != group {
			group = e.Group
			table.Rows = append(table.Rows, s.groupRow(group))
		}
		table.Rows = append(table.Rows, s.exhibitRow(e), s.digestRow(e))
	}
	s.book.Table(table)
	if s.folio.Audience == recovery.ForCourt || s.folio.Audience == recovery.ForArchive {
		s.support()
	}
	s.book.Skip(4)
	s.signatures(s.t.text("submitter_sign"), s.t.text("copies"), s.t.text("sign_date"))
}

func (s *setting) groupRow(id string) typeset.Row {
	for _, g := range s.t.Groups {
		if g.ID == id {
			c := in(label, s.t.text("group_row", "title", g.Title))
			c.Span = 7
			return typeset.Row{Cells: []typeset.Cell{c}, Hold: true}
		}
	}
	return typeset.Row{}
}

func (s *setting) exhibitRow(e *exhibit) typeset.Row {
	name := []typeset.Para{compact(cell, s.t.word("evidence_kind", string(e.Kind)))}
	for _, more := range []string{
		s.described(e, "description", e.Description), s.described(e, "file_name", e.FileName),
	} {
		if more != "" {
			name = append(name, compact(note, more))
		}
	}
	source := s.t.word("platform", s.described(e, "source", e.Source))
	if source == "" {
		source = s.t.text("no_source")
	}
	number := centred(cell, strconv.Itoa(e.No))
	number.Paras[0].Goal = e.goal()
	page := centred(cell, s.pageRange(e))
	page.Paras[0].Goal = e.goal()
	return typeset.Row{Hold: true, Cells: []typeset.Cell{
		number, {Paras: name}, {Paras: []typeset.Para{compact(cell, source), s.received(e)}}, in(cell, s.t.Exhibits[s.known(e.Kind)].Proves),
		in(cell, s.form(e)), s.carrier(e), page,
	}}
}

// received is the day an exhibit came in.
func (s *setting) received(e *exhibit) typeset.Para {
	return compact(note, s.t.text("received", "time", e.ReceivedAt.In(beijing).Format("2006-01-02")))
}

// known falls back to "other" for kinds a later program added.
func (s *setting) known(kind recovery.EvidenceKind) recovery.EvidenceKind {
	if _, known := s.t.Exhibits[kind]; known {
		return kind
	}
	return recovery.OtherEvidence
}

func (s *setting) form(e *exhibit) string {
	family, _, _ := strings.Cut(e.MediaType, "/")
	if word, known := s.t.Words["media"][family]; known {
		return word
	}
	return s.t.Words["media"]["application"]
}

// carrier says on which device the original is and where its bytes are.
func (s *setting) carrier(e *exhibit) typeset.Cell {
	device := e.Device
	switch {
	case device == "":
		device = s.t.text("carrier_unknown")
	case s.hidesContacts():
		device = s.mask()
	}
	return typeset.Cell{Paras: []typeset.Para{compact(cell, device), compact(note, s.t.text("carrier_bag"))}}
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

// support sets each fact against the exhibits that may prove it and says where
// a single one stands alone (证据规定 90: some evidence does not suffice alone).
func (s *setting) support() {
	s.book.Need(64)
	s.heading(s.t.text("support"))
	table := grid(62, 40, 60)
	table.Head = head(s.t.text("col_fact"), s.t.text("col_exhibits"), s.t.text("col_note"))
	for _, fact := range s.t.Prove {
		var numbers []string
		for i := range s.exhibits {
			if slices.Contains(s.t.Exhibits[s.known(s.exhibits[i].Kind)].Facts, fact.ID) {
				numbers = append(numbers, strconv.Itoa(s.exhibits[i].No))
			}
		}
		table.Rows = append(table.Rows, s.supportRow(fact.Title, numbers, fact.Needed))
	}
	s.book.Table(table)
}

func (s *setting) supportRow(fact string, numbers []string, needed bool) typeset.Row {
	list, remark, style := strings.Join(numbers, "、"), s.t.text("support_good"), cell
	switch {
	case len(numbers) == 0 && needed:
		list, remark, style = s.t.text("none"), s.t.text("support_none"), warned
	case len(numbers) == 0:
		list, remark = s.t.text("none"), s.t.text("support_optional")
	case len(numbers) == 1:
		remark = s.t.text("support_one")
	}
	style.Size = cell.Size
	return typeset.Row{Cells: []typeset.Cell{in(cell, fact), in(cell, list), in(style, remark)}}
}
