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

// readPhoto returns a drawing stored as an iPhone stores photos, with time, place and
// an EXIF orientation that readers of this format must ignore.
func readPhoto(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/phone.heic")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPhotoOfAnIPhoneIsShown(t *testing.T) {
	t.Parallel()
	report := examineAccepted(t, readPhoto(t))
	if !report.Shown || report.Width != 360 || report.Height != 240 || !slices.Equal(report.Findings, []intake.Finding{intake.HasLocation}) {
		t.Errorf("%+v", report)
	}
	if want := time.Date(2026, 3, 1, 3, 30, 5, 0, time.UTC); !report.Facts.TakenAt.Equal(want) || report.Facts.Device != "Apple iPhone 15" {
		t.Errorf("%+v", report.Facts)
	}
}

// The same picture sent as JPEG, as WeChat does, is a near-duplicate of the photo.
func TestPhotoIsNearItsJPEG(t *testing.T) {
	t.Parallel()
	v := makeView(t, readPhoto(t))
	picture, err := jpeg.Decode(bytes.NewReader(v.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	original, sent := examineAccepted(t, readPhoto(t)).Hash, examineAccepted(t, encodeJPEG(t, scaleImage(picture, 180, 120), 70)).Hash
	if !original.IsNearDuplicate(sent) {
		t.Errorf("they share %.2f", original.CommonShare(sent))
	}
}

func TestGiantPhotoIsKeptAndNotShown(t *testing.T) {
	t.Parallel()
	data := readPhoto(t)
	at := bytes.Index(data, []byte("ispe")) + 8
	binary.BigEndian.PutUint32(data[at:], 100_000)
	binary.BigEndian.PutUint32(data[at+4:], 100_000)
	report := examineAccepted(t, data)
	if report.Shown || !slices.Contains(report.Findings, intake.TooManyPixels) {
		t.Errorf("%+v", report)
	}
}
