package dossier

import (
	"fmt"

	"recourse/evidence/copies"
	"recourse/evidence/originals/transcript"
	"recourse/evidence/typeset"
	"recourse/evidence/typeset/picture"
)

// maxPDFPages is how many pages are printed of a file, and maxAllPDFPages of all files of a
// dossier; each file has at least one. The rest is in the bag.
const (
	maxPDFPages    = 20
	maxAllPDFPages = 200
)

const pdfMedia = "application/pdf"

// pdfPages are the pages of a PDF that are printed as pictures.
type pdfPages struct {
	shown []*picture.Picture
	total int
}

// preparePDF renders the pages of a PDF that the audience may see whole, or reads its text
// if they cannot be rendered. A copy of a PDF is a text, never its pages: they would show
// what is masked.
func (p *draft) preparePDF(e *exhibit) error {
	if e.Withheld || e.open == nil || e.Copy != nil || e.MediaType != pdfMedia || p.options.RenderPage == nil {
		return nil
	}
	if e.Size > maxImageBytes {
		e.Why = p.t.Text("paper.unfit.too_many_bytes")
		return nil
	}
	data, err := readFile(e)
	if err != nil {
		return fmt.Errorf("exhibit %s: %w", e.ID, err)
	}
	p.reopened++
	if copies.Digest(data) != e.SHA256 {
		p.mismatched++
		e.Why = p.t.Text("paper.unfit.mismatch")
		return nil
	}
	if err := p.renderPages(e, data); err != nil {
		return fmt.Errorf("exhibit %s: %w", e.ID, err)
	}
	return nil
}

// renderPages renders pages until one cannot be rendered, or there are enough.
func (p *draft) renderPages(e *exhibit, data []byte) error {
	pages := pdfPages{total: 1}
	for i := 0; i < min(pages.total, maxPDFPages) && (i == 0 || p.pdfPages < maxAllPDFPages); i++ {
		jpeg, total, why, err := p.options.RenderPage(data, i)
		if err != nil {
			return err
		}
		if len(jpeg) == 0 {
			e.Why = p.t.Text("paper.unfit." + why)
			break
		}
		shown, err := picture.Convert(jpeg, p.reencode)
		if err != nil {
			return err
		}
		pages.shown, pages.total = append(pages.shown, shown), total
		p.pdfPages++
	}
	if len(pages.shown) > 0 {
		e.pages = &pages
		return nil
	}
	return p.readPDFText(e, data)
}

func (p *draft) readPDFText(e *exhibit, data []byte) error {
	text, err := p.options.ReadPDF(data)
	if err != nil || text == "" {
		return err
	}
	words, err := p.options.Transcribe(transcript.Text, []byte(text))
	if err != nil {
		return err
	}
	e.words = newPrintedWords(words)
	return nil
}

// minPageShare is the least part of a page's height that a rendered page gets below the
// facts of its exhibit. With less room it begins a new page.
const minPageShare = 0.75

// writePages prints the pages of a PDF, one to a page.
func (s *composer) writePages(e *exhibit) {
	for i, shown := range e.pages.shown {
		_, full := fitInside(shown.Width, shown.Height, frame.Width(), frame.Bottom-frame.Top-captionHeight)
		room := frame.Bottom - s.book.PositionY() - captionHeight
		if i > 0 || room < minPageShare*full {
			s.book.NewPage()
			s.writeExhibitHead(s.t.text("exhibit_more", "no", e.Label(), "kind", s.t.word("evidence_kind", string(e.Kind))))
			room = frame.Bottom - s.book.PositionY() - captionHeight
		}
		w, h := fitInside(shown.Width, shown.Height, frame.Width(), room)
		s.drawFramed(w, h, func(page *typeset.Page, x, y float64) { page.DrawPicture(shown, x, y, w, h) })
		caption := s.t.text("pdf_page", "page", i+1, "pages", e.pages.total)
		if rest := e.pages.total - len(e.pages.shown); rest > 0 && i == len(e.pages.shown)-1 {
			caption += s.t.text("pdf_rest", "count", rest)
		}
		s.writeCaption(caption)
	}
}
