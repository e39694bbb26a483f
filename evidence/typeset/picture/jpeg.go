package picture

import (
	"encoding/binary"
	"image"
)

// JPEG markers that are handled here (ITU T.81, table B.1).
const (
	startOfImage = 0xD8
	endOfImage   = 0xD9
	startOfScan  = 0xDA
	app0         = 0xE0 // JFIF
	app1         = 0xE1 // EXIF, XMP
	app2         = 0xE2 // colour profile
	app14        = 0xEE // Adobe colour transform
	comment      = 0xFE
)

// fromJPEG uses the data without its metadata. The file must be complete: PDF
// readers show a truncated picture as grey.
func fromJPEG(data []byte, config image.Config, reencode Reencoder) (*Picture, error) {
	stripped, turn, components, err := stripMetadata(data)
	if err != nil {
		return nil, err
	}
	p := &Picture{
		StoredWidth: config.Width, StoredHeight: config.Height, Orientation: turn, Bits: 8,
		Filter: "DCTDecode", ColorSpace: "DeviceRGB", Data: stripped,
	}
	switch components {
	case 1:
		p.ColorSpace = "DeviceGray"
	case 4: // PDF readers interpret CMYK in JPEG differently, so it is decoded here
		p, err = reencode(data)
		if err != nil {
			return nil, err
		}
		p.Orientation = turn
	}
	return p, nil
}

// stripMetadata removes the metadata segments and returns the EXIF orientation and
// the number of colour components.
func stripMetadata(data []byte) (out []byte, turn, components int, err error) {
	out, turn = append(make([]byte, 0, len(data)), data[:2]...), 1
	for at := 2; ; {
		for at+1 < len(data) && data[at] == 0xFF && data[at+1] == 0xFF {
			at++ // fill bytes
		}
		marker, end, err := segmentAt(data, at)
		if err != nil {
			return nil, 0, 0, err
		}
		if marker == endOfImage {
			return append(out, 0xFF, endOfImage), turn, components, nil
		}
		segment := data[at:end]
		switch {
		case marker == startOfScan:
			end = scanEnd(data, end)
			out = append(out, data[at:end]...)
		case isMetadataSegment(marker):
			if marker == app1 && len(segment) > 4 {
				turn = readOrientation(segment[4:], turn)
			}
		default:
			if isFrameHeader(marker) && len(segment) > 9 {
				components = int(segment[9])
			}
			out = append(out, segment...)
		}
		at = end
	}
}

// segmentAt reads the marker at an offset and returns the end of its segment. An
// end of image has no segment.
func segmentAt(data []byte, at int) (marker byte, end int, err error) {
	if at+4 > len(data) && (at+2 > len(data) || data[at+1] != endOfImage) {
		return 0, 0, &UnusableError{Reason: Truncated}
	}
	if data[at] != 0xFF {
		return 0, 0, &UnusableError{Reason: Damaged}
	}
	marker = data[at+1]
	if marker == endOfImage {
		return marker, at + 2, nil
	}
	end = at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
	if end > len(data) {
		return 0, 0, &UnusableError{Reason: Truncated}
	}
	return marker, end, nil
}

// isFrameHeader reports whether a marker starts a frame: SOF0–SOF15 without DHT, JPG
// and DAC.
func isFrameHeader(marker byte) bool {
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
}

// isMetadataSegment reports whether a segment is not needed to show the picture:
// comments, and application data except JFIF, colour profile and Adobe.
func isMetadataSegment(marker byte) bool {
	return marker >= app0 && marker <= 0xEF && marker != app0 && marker != app2 && marker != app14 || marker == comment
}

// scanEnd returns the offset of the marker after entropy-coded data: 0xFF that is
// not followed by a stuffed zero or a restart marker.
func scanEnd(data []byte, at int) int {
	for ; at+1 < len(data); at++ {
		if data[at] == 0xFF && data[at+1] != 0 && (data[at+1] < 0xD0 || data[at+1] > 0xD7) && data[at+1] != 0xFF {
			return at
		}
	}
	return len(data)
}

// readOrientation reads tag 0x0112 of an EXIF segment. Without it, it returns the
// known orientation.
func readOrientation(exif []byte, known int) int {
	if len(exif) < 14 || string(exif[:6]) != "Exif\x00\x00" {
		return known
	}
	tiff := exif[6:]
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return known
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(tiff)) {
			return known
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if turn := int(order.Uint16(tiff[entry+8:])); turn >= 1 && turn <= 8 {
				return turn
			}
			return known
		}
	}
	return known
}
