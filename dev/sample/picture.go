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

// The size of the drawn phone screen in pixels.
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

// painter draws text with the fonts of the dossier. Characters that the text font
// lacks come from the emoji font.
type painter struct{ text, emoji *opentype.Font }

func newPainter(fonts string) (*painter, error) {
	text, err := readFont(filepath.Join(fonts, "NotoSansSC_400Regular.ttf"))
	if err != nil {
		return nil, err
	}
	emoji, err := readFont(filepath.Join(fonts, "NotoEmoji_400Regular.ttf"))
	if err != nil {
		return nil, err
	}
	return &painter{text: text, emoji: emoji}, nil
}

func readFont(path string) (*opentype.Font, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the operator configures the folder
	if err != nil {
		return nil, fmt.Errorf("read a font (make setup downloads them): %w", err)
	}
	parsed, err := opentype.Parse(content)
	if err != nil {
		return nil, fmt.Errorf("read the font %s: %w", path, err)
	}
	return parsed, nil
}

// canvas is a screen that is drawn from top to bottom.
type canvas struct {
	image   *image.RGBA
	painter *painter
	y       int
}

// drawScreen draws a screen at a given time and encodes it as PNG.
func (p *painter) drawScreen(s screen, amountFen int64, sent, at time.Time) ([]byte, error) {
	c := &canvas{image: image.NewRGBA(image.Rect(0, 0, screenWidth, screenHeight)), painter: p}
	c.fillRect(c.image.Bounds(), paper)
	c.drawHeader(s.Title, at)
	if len(s.Lines) > 0 {
		c.drawDetails(s.Lines, amountFen, sent)
	}
	c.drawDate(at)
	for _, b := range s.Bubbles {
		c.drawBubble(b, amountFen)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, c.image); err != nil {
		return nil, fmt.Errorf("encode a screenshot: %w", err)
	}
	return out.Bytes(), nil
}

func (c *canvas) fillRect(r image.Rectangle, with color.Color) {
	draw.Draw(c.image, r, image.NewUniform(with), image.Point{}, draw.Src)
}

// drawText draws one line with its baseline at y.
func (c *canvas) drawText(x, y int, size float64, with color.Color, text string) {
	dot := fixed.P(x, y)
	for _, r := range text {
		d := font.Drawer{Dst: c.image, Src: image.NewUniform(with), Face: c.painter.fontFace(r, size), Dot: dot}
		d.DrawString(string(r))
		dot = d.Dot
	}
}

// fontFace returns the font that has the character. A face is cheap to create.
func (p *painter) fontFace(r rune, size float64) font.Face {
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

func (p *painter) textWidth(size float64, text string) int {
	var width fixed.Int26_6
	for _, r := range text {
		width += font.MeasureString(p.fontFace(r, size), string(r))
	}
	return width.Ceil()
}

// wrapText breaks lines between any two characters, as Chinese allows.
func (p *painter) wrapText(size float64, limit int, text string) []string {
	var lines []string
	line := ""
	for _, r := range text {
		if line != "" && p.textWidth(size, line+string(r)) > limit {
			lines, line = append(lines, line), ""
		}
		line += string(r)
	}
	return append(lines, line)
}

func (c *canvas) drawHeader(title string, at time.Time) {
	c.drawText(margin, 34, 20, ink, at.In(shanghai).Format("15:04"))
	c.drawText(screenWidth-margin-c.painter.textWidth(18, "5G 76%"), 34, 18, ink, "5G 76%")
	c.drawText((screenWidth-c.painter.textWidth(24, title))/2, 92, 24, ink, title)
	c.drawText(margin, 92, 28, ink, "‹")
	c.fillRect(image.Rect(0, 116, screenWidth, 117), faint)
	c.y = 150
}

// drawDate draws the grey line with the date between messages.
func (c *canvas) drawDate(at time.Time) {
	text := at.In(shanghai).Format("2006年1月2日 15:04")
	c.drawText((screenWidth-c.painter.textWidth(17, text))/2, c.y+10, 17, faint, text)
	c.y += 44
}

func (c *canvas) drawDetails(lines [][2]string, amountFen int64, sent time.Time) {
	c.fillRect(image.Rect(0, c.y, screenWidth, c.y+190+56*(len(lines)+1)), white)
	amount := "¥" + formatGrouped(amountFen)
	c.drawText((screenWidth-c.painter.textWidth(52, amount))/2, c.y+110, 52, ink, amount)
	c.y += 190
	for _, line := range append(lines, [2]string{"转账时间", sent.In(shanghai).Format(billTime)}) {
		c.drawText(margin, c.y, 21, faint, line[0])
		c.drawText(margin+150, c.y, 21, ink, line[1])
		c.y += 56
	}
	c.y += 40
}

const (
	bubbleWidth = 360
	bubbleText  = 22.0
	lineHeight  = 32
)

func (c *canvas) drawBubble(b bubble, amountFen int64) {
	switch {
	case b.Transfer != "":
		c.drawTransfer(b, amountFen)
		return
	case b.Notice != "":
		c.drawText((screenWidth-c.painter.textWidth(17, b.Notice))/2, c.y+8, 17, faint, b.Notice)
		c.y += 40
		return
	}
	lines := c.painter.wrapText(bubbleText, bubbleWidth-32, b.Text)
	width := 32
	for _, line := range lines {
		width = max(width, c.painter.textWidth(bubbleText, line)+32)
	}
	left, back := margin+56, color.Color(white)
	if b.Me {
		left, back = screenWidth-margin-56-width, mine
	} else {
		c.drawText(left, c.y, 16, faint, b.From)
		c.y += 10
	}
	c.drawAvatar(b)
	height := len(lines)*lineHeight + 20
	c.fillRect(image.Rect(left, c.y, left+width, c.y+height), back)
	for i, line := range lines {
		c.drawText(left+16, c.y+34+i*lineHeight, bubbleText, ink, line)
	}
	c.y += height + 34
}

// drawTransfer draws a transfer that the owner of the phone sent in a conversation.
func (c *canvas) drawTransfer(b bubble, amountFen int64) {
	left := screenWidth - margin - 56 - bubbleWidth
	c.drawAvatar(b)
	c.fillRect(image.Rect(left, c.y, left+bubbleWidth, c.y+128), orange)
	c.drawText(left+24, c.y+48, 26, white, "¥"+formatGrouped(amountFen))
	c.drawText(left+24, c.y+82, 19, white, b.Transfer)
	c.drawText(left+24, c.y+116, 16, white, "微信转账")
	c.y += 162
}

func (c *canvas) drawAvatar(b bubble) {
	left, letter := margin, []rune(b.From + "我")[0]
	if b.Me {
		left, letter = screenWidth-margin-44, '我'
	}
	c.fillRect(image.Rect(left, c.y, left+44, c.y+44), faint)
	c.drawText(left+11, c.y+30, 22, white, string(letter))
}
