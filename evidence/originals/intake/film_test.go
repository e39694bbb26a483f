package intake_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/intake/intaketest"
)

// newBox returns one box of a film.
func newBox(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), []byte(kind), body)
}

// movieHeader returns an mvhd box with a creation time in seconds since 1904.
func movieHeader(seconds uint64) []byte {
	head := make([]byte, 100)
	if seconds < 1<<32 {
		binary.BigEndian.PutUint32(head[4:], uint32(seconds))
		return newBox("mvhd", head)
	}
	head = make([]byte, 112)
	head[0] = 1
	binary.BigEndian.PutUint64(head[4:], seconds)
	return newBox("mvhd", head)
}

// newVideo returns a film of a brand whose metadata boxes follow the media data, as
// phones write it.
func newVideo(brand string, boxes ...[]byte) []byte {
	return slices.Concat(newBox("ftyp", []byte(brand+"\x00\x00\x00\x00"+brand+"isom")), newBox("mdat", make([]byte, 5000)), newBox("moov", boxes...))
}

// secondsSince1904 returns a time in the unit of films.
func secondsSince1904(at time.Time) uint64 { return uint64(at.Unix() + 2_082_844_800) }

var march = time.Date(2026, 3, 1, 4, 30, 5, 0, time.UTC)

// writeFilmTags returns a film with tags written by exiftool.
func writeFilmTags(t testing.TB, file string, tags ...string) []byte {
	t.Helper()
	brand := map[string]string{"a.mov": "qt  ", "a.mp4": "mp42", "a.m4a": "M4A "}[file]
	data, _ := runTool(t, newVideo(brand, movieHeader(secondsSince1904(march))), file, "exiftool", append([]string{"-overwrite_original", "-api", "QuickTimeUTC=1"}, tags...)...)
	return data
}

func TestFactsOfFilmsAndSound(t *testing.T) {
	t.Parallel()
	place := "30.250000,120.166700"
	for name, test := range map[string]struct {
		data   []byte
		media  string
		at     time.Time
		place  string
		device string
	}{
		"MP4, its header":     {writeFilmTags(t, "a.mp4"), "video/mp4", march, "", ""},
		"M4A, its header":     {writeFilmTags(t, "a.m4a"), "audio/x-m4a", march, "", ""},
		"MP4 of 64 bits":      {newVideo("mp42", longMovieHeader(march)), "video/mp4", march, "", ""},
		"MP4 of Android":      {writeFilmTags(t, "a.mp4", "-UserData:GPSCoordinates=30.25, 120.1667, 10"), "video/mp4", march, place, ""},
		"MOV of an iPhone":    {writeFilmTags(t, "a.mov", "-Keys:GPSCoordinates=30.25, 120.1667, 10", "-Keys:CreationDate=2026:03:01 11:30:05+08:00", "-Keys:Make=Apple", "-Keys:Model=iPhone 15"), "video/quicktime", march.Add(-time.Hour), place, "Apple iPhone 15"},
		"south and west":      {writeFilmTags(t, "a.mp4", "-UserData:GPSCoordinates=-30.25, -120.1667"), "video/mp4", march, "-30.250000,-120.166700", ""},
		"a unit of our own":   {newVideo("qt  ", movieHeader(secondsSince1904(march)), newBox("udta", newBox("\xA9mod", []byte("\x00\x04\x15\xC7Pura")))), "video/quicktime", march, "", "Pura"},
		"nothing but a frame": {newVideo("mp42"), "video/mp4", time.Time{}, "", ""},
	} {
		report := examineAccepted(t, test.data)
		got := ""
		if report.Facts.Place != nil {
			got = report.Facts.Place.String()
		}
		if report.Media != test.media || !report.Facts.TakenAt.Equal(test.at) || report.Facts.Assumed || got != test.place || report.Facts.Device != test.device {
			t.Errorf("%s: %s, %+v, place %q", name, report.Media, report.Facts, got)
		}
		if slices.Contains(report.Findings, intake.HasLocation) != (test.place != "") {
			t.Errorf("%s: %v", name, report.Findings)
		}
	}
}

// longMovieHeader returns version 1 of the header, which has 64-bit times.
func longMovieHeader(at time.Time) []byte {
	head := make([]byte, 112)
	head[0] = 1
	binary.BigEndian.PutUint64(head[4:], secondsSince1904(at))
	return newBox("mvhd", head)
}

// An unset clock gives 1904 or 1970, and some programs count from 1970.
func TestUnsetClocksAreUnknown(t *testing.T) {
	t.Parallel()
	for name, seconds := range map[string]uint64{
		"0": 0, "before 1970": 2_082_844_799, "1970": 2_082_844_800, "1999": secondsSince1904(time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)),
		"counted from 1970": uint64(march.Unix()), "2100": secondsSince1904(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)), "the largest": 1<<64 - 1,
		"2010": secondsSince1904(time.Date(2010, 12, 31, 15, 59, 59, 0, time.UTC)), "2099": secondsSince1904(time.Date(2099, 5, 1, 0, 0, 0, 0, time.UTC)),
		"soon": secondsSince1904(received.Add(6 * time.Minute)),
	} {
		if at := examineAccepted(t, newVideo("mp42", movieHeader(seconds))).Facts.TakenAt; !at.IsZero() {
			t.Errorf("%s: %s", name, at)
		}
	}
}

