package stills

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // decoding
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// still is a picture of a film at a time.
type still struct {
	at      time.Duration
	picture image.Image
}

// picture takes the picture at a time.
func (r *runner) picture(ctx context.Context, at time.Duration) (image.Image, error) {
	side := fmt.Sprintf("scale=%d:%d:force_original_aspect_ratio=decrease", stillSide, stillSide)
	out, err := r.run(ctx, r.tools.FFmpeg, r.arguments("-ss", fmt.Sprintf("%.3f", at.Seconds()), "-i", inputPath, "-frames:v", "1", "-an", "-sn", "-dn",
		"-vf", side, "-f", "image2pipe", "-c:v", "mjpeg", "-q:v", "4", "pipe:1")...)
	if err != nil {
		return nil, err
	}
	return decodePicture(out)
}

// decodePicture decodes a picture that ffmpeg made.
func decodePicture(data []byte) (image.Image, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > 2*stillSide || config.Height > 2*stillSide {
		return nil, ErrUnreadable
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrUnreadable
	}
	return picture, nil
}

// The look of a sheet, in pixels.
const (
	gap       = 12
	letter    = 3 // size of a letter's dots
	labelSide = 13*letter + 8
	quality   = 85
)

// drawStills draws the stills in rows, each with its time below.
func drawStills(taken []still, length time.Duration) (Sheet, error) {
	var cell image.Point
	for _, one := range taken {
		size := one.picture.Bounds().Size()
		cell = image.Pt(max(cell.X, size.X), max(cell.Y, size.Y))
	}
	columns := 3
	if cell.Y > cell.X {
		columns = 4
	}
	columns = min(columns, len(taken))
	rows := (len(taken) + columns - 1) / columns
	width := gap + columns*(cell.X+gap)
	canvas := newCanvas(max(width, 40*7*letter), gap+labelSide+rows*(cell.Y+labelSide+gap))
	writeLabel(canvas, gap, gap, "length "+clockOf(length))
	for i, one := range taken {
		at := image.Pt(gap+i%columns*(cell.X+gap), gap+labelSide+i/columns*(cell.Y+labelSide+gap))
		draw.Draw(canvas, image.Rectangle{Min: at, Max: at.Add(one.picture.Bounds().Size())}, one.picture, one.picture.Bounds().Min, draw.Src)
		writeLabel(canvas, at.X, at.Y+cell.Y+4, clockOf(one.at))
	}
	return encodeSheet(canvas, len(taken), length)
}

// drawWave draws a wave form with the length of the sound.
func drawWave(wave image.Image, length time.Duration) (Sheet, error) {
	size := wave.Bounds().Size()
	canvas := newCanvas(size.X+2*gap, size.Y+labelSide+2*gap)
	draw.Draw(canvas, image.Rect(gap, gap, gap+size.X, gap+size.Y), wave, wave.Bounds().Min, draw.Over)
	writeLabel(canvas, gap, gap+size.Y+4, clockOf(0))
	end := clockOf(length)
	writeLabel(canvas, gap+size.X-len(end)*7*letter, gap+size.Y+4, end)
	return encodeSheet(canvas, 0, length)
}

func newCanvas(width, height int) *image.RGBA {
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
	return canvas
}

// writeLabel writes a line in letters of dots.
func writeLabel(canvas *image.RGBA, x, y int, text string) {
	small := image.NewAlpha(image.Rect(0, 0, 7*len(text), 13))
	writer := font.Drawer{Dst: small, Src: image.NewUniform(color.Alpha{A: 255}), Face: basicfont.Face7x13, Dot: fixed.P(0, 11)}
	writer.DrawString(text)
	large := image.NewAlpha(image.Rect(0, 0, small.Rect.Dx()*letter, small.Rect.Dy()*letter))
	draw.NearestNeighbor.Scale(large, large.Bounds(), small, small.Bounds(), draw.Src, nil)
	draw.DrawMask(canvas, large.Bounds().Add(image.Pt(x, y)), image.Black, image.Point{}, large, image.Point{}, draw.Over)
}

// clockOf writes a time of a film as hours, minutes, seconds and tenths.
func clockOf(at time.Duration) string {
	tenths := int64(at / (100 * time.Millisecond))
	return fmt.Sprintf("%02d:%02d:%02d.%d", tenths/36000, tenths/600%60, tenths/10%60, tenths%10)
}

func encodeSheet(canvas *image.RGBA, count int, length time.Duration) (Sheet, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, canvas, &jpeg.Options{Quality: quality}); err != nil {
		return Sheet{}, fmt.Errorf("stills: %w", err)
	}
	return Sheet{JPEG: out.Bytes(), Width: canvas.Rect.Dx(), Height: canvas.Rect.Dy(), Stills: count, Length: length}, nil
}
