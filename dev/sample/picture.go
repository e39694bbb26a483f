package sample

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// The screen drawn is a telephone of 540 × 1170 points.
const (
	screenWidth  = 540
	screenHeight = 1170
	margin       = 24
)

// The colours of the drawn screens.
var (
	paper  = color.RGBA{237, 237, 237, 255}
	white  = color.RGBA{255, 255, 255, 255}
	ink    = color.RGBA{25, 25, 25, 255}
	faint  = color.RGBA{140, 140, 140, 255}
	mine   = color.RGBA{149, 236, 105, 255}
	orange = color.RGBA{250, 157, 59, 255}
)

// pen draws text with real glyphs in the dossier's own fonts; signs the text
// font lacks come from the emoji font.
type pen struct{ text, emoji *opentype.Font }

func newPen(fonts string) (*pen, error) {
	text, err := readFont(filepath.Join(fonts, "NotoSansSC_400Regular.ttf"))
	if err != nil {
		return nil, err
	}
	emoji, err := readFont(filepath.Join(fonts, "NotoEmoji_400Regular.ttf"))
	if err != nil {
		return nil, err
	}
	return &pen{text: text, emoji: emoji}, nil
}

func readFont(path string) (*opentype.Font, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the folder of fonts is the operator's
	if err != nil {
		return nil, fmt.Errorf("read a font (make setup fetches them): %w", err)
	}
	parsed, err := opentype.Parse(content)
	if err != nil {
		return nil, fmt.Errorf("read the font %s: %w", path, err)
	}
	return parsed, nil
}

// canvas is one screen being drawn from the top down.
type canvas struct {
	image *image.RGBA
	pen   *pen
	y     int
}

// picture draws a screen as it stood at a moment and encodes it as PNG.
func (p *pen) picture(s screen, amountFen int64, sent, at time.Time) ([]byte, error) {
	c := &canvas{image: image.NewRGBA(image.Rect(0, 0, screenWidth, screenHeight)), pen: p}
	c.fill(c.image.Bounds(), paper)
	c.header(s.Title, at)
	if len(s.Lines) > 0 {
		c.details(s.Lines, amountFen, sent)
	}
	c.stamp(at)
	for _, b := range s.Bubbles {
		c.bubble(b, amountFen)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, c.image); err != nil {
		return nil, fmt.Errorf("encode a screenshot: %w", err)
	}
	return out.Bytes(), nil
}

func (c *canvas) fill(r image.Rectangle, with color.Color) {
	draw.Draw(c.image, r, image.NewUniform(with), image.Point{}, draw.Src)
}

// write sets one line with its baseline at y.
func (c *canvas) write(x, y int, size float64, with color.Color, text string) {
	dot := fixed.P(x, y)
	for _, r := range text {
		d := font.Drawer{Dst: c.image, Src: image.NewUniform(with), Face: c.pen.face(r, size), Dot: dot}
		d.DrawString(string(r))
		dot = d.Dot
	}
}

// face picks the font that has the sign. Parsing is done; a face is cheap.
func (p *pen) face(r rune, size float64) font.Face {
	chosen := p.text
	if index, err := p.text.GlyphIndex(nil, r); err != nil || index == 0 {
		chosen = p.emoji
	}
	face, err := opentype.NewFace(chosen, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // the options are constants it accepts
	}
	return face
}

func (p *pen) width(size float64, text string) int {
	var width fixed.Int26_6
	for _, r := range text {
		width += font.MeasureString(p.face(r, size), string(r))
	}
	return width.Ceil()
}

// wrap breaks between any two signs, as Chinese does.
func (p *pen) wrap(size float64, limit int, text string) []string {
	var lines []string
	line := ""
	for _, r := range text {
		if line != "" && p.width(size, line+string(r)) > limit {
			lines, line = append(lines, line), ""
		}
		line += string(r)
	}
	return append(lines, line)
}

func (c *canvas) header(title string, at time.Time) {
	c.write(margin, 34, 20, ink, at.In(shanghai).Format("15:04"))
	c.write(screenWidth-margin-c.pen.width(18, "5G 76%"), 34, 18, ink, "5G 76%")
	c.write((screenWidth-c.pen.width(24, title))/2, 92, 24, ink, title)
	c.write(margin, 92, 28, ink, "‹")
	c.fill(image.Rect(0, 116, screenWidth, 117), faint)
	c.y = 150
}

// stamp is the grey line with the date between messages.
func (c *canvas) stamp(at time.Time) {
	text := at.In(shanghai).Format("2006年1月2日 15:04")
	c.write((screenWidth-c.pen.width(17, text))/2, c.y+10, 17, faint, text)
	c.y += 44
}

func (c *canvas) details(lines [][2]string, amountFen int64, sent time.Time) {
	c.fill(image.Rect(0, c.y, screenWidth, c.y+190+56*(len(lines)+1)), white)
	amount := "¥" + grouped(amountFen)
	c.write((screenWidth-c.pen.width(52, amount))/2, c.y+110, 52, ink, amount)
	c.y += 190
	for _, line := range append(lines, [2]string{"转账时间", sent.In(shanghai).Format(billTime)}) {
		c.write(margin, c.y, 21, faint, line[0])
		c.write(margin+150, c.y, 21, ink, line[1])
		c.y += 56
	}
	c.y += 40
}

const (
	bubbleWidth = 360
	bubbleText  = 22.0
	lineHeight  = 32
)

func (c *canvas) bubble(b bubble, amountFen int64) {
	switch {
	case b.Transfer != "":
		c.card(b, amountFen)
		return
	case b.Notice != "":
		c.write((screenWidth-c.pen.width(17, b.Notice))/2, c.y+8, 17, faint, b.Notice)
		c.y += 40
		return
	}
	lines := c.pen.wrap(bubbleText, bubbleWidth-32, b.Text)
	width := 32
	for _, line := range lines {
		width = max(width, c.pen.width(bubbleText, line)+32)
	}
	left, back := margin+56, color.Color(white)
	if b.Me {
		left, back = screenWidth-margin-56-width, mine
	} else {
		c.write(left, c.y, 16, faint, b.From)
		c.y += 10
	}
	c.avatar(b)
	height := len(lines)*lineHeight + 20
	c.fill(image.Rect(left, c.y, left+width, c.y+height), back)
	for i, line := range lines {
		c.write(left+16, c.y+34+i*lineHeight, bubbleText, ink, line)
	}
	c.y += height + 34
}

// card is a transfer as it stands in a conversation, sent by the owner of the telephone.
func (c *canvas) card(b bubble, amountFen int64) {
	left := screenWidth - margin - 56 - bubbleWidth
	c.avatar(b)
	c.fill(image.Rect(left, c.y, left+bubbleWidth, c.y+128), orange)
	c.write(left+24, c.y+48, 26, white, "¥"+grouped(amountFen))
	c.write(left+24, c.y+82, 19, white, b.Transfer)
	c.write(left+24, c.y+116, 16, white, "微信转账")
	c.y += 162
}

func (c *canvas) avatar(b bubble) {
	left, letter := margin, []rune(b.From + "我")[0]
	if b.Me {
		left, letter = screenWidth-margin-44, '我'
	}
	c.fill(image.Rect(left, c.y, left+44, c.y+44), faint)
	c.write(left+11, c.y+30, 22, white, string(letter))
}
