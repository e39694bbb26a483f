package dossier

import (
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

func (s *composer) writeCover() {
	s.book.AddBookmark(s.audienceText("title"), 0)
	s.writeMissingBox()
	s.book.AddSpace(max(6, 26-(s.book.PositionY()-frame.Top)))
	name := newPara(title, s.audienceText("title"))
	name.Align, name.Leading = typeset.Centre, 1.3
	s.book.AddParagraph(name)
	sub := newPara(body, s.audienceText("sub"))
	sub.Align, sub.Before, sub.After = typeset.Centre, 2, 8
	s.book.AddParagraph(sub)
	s.writeParticulars()
	s.writeFingerprints()
	s.writeSignOff()
	s.writeContents()
}

// audienceText returns a text that depends on the audience.
func (p *draft) audienceText(part string) string {
	text, _ := p.t.FindText("paper.audience." + string(p.folio.Audience) + "." + part)
	return text
}

// listedOnCover is the number of missing items that the cover lists.
const listedOnCover = 6

// writeMissingBox warns at the top of the cover that something is missing.
func (s *composer) writeMissingBox() {
	missing := s.missing
	if len(missing) == 0 {
		return
	}
	fill := blush
	box := typeset.Cell{Fill: &fill}
	box.Paragraphs = append(box.Paragraphs, typeset.Paragraph{Leading: 1.5, Spans: []typeset.Span{
		newSpan(warning, s.t.text("missing")+"　"), newSpan(warned, s.t.text("missing_intro", "count", len(missing))),
	}})
	for i, text := range missing[:min(len(missing), listedOnCover)] {
		box.Paragraphs = append(box.Paragraphs, compactPara(warned, itemNumber(i)+text))
	}
	if more := len(missing) - listedOnCover; more > 0 {
		box.Paragraphs = append(box.Paragraphs, compactPara(warned, s.t.text("missing_more", "count", more, "page", s.pageNumber("missing"))))
	}
	table := newTable(frame.Width())
	table.Line, table.LineWidth, table.PadX, table.PadY = red, 0.4, 3, 2
	table.Rows = []typeset.Row{{Cells: []typeset.Cell{box}}}
	s.book.AddTable(table)
}

func (s *composer) writeParticulars() {
	c := s.folio.Case
	table := newTable(34, frame.Width()-34)
	table.PadY = 0.95
	row := func(key, value string) {
		table.Rows = append(table.Rows, labelledRow(s.t.text(key), compactPara(body, value)))
	}
	row("number", string(c.Number))
	if s.folio.Audience == recovery.ForCourt {
		row("court_number", s.t.text("court_number_blank"))
	}
	row("cause", s.t.text("cause_value"))
	row("claimant", s.t.shortenName(s.claimantName()))
	row("counterparts", s.counterpartList())
	if s.claimed() != c.Amount {
		row("paid", s.sumInWords(c.Amount))
	}
	row("sum", s.sumInWords(s.claimed()))
	if s.outstanding() != s.claimed() {
		row("outstanding", s.sumInWords(s.outstanding()))
	}
	row("method", s.t.word("platform", string(c.Platform))+"　"+s.t.word("instrument", string(c.Instrument)))
	row("date", formatDate(s.folio.At))
	row("custodian", orNone(s.folio.Custodian, s.t))
	row("generator", orNone(s.folio.Generator, s.t))
	if s.erased != nil {
		row("erasure", s.t.text("erasure_value", "time", formatStamp(s.erased.Parsed.At), "what", s.sentence(s.erased)))
	}
	seal := body
	if s.folio.Development {
		seal = warned
	}
	table.Rows = append(table.Rows, labelledRow(s.t.text("seal"), compactPara(seal, s.sealAndTime())))
	s.book.AddTable(table)
}

func orNone(value string, t *wording) string {
	if value == "" {
		return t.text("unset")
	}
	return value
}

// namedOnCover is the number of counterparts that the cover names.
const namedOnCover = 6

func (p *draft) counterpartList() string {
	all := p.folio.Case.Counterparts
	if len(all) == 0 {
		return p.t.text("unset")
	}
	var names []string
	for i := range all[:min(len(all), namedOnCover)] {
		names = append(names, p.t.shortenName(p.alias(i)))
	}
	list := strings.Join(names, "、")
	if len(all) > namedOnCover {
		return p.t.text("counterparts_more", "list", list, "count", len(all))
	}
	return list
}

// writeFingerprints prints the fingerprint of the bag and how to verify it.
func (s *composer) writeFingerprints() {
	s.book.AddSpace(5)
	verify := s.t.text("verify_shorter")
	if s.folio.Audience != recovery.ForPlatform {
		verify = s.t.text("verify_short", "page", s.pageNumber("steps"))
	}
	digest := code
	digest.Size = 9
	box := typeset.Cell{Paragraphs: []typeset.Paragraph{
		compactPara(label, s.t.text("fingerprint")), compactPara(digest, orNone(s.fingerprint, s.t)),
		withSpaceAfter(compactPara(label, s.t.text("root", "count", len(s.folio.Entries)))), compactPara(digest, orNone(s.folio.Root, s.t)),
		withSpaceAfter(compactPara(note, verify)),
	}}
	table := newTable(frame.Width())
	table.PadX, table.PadY = 3, 2
	table.Rows = []typeset.Row{{Cells: []typeset.Cell{box}}}
	s.book.AddTable(table)
}

func withSpaceAfter(p typeset.Paragraph) typeset.Paragraph {
	p.Before = 1.4
	return p
}

// writeSignOff asks the claimant's side to check the papers before they are filed.
func (s *composer) writeSignOff() {
	if s.folio.Audience == recovery.ForOpponent {
		return
	}
	p := newPara(strong, s.t.text("before_filing"))
	p.Before, p.After = 5, 3
	s.book.AddParagraph(p)
	if s.folio.Audience == recovery.ForPlatform {
		return
	}
	s.writeSignatures(s.t.text("checker_sign"), s.t.text("sign_date"))
}

// writeSignatures prints a row of blanks to fill in by hand.
func (s *composer) writeSignatures(names ...string) {
	s.book.EnsureSpace(14)
	y := s.book.PositionY() + 7
	width := frame.Width() / float64(len(names))
	for i, name := range names {
		x := frame.Left + float64(i)*width
		used := s.book.DrawLine(s.book.CurrentPage(), x, y, width, typeset.Left, newSpan(cell, name))
		s.book.CurrentPage().DrawRule(x+used+1, y+1, x+width-4, y+1, black, 0.2)
	}
	s.book.AddSpace(11)
}

// writeContents lists the sections with their pages, on the page after the cover.
func (s *composer) writeContents() {
	s.book.SetLabel(s.t.text("contents"))
	s.book.NewPage()
	s.beginChapter("contents", s.t.text("contents"), s.t.text("contents"))
	for _, part := range s.chapters() {
		s.writeContentsLine(part.title, part.goal, 0)
		if part.goal != "exhibits" {
			continue
		}
		for i := range s.exhibits {
			if e := &s.exhibits[i]; !e.Withheld {
				s.writeContentsLine(s.exhibitTitle(e), e.anchor(), 6)
			}
		}
	}
	s.writeVolumes()
	if len(s.missing) > listedOnCover {
		s.writeHeading(s.t.text("missing_title"))
		s.book.AddAnchor("missing")
		for i, text := range s.missing {
			s.book.AddParagraph(compactPara(warned, itemNumber(i)+text))
		}
	}
}

// writeContentsLine prints a title, a dotted leader and a page number.
func (s *composer) writeContentsLine(text, goal string, inset float64) {
	style := body
	if inset > 0 {
		style = cell
	}
	const height = 6.6
	s.book.EnsureSpace(height)
	page, y := s.book.CurrentPage(), s.book.PositionY()+4.6
	left := frame.Left + inset
	used := s.book.DrawLine(page, left, y, frame.Width(), typeset.Left, newSpan(style, text))
	number := s.book.DrawLine(page, frame.Left, y, frame.Width(), typeset.Right, newSpan(style, s.pageNumber(goal)))
	for x := frame.Right - number - 3; x > left+used+2; x -= 2 {
		page.DrawRule(x-0.3, y-0.2, x, y-0.2, grey, 0.25)
	}
	page.AddLink(left, s.book.PositionY(), frame.Right-left, height, goal)
	s.book.AddSpace(height)
}
