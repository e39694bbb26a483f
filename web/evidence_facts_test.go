package web_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/url"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/intake/intaketest"
	"recourse/recovery"
)

// addPhoto adds a picture of a transfer with a time, a device and a place in it.
func (s *testSite) addPhoto(t *testing.T, id recovery.CaseID, claimed time.Time) recovery.Evidence {
	t.Helper()
	var data bytes.Buffer
	if err := jpeg.Encode(&data, image.NewGray(image.Rect(0, 0, 540, 1170)), nil); err != nil {
		t.Fatal(err)
	}
	photo := intaketest.WriteTags(t, "a.jpg", data.Bytes(), "-DateTimeOriginal=2026:03:01 12:30:05", "-Make=HUAWEI", "-Model=ALN-AL00",
		"-GPSLatitude=30.25", "-GPSLatitudeRef=N", "-GPSLongitude=120.5", "-GPSLongitudeRef=E")
	req := s.As(recovery.RoleClaimant)
	file, err := s.Receive(t.Context(), req.Actor, "", id, bytes.NewReader(photo))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := s.AddEvidence(t.Context(), req, id, recovery.FileDescription{Kind: recovery.TransferScreenshot, FileName: "a.jpg", CapturedAt: &claimed}, file)
	if err != nil {
		t.Fatal(err)
	}
	return reply.Value.Evidence
}

// TestFactsOfAFileAreAnswered: what a file says stands beside what its sender says, and
// the claimant confirms or rejects it. The staff sees the answer; nobody sees the place.
func TestFactsOfAFileAreAnswered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	added := s.addPhoto(t, view.ID, time.Date(2026, 3, 1, 5, 0, 0, 0, time.UTC))
	home, path := "/cases/"+string(view.Number), "/evidence/"+string(added.ID)+"/facts"
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get(home).expect(t, 200, "2026-03-01 12:30:05", "你填的是 2026-03-01 13:00:00", "HUAWEI ALN-AL00", "等你确认")
	if strings.Contains(page.Body, "30.25") {
		t.Error("the page names the place")
	}
	got := p.submitForm(page, labelForm(t, page, path), url.Values{"fact": {"taken_at"}, "answer": {"confirm"}})
	if got.expect(t, 200, "记下了", "已确认"); got.Path != home {
		t.Errorf("the answer leads to %s", got.Path)
	}
	p.submitForm(got, labelForm(t, got, path), url.Values{"fact": {"device"}, "answer": {"reject"}}).expect(t, 200, "已否认")
	if got := p.submitForm(page, labelForm(t, page, path), url.Values{"fact": {"software"}, "answer": {"confirm"}, "key": {"other"}}); got.Status != 422 {
		t.Errorf("a fact that the file does not have: %d", got.Status)
	}
	desk := s.signIn(t, recovery.RoleAgent).get("/desk/cases/"+string(view.Number)).expect(t, 200, "2026-03-01 12:30:05", "已确认", "已否认")
	if strings.Contains(desk.Body, path) {
		t.Error("the staff is asked, too")
	}
}
