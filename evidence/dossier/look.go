package dossier

import "recourse/evidence/typeset"

// The colours: black for text, one red for warnings, greys for rules.
const (
	black = typeset.Ink(0x111111)
	grey  = typeset.Ink(0x5A5A5A)
	rule  = typeset.Ink(0x8C8C8C)
	pale  = typeset.Ink(0xF1F1EE)
	red   = typeset.Ink(0xA4161A)
	blush = typeset.Ink(0xFBEFEF)
)

// The styles, in points.
var (
	title   = typeset.Style{Cut: typeset.SerifBold, Size: 32, Ink: black, Track: 180}
	section = typeset.Style{Cut: typeset.SansBold, Size: 16, Ink: black, Track: 40}
	heading = typeset.Style{Cut: typeset.SansBold, Size: 11.5, Ink: black}
	body    = typeset.Style{Cut: typeset.Serif, Size: 10.5, Ink: black}
	strong  = typeset.Style{Cut: typeset.SerifBold, Size: 10.5, Ink: black}
	cell    = typeset.Style{Cut: typeset.Serif, Size: 9, Ink: black}
	label   = typeset.Style{Cut: typeset.SansBold, Size: 8.5, Ink: black}
	note    = typeset.Style{Cut: typeset.Sans, Size: 8, Ink: grey}
	source  = typeset.Style{Cut: typeset.Sans, Size: 7, Ink: grey}
	code    = typeset.Style{Cut: typeset.Sans, Size: 7.5, Ink: black}
	warning = typeset.Style{Cut: typeset.SansBold, Size: 10, Ink: red}
	warned  = typeset.Style{Cut: typeset.Serif, Size: 9.5, Ink: red}
	running = typeset.Style{Cut: typeset.Sans, Size: 8, Ink: grey}
	stamped = typeset.Style{Cut: typeset.SansBold, Size: 9, Ink: black}
)

// frame leaves 26 mm for the binding on the left and room for the running head
// and foot.
var frame = typeset.Frame{Left: 26, Top: 30, Right: 188, Bottom: 272}

func newSpan(s typeset.Style, text string) typeset.Span { return typeset.Span{Text: text, Style: s} }

func newPara(s typeset.Style, text string) typeset.Para {
	return typeset.Para{Spans: []typeset.Span{newSpan(s, text)}}
}

// prosePara is a justified paragraph; its first line is indented by two characters.
func prosePara(text string) typeset.Para {
	p := newPara(body, text)
	p.Align, p.Leading, p.After, p.Indent = typeset.Justified, 1.65, 1, 2*body.Size
	return p
}

// itemPara is a numbered or marked paragraph with a hanging indent.
func itemPara(mark, text string) typeset.Para {
	p := newPara(body, mark+text)
	hang := body.Size * 1.15
	p.Inset, p.Indent = hang*25.4/72, -hang
	p.Align, p.Leading, p.After = typeset.Justified, 1.55, 0.5
	return p
}

// cellOf makes a cell of one paragraph.
func cellOf(s typeset.Style, text string) typeset.Cell {
	return typeset.Cell{Paras: []typeset.Para{compactPara(s, text)}}
}

func centredCell(s typeset.Style, text string) typeset.Cell {
	p := compactPara(s, text)
	p.Align = typeset.Centre
	return typeset.Cell{Paras: []typeset.Para{p}}
}

func compactPara(s typeset.Style, text string) typeset.Para {
	p := newPara(s, text)
	p.Leading = 1.42
	return p
}

// newTable makes a table in the style of the dossier.
func newTable(widths ...float64) typeset.Table {
	return typeset.Table{Widths: widths, Line: rule, Thick: 0.18, PadX: 1.6, PadY: 1.1}
}

// headRow makes a shaded row of labels.
func headRow(titles ...string) *typeset.Row {
	row := &typeset.Row{Hold: true}
	fill := pale
	for _, text := range titles {
		c := centredCell(label, text)
		c.Fill = &fill
		row.Cells = append(row.Cells, c)
	}
	return row
}

// labelledRow is a row of a two-column table of particulars.
func labelledRow(name string, values ...typeset.Para) typeset.Row {
	fill := pale
	key := cellOf(label, name)
	key.Fill = &fill
	return typeset.Row{Cells: []typeset.Cell{key, {Paras: values}}}
}
