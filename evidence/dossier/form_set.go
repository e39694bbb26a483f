package dossier

import (
	"strings"

	"recourse/evidence/dossier/typeset"
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
			s.signed = i+1 < len(f.Blocks) && len(f.Blocks[i+1].Sign) > 0
			s.block(&f, b)
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

func (s *setting) block(f *form, b *block) {
	fill := func(text string) string { return s.resolve(text, blank) }
	switch {
	case b.Heading != "":
		s.heading(fill(b.Heading))
	case b.Note != "":
		s.book.Para(spaced(compact(note, fill(b.Note))))
		s.book.Skip(1.4)
	case b.Para != "":
		p := para(body, fill(b.Para))
		p.Before, p.After, p.Leading = 1.5, 1, 1.6
		s.keep(p, s.signed)
		s.book.Para(p)
	case b.Prose != "":
		s.book.Para(prose(fill(b.Prose)))
	case len(b.Rows) > 0:
		s.rows(f, b.Rows)
	case b.Table != "":
		s.only = b.Only
		s.part(b.Table)
	case len(b.Sign) > 0:
		s.book.Skip(3)
		s.signatures(b.Sign...)
	default:
		for i, text := range b.Items {
			p := item(numbered(b.From+i), fill(text))
			s.keep(p, s.signed && i == len(b.Items)-1)
			s.book.Para(p)
		}
	}
}

// signatureRoom is what a row of signatures takes, in millimetres.
const signatureRoom = 20

// keep moves the last paragraph before a signature to its page: nobody signs a
// page that says nothing.
func (s *setting) keep(p typeset.Para, last bool) {
	if last {
		s.book.Need(s.book.Height(p) + signatureRoom)
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
	text := strings.Join(strings.FieldsFunc(s.resolve(r.Value, ""), func(c rune) bool { return c == '　' }), "　")
	if text == "" {
		return s.t.text("none")
	}
	return text
}

// lacking reports a row that shows a value the paper needs and has not.
func (s *setting) lacking(f *form, text string) bool {
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		if _, needed := f.Needs[m[2]]; needed && m[1] == "" && s.values[m[2]] == "" {
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
	if len(s.cited) == 0 {
		return
	}
	list := make([]string, len(s.cited))
	for i, key := range s.cited {
		law := s.t.Law[key]
		list[i] = s.t.text("cited", "article", law.Cite, "mark", law.Mark, "edition", law.Edition)
	}
	s.book.Skip(2)
	s.book.Need(16)
	s.book.Para(spaced(compact(note, s.t.text("cited_intro", "list", strings.Join(list, "；")))))
	s.book.Para(compact(note, s.t.LawMarks))
	s.cited = nil
}
