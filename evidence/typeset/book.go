package typeset

import "math"

// Align is where the lines of a paragraph stand.
type Align int

// The alignments. Justified paragraphs fill the width but for their last line.
const (
	Left Align = iota
	Centre
	Right
	Justified
)

// Para is a paragraph. Leading is the distance of baselines as a multiple of
// the largest size in it (0 means 1.6); Before, After and Inset are
// millimetres; Indent is the first line's, in points.
type Para struct {
	Spans   []Span
	Align   Align
	Leading float64
	Before  float64
	After   float64
	Inset   float64
	Indent  float64
	Hold    bool // stay on the page of what follows
	Goal    string
}

// Frame is the part of a page that text fills, in millimetres.
type Frame struct{ Left, Top, Right, Bottom float64 }

// Width of the frame.
func (f Frame) Width() float64 { return f.Right - f.Left }

// Height of the frame.
func (f Frame) Height() float64 { return f.Bottom - f.Top }

// Book is a document in the making: text flows down its frame, page after page.
// Its first failure is kept and returned by Write.
type Book struct {
	Frame Frame
	// Tight multiplies leadings and the paddings of tables from now on; 0 is 1.
	Tight float64
	Pages []*Page
	faces *Faces
	y     float64
	label string
	err   error
	goals map[string]int
}

// NewBook starts a document; its first page comes with NewPage.
func NewBook(faces *Faces, frame Frame) *Book {
	return &Book{Frame: frame, faces: faces, goals: map[string]int{}}
}

// NewPage starts a page with the label of the last Label call.
func (b *Book) NewPage() *Page {
	page := &Page{Label: b.label}
	b.Pages = append(b.Pages, page)
	b.y = b.Frame.Top
	return page
}

// Label names what the following pages are part of.
func (b *Book) Label(label string) { b.label = label }

// Page is the one text flows into now.
func (b *Book) Page() *Page { return b.Pages[len(b.Pages)-1] }

// Y is where the next thing will stand, in millimetres.
func (b *Book) Y() float64 { return b.y }

// Skip leaves space; at the foot of a page it changes nothing.
func (b *Book) Skip(mm float64) { b.y = math.Min(b.y+mm, b.Frame.Bottom) }

// EnsureRoom starts a new page unless so many millimetres are left.
func (b *Book) EnsureRoom(mm float64) {
	if b.y+mm > b.Frame.Bottom+0.01 && b.y > b.Frame.Top {
		b.NewPage()
	}
}

// AddAnchor names the present place, so that links and page numbers find it.
func (b *Book) AddAnchor(name string) {
	b.Page().goals = append(b.Page().goals, name)
	b.goals[name] = len(b.Pages)
}

// Anchors gives the page number of every goal, from 1.
func (b *Book) Anchors() map[string]int { return b.goals }

// Bookmark puts a title into the reader's outline; level 0 is the top.
func (b *Book) Bookmark(title string, level int) {
	b.Page().marks = append(b.Page().marks, bookmark{title, level, b.y})
}

// block is a measured paragraph.
type block struct {
	para    Para
	lines   []line
	leading float64 // mm
	size    float64 // points, the largest
}

// baseline is that of the first line, from the block's top.
func (bl *block) baseline() float64 { return bl.leading/2 + bl.size*middle/perMM }

// middle is the distance from the middle of a line to its baseline, in ems: the
// body of an ideograph reaches from 0.88 above to 0.12 below the baseline.
const middle = 0.37

func (bl *block) height() float64 { return float64(len(bl.lines)) * bl.leading }

func (b *Book) measure(p Para, width float64) block {
	marks, err := b.faces.shapeSpans(p.Spans)
	if err != nil && b.err == nil {
		b.err = err
	}
	bl := block{para: p, size: 1}
	for _, span := range p.Spans {
		bl.size = max(bl.size, span.Style.Size)
	}
	if p.Leading == 0 {
		p.Leading = 1.6
	}
	bl.leading = bl.size * p.Leading / perMM * b.minLeading()
	bl.lines = wrapLines(marks, (width-p.Inset)*perMM, p.Indent)
	return bl
}

