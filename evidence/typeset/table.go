package typeset

// Cell is one cell of a table: paragraphs, over one column or more.
type Cell struct {
	Paras []Para
	Span  int // columns; 0 means 1
	Fill  *Ink
}

// Row is one row of a table.
type Row struct {
	Cells []Cell
	Hold  bool // stay on the page of the next row
}

// Table is a grid with a head that is repeated on each page. Widths are
// millimetres.
type Table struct {
	Widths []float64
	Head   *Row
	Rows   []Row
	Line   Ink
	Thick  float64
	PadX   float64
	PadY   float64
}

// set row: each cell's lines, flattened.
type setRow struct {
	cells  []setCell
	height float64 // with padding
	hold   bool
}

type setCell struct {
	x, width float64
	fill     *Ink
	blocks   []block
	height   float64
	drop     float64 // lowers the text so that the first baselines of a row agree
	next     [2]int  // the first block and line not yet drawn
}

// worthSplitting is the least space, in millimetres, to begin a split row in.
const worthSplitting = 30

// Table prints a table. A row that does not fit moves to the next page; one that
// is taller than a third of a page is split between lines.
func (b *Book) Table(t Table) {
	t.PadY *= b.minLeading()
	rows := make([]setRow, len(t.Rows))
	for i := range t.Rows {
		rows[i] = b.measureRow(&t, &t.Rows[i])
	}
	if n := len(rows); n > 1 { // no row stands alone at the foot of a page or at the head of one
		rows[0].hold, rows[n-2].hold = true, true
	}
	for i := range rows {
		b.tableRow(&t, rows[i:], i == 0)
	}
}

// tableRow prints the first of rows.
func (b *Book) tableRow(t *Table, rows []setRow, first bool) {
	need := rows[0].height
	for i := 0; rows[i].hold && i+1 < len(rows); i++ {
		need += b.minRowHeight(&rows[i+1])
	}
	head := b.headHeight(t)
	if first {
		b.EnsureRoom(head + min(need, b.Frame.Height()/3))
		b.tableHead(t)
	}
	splits := rows[0].height > b.Frame.Height()/3
	if b.y+need > b.Frame.Bottom+0.01 && (!splits || b.Frame.Bottom-b.y < worthSplitting) {
		b.NewPage()
		b.tableHead(t)
	}
	for b.y+rows[0].height > b.Frame.Bottom+0.01 {
		if !b.drawRowPart(t, &rows[0], b.Frame.Bottom-b.y) {
			break // not even one line fits on a fresh page: let it run over
		}
		b.NewPage()
		b.tableHead(t)
	}
	b.drawRowPart(t, &rows[0], 1e6)
}

// minRowHeight is the room in which a row can begin: all of it, unless it is split.
func (b *Book) minRowHeight(row *setRow) float64 {
	if row.height > b.Frame.Height()/3 {
		return worthSplitting
	}
	return row.height
}

func (b *Book) headHeight(t *Table) float64 {
	if t.Head == nil {
		return 0
	}
	row := b.measureRow(t, t.Head)
	return row.height
}

func (b *Book) tableHead(t *Table) {
	if t.Head == nil {
		return
	}
	row := b.measureRow(t, t.Head)
	b.drawRowPart(t, &row, 1e6)
}

func (b *Book) measureRow(t *Table, row *Row) setRow {
	out := setRow{hold: row.Hold}
	x, column := b.Frame.Left, 0
	for _, cell := range row.Cells {
		width := 0.0
		for range max(1, cell.Span) {
			width += t.Widths[column]
			column++
		}
		set := setCell{x: x, width: width, fill: cell.Fill}
		for i, p := range cell.Paras {
			if i == 0 {
				p.Before = 0
			}
			bl := b.measure(p, width-2*t.PadX)
			set.blocks = append(set.blocks, bl)
			set.height += p.Before + bl.height()
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

// alignBaselines lowers the cells of a row to one first baseline.
func (r *setRow) alignBaselines() {
	lowest := 0.0
	for i := range r.cells {
		lowest = max(lowest, r.cells[i].baseline())
	}
	for i := range r.cells {
		if c := &r.cells[i]; len(c.blocks) > 0 {
			c.drop = lowest - c.baseline()
			c.height += c.drop
		}
	}
}

// baseline is that of the first line, from the cell's top.
func (c *setCell) baseline() float64 {
	if len(c.blocks) == 0 {
		return 0
	}
	return c.blocks[0].baseline()
}

// drawRowPart draws as much of a row as fits into room millimetres and reports
// whether it drew anything; what is left stays in the row.
func (b *Book) drawRowPart(t *Table, row *setRow, room float64) bool {
	top := b.y
	height, drawn := 0.0, false
	type placed struct {
		cell     *setCell
		from, to [2]int
	}
	var parts []placed
	for i := range row.cells {
		cell := &row.cells[i]
		from := cell.next
		used := cell.takeLines(room - 2*t.PadY - cell.drop)
		drawn = drawn || used > 0
		used += cell.drop
		height = max(height, used+2*t.PadY)
		parts = append(parts, placed{cell, from, cell.next})
	}
	if !drawn && room < 1e6 {
		return false
	}
	for _, part := range parts {
		b.Page().Box(part.cell.x, top, part.cell.width, height, part.cell.fill, &t.Line, t.Thick)
		b.drawCell(t, part.cell, part.from, part.to, top+t.PadY+part.cell.drop)
		part.cell.drop = 0
	}
	b.y = top + height
	row.height = row.remainingHeight() + 2*t.PadY
	return true
}

// takeLines advances over the lines that fit and returns their height.
func (c *setCell) takeLines(room float64) float64 {
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

// remainingHeight is the height of what is not yet drawn.
func (r *setRow) remainingHeight() float64 {
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

func (b *Book) drawCell(t *Table, cell *setCell, from, to [2]int, y float64) {
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
