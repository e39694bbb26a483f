package dossier

// A chapter whose last page is nearly empty is set closer, once, and stays so if
// that saves the page: a court turns a page for a paper, not for its last lines.

// extent is how much of the book a chapter takes.
type extent struct {
	pages int
	last  float64 // of the last page's frame that is filled, 0 to 1
}

const (
	closer      = 0.87 // of the leadings and paddings
	nearlyEmpty = 0.4  // of a page
)

// tightening is how close each chapter is set, by its goal.
type tightening struct {
	loose  map[string]extent // as set at first
	factor map[string]float64
}

// judge looks at a pass and reports whether another setting is to be tried or
// taken back.
func (t *tightening) judge(extents map[string]extent) (again bool) {
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

// chapter sets a part, from its title to what it cites.
func (s *setting) chapter(part chapter) {
	first := len(s.book.Pages)
	s.begin(part.goal, part.title)
	s.book.Tight = s.tight.factor[part.goal]
	part.set()
	s.sources()
	s.book.Tight = 0
	s.extents[part.goal] = extent{
		pages: len(s.book.Pages) - first + 1, last: (s.book.Y() - frame.Top) / (frame.Bottom - frame.Top),
	}
}
