package intake

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/bep/imagemeta"

	"recourse/recovery"
)

// Facts are what a file tells about itself. Anyone could have written them: they
// are proposed to the claimant, who confirms or rejects each.
type Facts struct {
	TakenAt  time.Time // UTC; zero when unknown
	Assumed  bool      // TakenAt came without a zone and is taken for China's
	Device   string    // maker and model
	Software string
	Place    *Place // personal data: never openly in a journal or a log
}

// Place is where a picture was taken, in degrees (WGS 84).
type Place struct{ Latitude, Longitude float64 }

// String writes six decimals: about a decimetre.
func (p Place) String() string { return fmt.Sprintf("%.6f,%.6f", p.Latitude, p.Longitude) }

var metaFormat = map[string]imagemeta.ImageFormat{
	mediaJPEG: imagemeta.JPEG, mediaPNG: imagemeta.PNG, mediaWebP: imagemeta.WebP,
	mediaHEIC: imagemeta.HEIF, mediaHEIF: imagemeta.HEIF,
}

// wanted are the EXIF tags that are read (EXIF 3.0, 4.6).
var wanted = map[string]bool{
	"DateTimeOriginal": true, "OffsetTimeOriginal": true, "CreateDate": true, "DateTimeDigitized": true, "Make": true, "Model": true,
	"Software": true, "Orientation": true, "GPSLatitude": true, "GPSLatitudeRef": true, "GPSLongitude": true, "GPSLongitudeRef": true,
}

// The most that is read of hostile metadata.
const (
	maxTags    = 2_000
	maxTagSize = 2_000
	maxWord    = 100 // characters of a fact
	metaTime   = 2 * time.Second
)

// tagsOf reads the wanted EXIF tags. Metadata that cannot be read is as good as
// none: it never stands in the way of the file.
func tagsOf(s source, media string) (tags map[string]any) {
	tags = map[string]any{}
	format, known := metaFormat[media]
	if !known {
		return tags
	}
	defer func() { // a reader that panics on hostile bytes has read nothing
		if recover() != nil {
			tags = map[string]any{}
		}
	}()
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: io.NewSectionReader(s, 0, s.size), ImageFormat: format, Sources: imagemeta.EXIF,
		LimitNumTags: maxTags, LimitTagSize: maxTagSize, Timeout: metaTime, Warnf: func(string, ...any) {},
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return wanted[tag.Tag] },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if _, twice := tags[tag.Tag]; !twice {
				tags[tag.Tag] = tag.Value
			}
			return nil
		},
	})
	return tags
}

func factsOf(tags map[string]any) Facts {
	var f Facts
	f.TakenAt, f.Assumed = takenAt(tags)
	f.Device, f.Software = deviceOf(word(tags["Make"]), word(tags["Model"])), word(tags["Software"])
	f.Place = placeOf(tags)
	return f
}

// deviceOf names a device by its maker, once, and its model.
func deviceOf(maker, model string) string {
	if strings.HasPrefix(strings.ToLower(model), strings.ToLower(maker)) {
		return model
	}
	return strings.TrimSpace(maker + " " + model)
}

func takenAt(tags map[string]any) (at time.Time, assumed bool) {
	for _, name := range []string{"DateTimeOriginal", "CreateDate", "DateTimeDigitized"} {
		text := word(tags[name])
		zone := word(tags["OffsetTimeOriginal"])
		at, err := time.Parse("2006:01:02 15:04:05-07:00", text+zone)
		if zone == "Z" {
			at, err = time.Parse("2006:01:02 15:04:05", text)
		}
		if assumed = err != nil; assumed {
			at, err = time.ParseInLocation("2006:01:02 15:04:05", text, recovery.Shanghai)
		}
		if err == nil && plausible(at) {
			return at.UTC(), assumed
		}
	}
	return time.Time{}, false
}

// word makes a text of unknown origin fit to be shown: one line of printable
// characters.
func word(value any) string {
	text, is := value.(string)
	if !is {
		return ""
	}
	runes := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, ""))))
	return string(runes[:min(len(runes), maxWord)])
}

func placeOf(tags map[string]any) *Place {
	latitude, north := degrees(tags["GPSLatitude"], tags["GPSLatitudeRef"], "S", 90)
	longitude, east := degrees(tags["GPSLongitude"], tags["GPSLongitudeRef"], "W", 180)
	if !north || !east {
		return nil
	}
	return &Place{Latitude: latitude, Longitude: longitude}
}

func degrees(value, side any, negative string, limit float64) (float64, bool) {
	number, is := value.(float64)
	if !is || math.IsNaN(number) || math.Abs(number) > limit {
		return 0, false
	}
	if strings.HasPrefix(word(side), negative) {
		number = -math.Abs(number)
	}
	return number, true
}

// turnOf is the EXIF orientation, 1 to 8.
func turnOf(tags map[string]any) int {
	turn := 0
	switch value := tags["Orientation"].(type) {
	case uint16:
		turn = int(value)
	case uint32:
		turn = int(value)
	case int:
		turn = value
	}
	if turn < 1 || turn > 8 {
		return 1
	}
	return turn
}
