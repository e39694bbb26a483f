package dossier

import (
	"math"
	"strconv"

	"recourse/evidence/typeset"
)

// perPixel is the largest size of a pixel in millimetres: 96 per inch.
const perPixel = 25.4 / 96

// A picture more than longShape times as high as wide would be too small to read on
// one page. It is printed in bands as wide as a phone or less, several columns to a
// page; each band repeats the end of the one before.
const (
	longShape = 2.7
	bandWidth = 78.0
	columns   = 2
	overlap   = 14.0
	maxBands  = 40 // of one picture; a screenshot of 70 screens has fewer
)

func (e *exhibit) anchor() string { return "e" + strconv.Itoa(e.No) }

func (s *composer) exhibitTitle(e *exhibit) string {
	return s.t.text("exhibit_title", "no", e.Label(), "kind", s.t.word("evidence_kind", string(e.Kind)))
}

// writeExhibits prints every exhibit on its own pages.
func (s *composer) writeExhibits() {
	first := true
	for i := range s.exhibits {
		e := &s.exhibits[i]
		if e.Withheld {
			continue
		}
		s.beginPart(e.anchor(), s.exhibitTitle(e))
		s.book.SetLabel(s.t.text("stamp_exhibit", "label", e.Label()))
		s.book.NewPage()
		if first {
			s.book.AddAnchor("exhibits")
			s.book.AddBookmark(s.t.text("exhibits"), 0)
			first = false
		}
		s.book.AddAnchor(e.anchor())
		s.book.AddBookmark(s.exhibitTitle(e), 1)
		s.writeExhibitHead(s.exhibitTitle(e))
		s.writeExhibitFacts(e)
		s.writeExhibitBody(e)
		s.book.AddAnchor(e.anchor() + ".end")
		s.book.SetLabel("")
	}
}

func (s *composer) writeExhibitHead(text string) {
	p := newPara(heading, text)
	p.After, p.Leading = 1.5, 1.4
	s.book.AddParagraph(p)
}

// writeExhibitFacts prints the table above an exhibit.
func (s *composer) writeExhibitFacts(e *exhibit) {
	table := newTable(18, 63, 18, 63)
	table.PadY = 0.8
	fill := pale
	key := func(name string) typeset.Cell {
		c := cellOf(label, s.t.text(name))
		c.Paragraphs[0].Spans[0].Style.Size = 7.5
		c.Fill = &fill
		return c
	}
	small := cell
	small.Size = 8.5
	or := func(value string) string {
		if value == "" {
			return s.t.text("not_recorded")
		}
		return value
	}
	captured := ""
	if e.CapturedAt != nil {
		captured = formatTime(*e.CapturedAt)
	}
	row := func(cells ...typeset.Cell) { table.Rows = append(table.Rows, typeset.Row{Cells: cells}) }
	row(key("field_file"), cellOf(small, or(s.exhibitText(e, "file_name", e.FileName))),
		key("field_source"), cellOf(small, or(s.t.wordOrText("platform", s.exhibitText(e, "source", e.Source)))))
	row(key("field_captured"), cellOf(small, or(captured)), key("field_received"), cellOf(small, or(formatTime(e.ReceivedAt))))
	row(key("field_media"), cellOf(small, s.t.text("size_value", "type", s.t.wordOrText("media", e.MediaType), "size", formatCount(e.Size))),
		key("field_entries"), cellOf(small, s.t.text("field_entries_value", "entries", joinNumbers(e.Seqs))+"　"+s.t.word("role", string(e.By.Role))))
	if description := s.exhibitText(e, "description", e.Description); description != "" {
		wide := cellOf(small, description)
		wide.Span = 3
		row(key("field_description"), wide)
	}
	if stated, read, incomplete := s.missingRows(e); incomplete {
		wide := cellOf(small, s.t.text("rows_value", "stated", stated, "read", read))
		wide.Span = 3
		row(key("field_rows"), wide)
	}
	wide := cellOf(code, e.SHA256)
	wide.Span = 3
	row(key("field_sha"), wide)
	if e.Copy != nil {
		wide := cellOf(small, s.t.text("copy_value", "sha256", e.Copy.SHA256))
		wide.Span = 3
		row(key("field_copy"), wide)
	}
	s.book.AddTable(table)
	s.book.AddSpace(3)
}

// missingRows returns the numbers of rows of a bill that states more than were read of it.
// Of a copy the whole is not shown, so its rows are no loss.
func (p *draft) missingRows(e *exhibit) (stated, read int, incomplete bool) {
	entry := p.findEntry(e.Seq)
	if entry == nil || e.Copy != nil {
		return 0, 0, false
	}
	said, _ := entry.Parsed.Facts["rows_stated"].(float64)
	got, _ := entry.Parsed.Facts["transactions"].(float64)
	return int(said), int(got), said > got
}

