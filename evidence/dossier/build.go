package dossier

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"reflect"
	"strconv"

	"recourse/evidence/folio"
	"recourse/evidence/originals/statement"
	"recourse/evidence/originals/transcript"
	"recourse/evidence/typeset"
	"recourse/evidence/typeset/picture"
)

// Report describes the dossier that was built.
type Report struct {
	Pages    int
	Exhibits int // distinct files
	Shown    int // of them, printed as pictures
	// Missing is what a complete dossier would hold, in Chinese: what the folio
	// names, and the blanks of its papers.
	Missing []string
}

// maxPasses limits how often the pages are laid out until the printed page numbers
// are right. Two passes are enough unless a longer number moves a line.
const maxPasses = 6

// Options are how a dossier is built.
type Options struct {
	Fonts       *Fonts
	Fingerprint string // digest of the bag's manifest in hex, for the cover
	// Reencode decodes the pictures that a PDF cannot contain as they are; nil:
	// picture.Reencode, which has no limit of memory and time.
	Reencode    picture.Reencoder
	VolumePages int // pages of a volume; 0: defaultVolumePages
	// Transcribe reads chats, mails and texts, and Excerpt bills; nil: in this process,
	// without limits of memory and time.
	Transcribe func(media string, data []byte) (transcript.Transcript, error)
	Excerpt    func(data []byte, order statement.ExcerptOrder) (statement.Excerpt, error)
	// RenderPage renders a page of a PDF, from 0, as a JPEG with the number of pages, or says
	// why not: a key of paper.unfit. ReadPDF reads the text if no page can be rendered. nil:
	// PDFs are not printed.
	RenderPage func(data []byte, index int) (jpeg []byte, pages int, why string, err error)
	ReadPDF    func(data []byte) (string, error)
}

// fillIn sets what was left out.
func (o Options) fillIn() Options {
	if o.Reencode == nil {
		o.Reencode = picture.Reencode
	}
	if o.VolumePages == 0 {
		o.VolumePages = defaultVolumePages
	}
	if o.Transcribe == nil {
		o.Transcribe = func(media string, data []byte) (transcript.Transcript, error) {
			return transcript.Read(media, data), nil
		}
	}
	if o.Excerpt == nil {
		o.Excerpt = func(data []byte, order statement.ExcerptOrder) (statement.Excerpt, error) {
			return statement.ReadExcerpt(bytes.NewReader(data), order)
		}
	}
	return o
}

// Build writes the dossier of a folio as PDF. The folio's texts and files may have any
// content; errors are those of the writer, the blob store and Reencode.
func Build(w io.Writer, f folio.Folio, o Options) (Report, error) {
	p, err := newDraft(f, o)
	if err != nil {
		return Report{}, fmt.Errorf("dossier of %s: %w", f.Case.Number, err)
	}
	book := p.layoutUntilStable(o.Fonts)
	p.drawRunningHeads(book)
	meta := typeset.Metadata{
		Title:   p.audienceText("title") + " " + string(f.Case.Number),
		Subject: p.t.text("cause_value"), Creator: f.Generator, CreatedAt: f.At,
	}
	if err := book.WritePDF(w, meta); err != nil {
		return Report{}, fmt.Errorf("dossier of %s: %w", f.Case.Number, err)
	}
	report := Report{Pages: len(book.Pages), Exhibits: len(p.exhibits), Missing: p.missing}
	for i := range p.exhibits {
		if p.exhibits[i].Shown != nil || p.exhibits[i].pages != nil {
			report.Shown++
		}
	}
	return report, nil
}

// layoutUntilStable lays the pages out until the page numbers printed in them are
// right.
func (p *draft) layoutUntilStable(fonts *Fonts) *typeset.Document {
	var pages map[string]int
	var cited []string
	var volumes []volume
	tight := tightening{loose: map[string]layoutExtent{}, factor: map[string]float64{}}
	for pass := 1; ; pass++ {
		s := &composer{
			draft: p, book: typeset.NewDocument(fonts.faces, frame), pages: pages, known: cited, volumes: volumes,
			tight: &tight, extents: map[string]layoutExtent{},
		}
		s.writeAll()
		volumes = planVolumes(s.parts, len(s.book.Pages), p.volumePages)
		settled := maps.Equal(pages, s.book.AnchorPages()) && reflect.DeepEqual(volumes, s.volumes)
		if again := tight.update(s.extents); settled && !again || pass == maxPasses {
			p.volumes = s.volumes
			return s.book
		}
		pages, cited = s.book.AnchorPages(), s.cited
	}
}

// composer writes the pages of one pass.
type composer struct {
	*draft
	book    *typeset.Document
	pages   map[string]int // page numbers of the last pass
	cited   []string       // the articles cited so far
	known   []string       // the articles that the last pass cited
	tight   *tightening
	extents map[string]layoutExtent // of the chapters of this pass
	volumes []volume                // as planned after the last pass
	parts   []part                  // that were begun in this pass
}

// chapter is a part of the dossier. Its title on the page is label; the contents add
// for whom it is.
type chapter struct {
	goal, title, label string
	of                 *draft
	set                func()
}

// chapters lists the parts for the audience, without the cover.
func (s *composer) chapters() []chapter {
	own := map[string]func(){
		"check": s.writeCheckSheet, "facts": s.writeFacts, "catalogue": s.writeCatalogue, "carriers": s.writeCarriers, "ledger": s.writeLedger,
		"authenticity": s.writeAuthenticity, "timeline": s.writeTimeline, "steps": s.writeVerifySteps,
	}
	var all []chapter
	for _, part := range s.plannedParts() {
		name := part.name
		f, legal := s.t.forms[name]
		switch set := own[name]; {
		case legal:
			all = append(all, s.formChapter(part, f))
		case set != nil:
			all = append(all, chapter{name, s.t.text(name), s.t.text(name), part.of, set})
		case name == "exhibits" && len(s.exhibits) > s.countWithheld():
			all = append(all, chapter{name, s.t.text("exhibits"), "", part.of, nil})
		}
	}
	return all
}

