package dossier

import (
	"slices"
	"strconv"

	"recourse/evidence/typeset"
)

// defaultVolumePages is how many pages are bound as one volume. Courts bind at most about
// two hundred sheets.
const defaultVolumePages = 400

// part is a chapter or an exhibit of the dossier.
type part struct {
	goal, title string
	page        int  // its first one, from 1
	hasSheet    bool // the page before it is the sheet of a volume
}

// volume is what is bound together: whole parts, behind a sheet of its own from the second
// volume on.
type volume struct {
	first, last int // pages, from 1
	parts       []part
}

// planVolumes divides the parts into volumes of at most limit pages, unless one part alone
// is longer. A dossier that fits has one volume. The plan does not depend on the sheets of
// the last pass, so that the next pass needs no other plan.
func planVolumes(parts []part, pages, limit int) []volume {
	if pages <= limit || len(parts) == 0 {
		return []volume{{first: 1, last: pages}}
	}
	all := []volume{{first: 1, last: parts[0].page - 1}}
	for i, one := range parts {
		current, length := &all[len(all)-1], lengthOf(parts, i, pages)
		if current.last+length-current.first+1 > limit && len(current.parts) > 0 {
			sheet := current.last + 1
			all = append(all, volume{first: sheet, last: sheet})
			current = &all[len(all)-1]
		}
		current.parts = append(current.parts, part{goal: one.goal, title: one.title})
		current.last += length
	}
	return all
}

// lengthOf returns how many pages a part has.
func lengthOf(parts []part, i, pages int) int {
	if i+1 == len(parts) {
		return pages - parts[i].page + 1
	}
	next := parts[i+1]
	if next.hasSheet {
		return next.page - 1 - parts[i].page
	}
	return next.page - parts[i].page
}

// beginPart notes where a part begins, and begins a volume with it if the last pass has
// planned so.
func (s *composer) beginPart(goal, title string) {
	begins := func(v volume) bool { return len(v.parts) > 0 && v.parts[0].goal == goal }
	i := slices.IndexFunc(s.volumes, begins)
	if i > 0 {
		s.writeVolumeSheet(i)
	}
	s.parts = append(s.parts, part{goal, title, len(s.book.Pages) + 1, i > 0})
}

// writeVolumeSheet writes the first page of a volume but the first.
func (s *composer) writeVolumeSheet(i int) {
	s.book.SetLabel("")
	s.book.NewPage()
	name := s.t.text("volume_title", "number", i+1, "count", len(s.volumes))
	s.book.AddBookmark(name, 0)
	s.book.AddSpace(40)
	for _, line := range []string{s.audienceText("title"), name} {
		p := newPara(title, line)
		p.Align, p.Leading, p.After = typeset.Centre, 1.3, 4
		s.book.AddParagraph(p)
	}
	one := s.volumes[i]
	table := newTable(34, frame.Width()-34)
	for _, row := range [][2]string{
		{"number", string(s.folio.Case.Number)},
		{"claimant", s.t.shortenName(s.claimantName())},
		{"volume_pages", s.t.text("volume_range", "first", one.first, "last", one.last)},
		{"volume_from", one.parts[0].title},
		{"volume_to", one.parts[len(one.parts)-1].title},
	} {
		table.Rows = append(table.Rows, labelledRow(s.t.text(row[0]), compactPara(body, row[1])))
	}
	s.book.AddTable(table)
}

// writeVolumes lists the volumes below the contents, if there are several.
func (s *composer) writeVolumes() {
	if len(s.volumes) < 2 {
		return
	}
	s.writeHeading(s.t.text("volumes_heading", "count", len(s.volumes)))
	for i, one := range s.volumes {
		s.book.AddParagraph(compactPara(body, s.t.text("volume_line", "number", i+1, "first", one.first, "last", one.last)))
	}
}

// volumeOf returns the number of the volume that a page is in; "" if there is only one.
func (p *draft) volumeOf(page int) string {
	if len(p.volumes) < 2 {
		return ""
	}
	i := slices.IndexFunc(p.volumes, func(v volume) bool { return page <= v.last })
	return strconv.Itoa(i + 1)
}
