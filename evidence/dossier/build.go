package dossier

import (
	"fmt"
	"io"
	"maps"
	"strconv"

	"recourse/evidence/folio"
	"recourse/evidence/typeset"
)

// Report tells what was built.
type Report struct {
	Pages    int
	Exhibits int // distinct files
	Shown    int // of them, printed as pictures
	// Missing is what a complete dossier would hold, in Chinese: what the folio
	// names, and the blanks of its papers.
	Missing []string
}

// maxPasses bounds how often the pages are set until the page numbers in them
// are those they have. Two passes do, unless a longer number moves a line.
const maxPasses = 6

// Build writes the dossier of a folio as PDF. The fingerprint is the digest of
// the bag's manifest in hex, which the cover prints. Anything may stand in the
// folio's texts and files; errors are those of the writer, the blob store and
// the fonts.
func Build(w io.Writer, fonts *Fonts, f folio.Folio, fingerprint string) (Report, error) {
	p, err := gather(f, fingerprint)
	if err != nil {
		return Report{}, fmt.Errorf("dossier of %s: %w", f.Case.Number, err)
	}
	book := p.settle(fonts)
	p.runningHeads(book)
	meta := typeset.Meta{
		Title:   p.audienceText("title") + " " + string(f.Case.Number),
		Subject: p.t.text("cause_value"), Creator: f.Generator, At: f.At,
	}
	if err := book.Write(w, meta); err != nil {
		return Report{}, fmt.Errorf("dossier of %s: %w", f.Case.Number, err)
	}
	report := Report{Pages: len(book.Pages), Exhibits: len(p.exhibits), Missing: p.missing}
	for i := range p.exhibits {
		if p.exhibits[i].Shown != nil {
			report.Shown++
		}
	}
	return report, nil
}

// settle sets the pages until the numbers printed in them are true.
func (p *papers) settle(fonts *Fonts) *typeset.Book {
	var pages map[string]int
	tight := tightening{loose: map[string]extent{}, factor: map[string]float64{}}
	for pass := 1; ; pass++ {
		s := &setting{papers: p, book: typeset.NewBook(fonts.faces, frame), pages: pages, tight: &tight, extents: map[string]extent{}}
		s.all()
		settled := maps.Equal(pages, s.book.Goals())
		if again := tight.judge(s.extents); settled && !again || pass == maxPasses {
			return s.book
		}
		pages = s.book.Goals()
	}
}

// setting is one pass over the pages.
type setting struct {
	*papers
	book    *typeset.Book
	pages   map[string]int // page numbers as the last pass found them
	cited   []string       // the articles cited in this chapter so far
	only    []string       // the fees the table being set is about
	tight   *tightening
	extents map[string]extent // of the chapters of this pass
}

// chapter is a part of the dossier.
type chapter struct {
	goal, title string
	set         func()
}

// chapters lists the parts an audience gets, the cover apart.
func (s *setting) chapters() []chapter {
	own := map[string]func(){
		"facts": s.facts, "catalogue": s.catalogue, "carriers": s.carriers, "ledger": s.ledger,
		"authenticity": s.authenticity, "timeline": s.timeline, "steps": s.steps,
	}
	var all []chapter
	for _, name := range s.plan() {
		f, legal := s.t.forms[name]
		switch set := own[name]; {
		case legal:
			all = append(all, chapter{name, f.Title, func() { s.paper(f) }})
		case set != nil:
			all = append(all, chapter{name, s.t.text(name), set})
		case name == "exhibits" && len(s.exhibits) > s.withheld():
			all = append(all, chapter{name, s.t.text("exhibits"), nil})
		}
	}
	return all
}

func (p *papers) withheld() int {
	n := 0
	for i := range p.exhibits {
		if p.exhibits[i].Withheld {
			n++
		}
	}
	return n
}

func (s *setting) all() {
	s.book.NewPage()
	s.book.Goal("cover")
	s.cover()
	for _, part := range s.chapters() {
		if part.set == nil {
			s.exhibitPages()
			continue
		}
		s.book.Label(part.title)
		s.book.NewPage()
		s.chapter(part)
	}
	s.end()
}

// begin sets the title of a section.
func (s *setting) begin(goal, text string) {
	s.book.Goal(goal)
	s.book.Bookmark(text, 0)
	p := para(section, text)
	p.Align, p.After, p.Leading = typeset.Centre, 4, 1.5
	s.book.Para(p)
}

func (s *setting) heading(text string) {
	p := para(heading, text)
	p.Before, p.After, p.Leading = 3.5, 1.4, 1.5
	s.book.Need(42)
	s.book.Para(p)
}

// page prints the page number of a goal; a dash while it is not known.
func (s *setting) page(goal string) string {
	if n := s.pages[goal]; n > 0 {
		return strconv.Itoa(n)
	}
	return "—"
}

func (s *setting) end() {
	p := para(note, s.t.text("end"))
	p.Align, p.Before = typeset.Centre, 6
	s.book.Need(12)
	s.book.Para(p)
}

// runningHeads puts head, foot, stamp and warnings on every page, once their
// number is known.
func (p *papers) runningHeads(book *typeset.Book) {
	total := len(book.Pages)
	audience := p.audienceText("head")
	number := p.t.text("head_number", "number", p.folio.Case.Number)
	for i, page := range book.Pages {
		p.banner(book, page)
		if i > 0 {
			book.Line(page, frame.Left, 21, frame.Width(), typeset.Left, span(running, number+"　"+audience))
			page.Rule(frame.Left, 23.5, frame.Right, 23.5, rule, 0.18)
		}
		if page.Label != "" {
			p.stamp(book, page, p.t.text("stamp", "part", page.Label, "page", i+1, "pages", total))
		}
		page.Rule(frame.Left, 278, frame.Right, 278, rule, 0.18)
		book.Line(page, frame.Left, 283, frame.Width(), typeset.Left,
			span(running, p.t.text("foot_fingerprint", "short", short(p.fingerprint, 16)+"…")))
		place := p.t.text("page", "page", i+1, "pages", total)
		book.Line(page, frame.Left, 283, frame.Width(), typeset.Right, span(running, place))
	}
}

// stamp marks an exhibit's page in its upper right corner.
func (p *papers) stamp(book *typeset.Book, page *typeset.Page, text string) {
	width := book.LineWidth(span(stamped, text)) + 5
	ink := black
	page.Box(frame.Right-width, 15.6, width, 6.6, nil, &ink, 0.35)
	book.Line(page, frame.Right-width, 20.05, width, typeset.Centre, span(stamped, text))
}

// banner says on every page that a case ran faster than life.
func (p *papers) banner(book *typeset.Book, page *typeset.Page) {
	if p.folio.Case.Pace <= 1 {
		return
	}
	fill, ink := blush, red
	page.Box(frame.Left, 6.5, frame.Width(), 6.5, &fill, &ink, 0.3)
	style := warning
	style.Size = 8.5
	book.Line(page, frame.Left, 10.9, frame.Width(), typeset.Centre,
		span(style, p.t.text("pace_banner", "pace", p.folio.Case.Pace)))
}

// short gives the beginning of a digest.
func short(s string, n int) string { return s[:min(len(s), n)] }