// formChapter is the chapter of a legal paper. If there is one for each of several
// debtors, the contents name the debtor.
func (s *composer) formChapter(part plannedPart, f form) chapter {
	one := chapter{part.name, f.Title, f.Title, part.of, func() { s.writeForm(f) }}
	if i := part.of.focus; f.Each && i != nil && len(s.focused) > 1 {
		one.goal = part.name + "." + strconv.Itoa(*i+1)
		one.title = s.t.text("paper_for", "paper", f.Title, "name", s.t.shortenName(s.alias(*i)))
	}
	return one
}

func (p *draft) countWithheld() int {
	n := 0
	for i := range p.exhibits {
		if p.exhibits[i].Withheld {
			n++
		}
	}
	return n
}

func (s *composer) writeAll() {
	s.book.NewPage()
	s.book.AddAnchor("cover")
	s.writeCover()
	whole := s.draft
	for _, part := range s.chapters() {
		if part.set == nil {
			s.writeExhibits()
			continue
		}
		s.beginPart(part.goal, part.title)
		s.book.SetLabel(part.label)
		s.book.NewPage()
		s.draft = part.of
		s.writeChapter(part)
		s.draft = whole
	}
	s.writeEndMark()
}

// beginChapter writes the title of a section. The bookmark may say more than the page.
func (s *composer) beginChapter(goal, bookmark, text string) {
	s.book.AddAnchor(goal)
	s.book.AddBookmark(bookmark, 0)
	p := newPara(section, text)
	p.Align, p.After, p.Leading = typeset.Centre, 4, 1.5
	s.book.AddParagraph(p)
}

func (s *composer) writeHeading(text string) {
	p := newPara(heading, text)
	p.Before, p.After, p.Leading = 3.5, 1.4, 1.5
	s.book.EnsureSpace(42)
	s.book.AddParagraph(p)
}

// pageNumber returns the page number of an anchor, or a dash until it is known.
func (s *composer) pageNumber(goal string) string {
	if n := s.pages[goal]; n > 0 {
		return strconv.Itoa(n)
	}
	return "—"
}

func (s *composer) writeEndMark() {
	p := newPara(note, s.t.text("end"))
	p.Align, p.Before = typeset.Centre, 6
	s.book.EnsureSpace(12)
	s.book.AddParagraph(p)
}

// drawRunningHeads draws header, footer, stamp and warnings on every page once the
// number of pages is known.
func (p *draft) drawRunningHeads(book *typeset.Document) {
	total := len(book.Pages)
	audience := p.audienceText("head")
	number := p.t.text("head_number", "number", p.folio.Case.Number)
	for i, page := range book.Pages {
		p.drawPaceBanner(book, page)
		filed := p.isFiled(page.Label)
		if i > 0 && !filed {
			book.DrawLine(page, frame.Left, 21, frame.Width(), typeset.Left, newSpan(running, number+"　"+audience))
			page.DrawRule(frame.Left, 23.5, frame.Right, 23.5, rule, 0.18)
		}
		if page.Label != "" {
			p.drawStamp(book, page, p.t.text("stamp", "part", page.Label, "page", i+1, "pages", total))
		}
		page.DrawRule(frame.Left, 278, frame.Right, 278, rule, 0.18)
		if !filed {
			book.DrawLine(page, frame.Left, 283, frame.Width(), typeset.Left,
				newSpan(running, p.t.text("foot_fingerprint", "short", shorten(p.fingerprint, 16)+"…")))
		}
		place := p.t.text("page", "page", i+1, "pages", total)
		if number := p.volumeOf(i + 1); number != "" {
			place = p.t.text("volume_page", "number", number, "page", i+1, "pages", total)
		}
		book.DrawLine(page, frame.Left, 283, frame.Width(), typeset.Right, newSpan(running, place))
	}
}

// isFiled reports whether a page belongs to a paper that is filed or sent. Such a page
// has no head and foot of this program.
func (p *draft) isFiled(label string) bool {
	for _, f := range p.t.forms {
		if f.Title == label {
			return true
		}
	}
	return false
}

// drawStamp marks a page of an exhibit in its upper right corner.
func (p *draft) drawStamp(book *typeset.Document, page *typeset.Page, text string) {
	width := book.LineWidth(newSpan(stamped, text)) + 5
	ink := black
	page.DrawBox(frame.Right-width, 15.6, width, 6.6, nil, &ink, 0.35)
	book.DrawLine(page, frame.Right-width, 20.05, width, typeset.Centre, newSpan(stamped, text))
}

// drawPaceBanner warns on every page that the case ran at a pace.
func (p *draft) drawPaceBanner(book *typeset.Document, page *typeset.Page) {
	if p.folio.Case.Pace <= 1 {
		return
	}
	fill, ink := blush, red
	page.DrawBox(frame.Left, 6.5, frame.Width(), 6.5, &fill, &ink, 0.3)
	style := warning
	style.Size = 8.5
	book.DrawLine(page, frame.Left, 10.9, frame.Width(), typeset.Centre,
		newSpan(style, p.t.text("pace_banner", "pace", p.folio.Case.Pace)))
}

// shorten returns the first characters of a digest.
func shorten(s string, n int) string { return s[:min(len(s), n)] }