// A clock may be a few minutes fast, and the first year counts as a whole.
func TestTheEdgesOfPlausibleTimes(t *testing.T) {
	t.Parallel()
	for _, want := range []time.Time{received.Add(4 * time.Minute), time.Date(2010, 12, 31, 16, 0, 0, 0, time.UTC)} {
		if at := examineAccepted(t, newVideo("mp42", movieHeader(secondsSince1904(want)))).Facts.TakenAt; !at.Equal(want) {
			t.Errorf("%s, want %s", at, want)
		}
	}
}

// TestTheNextTimeCounts: of several times in a file the first plausible one is proposed.
func TestTheNextTimeCounts(t *testing.T) {
	t.Parallel()
	wrong := []string{"-Keys:CreationDate=2099:03:01 11:30:05+08:00", "-Keys:Make=Apple"}
	if at := examineAccepted(t, writeFilmTags(t, "a.mov", wrong...)).Facts.TakenAt; !at.Equal(march) {
		t.Errorf("of a film: %s, want the one of its header", at)
	}
	photo := intaketest.WriteTags(t, "a.jpg", encodeJPEG(t, smallPicture(), 80),
		"-DateTimeOriginal=2099:03:01 11:30:05", "-OffsetTimeOriginal=+08:00", "-CreateDate=2026:03:01 12:30:05")
	if at := examineAccepted(t, photo).Facts.TakenAt; !at.Equal(march) {
		t.Errorf("of a photo: %s, want the one after it", at)
	}
}

// A film with false box sizes is accepted without facts.
func TestHostileFilmsTellNothing(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("x"), 70<<10)
	many := bytes.Repeat(newBox("free"), 100_000)
	huge := slices.Concat([]byte{0, 0, 0, 1}, []byte("moov"), bytes.Repeat([]byte{0xFF}, 8), movieHeader(secondsSince1904(march)))
	keyed := func(keys, values []byte) []byte {
		return newBox("meta", make([]byte, 4), newBox("hdlr", make([]byte, 25)), newBox("keys", make([]byte, 8), keys), newBox("ilst", values))
	}
	value := func(index uint32, text string) []byte {
		return newBox(string(binary.BigEndian.AppendUint32(nil, index)), newBox("data", []byte{0, 0, 0, 1, 0, 0, 0, 0}, []byte(text)))
	}
	location := newBox("mdta", []byte("com.apple.quicktime.location.ISO6709"))
	for name, data := range map[string][]byte{
		"user data too long":     newVideo("mp42", newBox("udta", newBox("\xA9xyz", long))),
		"a length beyond":        newVideo("mp42", newBox("udta", newBox("\xA9xyz", []byte("\xFF\xFF\x15\xC7+30")))),
		"degrees beyond":         newVideo("mp42", newBox("udta", newBox("\xA9xyz", []byte("\x00\x12\x15\xC7+99.0000+200.0000/")))),
		"a place in words":       newVideo("mp42", newBox("udta", newBox("\xA9xyz", []byte("\x00\x08\x15\xC7Hangzhou")))),
		"a hundred thousand":     newVideo("mp42", many, movieHeader(secondsSince1904(march))),
		"an endless box":         slices.Concat(newVideo("mp42"), huge),
		"a box shorter than 8":   newVideo("mp42", []byte{0, 0, 0, 4, 'm', 'v', 'h', 'd'}, movieHeader(secondsSince1904(march))),
		"an index without a key": newVideo("mp42", keyed(location, value(2, "+30.25+120.16/"))),
		"index 0":                newVideo("mp42", keyed(location, value(0, "+30.25+120.16/"))),
		"a key longer than all":  newVideo("mp42", keyed([]byte{0, 0, 0xFF, 0, 'm', 'd', 't', 'a'}, value(1, "+30.25+120.16/"))),
	} {
		if f := examineAccepted(t, data).Facts; f != (intake.Facts{}) {
			t.Errorf("%s: %+v", name, f)
		}
	}
	whole := newVideo("mp42", keyed(location, value(1, "+30.25+120.16/")))
	if f := examineAccepted(t, whole).Facts; f.Place == nil {
		t.Error("the sound one among them tells no place")
	}
}

func TestWordsOfAFilmAreShort(t *testing.T) {
	t.Parallel()
	names := newBox("udta", bytes.Repeat(newBox("\xA9mod", []byte("\x00\x40\x15\xC7"+strings.Repeat("长", 21)+"\x1b")), 500))
	if device := examineAccepted(t, newVideo("mp42", names)).Facts.Device; len([]rune(device)) > 100 || strings.Contains(device, "\x1b") {
		t.Errorf("%d characters: %q", len([]rune(device)), device)
	}
}

func FuzzFilm(f *testing.F) {
	f.Add(writeFilmTags(f, "a.mov", "-Keys:GPSCoordinates=30.25, 120.1667, 10", "-Keys:CreationDate=2026:03:01 11:30:05+08:00", "-Keys:Model=iPhone"))
	f.Add(writeFilmTags(f, "a.mp4", "-UserData:GPSCoordinates=30.25, 120.1667, 10"))
	f.Add(newVideo("mp42", longMovieHeader(march)))
	x := newExaminer(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := x.Examine(t.Context(), bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		facts := report.Facts
		if at := facts.TakenAt; !at.IsZero() && (at.Year() < 2010 || at.After(received.Add(time.Hour))) {
			t.Fatalf("taken at %s", at)
		}
		if p := facts.Place; p != nil && (p.Latitude < -90 || p.Latitude > 90 || p.Longitude < -180 || p.Longitude > 180) {
			t.Fatalf("taken at %s", p)
		}
		if len([]rune(facts.Device)) > 201 || len([]rune(facts.Software)) > 100 {
			t.Fatalf("%d and %d characters", len(facts.Device), len(facts.Software))
		}
	})
}
