package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/draw"
	"io"
)

// pngHeader is the chunk IHDR.
type pngHeader struct {
	width, height int
	bits, colour  byte
	interlaced    bool
}

// channels of the PNG colour types 0 (grey), 2 (RGB) and 3 (palette).
var channels = map[byte]int{0: 1, 2: 3, 3: 1}

// fromPNG uses the compressed rows if a PDF can contain them: predictor 15 of PDF is
// the one of PNG. Images with transparency, interlacing or 16 bits are re-encoded.
func fromPNG(data []byte, reencode Reencoder) (*Picture, error) {
	h, palette, rows, plain, err := readChunks(data)
	if err != nil {
		return nil, err
	}
	if !plain || h.interlaced || h.bits > 8 || channels[h.colour] == 0 || h.colour == 3 && len(palette) < 3 {
		return reencode(data)
	}
	if err := checkRows(rows, h); err != nil {
		return nil, &UnusableError{Reason: Damaged, Cause: err}
	}
	p := &Picture{
		StoredWidth: h.width, StoredHeight: h.height, Orientation: 1, Bits: int(h.bits), Filter: "FlateDecode",
		ColorSpace: map[byte]string{0: "DeviceGray", 2: "DeviceRGB", 3: "Indexed"}[h.colour], Palette: palette, Data: rows,
		Params: fmt.Sprintf("/Predictor 15 /Colors %d /BitsPerComponent %d /Columns %d", channels[h.colour], h.bits, h.width),
	}
	return p, nil
}

// readChunks reads the file to its end and checks every checksum. plain is false if
// the image has transparency.
func readChunks(data []byte) (h pngHeader, palette, rows []byte, plain bool, err error) {
	plain = true
	for at := 8; ; {
		if at+12 > len(data) {
			return h, nil, nil, false, &UnusableError{Reason: Truncated}
		}
		size := int(binary.BigEndian.Uint32(data[at:]))
		if size > len(data)-at-12 {
			return h, nil, nil, false, &UnusableError{Reason: Truncated}
		}
		kind, body := string(data[at+4:at+8]), data[at+8:at+8+size]
		if crc32.ChecksumIEEE(data[at+4:at+8+size]) != binary.BigEndian.Uint32(data[at+8+size:]) {
			return h, nil, nil, false, &UnusableError{Reason: Damaged}
		}
		switch kind {
		case "IHDR":
			h = pngHeader{
				int(binary.BigEndian.Uint32(body)), int(binary.BigEndian.Uint32(body[4:])), body[8], body[9], body[12] != 0,
			}
		case "PLTE":
			palette = body
		case "tRNS":
			plain = false
		case "IDAT":
			rows = append(rows, body...)
		case "IEND":
			return h, palette, rows, plain, nil
		}
		at += 12 + size
	}
}

// checkRows checks that the rows decompress to the size of the picture. Otherwise
// PDF readers show nothing.
func checkRows(rows []byte, h pngHeader) error {
	inflated, err := zlib.NewReader(bytes.NewReader(rows))
	if err != nil {
		return err
	}
	defer inflated.Close()
	width := (h.width*channels[h.colour]*int(h.bits) + 7) / 8
	n, err := io.Copy(io.Discard, io.LimitReader(inflated, int64(h.height)*int64(width+1)+1))
	if err != nil {
		return err
	}
	if n != int64(h.height)*int64(width+1) {
		return fmt.Errorf("%d bytes of rows", n)
	}
	return nil
}

// Reencode decodes any image and encodes it again: grey as grey, all others as RGB on
// white. Errors are always *UnusableError.
func Reencode(data []byte) (p *Picture, err error) {
	defer func() { // a decoder may panic on a malicious file
		if recover() != nil {
			p, err = nil, &UnusableError{Reason: Damaged}
		}
	}()
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, &UnusableError{Reason: Damaged, Cause: err}
	}
	p, err = encodeRows(img)
	if err != nil {
		return nil, &UnusableError{Reason: Damaged, Cause: err}
	}
	return p, nil
}

func encodeRows(img image.Image) (p *Picture, err error) {
	size := img.Bounds().Size()
	p = &Picture{StoredWidth: size.X, StoredHeight: size.Y, Orientation: 1, Bits: 8, Filter: "FlateDecode"}
	if grey, is := img.(*image.Gray); is {
		p.ColorSpace = "DeviceGray"
		p.Params = fmt.Sprintf("/Predictor 15 /Colors 1 /BitsPerComponent 8 /Columns %d", size.X)
		p.Data, err = compressRows(size, 1, func(y int, row []byte) { copy(row, grey.Pix[y*grey.Stride:]) })
		return p, err
	}
	flat := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(flat, flat.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, img.Bounds().Min, draw.Over)
	p.ColorSpace = "DeviceRGB"
	p.Params = fmt.Sprintf("/Predictor 15 /Colors 3 /BitsPerComponent 8 /Columns %d", size.X)
	p.Data, err = compressRows(size, 3, func(y int, row []byte) {
		from := flat.Pix[y*flat.Stride:]
		for x := range size.X {
			copy(row[3*x:3*x+3], from[4*x:4*x+3])
		}
	})
	return p, err
}

// compressRows compresses rows with filter 2 of PNG (difference to the row above),
// which is good for screenshots and needs one pass.
func compressRows(size image.Point, colours int, read func(y int, row []byte)) ([]byte, error) {
	var out bytes.Buffer
	deflate, err := zlib.NewWriterLevel(&out, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	width := size.X * colours
	above, row, coded := make([]byte, width), make([]byte, width), make([]byte, width+1)
	coded[0] = 2
	for y := range size.Y {
		read(y, row)
		for x := range row {
			coded[x+1] = row[x] - above[x]
		}
		if _, err := deflate.Write(coded); err != nil {
			return nil, err
		}
		above, row = row, above
	}
	if err := deflate.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
