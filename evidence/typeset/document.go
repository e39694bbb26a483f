package typeset

import "math"

// Align is the horizontal alignment of a paragraph.
type Align int

// The alignments. A justified paragraph fills the width, except its last line.
const (
	Left Align = iota
	Centre
	Right
	Justified
)

// Paragraph is a paragraph. Leading is the distance between baselines as a multiple
// of the largest font size in it; 0 means 1.6. Before, After and Inset are in
// millimetres. Indent is that of the first line, in points.
type Paragraph struct {
	Spans        []Span
	Align        Align
	Leading      float64
	Before       float64
	After        float64
	Inset        float64
	Indent       float64
	KeepWithNext bool // on the same page as what follows
	LinkTarget   string
}

// Frame is the part of a page that text fills, in millimetres.
type Frame struct{ Left, Top, Right, Bottom float64 }

// Width returns the width of the frame.
func (f Frame) Width() float64 { return f.Right - f.Left }

// Height returns the height of the frame.
func (f Frame) Height() float64 { return f.Bottom - f.Top }

// Document is a document that is being built: text fills the frame of one page after
// the other. WritePDF returns the first error of all calls.
type Document struct {
	Frame Frame
	// LeadingFactor multiplies the leading and the cell padding of everything that is
	// added later; 0 means 1.
	LeadingFactor float64
	Pages         []*Page
	faces         *Faces
	y             float64
	pageLabel     string
	err           error
	anchors       map[string]int
}

// NewDocument starts a document; its first page comes with NewPage.
func NewDocument(faces *Faces, frame Frame) *Document {
	return &Document{Frame: frame, faces: faces, anchors: map[string]int{}}
}

// NewPage starts a page with the label of the last SetLabel call.
func (b *Document) NewPage() *Page {
	page := &Page{Label: b.pageLabel}
	b.Pages = append(b.Pages, page)
	b.y = b.Frame.Top
	return page
}

// SetLabel sets the label of the pages that are started later.
func (b *Document) SetLabel(label string) { b.pageLabel = label }

// CurrentPage returns the page to which text is added.
func (b *Document) CurrentPage() *Page { return b.Pages[len(b.Pages)-1] }

// PositionY returns the position of the next paragraph or table, in millimetres.
func (b *Document) PositionY() float64 { return b.y }

// AddSpace leaves vertical space, but not beyond the end of the page.
func (b *Document) AddSpace(mm float64) { b.y = math.Min(b.y+mm, b.Frame.Bottom) }

// EnsureSpace starts a new page if less than mm millimetres are left.
func (b *Document) EnsureSpace(mm float64) {
	if b.y+mm > b.Frame.Bottom+0.01 && b.y > b.Frame.Top {
		b.NewPage()
	}
}

// AddAnchor names the current position as a target for links and page references.
func (b *Document) AddAnchor(name string) {
	b.CurrentPage().anchors = append(b.CurrentPage().anchors, name)
	b.anchors[name] = len(b.Pages)
}

// AnchorPages returns the page number of every anchor, from 1.
func (b *Document) AnchorPages() map[string]int { return b.anchors }

// AddBookmark adds a title to the outline of the PDF; level 0 is the top.
func (b *Document) AddBookmark(title string, level int) {
	b.CurrentPage().bookmarks = append(b.CurrentPage().bookmarks, bookmark{title, level, b.y})
}

// measuredParagraph is a paragraph that is divided into lines.
type measuredParagraph struct {
	para    Paragraph
	lines   []line
	leading float64 // mm
	size    float64 // points, the largest
}

// firstBaseline returns the distance from the top to the first baseline, in mm.
func (bl *measuredParagraph) firstBaseline() float64 {
	return bl.leading/2 + bl.size*baselineOffset/perMM
}

// baselineOffset is the distance from the middle of a line to its baseline, in
// ems: an ideograph extends from 0.88 above to 0.12 below the baseline.
const baselineOffset = 0.37

func (bl *measuredParagraph) totalHeight() float64 { return float64(len(bl.lines)) * bl.leading }

func (b *Document) measureParagraph(p Paragraph, width float64) measuredParagraph {
	runes, err := b.faces.shapeSpans(p.Spans)
	if err != nil && b.err == nil {
		b.err = err
	}
	bl := measuredParagraph{para: p, size: 1}
	for _, span := range p.Spans {
		bl.size = max(bl.size, span.Style.Size)
	}
	if p.Leading == 0 {
		p.Leading = 1.6
	}
	bl.leading = bl.size * p.Leading / perMM * b.leadingFactor()
	bl.lines = wrapLines(runes, (width-p.Inset)*perMM, p.Indent)
	return bl
}

func (b *Document) leadingFactor() float64 {
	if b.LeadingFactor == 0 {
		return 1
	}
	return b.LeadingFactor
}

// MeasureHeight returns the height that a paragraph would have in the frame.
func (b *Document) MeasureHeight(p Paragraph) float64 {
	bl := b.measureParagraph(p, b.Frame.Width())
	return p.Before + bl.totalHeight() + p.After
}

// AddParagraph adds a paragraph and starts new pages as needed. It never leaves a
// single line at the end of a page or at the start of the next one.
func (b *Document) AddParagraph(p Paragraph) {
	bl := b.measureParagraph(p, b.Frame.Width())
	if b.y > b.Frame.Top {
		b.AddSpace(p.Before)
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
	b.AddSpace(p.After)
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

// setLines draws lines of a paragraph downwards from the current position.
func (b *Document) setLines(bl *measuredParagraph, from, to int, x, width float64) {
	y := b.y
	for i := from; i < to; i++ {
		b.setLine(bl, i, x, y, width)
		y += bl.leading
	}
}

// maxJustifiedGap limits the extra width of each gap in a justified line, in
// thousandths of the font size.
const maxJustifiedGap = 220

func (b *Document) setLine(bl *measuredParagraph, i int, x, y, width float64) {
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
	baseline := y + bl.firstBaseline()
	b.CurrentPage().addText(l, left, baseline, extra)
	if bl.para.LinkTarget != "" {
		b.CurrentPage().AddLink(left, y, l.width/perMM, bl.leading, bl.para.LinkTarget)
	}
}

// justifyGap returns the extra width of each gap that fills the line, or 0 if the
// line is not justified.
func justifyGap(l line, room, size float64) float64 {
	if !l.soft || l.width >= room {
		return 0
	}
	gaps := 0
	for i := 1; i < len(l.runes); i++ {
		if canStretch(&l.runes[i-1], &l.runes[i]) {
			gaps++
		}
	}
	if gaps == 0 {
		return 0
	}
	extra := (room - l.width) / float64(gaps)
	if extra > size*maxJustifiedGap/1000 {
		return 0
	}
	return extra
}

// DrawLine draws one line of text at a fixed position of a page, for running heads
// and stamps. It returns the width in millimetres.
func (b *Document) DrawLine(page *Page, x, baseline, width float64, align Align, spans ...Span) float64 {
	runes, err := b.faces.shapeSpans(spans)
	if err != nil && b.err == nil {
		b.err = err
	}
	l := newLine(runes, false)
	switch align {
	case Centre:
		x += (width - l.width/perMM) / 2
	case Right:
		x += width - l.width/perMM
	}
	page.addText(l, x, baseline, 0)
	return l.width / perMM
}

// LineWidth returns the width of the line that DrawLine would draw, in millimetres.
func (b *Document) LineWidth(spans ...Span) float64 {
	runes, err := b.faces.shapeSpans(spans)
	if err != nil && b.err == nil {
		b.err = err
	}
	return newLine(runes, false).width / perMM
}
