package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strings"
	"sync"
	"testing"

	"recourse/api"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/recovery"
)

// photo is a picture with what a phone writes into it.
func photo(t testing.TB, quality int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for y := range 200 {
		for x := range 320 {
			img.SetRGBA(x, y, color.RGBA{uint8(x * y / 99), uint8(x / 2), uint8(y + x/7), 255})
		}
	}
	var data bytes.Buffer
	must(t, jpeg.Encode(&data, img, &jpeg.Options{Quality: quality}))
	return string(intaketest.WriteTags(t, "a.jpg", data.Bytes(), "-DateTimeOriginal=2026:03:01 12:30:05",
		"-Make=HUAWEI", "-Model=ALN-AL00", "-GPSLatitude=30.25", "-GPSLatitudeRef=N", "-GPSLongitude=120.5", "-GPSLongitudeRef=E"))
}

func (s *stand) picture(t testing.TB, id, content string) answer {
	t.Helper()
	return s.upload(t, id, "evidence", "", part{name: "kind", content: "chat_screenshot"}, part{name: "file", file: "a.jpg", content: content}).is(http.StatusCreated)
}

// last gives the newest entries of a case as the API tells them.
func (s *stand) last(t testing.TB, id string, count int) []map[string]any {
	t.Helper()
	items, _ := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id+"/journal?limit=200").is(http.StatusOK).object()["items"].([]any)
	var list []map[string]any
	for _, item := range items[max(0, len(items)-count):] {
		list = append(list, item.(map[string]any))
	}
	return list
}

