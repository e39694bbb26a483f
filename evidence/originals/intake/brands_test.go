package intake_test

import (
	"encoding/binary"
	"strings"
	"testing"
)

// fileOfBrands returns the beginning of a file of boxes: its type box and what follows it.
func fileOfBrands(brands, rest string) []byte {
	box := binary.BigEndian.AppendUint32(nil, uint32(16+len(brands)-4))
	return []byte(string(box) + "ftyp" + brands[:4] + "\x00\x00\x00\x00" + brands[4:] + rest)
}

// pictureMeta is the box that describes a picture.
const pictureMeta = "\x00\x00\x00\x2cmeta\x00\x00\x00\x00\x00\x00\x00\x20hdlr\x00\x00\x00\x00\x00\x00\x00\x00pict\x00\x00\x00\x00\x00\x00\x00\x00"

// TestPicturesInBoxesAreNoFilms: the type follows from the main brand, the compatible ones
// and the first box, also when the file ends after them.
func TestPicturesInBoxesAreNoFilms(t *testing.T) {
	t.Parallel()
	pad := strings.Repeat("\x00", 40)
	for name, test := range map[string]struct {
		data  []byte
		media string // "" is refused as a picture of another format
	}{
		"HEIC of an iPhone":              {fileOfBrands("heicmif1heic", pad), "image/heic"},
		"HEIC with a general brand":      {fileOfBrands("mif1mif1heic", pad), "image/heic"},
		"HEIF with AVC":                  {fileOfBrands("avcimif1avci", pad), "image/heif"},
		"HEIF, MIAF first":               {fileOfBrands("miafmif1MiHB", pad), "image/heif"},
		"HEIF, second version":           {fileOfBrands("mif2mif2", pad), "image/heif"},
		"HEIF, no more than its brands":  {fileOfBrands("MiHBmif1", ""), "image/heif"},
		"HEIF of an unknown brand":       {fileOfBrands("abcdmif1", pad), "image/heif"},
		"HEIF that calls itself a film":  {fileOfBrands("isommp42", pictureMeta+pad), "image/heif"},
		"AVIF":                           {fileOfBrands("avifavifmif1miaf", pad), ""},
		"AVIF with a general brand":      {fileOfBrands("mif1mif1avifmiaf", pad), ""},
		"AVIF of a profile":              {fileOfBrands("MA1Bmif1", pad), ""},
		"AVIF of an unknown brand":       {fileOfBrands("abcdavif", ""), ""},
		"AVIF in a row":                  {fileOfBrands("avismsf1", pad), ""},
		"raw photo":                      {fileOfBrands("crx isom", pad), ""},
		"pictures in a row":              {fileOfBrands("msf1iso8", pad), ""},
		"film":                           {fileOfBrands("isomiso2avc1mp41", pad), "video/mp4"},
		"film, compatible with pictures": {fileOfBrands("isommif1", pad), "video/mp4"},
		"film of an unknown brand":       {fileOfBrands("abcdisom", pad), "video/mp4"},
		"film, main brand only":          {fileOfBrands("mp42", ""), "video/mp4"},
		"film whose meta is no picture":  {fileOfBrands("isom", strings.ReplaceAll(pictureMeta, "pict", "mdir")+pad), "video/mp4"},
		"film of QuickTime":              {fileOfBrands("qt  qt  ", pad), "video/quicktime"},
		"sound":                          {fileOfBrands("M4A mp42isom", pad), "audio/x-m4a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.media == "" {
				checkRefused(t, test.data, "image_format")
				return
			}
			if report := examineAccepted(t, test.data); report.Media != test.media {
				t.Errorf("kept as %s, want %s", report.Media, test.media)
			}
		})
	}
}
