package typeset

// Cell is one cell of a table. It may span several columns.
type Cell struct {
	Paragraphs []Paragraph
	Span       int // columns; 0 means 1
	Fill       *Color
}

// Row is one row of a table.
type Row struct {
	Cells        []Cell
	KeepWithNext bool // on the same page as the next row
}

// Table is a table with a head that is repeated on each page. Lengths are in
// millimetres.
type Table struct {
	Widths    []float64
	Head      *Row
	Rows      []Row
	Line      Color
	LineWidth float64
	PadX      float64
	PadY      float64
}

// measuredRow is a row with the lines of its cells.
type measuredRow struct {
	cells        []measuredCell
	height       float64 // with padding
	keepWithNext bool
}

type measuredCell struct {
	x, width float64
	fill     *Color
	blocks   []measuredParagraph
	height   float64
	shift    float64 // moves the text down so that the first baselines of a row agree
	next     [2]int  // the first block and line not yet drawn
}

// minSplitSpace is the space, in millimetres, that the first part of a split row
// needs.
const minSplitSpace = 30

// AddTable adds a table. A row that does not fit moves to the next page; a row that
// is higher than a third of a page is split between lines.
func (b *Document) AddTable(t Table) {
	t.PadY *= b.leadingFactor()
	rows := make([]measuredRow, len(t.Rows))
	for i := range t.Rows {
		rows[i] = b.measureRow(&t, &t.Rows[i])
	}
	if n := len(rows); n > 1 { // no single row at the end or the start of a page
		rows[0].keepWithNext, rows[n-2].keepWithNext = true, true
	}
	for i := range rows {
		b.addRow(&t, rows[i:], i == 0)
	}
}

// addRow adds the first of rows.
func (b *Document) addRow(t *Table, rows []measuredRow, first bool) {
	need := rows[0].height
	for i := 0; rows[i].keepWithNext && i+1 < len(rows); i++ {
		need += b.minRowHeight(&rows[i+1])
	}
	head := b.headHeight(t)
	if first {
		b.EnsureSpace(head + min(need, b.Frame.Height()/3))
		b.addHead(t)
	}
	splits := rows[0].height > b.Frame.Height()/3
	if b.y+need > b.Frame.Bottom+0.01 && (!splits || b.Frame.Bottom-b.y < minSplitSpace) {
		b.NewPage()
		b.addHead(t)
	}
	for b.y+rows[0].height > b.Frame.Bottom+0.01 {
		if !b.drawRowPart(t, &rows[0], b.Frame.Bottom-b.y) {
			break // not even one line fits on a new page: draw it beyond the end
		}
		b.NewPage()
		b.addHead(t)
	}
	b.drawRowPart(t, &rows[0], 1e6)
}

// minRowHeight returns the space that a row needs to start: its height, unless it
// may be split.
func (b *Document) minRowHeight(row *measuredRow) float64 {
	if row.height > b.Frame.Height()/3 {
		return minSplitSpace
	}
	return row.height
}

func (b *Document) headHeight(t *Table) float64 {
	if t.Head == nil {
		return 0
	}
	row := b.measureRow(t, t.Head)
	return row.height
}

func (b *Document) addHead(t *Table) {
	if t.Head == nil {
		return
	}
	row := b.measureRow(t, t.Head)
	b.drawRowPart(t, &row, 1e6)
}

func (b *Document) measureRow(t *Table, row *Row) measuredRow {
	out := measuredRow{keepWithNext: row.KeepWithNext}
	x, column := b.Frame.Left, 0
	for _, cell := range row.Cells {
		width := 0.0
		for range max(1, cell.Span) {
			width += t.Widths[column]
			column++
		}
		set := measuredCell{x: x, width: width, fill: cell.Fill}
		for i, p := range cell.Paragraphs {
			if i == 0 {
				p.Before = 0
			}
			bl := b.measureParagraph(p, width-2*t.PadX)
			set.blocks = append(set.blocks, bl)
			set.height += p.Before + bl.totalHeight()
		}
		x += width
		out.cells = append(out.cells, set)
	}
	out.alignBaselines()
	for i := range out.cells {
		out.height = max(out.height, out.cells[i].height+2*t.PadY)
	}
	return out
}