func TestFactsAreProposedAndConfirmed(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	added := s.picture(t, id, photo(t, 90))
	want := "[map[label:拍摄或录制时间 name:taken_at state:proposed value:2026-03-01T12:30:05+08:00] " +
		"map[label:拍摄或录制设备 name:device state:proposed value:HUAWEI ALN-AL00] map[label:带有拍摄地点 name:gps_present state:proposed value:true]]"
	if got := fmt.Sprint(added.object()["proposed_facts"]); got != want {
		t.Errorf("%s", got)
	}
	entry := s.last(t, id, 1)[0]
	body := entry["body"].(map[string]any)
	facts := fmt.Sprint(body["facts"])
	if strings.Contains(facts, "30.25") || !strings.Contains(facts, "gps_present:true") || !strings.Contains(facts, "device:HUAWEI") {
		t.Errorf("%s", facts)
	}
	if body["values"].(map[string]any)["gps"] != "30.250000,120.500000" || body["commitments"].(map[string]any)["gps"] == nil {
		t.Errorf("%v", body)
	}
	path := added.header.Get("Location") + "/facts"
	ask := func(as recovery.Role, key, body string) answer {
		return s.do(t, call{as: as, method: "POST", path: path, body: []byte(body), key: key})
	}
	for _, wrong := range []string{`{}`, `{"confirm": ["software"]}`, `{"confirm": ["device"], "reject": ["device"]}`, `{"confirm": ["x"]}`} {
		ask(recovery.RoleClaimant, "", wrong).problem(http.StatusUnprocessableEntity, "invalid")
	}
	ask(recovery.RoleAgent, "", `{"confirm": ["device"]}`).problem(http.StatusForbidden, "forbidden")
	ask(other, "", `{"confirm": ["device"]}`).problem(http.StatusNotFound, "not_found")
	first := ask(recovery.RoleClaimant, "k", `{"confirm": ["taken_at"], "reject": ["device"]}`).is(http.StatusOK)
	again := ask(recovery.RoleClaimant, "k", `{"confirm": ["taken_at"], "reject": ["device"]}`).is(http.StatusOK)
	if string(first.body) != string(again.body) || again.header.Get("Idempotent-Replay") == "" {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	if read := s.get(t, recovery.RoleClaimant, added.header.Get("Location")); string(read.body) != string(first.body) ||
		!strings.Contains(string(read.body), `"state":"confirmed"`) || !strings.Contains(string(read.body), `"state":"rejected"`) {
		t.Errorf("%s", read.body)
	}
	told := s.last(t, id, 1)[0]
	if told["kind"] != "evidence_facts_confirmed" || !strings.Contains(fmt.Sprint(told["body"]), "confirmed:map[taken_at:2026-03-01T12:30:05+08:00]") {
		t.Errorf("%v", told)
	}
}

func TestShownCopy(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	added := s.picture(t, id, photo(t, 90))
	path := added.header.Get("Location") + "/view"
	s.get(t, other, path).problem(http.StatusNotFound, "not_found")
	s.get(t, recovery.RoleAgent, path+"?purpose=fun").problem(http.StatusUnprocessableEntity, "invalid")
	entries := s.entries(id)
	const looks = 5
	views := make([]answer, looks)
	var group sync.WaitGroup
	for i := range views {
		group.Go(func() { views[i] = s.get(t, recovery.RoleAgent, path+"?purpose=appeal") })
	}
	group.Wait()
	for _, v := range views {
		if v.status != http.StatusOK || !bytes.Equal(v.body, views[0].body) || bytes.Contains(v.body, []byte("Exif")) {
			t.Errorf("%d, %d bytes", v.status, len(v.body))
		}
		for name, want := range map[string]string{
			"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
		} {
			if got := v.header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
	if got := s.entries(id) - entries; got != looks+1 {
		t.Errorf("%d entries for %d looks and one derivative", got, looks)
	}
	derived, seen := 0, 0
	for _, entry := range s.last(t, id, looks+1) {
		facts := fmt.Sprint(entry["body"].(map[string]any)["facts"])
		switch {
		case entry["kind"] == "evidence_derived" && strings.Contains(facts, "of_sha256:"+added.text("sha256")):
			derived++
		case entry["kind"] == "evidence_viewed" && strings.Contains(facts, "copy:view") && strings.Contains(facts, "purpose:appeal"):
			seen++
		}
	}
	if derived != 1 || seen != looks || s.blobs() != 2 {
		t.Errorf("%d derived, %d seen, %d files", derived, seen, s.blobs())
	}
	content := s.get(t, recovery.RoleAuditor, added.header.Get("Location")+"/content?purpose=court").is(http.StatusOK)
	if hashed(content.body) != added.text("sha256") {
		t.Error("the original changed")
	}
	if facts := fmt.Sprint(s.last(t, id, 1)[0]); !strings.Contains(facts, "copy:original") || !strings.Contains(facts, "purpose:court") {
		t.Errorf("%s", facts)
	}
}

func TestNoCopyOfWhatCannotBeShown(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	added := s.picture(t, id, png) // cut off behind its header
	if got := fmt.Sprint(added.object()["findings"]); !strings.Contains(got, "code:damaged") || added.object()["shown"] != false {
		t.Errorf("%s", added.body)
	}
	entries := s.entries(id)
	s.get(t, recovery.RoleAgent, added.header.Get("Location")+"/view").problem(http.StatusNotFound, "not_found")
	if s.entries(id) != entries {
		t.Error("a look at nothing was journalled")
	}
}

func TestNearDuplicatesAreFlagged(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	first := s.picture(t, id, photo(t, 95))
	second := s.picture(t, id, photo(t, 50))
	if first.object()["near_duplicate_of"] != nil || second.text("near_duplicate_of") != first.text("id") {
		t.Errorf("%s\n%s", first.body, second.body)
	}
	if got := fmt.Sprint(second.object()["findings"]); !strings.Contains(got, "near_duplicate") || !strings.Contains(got, "不作为独立证据") {
		t.Errorf("%s", got)
	}
	elsewhere := s.picture(t, s.file(t).text("id"), photo(t, 50))
	if elsewhere.object()["near_duplicate_of"] != nil {
		t.Errorf("a file of another case: %s", elsewhere.body)
	}
}

const receiptPDF = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
	"3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>\nendobj\n" +
	"4 0 obj\n<</Type/Font/Subtype/Type0/Encoding/UniGB-UCS2-H>>\nendobj\n5 0 obj\n<</Length 190>>\nstream\n" +
	"BT /F1 9 Tf <4EA46613535553F7003A003100300030003000300035003000300030003100320030003200360030003300300031> Tj " +
	"0 -9 Td <91D1989D003A00A50031003000300030002E00300030> Tj ET            \nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"

func TestTextOfAReceipt(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(sample)}).is(http.StatusCreated).text("id")
	added := s.upload(t, id, "evidence", "", part{name: "kind", content: "sealed_receipt"}, part{name: "file", file: "r.pdf", content: receiptPDF}).is(http.StatusCreated)
	path := added.header.Get("Location") + "/text"
	s.get(t, other, path).problem(http.StatusNotFound, "not_found")
	entries := s.entries(id)
	got := s.get(t, recovery.RoleAgent, path+"?purpose=review").is(http.StatusOK)
	if !strings.Contains(got.text("text"), "交易单号:1000050001202603") || fmt.Sprint(got.object()["receipt"].(map[string]any)["amount_fen"]) != "100000" {
		t.Errorf("%s", got.body)
	}
	differences := fmt.Sprint(got.object()["differences"])
	if !strings.Contains(differences, "field:amount_fen") || !strings.Contains(differences, "field:transaction_no") {
		t.Errorf("%s", differences)
	}
	if s.entries(id) != entries+1 {
		t.Error("a look is an entry")
	}
	picture := s.picture(t, id, png)
	s.get(t, recovery.RoleAgent, picture.header.Get("Location")+"/text").problem(http.StatusConflict, "conflict")
}

// The refusal says what the file is and, in Chinese, how to mend it.
func TestRefusalsSayHowToMend(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	entries := s.entries(id)
	for content, code := range map[string]string{
		"PK\x03\x04\x0a\x00\x00\x00": "archive", "<!DOCTYPE html>": "active_text", photo(t, 80) + receiptPDF: "polyglot", "MZ\x90\x00\x03\x00": "program",
	} {
		p := s.upload(t, id, "evidence", "", part{name: "kind", content: "other"}, part{name: "file", file: "a.png", content: content}).
			problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
		if len(p.Errors) != 1 || p.Errors[0].Field != "file" || p.Errors[0].Code != code || !strings.Contains(p.Errors[0].Detail, "。") {
			t.Errorf("%s: %+v", code, p)
		}
	}
	if s.entries(id) != entries || s.blobs() != 0 {
		t.Error("a refused file left something")
	}
}

func TestDifferencesOfABill(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.do(t, call{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases",
		body: bytes.Replace([]byte(sample), []byte(`"amount_fen": 200000`), []byte(`"amount_fen": 200100`), 1),
	}).is(http.StatusCreated).text("id")
	got := s.upload(t, id, "statements", "", part{name: "file", file: "微信账单.csv", content: bill}).is(http.StatusCreated)
	first := got.object()["transactions"].([]any)[0].(map[string]any)
	if first["matched"] != false || fmt.Sprint(first["differences"]) != "[map[field:amount_fen found:2,000.00 said:2,001.00 why:金额不同，请核对是否同一笔，或更正填报的金额。]]" {
		t.Errorf("%v", first)
	}
	if got.object()["rows"] != 2.0 || got.object()["stated_rows"] != nil {
		t.Errorf("%s", got.body)
	}
}
