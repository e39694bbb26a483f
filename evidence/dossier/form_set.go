package dossier

import (
	"strings"

	"recourse/evidence/typeset"
	"recourse/texts"
)

// writeForm writes a legal paper.
func (s *composer) writeForm(f form) {
	if f.Sub != "" {
		sub := newPara(note, f.Sub)
		sub.Align, sub.After = typeset.Centre, 2
		s.book.AddParagraph(sub)
	}
	s.writeDraftMark()
	for i := range f.Blocks {
		if b := &f.Blocks[i]; b.When == "" || s.isMet(b.When) {
			s.writeBlock(&f, i)
		}
	}
}

// writeDraftMark prints on a legal paper that a lawyer must review it.
func (s *composer) writeDraftMark() {
	fill := pale
	table := newTable(frame.Width())
	table.PadX, table.PadY = 3, 1.4
	box := cellOf(cell, s.t.text("sign_off"))
	box.Fill = &fill
	table.Rows = []typeset.Row{{Cells: []typeset.Cell{box}}}
	s.book.AddTable(table)
	s.book.AddSpace(2.5)
}

func (s *composer) writeBlock(f *form, i int) {
	switch b := &f.Blocks[i]; {
	case b.Heading != nil:
		s.writeHeading(s.resolve(b.Heading, s.blanked))
	case len(b.Rows) > 0:
		s.writeRows(f, b.Rows)
	case b.Table != "":
		s.only = b.Only
		s.writeTable(b.Table)
	case len(b.Sign) > 0:
		s.book.AddSpace(3)
		s.writeSignatures(b.Sign...)
	default:
		paras := s.paragraphs(b)
		following, signed := s.parasBeforeSignature(f.Blocks[i+1:])
		for n, p := range paras {
			if signed {
				s.keepWithSignature(append(paras[n:len(paras):len(paras)], following...))
			}
			s.book.AddParagraph(p)
		}
	}
}

// paragraphs returns the paragraphs of a block of text.
func (s *composer) paragraphs(b *block) []typeset.Paragraph {
	fill := func(text *texts.Text) string { return s.resolve(text, s.blanked) }
	switch {
	case b.Note != nil:
		p := withSpaceAfter(compactPara(note, fill(b.Note)))
		p.After += 1.4
		return []typeset.Paragraph{p}
	case b.Para != nil:
		p := newPara(body, fill(b.Para))
		p.Before, p.After, p.Leading = 1.5, 1, 1.6
		return []typeset.Paragraph{p}
	case b.Prose != nil:
		return []typeset.Paragraph{prosePara(fill(b.Prose))}
	}
	paras := make([]typeset.Paragraph, len(b.Items))
	for i, text := range b.Items {
		paras[i] = itemPara(itemNumber(b.From+i), fill(text))
	}
	return paras
}

// parasBeforeSignature returns the paragraphs before the next signature if only text
// comes before it.
func (s *composer) parasBeforeSignature(blocks []block) (paras []typeset.Paragraph, signed bool) {
	for i := range blocks {
		switch b := &blocks[i]; {
		case len(b.Sign) > 0:
			return paras, true
		case b.Heading != nil || b.Table != "" || len(b.Rows) > 0:
			return nil, false
		default:
			paras = append(paras, s.paragraphs(b)...)
		}
	}
	return nil, false
}

// The room for a signature, in millimetres: the row of signatures, and the text
// before it that justifies a new page.
const (
	signatureRoom = 20
	worthSigning  = 45
)

// keepWithSignature moves the last paragraphs before a signature to the page of what
// follows, including the list of citations. So no signature is on a page without
// text, and no page has only citations.
func (s *composer) keepWithSignature(paras []typeset.Paragraph) {
	height, after := 0.0, 0.0
	for i, p := range paras {
		if i > 0 {
			after += s.book.MeasureHeight(p)
		}
		height += s.book.MeasureHeight(p)
	}
	if after < worthSigning {
		s.book.EnsureSpace(height + signatureRoom + s.sourcesHeight())
	}
}

// writeRows writes a table of particulars. A missing value is "无", or marked as to
// be filled in if the paper needs it.
func (s *composer) writeRows(f *form, rows []row) {
	table := newTable(40, frame.Width()-40)
	for _, r := range rows {
		table.Rows = append(table.Rows, labelledRow(r.Label, compactPara(cell, s.rowText(f, r))))
	}
	s.book.AddTable(table)
	s.book.AddSpace(1.5)
}

func (s *composer) rowText(f *form, r row) string {
	if len(r.Checks) > 0 {
		return s.checkboxes(r.Checks)
	}
	if s.isLacking(f, r.Value) {
		return s.t.text("to_fill")
	}
	text := strings.Join(strings.FieldsFunc(s.resolve(r.Value, s.values), func(c rune) bool { return c == '　' }), "　")
	if text == "" {
		return s.t.text("none")
	}
	return text
}

// isLacking reports whether a row names a value that the paper needs and that is
// missing.
func (s *composer) isLacking(f *form, text *texts.Text) bool {
	for _, name := range text.Fields() {
		if _, needed := f.Needs[name]; needed && s.values[name] == "" {
			return true
		}
	}
	return false
}

// checkboxes prints words to tick; "□" can be ticked by hand.
func (s *composer) checkboxes(checks [][]string) string {
	var out []string
	for _, c := range checks {
		mark := "□ "
		if len(c) > 1 && c[1] != "" && s.isMet(c[1]) {
			mark = "☑ "
		}
		out = append(out, mark+c[0])
	}
	return strings.Join(out, "　　")
}

// writeSources lists the articles that a chapter cites, each with its mark and
// edition.
func (s *composer) writeSources() {
	paras := s.sourceParas()
	if len(paras) == 0 {
		return
	}
	s.book.AddSpace(sourcesGap)
	s.book.EnsureSpace(s.sourcesHeight() - sourcesGap)
	for _, p := range paras {
		s.book.AddParagraph(p)
	}
	s.cited = nil
}

// sourcesGap is the space between a paper and its citations, in millimetres.
const sourcesGap = 2

func (s *composer) sourceParas() []typeset.Paragraph {
	if len(s.cited) == 0 {
		return nil
	}
	list := make([]string, len(s.cited))
	for i, key := range s.cited {
		law := "law." + key
		list[i] = s.t.text("cited", "article", s.t.Text(law+".cite"), "mark", s.t.Text(law+".mark"), "edition", s.t.Text(law+".edition"))
	}
	return []typeset.Paragraph{compactPara(source, s.t.text("cited_intro", "list", strings.Join(list, "；"))), compactPara(source, s.t.text("law_marks"))}
}

// sourcesHeight is the height of the citations so far, including the gap before
// them.
func (s *composer) sourcesHeight() float64 {
	paras := s.sourceParas()
	if len(paras) == 0 {
		return 0
	}
	height := float64(sourcesGap)
	for _, p := range paras {
		height += s.book.MeasureHeight(p)
	}
	return height
}