// writeExhibitBody prints the picture, or why there is none.
func (s *composer) writeExhibitBody(e *exhibit) {
	switch {
	case e.rows != nil:
		s.writeBillRows(e)
		return
	case e.excerpt != nil:
		s.writeExcerpt(e)
		return
	case e.words != nil:
		s.writeWords(e)
		return
	case e.pages != nil:
		s.writePages(e)
		return
	case e.Shown == nil:
		s.book.AddParagraph(prosePara(s.t.text("not_shown", "why", e.Why)))
		return
	}
	if float64(e.Shown.Height) > longShape*float64(e.Shown.Width) && s.writeInBands(e) {
		return
	}
	room := frame.Bottom - s.book.PositionY() - captionHeight
	w, h := fitInside(e.Shown.Width, e.Shown.Height, frame.Width(), room)
	s.drawFramed(w, h, func(page *typeset.Page, x, y float64) { page.DrawPicture(e.Shown, x, y, w, h) })
	key := "picture_note"
	switch {
	case e.isFilm():
		key = "stills_note"
	case e.Shown.IsAnimated:
		key = "picture_first"
	case e.Copy != nil:
		key = "picture_copy"
	}
	s.writeCaption(s.t.text(key, "width", e.Shown.Width, "height", e.Shown.Height))
}

// captionHeight is the room below a picture for its caption, in millimetres.
const captionHeight = 8

// fitInside scales pixels to fit a box and never enlarges them.
func fitInside(width, height int, w, h float64) (float64, float64) {
	scale := min(perPixel, w/float64(width), h/float64(height))
	return float64(width) * scale, float64(height) * scale
}

func (s *composer) drawFramed(w, h float64, draw func(page *typeset.Page, x, y float64)) {
	x, y := frame.Left+(frame.Width()-w)/2, s.book.PositionY()
	draw(s.book.CurrentPage(), x, y)
	ink := rule
	s.book.CurrentPage().DrawBox(x, y, w, h, nil, &ink, 0.15)
	s.book.AddSpace(h + 1)
}

func (s *composer) writeCaption(text string) {
	p := compactPara(note, text)
	p.Align, p.Before = typeset.Centre, 0.6
	s.book.AddParagraph(p)
}

// writeInBands prints a long picture in columns from left to right, on as many pages
// as needed. It returns false if one column is enough.
func (s *composer) writeInBands(e *exhibit) bool {
	w := min(bandWidth, float64(e.Shown.Width)*perPixel)
	h := w * float64(e.Shown.Height) / float64(e.Shown.Width)
	room := frame.Bottom - s.book.PositionY() - captionHeight
	if h <= room {
		return false
	}
	parts, height := splitIntoBands(h, room)
	printed := min(parts, maxBands)
	for part := 0; part < printed; part += columns {
		if part > 0 {
			s.book.NewPage()
			s.writeExhibitHead(s.t.text("exhibit_more", "no", e.Label(), "kind", s.t.word("evidence_kind", string(e.Kind))))
		}
		last := min(part+columns, printed)
		for i := part; i < last; i++ {
			s.drawBand(e, w, h, float64(i)*(height-overlap), height, i-part)
		}
		s.book.AddSpace(height + 1)
		here := strconv.Itoa(part + 1)
		if last > part+1 {
			here += "–" + strconv.Itoa(last)
		}
		s.writeCaption(s.t.text("picture_part", "parts_here", here, "parts", parts, "width", e.Shown.Width, "height", e.Shown.Height))
	}
	if printed < parts {
		s.writeCaption(s.t.text("picture_cut", "printed", printed, "parts", parts))
	}
	return true
}

// splitIntoBands divides a height into equal bands that fit a box. Each overlaps the
// one before, so that every message is whole in one of them.
func splitIntoBands(h, room float64) (parts int, height float64) {
	parts = max(1, int(math.Ceil((h-overlap)/(room-overlap))))
	return parts, (h + float64(parts-1)*overlap) / float64(parts)
}

// drawBand draws the part of a picture of size w×h that begins at top into a column.
func (s *composer) drawBand(e *exhibit, w, h, top, height float64, column int) {
	ink := rule
	x, y := frame.Left+float64(column)*(frame.Width()-w)/(columns-1), s.book.PositionY()
	s.book.CurrentPage().DrawPicturePart(e.Shown, x, y, w, h, top, height)
	s.book.CurrentPage().DrawBox(x, y, w, height, nil, &ink, 0.15)
}
