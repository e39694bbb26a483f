package intake_test

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"os"
	"slices"
	"testing"
	"time"

	"recourse/evidence/originals/intake"
)

// photo is a drawing of ours as an iPhone would store it, with time, place and an
// EXIF orientation that readers of this format pass over.
func photo(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/phone.heic")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPhotoOfAnIPhoneIsShown(t *testing.T) {
	t.Parallel()
	report := kept(t, photo(t))
	if !report.Shown || report.Width != 360 || report.Height != 240 || !slices.Equal(report.Findings, []intake.Finding{intake.HasLocation}) {
		t.Errorf("%+v", report)
	}
	if want := time.Date(2026, 3, 1, 3, 30, 5, 0, time.UTC); !report.Facts.TakenAt.Equal(want) || report.Facts.Device != "Apple iPhone 15" {
		t.Errorf("%+v", report.Facts)
	}
}

// The same picture sent as JPEG, as WeChat does with it, is the photo once more.
func TestPhotoIsNearItsJPEG(t *testing.T) {
	t.Parallel()
	v := view(t, photo(t))
	picture, err := jpeg.Decode(bytes.NewReader(v.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	original, sent := kept(t, photo(t)).Hash, kept(t, asJPEG(t, scaled(picture, 180, 120), 70)).Hash
	if !original.IsNearDuplicate(sent) {
		t.Errorf("they share %.2f", original.CommonShare(sent))
	}
}

func TestGiantPhotoIsKeptAndNotShown(t *testing.T) {
	t.Parallel()
	data := photo(t)
	at := bytes.Index(data, []byte("ispe")) + 8
	binary.BigEndian.PutUint32(data[at:], 100_000)
	binary.BigEndian.PutUint32(data[at+4:], 100_000)
	report := kept(t, data)
	if report.Shown || !slices.Contains(report.Findings, intake.TooManyPixels) {
		t.Errorf("%+v", report)
	}
}
