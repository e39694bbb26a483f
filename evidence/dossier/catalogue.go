package dossier

import (
	"strconv"
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

// writeCatalogue writes the 证据目录 of 证据规定 19: each exhibit with its pages in this
// dossier.
func (s *composer) writeCatalogue() {
	if len(s.exhibits) == 0 {
		s.book.AddParagraph(prosePara(s.t.text("no_exhibits")))
		return
	}
	s.book.AddParagraph(prosePara(s.legal("catalogue_intro", "count", len(s.exhibits))))
	s.book.AddSpace(2)
	table := newTable(13, 34, 24, 37, 18, 23, 13)
	table.Head = headRow(s.t.text("col_exhibit"), s.t.text("col_name"), s.t.text("col_source"), s.t.text("col_proves"),
		s.t.text("col_form"), s.t.text("col_carrier"), s.t.text("col_page"))
	for i := range s.exhibits {
		e := &s.exhibits[i]
		if e.InGroup == 1 {
			table.Rows = append(table.Rows, s.groupRow(e))
		}
		table.Rows = append(table.Rows, s.exhibitRow(e), s.digestRow(e))
	}
	s.book.AddTable(table)
	s.book.AddSpace(4)
	s.writeSignatures(s.t.text("submitter_sign"), s.t.text("copies", "copies", s.values["copies"]))
	s.writeWithheld()
}

func (s *composer) groupRow(e *exhibit) typeset.Row {
	c := cellOf(label, s.t.text("group_row", "no", e.GroupNo, "title", s.textInDanger("paper.group."+e.Group)))
	c.Span = 7
	return typeset.Row{Cells: []typeset.Cell{c}, KeepWithNext: true}
}

func (s *composer) exhibitRow(e *exhibit) typeset.Row {
	if e.Withheld {
		return s.withheldRow(e)
	}
	name := []typeset.Paragraph{compactPara(cell, s.t.word("evidence_kind", string(e.Kind)))}
	for _, more := range []string{
		s.exhibitText(e, "description", e.Description), s.exhibitText(e, "file_name", e.FileName),
	} {
		if more != "" {
			name = append(name, compactPara(note, more))
		}
	}
	source := s.t.wordOrText("platform", s.exhibitText(e, "source", e.Source))
	if source == "" {
		source = s.t.text("no_source")
	}
	number := centredCell(cell, e.Label())
	number.Paragraphs[0].LinkTarget = e.anchor()
	page := centredCell(cell, s.pageRange(e))
	page.Paragraphs[0].LinkTarget = e.anchor()
	return typeset.Row{KeepWithNext: true, Cells: []typeset.Cell{
		number, {Paragraphs: name}, {Paragraphs: []typeset.Paragraph{compactPara(cell, source), s.receivedLine(e)}}, cellOf(cell, s.textInDanger("paper.exhibit."+string(s.kindOrOther(e.Kind))+".proves")),
		cellOf(cell, s.evidenceForm(e)), s.carrierCell(e), page,
	}}
}

// withheldRow lists an exhibit that this copy does not contain: its kind, but no
// text of the person who supplied it.
func (s *composer) withheldRow(e *exhibit) typeset.Row {
	why := cellOf(cell, s.t.text("withheld_row"))
	why.Span = 5
	return typeset.Row{KeepWithNext: true, Cells: []typeset.Cell{
		centredCell(cell, e.Label()), cellOf(cell, s.t.word("evidence_kind", string(e.Kind))), why,
	}}
}

// writeWithheld lists the exhibits that this copy does not contain, and why.
func (s *composer) writeWithheld() {
	table := newTable(15, 46, 101)
	table.Head = headRow(s.t.text("col_exhibit"), s.t.text("col_name"), s.t.text("withheld_why"))
	for i := range s.exhibits {
		if e := &s.exhibits[i]; e.Withheld {
			table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
				centredCell(cell, e.Label()), cellOf(cell, s.t.word("evidence_kind", string(e.Kind))), cellOf(cell, e.Why),
			}})
		}
	}
	if len(table.Rows) == 0 {
		return
	}
	s.writeHeading(s.t.text("withheld_title"))
	intro := "withheld_intro"
	if s.erased != nil {
		intro = "erased_intro"
	}
	s.book.AddParagraph(compactPara(note, s.t.text(intro)))
	s.book.AddSpace(1)
	s.book.AddTable(table)
}

// receivedLine is the day on which an exhibit was received.
func (s *composer) receivedLine(e *exhibit) typeset.Paragraph {
	return compactPara(note, s.t.text("received", "time", e.ReceivedAt.In(beijing).Format("2006-01-02")))
}

// kindOrOther returns "other" for a kind that this version does not know.
func (p *draft) kindOrOther(kind recovery.EvidenceKind) recovery.EvidenceKind {
	if _, known := p.t.Exhibits[kind]; known {
		return kind
	}
	return recovery.OtherEvidence
}

func (s *composer) evidenceForm(e *exhibit) string {
	family, _, _ := strings.Cut(e.MediaType, "/")
	if word, known := s.t.find("media", family); known {
		return word
	}
	return s.t.word("media", "application")
}

// carrierCell names the device that has the original, and where its bytes are.
func (s *composer) carrierCell(e *exhibit) typeset.Cell {
	device := e.Device
	switch {
	case device == "":
		device = s.t.text("carrier_unknown")
	case !s.shows(recovery.CollectorDevices):
		device = s.maskText()
	}
	where := "carrier_bag"
	if e.Copy != nil {
		where = "carrier_copy"
	}
	return typeset.Cell{Paragraphs: []typeset.Paragraph{compactPara(cell, device), compactPara(note, s.t.text(where))}}
}

func (s *composer) pageRange(e *exhibit) string {
	first, last := s.pageNumber(e.anchor()), s.pageNumber(e.anchor()+".end")
	if first == last {
		return first
	}
	return first + "–" + last
}

// digestRow follows the row of an exhibit. It links the paper to the file.
func (s *composer) digestRow(e *exhibit) typeset.Row {
	text := compactPara(code, s.t.text("exhibit_digest", "sha256", e.SHA256, "entries", joinNumbers(e.Seqs)))
	return typeset.Row{Cells: []typeset.Cell{cellOf(code, ""), {Paragraphs: []typeset.Paragraph{text}, Span: 6}}}
}

func joinNumbers(numbers []int64) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(words, "、")
}
