package dossier

import (
	"strings"

	"recourse/evidence/typeset"
	"recourse/texts"
)

// paper sets one legal paper.
func (s *setting) paper(f form) {
	if f.Sub != "" {
		sub := para(note, f.Sub)
		sub.Align, sub.After = typeset.Centre, 2
		s.book.Para(sub)
	}
	s.draftMark()
	for i := range f.Blocks {
		if b := &f.Blocks[i]; b.When == "" || s.met(b.When) {
			s.block(&f, i)
		}
	}
}

// draftMark says on every legal paper that a lawyer has to sign it off.
func (s *setting) draftMark() {
	fill := pale
	table := grid(frame.Width())
	table.PadX, table.PadY = 3, 1.4
	box := in(cell, s.t.text("sign_off"))
	box.Fill = &fill
	table.Rows = []typeset.Row{{Cells: []typeset.Cell{box}}}
	s.book.Table(table)
	s.book.Skip(2.5)
}

func (s *setting) block(f *form, i int) {
	switch b := &f.Blocks[i]; {
	case b.Heading != nil:
		s.heading(s.resolve(b.Heading, s.blanked))
	case len(b.Rows) > 0:
		s.rows(f, b.Rows)
	case b.Table != "":
		s.only = b.Only
		s.part(b.Table)
	case len(b.Sign) > 0:
		s.book.Skip(3)
		s.signatures(b.Sign...)
	default:
		paras := s.paragraphs(b)
		following, signed := s.beforeSign(f.Blocks[i+1:])
		for n, p := range paras {
			if signed {
				s.keep(append(paras[n:len(paras):len(paras)], following...))
			}
			s.book.Para(p)
		}
	}
}

// paragraphs are the texts of a block that is text.
func (s *setting) paragraphs(b *block) []typeset.Para {
	fill := func(text *texts.Text) string { return s.resolve(text, s.blanked) }
	switch {
	case b.Note != nil:
		p := spaced(compact(note, fill(b.Note)))
		p.After += 1.4
		return []typeset.Para{p}
	case b.Para != nil:
		p := para(body, fill(b.Para))
		p.Before, p.After, p.Leading = 1.5, 1, 1.6
		return []typeset.Para{p}
	case b.Prose != nil:
		return []typeset.Para{prose(fill(b.Prose))}
	}
	paras := make([]typeset.Para, len(b.Items))
	for i, text := range b.Items {
		paras[i] = item(numbered(b.From+i), fill(text))
	}
	return paras
}

// beforeSign are the paragraphs before the next signature, when nothing but text
// stands before it.
func (s *setting) beforeSign(blocks []block) (paras []typeset.Para, signed bool) {
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

// What goes to a page with a signature, in millimetres: the row of signatures
// itself, and as much text before it as a page is worth turning for.
const (
	signatureRoom = 20
	worthSigning  = 45
)

// keep moves the last paragraphs before a signature to the page of what follows
// them, the list of citations too: nobody signs a page that says nothing, and no
// page holds citations alone.
func (s *setting) keep(paras []typeset.Para) {
	height, after := 0.0, 0.0
	for i, p := range paras {
		if i > 0 {
			after += s.book.Height(p)
		}
		height += s.book.Height(p)
	}
	if after < worthSigning {
		s.book.Need(height + signatureRoom + s.sourcesHeight())
	}
}

// rows sets a table of particulars: what is not there is "无", or marked as
// still to be filled in where the paper needs it.
func (s *setting) rows(f *form, rows []row) {
	table := grid(40, frame.Width()-40)
	for _, r := range rows {
		table.Rows = append(table.Rows, pair(r.Label, compact(cell, s.rowText(f, r))))
	}
	s.book.Table(table)
	s.book.Skip(1.5)
}

func (s *setting) rowText(f *form, r row) string {
	if len(r.Checks) > 0 {
		return s.boxes(r.Checks)
	}
	if s.lacking(f, r.Value) {
		return s.t.text("to_fill")
	}
	text := strings.Join(strings.FieldsFunc(s.resolve(r.Value, s.values), func(c rune) bool { return c == '　' }), "　")
	if text == "" {
		return s.t.text("none")
	}
	return text
}

// lacking reports a row that shows a value the paper needs and has not.
func (s *setting) lacking(f *form, text *texts.Text) bool {
	for _, name := range text.Fields() {
		if _, needed := f.Needs[name]; needed && s.values[name] == "" {
			return true
		}
	}
	return false
}

// boxes are words to tick; "□" stays open for a hand to tick.
func (s *setting) boxes(checks [][]string) string {
	var out []string
	for _, c := range checks {
		mark := "□ "
		if len(c) > 1 && c[1] != "" && s.met(c[1]) {
			mark = "☑ "
		}
		out = append(out, mark+c[0])
	}
	return strings.Join(out, "　　")
}

// sources lists the articles a chapter cites, each with its mark and the edition
// that was read.
func (s *setting) sources() {
	paras := s.sourceParas()
	if len(paras) == 0 {
		return
	}
	s.book.Skip(sourcesGap)
	s.book.Need(s.sourcesHeight() - sourcesGap)
	for _, p := range paras {
		s.book.Para(p)
	}
	s.cited = nil
}

// sourcesGap is between a paper and what it cites, in millimetres.
const sourcesGap = 2

func (s *setting) sourceParas() []typeset.Para {
	if len(s.cited) == 0 {
		return nil
	}
	list := make([]string, len(s.cited))
	for i, key := range s.cited {
		law := "law." + key
		list[i] = s.t.text("cited", "article", s.t.Text(law+".cite"), "mark", s.t.Text(law+".mark"), "edition", s.t.Text(law+".edition"))
	}
	return []typeset.Para{compact(source, s.t.text("cited_intro", "list", strings.Join(list, "；"))), compact(source, s.t.text("law_marks"))}
}

// sourcesHeight is what the citations so far take, with the gap before them.
func (s *setting) sourcesHeight() float64 {
	paras := s.sourceParas()
	if len(paras) == 0 {
		return 0
	}
	height := float64(sourcesGap)
	for _, p := range paras {
		height += s.book.Height(p)
	}
	return height
}
