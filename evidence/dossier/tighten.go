package dossier

// A chapter whose last page is nearly empty is laid out tighter once, and stays so
// if that saves the page.

// layoutExtent is how much of the book a chapter takes.
type layoutExtent struct {
	pages int
	last  float64 // of the last page's frame that is filled, 0 to 1
}

const (
	closer      = 0.87 // of the leadings and paddings
	nearlyEmpty = 0.4  // of a page
)

// tightening is the line spacing factor of each chapter, by its anchor.
type tightening struct {
	loose  map[string]layoutExtent // with normal spacing
	factor map[string]float64
}

// update reads the extents of a pass and reports whether another pass is needed.
func (t *tightening) update(extents map[string]layoutExtent) (again bool) {
	for goal, now := range extents {
		before, known := t.loose[goal]
		switch {
		case !known:
			t.loose[goal] = now
			if now.pages > 1 && now.last < nearlyEmpty {
				t.factor[goal], again = closer, true
			}
		case t.factor[goal] == closer && now.pages >= before.pages:
			t.factor[goal], again = 1, true
		}
	}
	return again
}

// writeChapter writes a part with its title.
func (s *composer) writeChapter(part chapter) {
	first := len(s.book.Pages)
	s.beginChapter(part.goal, part.title, part.label)
	s.book.LeadingFactor = s.tight.factor[part.goal]
	part.set()
	s.book.LeadingFactor = 0
	s.extents[part.goal] = layoutExtent{
		pages: len(s.book.Pages) - first + 1, last: (s.book.PositionY() - frame.Top) / (frame.Bottom - frame.Top),
	}
}
