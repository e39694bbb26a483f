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
	var rows []typeset.Row
	length := 0
	for i := range s.folio.Entries {
		if length > maxTimelineLength {
			s.writeTimelineRows(rows)
			s.continueTimeline(i + 1)
			rows, length = nil, 0
		}
		row, added := s.entryRow(i+1, &s.folio.Entries[i])
		rows, length = append(rows, row), length+added
	}
	s.writeTimelineRows(rows)
}

// maxTimelineLength is the number of bytes of text after which the timeline begins a
// new page, where another volume can begin: about 40 pages.
const maxTimelineLength = 200_000

// continueTimeline begins the next section of a long timeline, with the entry of a number.
func (s *composer) continueTimeline(no int) {
	title := s.t.text("timeline_continued", "no", no)
	s.beginPart("timeline."+strconv.Itoa(no), title)
	s.book.SetLabel(s.t.text("timeline"))
	s.book.NewPage()
	s.book.AddBookmark(title, 1)
}

func (s *composer) writeTimelineRows(rows []typeset.Row) {
	table := newTable(12, 26, 21, 79, 24)
	table.Head = headRow(s.t.text("col_no"), s.t.text("col_time"), s.t.text("col_who"), s.t.text("col_what"), s.t.text("col_hash"))
	table.Rows = rows
	s.book.AddTable(table)
}

// entryRow returns the row of an entry and how many bytes of text it has at least.
func (s *composer) entryRow(no int, e *folio.Entry) (typeset.Row, int) {
	const shortest = 100
	if e.Withheld {
		return s.withheldEntryRow(no, e), shortest
	}
	what := s.sentence(e) + s.correctionNote(e)
	return s.timelineRow(e, what), max(shortest, len(what))
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

func (s *composer) timelineRow(e *folio.Entry, sentences string) typeset.Row {
	var what []typeset.Paragraph
	for _, text := range strings.Split(sentences, "\n") {
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