func (b *Book) minLeading() float64 {
	if b.Tight == 0 {
		return 1
	}
	return b.Tight
}

// Height measures a paragraph in the book's frame without setting it.
func (b *Book) Height(p Para) float64 {
	bl := b.measure(p, b.Frame.Width())
	return p.Before + bl.height() + p.After
}

// Para prints a paragraph and flows it over the pages. It never leaves a single
// line at the foot of a page or at the head of the next.
func (b *Book) Para(p Para) {
	bl := b.measure(p, b.Frame.Width())
	if b.y > b.Frame.Top {
		b.Skip(p.Before)
	}
	for from := 0; from < len(bl.lines); {
		fit := int((b.Frame.Bottom - b.y + 0.01) / bl.leading)
		fit = keepTogether(fit, len(bl.lines)-from, from == 0)
		if fit <= 0 && b.y > b.Frame.Top {
			b.NewPage()
			continue
		}
		fit = max(1, fit)
		b.setLines(&bl, from, from+fit, b.Frame.Left, b.Frame.Width())
		b.y += float64(fit) * bl.leading
		if from += fit; from < len(bl.lines) {
			b.NewPage()
		}
	}
	b.Skip(p.After)
}

// keepTogether lowers the number of lines that fit so that no line of a longer
// paragraph is separated.
func keepTogether(fit, left int, first bool) int {
	switch {
	case fit >= left:
		return left
	case left-fit == 1 && fit > 2:
		return fit - 1
	case left-fit == 1 && fit == 2 && first:
		return 0
	case first && fit == 1 && left > 1:
		return 0
	default:
		return fit
	}
}

// setLines draws lines of a block from the present y downwards.
func (b *Book) setLines(bl *block, from, to int, x, width float64) {
	y := b.y
	for i := from; i < to; i++ {
		b.setLine(bl, i, x, y, width)
		y += bl.leading
	}
}

// loosest is the most a justified line may be widened per gap, in thousandths
// of the size.
const loosest = 220

func (b *Book) setLine(bl *block, i int, x, y, width float64) {
	l := bl.lines[i]
	left, room := x+bl.para.Inset, (width-bl.para.Inset)*perMM
	if i == 0 {
		left += bl.para.Indent / perMM
		room -= bl.para.Indent
	}
	extra := 0.0
	switch bl.para.Align {
	case Centre:
		left += (room - l.width) / 2 / perMM
	case Right:
		left += (room - l.width) / perMM
	case Justified:
		extra = justifyGap(l, room, bl.size)
	}
	baseline := y + bl.baseline()
	b.Page().addText(l, left, baseline, extra)
	if bl.para.Goal != "" {
		b.Page().Link(left, y, l.width/perMM, bl.leading, bl.para.Goal)
	}
}

// justifyGap is the extra width of each gap that fills the line, or 0 when it must
// stay ragged.
func justifyGap(l line, room, size float64) float64 {
	if !l.soft || l.width >= room {
		return 0
	}
	gaps := 0
	for i := 1; i < len(l.marks); i++ {
		if canStretch(&l.marks[i-1], &l.marks[i]) {
			gaps++
		}
	}
	if gaps == 0 {
		return 0
	}
	extra := (room - l.width) / float64(gaps)
	if extra > size*loosest/1000 {
		return 0
	}
	return extra
}

// Line prints one line of spans at a fixed place of a page, for running heads and
// stamps; it returns the width in millimetres.
func (b *Book) Line(page *Page, x, baseline, width float64, align Align, spans ...Span) float64 {
	marks, err := b.faces.shapeSpans(spans)
	if err != nil && b.err == nil {
		b.err = err
	}
	l := newLine(marks, false)
	switch align {
	case Centre:
		x += (width - l.width/perMM) / 2
	case Right:
		x += width - l.width/perMM
	}
	page.addText(l, x, baseline, 0)
	return l.width / perMM
}

// LineWidth returns the width of what Line would print, in millimetres.
func (b *Book) LineWidth(spans ...Span) float64 {
	marks, err := b.faces.shapeSpans(spans)
	if err != nil && b.err == nil {
		b.err = err
	}
	return newLine(marks, false).width / perMM
}
