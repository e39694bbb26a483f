package dossier

import (
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

func (s *setting) cover() {
	s.book.Bookmark(s.audienceText("title"), 0)
	s.missingBox()
	s.book.Skip(max(6, 26-(s.book.Y()-frame.Top)))
	name := para(title, s.audienceText("title"))
	name.Align, name.Leading = typeset.Centre, 1.3
	s.book.Para(name)
	sub := para(body, s.audienceText("sub"))
	sub.Align, sub.Before, sub.After = typeset.Centre, 2, 8
	s.book.Para(sub)
	s.particulars()
	s.fingerprints()
	s.signOff()
	s.contents()
}

// audienceText returns a text that depends on the audience.
func (p *papers) audienceText(part string) string {
	text, _ := p.t.Find("paper.audience." + string(p.folio.Audience) + "." + part)
	return text
}

// listedOnCover is how many missing things the cover names itself.
const listedOnCover = 6

// missingBox warns, first thing on the cover, that something is missing.
func (s *setting) missingBox() {
	missing := s.missing
	if len(missing) == 0 {
		return
	}
	fill := blush
	box := typeset.Cell{Fill: &fill}
	box.Paras = append(box.Paras, typeset.Para{Leading: 1.5, Spans: []typeset.Span{
		span(warning, s.t.text("missing")+"　"), span(warned, s.t.text("missing_intro", "count", len(missing))),
	}})
	for i, text := range missing[:min(len(missing), listedOnCover)] {
		box.Paras = append(box.Paras, compact(warned, numbered(i)+text))
	}
	if more := len(missing) - listedOnCover; more > 0 {
		box.Paras = append(box.Paras, compact(warned, s.t.text("missing_more", "count", more, "page", s.page("missing"))))
	}
	table := grid(frame.Width())
	table.Line, table.Thick, table.PadX, table.PadY = red, 0.4, 3, 2
	table.Rows = []typeset.Row{{Cells: []typeset.Cell{box}}}
	s.book.Table(table)
}

func (s *setting) particulars() {
	c := s.folio.Case
	table := grid(34, frame.Width()-34)
	table.PadY = 0.95
	row := func(key, value string) {
		table.Rows = append(table.Rows, pair(s.t.text(key), compact(body, value)))
	}
	row("number", string(c.Number))
	if s.folio.Audience == recovery.ForCourt {
		row("court_number", s.t.text("court_number_blank"))
	}
	row("cause", s.t.text("cause_value"))
	row("claimant", s.t.brief(s.claimantName()))
	row("counterparts", s.counterpartList())
	row("sum", s.sum(c.Amount))
	if s.outstanding() != c.Amount {
		row("outstanding", s.sum(s.outstanding()))
	}
	row("method", s.t.word("platform", string(c.Platform))+"　"+s.t.word("instrument", string(c.Instrument)))
	row("date", date(s.folio.At))
	row("custodian", orNone(s.folio.Custodian, s.t))
	row("generator", orNone(s.folio.Generator, s.t))
	if s.erased != nil {
		row("erasure", s.t.text("erasure_value", "time", stamp(s.erased.Parsed.At), "what", s.sentence(s.erased)))
	}
	seal := body
	if s.folio.Development {
		seal = warned
	}
	table.Rows = append(table.Rows, pair(s.t.text("seal"), compact(seal, s.vouching())))
	s.book.Table(table)
}

func orNone(value string, t *wording) string {
	if value == "" {
		return t.text("unset")
	}
	return value
}

// namedOnCover is how many counterparts the cover names.
const namedOnCover = 6

func (p *papers) counterpartList() string {
	all := p.folio.Case.Counterparts
	if len(all) == 0 {
		return p.t.text("unset")
	}
	var names []string
	for i := range all[:min(len(all), namedOnCover)] {
		names = append(names, p.t.brief(p.alias(i)))
	}
	list := strings.Join(names, "、")
	if len(all) > namedOnCover {
		return p.t.text("counterparts_more", "list", list, "count", len(all))
	}
	return list
}

// holderNames names the other side in a letter: by the true name where it is
// known.
func (p *papers) holderNames() string {
	all := p.debtors()
	var names []string
	for _, i := range all[:min(len(all), namedOnCover)] {
		alias := p.t.brief(p.alias(i))
		if name := p.extra().Holders[p.folio.Case.Counterparts[i].ID].Name; name != "" {
			alias = p.t.text("holder_both", "name", p.t.brief(name), "alias", alias)
		}
		names = append(names, alias)
	}
	list := strings.Join(names, "、")
	if len(all) > namedOnCover {
		return p.t.text("counterparts_more", "list", list, "count", len(all))
	}
	return list
}

// fingerprints ties the paper to the bag.
func (s *setting) fingerprints() {
	s.book.Skip(5)
	verify := s.t.text("verify_shorter")
	if s.folio.Audience != recovery.ForPlatform {
		verify = s.t.text("verify_short", "page", s.page("steps"))
	}
	digest := code
	digest.Size = 9
	box := typeset.Cell{Paras: []typeset.Para{
		compact(label, s.t.text("fingerprint")), compact(digest, orNone(s.fingerprint, s.t)),
		spaced(compact(label, s.t.text("root", "count", len(s.folio.Entries)))), compact(digest, orNone(s.folio.Root, s.t)),
		spaced(compact(note, verify)),
	}}
	table := grid(frame.Width())
	table.PadX, table.PadY = 3, 2
	table.Rows = []typeset.Row{{Cells: []typeset.Cell{box}}}
	s.book.Table(table)
}

func spaced(p typeset.Para) typeset.Para {
	p.Before = 1.4
	return p
}

// signOff says who has to sign before the papers go anywhere.
func (s *setting) signOff() {
	p := para(strong, s.t.text("lawyer"))
	p.Before, p.After = 5, 3
	s.book.Para(p)
	if s.folio.Audience == recovery.ForPlatform {
		return
	}
	s.signatures(s.t.text("lawyer_sign"), s.t.text("licence"), s.t.text("sign_date"))
}

// signatures sets a row of blanks to be filled in by hand.
func (s *setting) signatures(names ...string) {
	s.book.Need(14)
	y := s.book.Y() + 7
	width := frame.Width() / float64(len(names))
	for i, name := range names {
		x := frame.Left + float64(i)*width
		used := s.book.Line(s.book.Page(), x, y, width, typeset.Left, span(cell, name))
		s.book.Page().Rule(x+used+1, y+1, x+width-4, y+1, black, 0.2)
	}
	s.book.Skip(11)
}

// contents lists the sections with their pages, on the page after the cover.
func (s *setting) contents() {
	s.book.Label(s.t.text("contents"))
	s.book.NewPage()
	s.begin("contents", s.t.text("contents"))
	for _, part := range s.chapters() {
		s.contentsLine(part.title, part.goal, 0)
		if part.goal != "exhibits" {
			continue
		}
		for i := range s.exhibits {
			if e := &s.exhibits[i]; !e.Withheld {
				s.contentsLine(s.exhibitTitle(e), e.goal(), 6)
			}
		}
	}
	if len(s.missing) > listedOnCover {
		s.heading(s.t.text("missing_title"))
		s.book.Goal("missing")
		for i, text := range s.missing {
			s.book.Para(compact(warned, numbered(i)+text))
		}
	}
}

// contentsLine sets a title, a dotted leader and a page number.
func (s *setting) contentsLine(text, goal string, inset float64) {
	style := body
	if inset > 0 {
		style = cell
	}
	const height = 6.6
	s.book.Need(height)
	page, y := s.book.Page(), s.book.Y()+4.6
	left := frame.Left + inset
	used := s.book.Line(page, left, y, frame.Width(), typeset.Left, span(style, text))
	number := s.book.Line(page, frame.Left, y, frame.Width(), typeset.Right, span(style, s.page(goal)))
	for x := frame.Right - number - 3; x > left+used+2; x -= 2 {
		page.Rule(x-0.3, y-0.2, x, y-0.2, grey, 0.25)
	}
	page.Link(left, s.book.Y(), frame.Right-left, height, goal)
	s.book.Skip(height)
}
