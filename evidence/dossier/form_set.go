package dossier

import (
	"strings"

	"recourse/evidence/typeset"
	"recourse/texts"
)

// writeForm writes a legal paper. It holds nothing but what the court or the other
// side is to read: remarks for the person who signs are on the check sheet.
func (s *composer) writeForm(f form) {
	s.claimantWord = f.Claimant
	if f.Sub != "" {
		sub := newPara(note, f.Sub)
		sub.Align, sub.After = typeset.Centre, 2
		s.book.AddParagraph(sub)
	}
	for i := range f.Blocks {
		if b := &f.Blocks[i]; b.When == "" || s.isMet(b.When) {
			s.writeBlock(&f, i)
		}
	}
	s.claimantWord = ""
}

func (s *composer) writeBlock(f *form, i int) {
	switch b := &f.Blocks[i]; {
	case b.Heading != nil:
		s.writeHeading(s.resolve(b.Heading, s.blanked))
	case len(b.Rows) > 0:
		s.writeRows(b.Rows)
	case b.Table != "":
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
		case b.When != "" && !s.isMet(b.When):
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
// follows, so that no signature is on a page without text.
func (s *composer) keepWithSignature(paras []typeset.Paragraph) {
	height, after := 0.0, 0.0
	for i, p := range paras {
		if i > 0 {
			after += s.book.MeasureHeight(p)
		}
		height += s.book.MeasureHeight(p)
	}
	if after < worthSigning {
		s.book.EnsureSpace(height + signatureRoom)
	}
}

// writeRows writes a table of particulars. A value that nobody gave is a blank to fill in by
// hand: a court would take "none" for a statement.
func (s *composer) writeRows(rows []row) {
	table := newTable(40, frame.Width()-40)
	for _, r := range rows {
		if r.When == "" || s.isMet(r.When) {
			table.Rows = append(table.Rows, labelledRow(r.Label, compactPara(cell, s.rowText(r))))
		}
	}
	if len(table.Rows) > 0 {
		s.book.AddTable(table)
		s.book.AddSpace(1.5)
	}
}

// longBlank is a blank line in a table.
const longBlank = "＿＿＿＿＿＿＿＿＿＿＿＿"

func (s *composer) rowText(r row) string {
	text := ""
	if r.Value != nil {
		text = s.resolve(r.Value, s.blanked)
	}
	switch {
	case len(r.Checks) > 0 && text != "":
		return s.checkboxes(r.Checks) + "　　" + text
	case len(r.Checks) > 0:
		return s.checkboxes(r.Checks)
	case text == "" || text == blank:
		return longBlank
	default:
		return text
	}
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
