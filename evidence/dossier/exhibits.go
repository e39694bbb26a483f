package dossier

import (
	"math"
	"strconv"

	"recourse/evidence/typeset"
)

// perPixel is the largest a pixel is printed, in millimetres: 96 to the inch.
const perPixel = 25.4 / 96

// A picture more than longShape times as high as wide would shrink beyond
// reading on one page: it is printed in bands, a phone's width or less, columns
// of them on a page, each repeating the end of the one before.
const (
	longShape = 2.7
	bandWidth = 78.0
	columns   = 2
	overlap   = 14.0
)

func (e *exhibit) goal() string { return "e" + strconv.Itoa(e.No) }

func (s *setting) exhibitTitle(e *exhibit) string {
	return s.t.text("exhibit_title", "no", e.Label(), "kind", s.t.word("evidence_kind", string(e.Kind)))
}

// exhibitPages sets every exhibit on pages of its own.
func (s *setting) exhibitPages() {
	first := true
	for i := range s.exhibits {
		e := &s.exhibits[i]
		if e.Withheld {
			continue
		}
		s.book.Label(s.t.text("stamp_exhibit", "label", e.Label()))
		s.book.NewPage()
		if first {
			s.book.Goal("exhibits")
			s.book.Bookmark(s.t.text("exhibits"), 0)
			first = false
		}
		s.book.Goal(e.goal())
		s.book.Bookmark(s.exhibitTitle(e), 1)
		s.exhibitHead(s.exhibitTitle(e))
		s.exhibitFacts(e)
		s.exhibitBody(e)
		s.book.Goal(e.goal() + ".end")
		s.book.Label("")
	}
}

func (s *setting) exhibitHead(text string) {
	p := para(heading, text)
	p.After, p.Leading = 1.5, 1.4
	s.book.Para(p)
}

// exhibitFacts is the table above an exhibit.
func (s *setting) exhibitFacts(e *exhibit) {
	table := grid(18, 63, 18, 63)
	table.PadY = 0.8
	fill := pale
	key := func(name string) typeset.Cell {
		c := in(label, s.t.text(name))
		c.Paras[0].Spans[0].Style.Size = 7.5
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
		captured = clock(*e.CapturedAt)
	}
	row := func(cells ...typeset.Cell) { table.Rows = append(table.Rows, typeset.Row{Cells: cells}) }
	row(key("field_file"), in(small, or(s.described(e, "file_name", e.FileName))),
		key("field_source"), in(small, or(s.t.wordOrText("platform", s.described(e, "source", e.Source)))))
	row(key("field_captured"), in(small, or(captured)), key("field_received"), in(small, or(clock(e.ReceivedAt))))
	row(key("field_media"), in(small, s.t.text("size_value", "type", e.MediaType, "size", grouped(e.Size))),
		key("field_entries"), in(small, s.t.text("field_entries_value", "entries", seqs(e.Seqs))+"　"+s.t.word("role", string(e.By.Role))))
	if description := s.described(e, "description", e.Description); description != "" {
		wide := in(small, description)
		wide.Span = 3
		row(key("field_description"), wide)
	}
	wide := in(code, e.SHA256)
	wide.Span = 3
	row(key("field_sha"), wide)
	if e.Copy != nil {
		wide := in(small, s.t.text("copy_value", "sha256", e.Copy.SHA256))
		wide.Span = 3
		row(key("field_copy"), wide)
	}
	s.book.Table(table)
	s.book.Skip(3)
}

// exhibitBody prints the picture, or says why there is none.
func (s *setting) exhibitBody(e *exhibit) {
	if e.Shown == nil {
		s.book.Para(prose(s.t.text("not_shown", "why", e.Why)))
		return
	}
	if float64(e.Shown.Height) > longShape*float64(e.Shown.Width) && s.bands(e) {
		return
	}
	room := frame.Bottom - s.book.Y() - captionHeight
	w, h := fit(e.Shown.Width, e.Shown.Height, frame.Width(), room)
	s.framed(w, h, func(page *typeset.Page, x, y float64) { page.Picture(e.Shown, x, y, w, h) })
	key := "picture_note"
	switch {
	case e.Shown.Moving:
		key = "picture_first"
	case e.Copy != nil:
		key = "picture_copy"
	}
	s.caption(s.t.text(key, "width", e.Shown.Width, "height", e.Shown.Height))
}

// captionHeight is kept free under a picture, in millimetres.
const captionHeight = 8

// fit scales pixels into a room without ever enlarging them.
func fit(width, height int, w, h float64) (float64, float64) {
	scale := min(perPixel, w/float64(width), h/float64(height))
	return float64(width) * scale, float64(height) * scale
}

func (s *setting) framed(w, h float64, draw func(page *typeset.Page, x, y float64)) {
	x, y := frame.Left+(frame.Width()-w)/2, s.book.Y()
	draw(s.book.Page(), x, y)
	ink := rule
	s.book.Page().Box(x, y, w, h, nil, &ink, 0.15)
	s.book.Skip(h + 1)
}

func (s *setting) caption(text string) {
	p := compact(note, text)
	p.Align, p.Before = typeset.Centre, 0.6
	s.book.Para(p)
}

// bands prints a long picture in columns from left to right, over as many pages
// as it takes; it reports false when one column does.
func (s *setting) bands(e *exhibit) bool {
	w := min(bandWidth, float64(e.Shown.Width)*perPixel)
	h := w * float64(e.Shown.Height) / float64(e.Shown.Width)
	room := frame.Bottom - s.book.Y() - captionHeight
	if h <= room {
		return false
	}
	parts, height := cut(h, room)
	for part := 0; part < parts; part += columns {
		if part > 0 {
			s.book.NewPage()
			s.exhibitHead(s.t.text("exhibit_more", "no", e.Label(), "kind", s.t.word("evidence_kind", string(e.Kind))))
		}
		last := min(part+columns, parts)
		for i := part; i < last; i++ {
			s.band(e, w, h, float64(i)*(height-overlap), height, i-part)
		}
		s.book.Skip(height + 1)
		here := strconv.Itoa(part + 1)
		if last > part+1 {
			here += "–" + strconv.Itoa(last)
		}
		s.caption(s.t.text("picture_part", "parts_here", here, "parts", parts, "width", e.Shown.Width, "height", e.Shown.Height))
	}
	return true
}

// cut divides a height into equal parts that fit a room, each beginning with the
// last of the one before: enough of it that no message is seen in halves only.
func cut(h, room float64) (parts int, height float64) {
	parts = max(1, int(math.Ceil((h-overlap)/(room-overlap))))
	return parts, (h + float64(parts-1)*overlap) / float64(parts)
}

// band prints the part of a picture of size w×h that begins at top, in the
// column given.
func (s *setting) band(e *exhibit, w, h, top, height float64, column int) {
	ink := rule
	x, y := frame.Left+float64(column)*(frame.Width()-w)/(columns-1), s.book.Y()
	s.book.Page().PicturePart(e.Shown, x, y, w, h, top, height)
	s.book.Page().Box(x, y, w, height, nil, &ink, 0.15)
}
