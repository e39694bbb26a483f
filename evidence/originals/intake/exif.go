package intake

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/bep/imagemeta"

	"recourse/evidence/originals/signals"
	"recourse/recovery"
)

// Facts are the metadata of a file. They can be forged, so they are proposed to the
// claimant, who confirms or rejects each.
type Facts struct {
	TakenAt  time.Time // UTC; zero when unknown
	Assumed  bool      // TakenAt had no time zone; China's is assumed
	Device   string    // maker and model
	Software string
	Place    *Place // personal data: never in plain text in a journal or a log
}

// Place is where a picture was taken, in degrees (WGS 84).
type Place struct{ Latitude, Longitude float64 }

// String formats six decimals, a precision of about a decimetre.
func (p Place) String() string { return fmt.Sprintf("%.6f,%.6f", p.Latitude, p.Longitude) }

var metadataFormats = map[string]imagemeta.ImageFormat{
	mediaJPEG: imagemeta.JPEG, mediaPNG: imagemeta.PNG, mediaWebP: imagemeta.WebP,
	mediaHEIC: imagemeta.HEIF, mediaHEIF: imagemeta.HEIF,
}

// wantedTags are the EXIF tags that are read (EXIF 3.0, 4.6).
var wantedTags = map[string]bool{
	"DateTimeOriginal": true, "OffsetTimeOriginal": true, "CreateDate": true, "DateTimeDigitized": true, "Make": true, "Model": true,
	"Software": true, "Orientation": true, "GPSLatitude": true, "GPSLatitudeRef": true, "GPSLongitude": true, "GPSLongitudeRef": true,
}

// Limits on hostile metadata.
const (
	maxTags         = 2_000
	maxTagSize      = 2_000
	maxFactLength   = 100 // characters of a fact
	metadataTimeout = 2 * time.Second
)

// readTags reads the wanted EXIF tags. Unreadable metadata counts as none, so it never
// blocks a file.
func readTags(s source, media string) (tags map[string]any) {
	tags = map[string]any{}
	format, known := metadataFormats[media]
	if !known {
		return tags
	}
	defer func() { // the library may panic on hostile bytes
		if recover() != nil {
			tags = map[string]any{}
		}
	}()
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: io.NewSectionReader(s, 0, s.size), ImageFormat: format, Sources: imagemeta.EXIF,
		LimitNumTags: maxTags, LimitTagSize: maxTagSize, Timeout: metadataTimeout, Warnf: func(string, ...any) {},
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return wantedTags[tag.Tag] },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if _, twice := tags[tag.Tag]; !twice {
				tags[tag.Tag] = tag.Value
			}
			return nil
		},
	})
	return tags
}

func (s source) factsFromTags(tags map[string]any) Facts {
	var f Facts
	f.TakenAt, f.Assumed = s.parseTakenAt(tags)
	f.Device, f.Software = joinDeviceName(printableText(tags["Make"]), printableText(tags["Model"])), printableText(tags["Software"])
	f.Place = placeFromTags(tags)
	return f
}

// joinDeviceName joins maker and model, unless the model starts with the maker.
func joinDeviceName(maker, model string) string {
	if strings.HasPrefix(strings.ToLower(model), strings.ToLower(maker)) {
		return model
	}
	return strings.TrimSpace(maker + " " + model)
}

func (s source) parseTakenAt(tags map[string]any) (at time.Time, assumed bool) {
	for _, name := range []string{"DateTimeOriginal", "CreateDate", "DateTimeDigitized"} {
		text := printableText(tags[name])
		zone := printableText(tags["OffsetTimeOriginal"])
		at, err := time.Parse("2006:01:02 15:04:05-07:00", text+zone)
		if zone == "Z" {
			at, err = time.Parse("2006:01:02 15:04:05", text)
		}
		if assumed = err != nil; assumed {
			at, err = time.ParseInLocation("2006:01:02 15:04:05", text, recovery.Shanghai)
		}
		if err == nil && s.isPlausibleTime(at) {
			return at.UTC(), assumed
		}
	}
	return time.Time{}, false
}

// printableText reduces an untrusted text to one line of printable characters.
func printableText(value any) string {
	text, _ := value.(string)
	return signals.Printable(text, maxFactLength)
}

func placeFromTags(tags map[string]any) *Place {
	latitude, north := parseDegrees(tags["GPSLatitude"], tags["GPSLatitudeRef"], "S", 90)
	longitude, east := parseDegrees(tags["GPSLongitude"], tags["GPSLongitudeRef"], "W", 180)
	if !north || !east {
		return nil
	}
	return &Place{Latitude: latitude, Longitude: longitude}
}

func parseDegrees(value, side any, negative string, limit float64) (float64, bool) {
	number, is := value.(float64)
	if !is || math.IsNaN(number) || math.Abs(number) > limit {
		return 0, false
	}
	if strings.HasPrefix(printableText(side), negative) {
		number = -math.Abs(number)
	}
	return number, true
}

// readOrientation returns the EXIF orientation, 1 to 8.
func readOrientation(tags map[string]any) int {
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
