package dossier

import "recourse/evidence/typeset"

// The colours: black for text, one red for warnings, greys for rules.
const (
	black = typeset.Color(0x111111)
	grey  = typeset.Color(0x5A5A5A)
	rule  = typeset.Color(0x8C8C8C)
	pale  = typeset.Color(0xF1F1EE)
	red   = typeset.Color(0xA4161A)
	blush = typeset.Color(0xFBEFEF)
)

// The styles, in points.
var (
	title   = typeset.Style{Typeface: typeset.SerifBold, Size: 32, Color: black, Tracking: 180}
	section = typeset.Style{Typeface: typeset.SansBold, Size: 16, Color: black, Tracking: 40}
	heading = typeset.Style{Typeface: typeset.SansBold, Size: 11.5, Color: black}
	body    = typeset.Style{Typeface: typeset.Serif, Size: 10.5, Color: black}
	strong  = typeset.Style{Typeface: typeset.SerifBold, Size: 10.5, Color: black}
	cell    = typeset.Style{Typeface: typeset.Serif, Size: 9, Color: black}
	label   = typeset.Style{Typeface: typeset.SansBold, Size: 8.5, Color: black}
	note    = typeset.Style{Typeface: typeset.Sans, Size: 8, Color: grey}
	code    = typeset.Style{Typeface: typeset.Sans, Size: 7.5, Color: black}
	warning = typeset.Style{Typeface: typeset.SansBold, Size: 10, Color: red}
	warned  = typeset.Style{Typeface: typeset.Serif, Size: 9.5, Color: red}
	running = typeset.Style{Typeface: typeset.Sans, Size: 8, Color: grey}
	stamped = typeset.Style{Typeface: typeset.SansBold, Size: 9, Color: black}
)

// frame leaves 26 mm for the binding on the left and room for the running head
// and foot.
var frame = typeset.Frame{Left: 26, Top: 30, Right: 188, Bottom: 272}

func newSpan(s typeset.Style, text string) typeset.Span { return typeset.Span{Text: text, Style: s} }

func newPara(s typeset.Style, text string) typeset.Paragraph {
	return typeset.Paragraph{Spans: []typeset.Span{newSpan(s, text)}}
}

// prosePara is a justified paragraph; its first line is indented by two characters.
func prosePara(text string) typeset.Paragraph {
	p := newPara(body, text)
	p.Align, p.Leading, p.After, p.Indent = typeset.Justified, 1.65, 1, 2*body.Size
	return p
}

// itemPara is a numbered or marked paragraph with a hanging indent.
func itemPara(mark, text string) typeset.Paragraph {
	p := newPara(body, mark+text)
	hang := body.Size * 1.15
	p.Inset, p.Indent = hang*25.4/72, -hang
	p.Align, p.Leading, p.After = typeset.Justified, 1.55, 0.5
	return p
}

// cellOf makes a cell of one paragraph.
func cellOf(s typeset.Style, text string) typeset.Cell {
	return typeset.Cell{Paragraphs: []typeset.Paragraph{compactPara(s, text)}}
}

func centredCell(s typeset.Style, text string) typeset.Cell {
	p := compactPara(s, text)
	p.Align = typeset.Centre
	return typeset.Cell{Paragraphs: []typeset.Paragraph{p}}
}

func compactPara(s typeset.Style, text string) typeset.Paragraph {
	p := newPara(s, text)
	p.Leading = 1.42
	return p
}

// newTable makes a table in the style of the dossier.
func newTable(widths ...float64) typeset.Table {
	return typeset.Table{Widths: widths, Line: rule, LineWidth: 0.18, PadX: 1.6, PadY: 1.1}
}

// headRow makes a shaded row of labels.
func headRow(titles ...string) *typeset.Row {
	row := &typeset.Row{KeepWithNext: true}
	fill := pale
	for _, text := range titles {
		c := centredCell(label, text)
		c.Fill = &fill
		row.Cells = append(row.Cells, c)
	}
	return row
}

// labelledRow is a row of a two-column table of particulars.
func labelledRow(name string, values ...typeset.Paragraph) typeset.Row {
	fill := pale
	key := cellOf(label, name)
	key.Fill = &fill
	return typeset.Row{Cells: []typeset.Cell{key, {Paragraphs: values}}}
}