// alignBaselines moves the cells of a row down to the same first baseline.
func (r *measuredRow) alignBaselines() {
	lowest := 0.0
	for i := range r.cells {
		lowest = max(lowest, r.cells[i].firstBaseline())
	}
	for i := range r.cells {
		if c := &r.cells[i]; len(c.blocks) > 0 {
			c.shift = lowest - c.firstBaseline()
			c.height += c.shift
		}
	}
}

// firstBaseline returns the distance from the top to the first baseline, in mm.
func (c *measuredCell) firstBaseline() float64 {
	if len(c.blocks) == 0 {
		return 0
	}
	return c.blocks[0].firstBaseline()
}

// drawRowPart draws the part of a row that fits into room millimetres and reports
// whether it drew anything. The rest remains in the row.
func (b *Document) drawRowPart(t *Table, row *measuredRow, room float64) bool {
	top := b.y
	height, drawn := 0.0, false
	type placed struct {
		cell     *measuredCell
		from, to [2]int
	}
	var parts []placed
	for i := range row.cells {
		cell := &row.cells[i]
		from := cell.next
		used := cell.takeLines(room - 2*t.PadY - cell.shift)
		drawn = drawn || used > 0
		used += cell.shift
		height = max(height, used+2*t.PadY)
		parts = append(parts, placed{cell, from, cell.next})
	}
	if !drawn && room < 1e6 {
		return false
	}
	for _, part := range parts {
		b.CurrentPage().DrawBox(part.cell.x, top, part.cell.width, height, part.cell.fill, &t.Line, t.LineWidth)
		b.drawCell(t, part.cell, part.from, part.to, top+t.PadY+part.cell.shift)
		part.cell.shift = 0
	}
	b.y = top + height
	row.height = row.undrawnHeight() + 2*t.PadY
	return true
}

// takeLines skips the lines that fit and returns their height.
func (c *measuredCell) takeLines(room float64) float64 {
	used := 0.0
	for c.next[0] < len(c.blocks) {
		bl := &c.blocks[c.next[0]]
		before := 0.0
		if c.next[1] == 0 && used > 0 {
			before = bl.para.Before
		}
		if used+before+bl.leading > room+0.01 {
			break
		}
		used += before + bl.leading
		if c.next[1]++; c.next[1] >= len(bl.lines) {
			c.next = [2]int{c.next[0] + 1, 0}
		}
	}
	return used
}

// undrawnHeight returns the height of the lines that are not drawn yet.
func (r *measuredRow) undrawnHeight() float64 {
	height := 0.0
	for _, cell := range r.cells {
		used := 0.0
		for i := cell.next[0]; i < len(cell.blocks); i++ {
			bl := &cell.blocks[i]
			lines := len(bl.lines)
			if i == cell.next[0] {
				lines -= cell.next[1]
			} else {
				used += bl.para.Before
			}
			used += float64(lines) * bl.leading
		}
		height = max(height, used)
	}
	return height
}

func (b *Document) drawCell(t *Table, cell *measuredCell, from, to [2]int, y float64) {
	keep := b.y
	b.y = y
	for i := from[0]; i <= to[0] && i < len(cell.blocks); i++ {
		bl := &cell.blocks[i]
		first, last := 0, len(bl.lines)
		if i == from[0] {
			first = from[1]
		}
		if i == to[0] {
			last = to[1]
		}
		if first >= last {
			continue
		}
		if i > from[0] && first == 0 {
			b.y += bl.para.Before
		}
		b.setLines(bl, first, last, cell.x+t.PadX, cell.width-2*t.PadX)
		b.y += float64(last-first) * bl.leading
	}
	b.y = keep
}
