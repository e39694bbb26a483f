package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"recourse/api"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/recovery"
)

// photoWithMetadata returns a picture with the metadata a phone writes.
func photoWithMetadata(t testing.TB, quality int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for y := range 200 {
		for x := range 320 {
			img.SetRGBA(x, y, color.RGBA{uint8(x * y / 99), uint8(x / 2), uint8(y + x/7), 255})
		}
	}
	var data bytes.Buffer
	failOnError(t, jpeg.Encode(&data, img, &jpeg.Options{Quality: quality}))
	return string(intaketest.WriteTags(t, "a.jpg", data.Bytes(), "-DateTimeOriginal=2026:03:01 12:30:05",
		"-Make=HUAWEI", "-Model=ALN-AL00", "-GPSLatitude=30.25", "-GPSLatitudeRef=N", "-GPSLongitude=120.5", "-GPSLongitudeRef=E"))
}

func (s *testServer) addPicture(t testing.TB, id, content string) testResponse {
	t.Helper()
	return s.upload(t, id, "evidence", "", formPart{name: "kind", content: "chat_screenshot"}, formPart{name: "file", file: "a.jpg", content: content}).wantStatus(http.StatusCreated)
}

// lastEntries returns the newest journal entries of a case.
func (s *testServer) lastEntries(t testing.TB, id string, count int) []map[string]any {
	t.Helper()
	items, _ := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id+"/journal?limit=200").wantStatus(http.StatusOK).decodeObject()["items"].([]any)
	var list []map[string]any
	for _, item := range items[max(0, len(items)-count):] {
		list = append(list, item.(map[string]any))
	}
	return list
}

func TestFactsAreProposedAndConfirmed(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	added := s.addPicture(t, id, photoWithMetadata(t, 90))
	want := "[map[label:拍摄或录制时间 name:taken_at state:proposed value:2026-03-01T12:30:05+08:00] " +
		"map[label:拍摄或录制设备 name:device state:proposed value:HUAWEI ALN-AL00] map[label:带有拍摄地点 name:gps_present state:proposed value:true]]"
	if got := fmt.Sprint(added.decodeObject()["proposed_facts"]); got != want {
		t.Errorf("%s", got)
	}
	entry := s.lastEntries(t, id, 2)[0] // before that of the copy for viewing
	body := entry["body"].(map[string]any)
	facts := fmt.Sprint(body["facts"])
	if strings.Contains(facts, "30.25") || strings.Contains(facts, "HUAWEI") {
		t.Errorf("in the clear: %s", facts)
	}
	if body["values"].(map[string]any)["gps"] != "30.250000,120.500000" || body["commitments"].(map[string]any)["gps"] == nil {
		t.Errorf("%v", body)
	}
	path := added.header.Get("Location") + "/facts"
	ask := func(as recovery.Role, key, body string) testResponse {
		return s.send(t, testCall{as: as, method: "POST", path: path, body: []byte(body), key: key})
	}
	for _, wrong := range []string{`{}`, `{"confirm": ["software"]}`, `{"confirm": ["device"], "reject": ["device"]}`, `{"confirm": ["x"]}`} {
		ask(recovery.RoleClaimant, "", wrong).problem(http.StatusUnprocessableEntity, "invalid")
	}
	ask(recovery.RoleAgent, "", `{"confirm": ["device"]}`).problem(http.StatusForbidden, "forbidden")
	ask(otherClaimant, "", `{"confirm": ["device"]}`).problem(http.StatusNotFound, "not_found")
	first := ask(recovery.RoleClaimant, "k", `{"confirm": ["taken_at"], "reject": ["device"]}`).wantStatus(http.StatusOK)
	again := ask(recovery.RoleClaimant, "k", `{"confirm": ["taken_at"], "reject": ["device"]}`).wantStatus(http.StatusOK)
	if string(first.body) != string(again.body) || again.header.Get("Idempotent-Replay") == "" {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	if read := s.get(t, recovery.RoleClaimant, added.header.Get("Location")); string(read.body) != string(first.body) ||
		!strings.Contains(string(read.body), `"state":"confirmed"`) || !strings.Contains(string(read.body), `"state":"rejected"`) {
		t.Errorf("%s", read.body)
	}
	result := s.lastEntries(t, id, 1)[0]
	if result["kind"] != "evidence_facts_confirmed" || !strings.Contains(fmt.Sprint(result["body"]), "confirmed:map[taken_at:2026-03-01T12:30:05+08:00]") {
		t.Errorf("%v", result)
	}
}

func TestEvidenceView(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.SetNoon(1)
	id := s.fileCase(t).stringField("id")
	added := s.addPicture(t, id, photoWithMetadata(t, 90))
	path := added.header.Get("Location") + "/view"
	s.get(t, otherClaimant, path).problem(http.StatusNotFound, "not_found")
	s.get(t, recovery.RoleAgent, path+"?purpose=fun").problem(http.StatusUnprocessableEntity, "invalid")
	entries := s.countEntries(id)
	const looks = 5
	views := make([]testResponse, looks)
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
	if got := s.countEntries(id) - entries; got != 1 {
		t.Errorf("%d entries for %d looks within an hour", got, looks)
	}
	derived, seen := 0, 0
	for _, entry := range s.lastEntries(t, id, 2) {
		facts := fmt.Sprint(entry["body"].(map[string]any)["facts"])
		switch {
		case entry["kind"] == "evidence_derived" && strings.Contains(facts, "of_sha256:"+added.stringField("sha256")):
			derived++
		case entry["kind"] == "evidence_viewed" && strings.Contains(facts, "copy:view") && strings.Contains(facts, "purpose:appeal"):
			seen++
		}
	}
	if derived != 1 || seen != 1 || s.countBlobs() != 2 {
		t.Errorf("%d derived, %d seen, %d files", derived, seen, s.countBlobs())
	}
	content := s.get(t, recovery.RoleAuditor, added.header.Get("Location")+"/content?purpose=court").wantStatus(http.StatusOK)
	if sha256Hex(content.body) != added.stringField("sha256") {
		t.Error("the original changed")
	}
	if facts := fmt.Sprint(s.lastEntries(t, id, 1)[0]); !strings.Contains(facts, "copy:original") || !strings.Contains(facts, "purpose:court") {
		t.Errorf("%s", facts)
	}
}

func TestNoViewOfBrokenPicture(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	added := s.addPicture(t, id, png) // the picture ends after its header
	if got := fmt.Sprint(added.decodeObject()["findings"]); !strings.Contains(got, "code:damaged") || added.decodeObject()["shown"] != false {
		t.Errorf("%s", added.body)
	}
	entries := s.countEntries(id)
	s.get(t, recovery.RoleAgent, added.header.Get("Location")+"/view").problem(http.StatusNotFound, "not_found")
	if s.countEntries(id) != entries {
		t.Error("a look at nothing was journalled")
	}
}

func TestNearDuplicatesAreFlagged(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	first := s.addPicture(t, id, photoWithMetadata(t, 95))
	second := s.addPicture(t, id, photoWithMetadata(t, 50))
	if first.decodeObject()["near_duplicate_of"] != nil || second.stringField("near_duplicate_of") != first.stringField("id") {
		t.Errorf("%s\n%s", first.body, second.body)
	}
	if got := fmt.Sprint(second.decodeObject()["findings"]); !strings.Contains(got, "near_duplicate") || !strings.Contains(got, "不作为独立证据") {
		t.Errorf("%s", got)
	}
	elsewhere := s.addPicture(t, s.fileCase(t).stringField("id"), photoWithMetadata(t, 50))
	if elsewhere.decodeObject()["near_duplicate_of"] != nil {
		t.Errorf("a file of another case: %s", elsewhere.body)
	}
}

const receiptPDF = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
	"3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>\nendobj\n" +
	"4 0 obj\n<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>\nendobj\n" +
	"6 0 obj\n<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/W[1 95 500]>>\nendobj\n5 0 obj\n<</Length 200>>\nstream\n" +
	"BT /F1 9 Tf 50 700 Td <4EA46613535553F7003A003100300030003000300035003000300030003100320030003200360030003300300031> Tj " +
	"0 -9 Td <91D1989D003A00A50031003000300030002E00300030> Tj ET            \nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"

func TestReceiptText(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(validFiling)}).wantStatus(http.StatusCreated).stringField("id")
	added := s.upload(t, id, "evidence", "", formPart{name: "kind", content: "sealed_receipt"}, formPart{name: "file", file: "r.pdf", content: receiptPDF}).wantStatus(http.StatusCreated)
	path := added.header.Get("Location") + "/text"
	s.get(t, otherClaimant, path).problem(http.StatusNotFound, "not_found")
	entries := s.countEntries(id)
	got := s.get(t, recovery.RoleAgent, path+"?purpose=review").wantStatus(http.StatusOK)
	if !strings.Contains(got.stringField("text"), "交易单号:1000050001202603") || fmt.Sprint(got.decodeObject()["receipt"].(map[string]any)["amount_fen"]) != "100000" {
		t.Errorf("%s", got.body)
	}
	differences := fmt.Sprint(got.decodeObject()["differences"])
	if !strings.Contains(differences, "field:amount_fen") || !strings.Contains(differences, "field:transaction_no") {
		t.Errorf("%s", differences)
	}
	if s.countEntries(id) != entries+1 {
		t.Error("a look is an entry")
	}
	picture := s.addPicture(t, id, png)
	s.get(t, recovery.RoleAgent, picture.header.Get("Location")+"/text").problem(http.StatusConflict, "conflict")
}

// TestFileRefusalsExplainFix expects the detected type and, in Chinese, what to
// do.
func TestFileRefusalsExplainFix(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	entries := s.countEntries(id)
	for content, code := range map[string]string{
		"PK\x03\x04\x0a\x00\x00\x00": "archive", "<?php echo 1;": "active_text", photoWithMetadata(t, 80) + receiptPDF: "polyglot", "MZ\x90\x00\x03\x00": "program",
	} {
		p := s.upload(t, id, "evidence", "", formPart{name: "kind", content: "other"}, formPart{name: "file", file: "a.png", content: content}).
			problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
		if len(p.Errors) != 1 || p.Errors[0].Field != "file" || p.Errors[0].Code != code || !strings.Contains(p.Errors[0].Detail, "。") {
			t.Errorf("%s: %+v", code, p)
		}
	}
	if s.countEntries(id) != entries || s.countBlobs() != 0 {
		t.Error("a refused file left something")
	}
}

func TestStatementDifferences(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.send(t, testCall{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases",
		body: bytes.Replace([]byte(validFiling), []byte(`"amount_fen": 200000`), []byte(`"amount_fen": 200100`), 1),
	}).wantStatus(http.StatusCreated).stringField("id")
	got := s.upload(t, id, "statements", "", formPart{name: "file", file: "微信账单.csv", content: bill}).wantStatus(http.StatusCreated)
	first := got.decodeObject()["transactions"].([]any)[0].(map[string]any)
	if first["matched"] != false || fmt.Sprint(first["differences"]) != "[map[field:amount_fen found:2,000.00 said:2,001.00 why:金额不同，请核对是否同一笔，或更正填报的金额。]]" {
		t.Errorf("%v", first)
	}
	if got.decodeObject()["rows_read"] != 2.0 || got.decodeObject()["rows_stated"] != nil {
		t.Errorf("%s", got.body)
	}
}

// TestABillWithFewerRowsThanItStates says so with the import and whenever the file is read.
func TestABillWithFewerRowsThanItStates(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	at := strings.Index(bill, "交易时间")
	short := bill[:at] + "共4笔记录,,,,,,,,,,\n" + bill[at:]
	for name, test := range map[string]struct {
		content  string
		stated   any
		findings string
	}{
		"two of four":             {short, 4.0, "[rows_missing]"},
		"one is not readable":     {short + "昨天,转账,老王,/,支出,¥1.00,零钱,支付成功,1,/,/\n", 4.0, "[rows_missing rows_unread]"},
		"as many as stated":       {strings.Replace(short, "共4笔", "共2笔", 1), 2.0, "[]"},
		"more than stated":        {strings.Replace(short, "共4笔", "共1笔", 1), 1.0, "[]"},
		"none stated, all of two": {bill, nil, "[]"},
	} {
		got := s.upload(t, id, "statements", "", formPart{name: "file", file: name + ".csv", content: test.content}).wantStatus(http.StatusCreated)
		imported := got.decodeObject()
		file := imported["evidence"].(map[string]any)
		read := s.get(t, recovery.RoleAgent, "/api/v1/evidence/"+file["id"].(string)).wantStatus(http.StatusOK).decodeObject()
		for _, shown := range []map[string]any{file, read} {
			codes := []string{}
			for _, finding := range shown["findings"].([]any) {
				codes = append(codes, fmt.Sprint(finding.(map[string]any)["code"]))
			}
			codes = slices.DeleteFunc(codes, func(code string) bool { return code == "near_duplicate" })
			if fmt.Sprint(codes) != test.findings || shown["rows_stated"] != test.stated || shown["rows_read"] != 2.0 {
				t.Errorf("%s: %v, %v of %v", name, codes, shown["rows_read"], shown["rows_stated"])
			}
		}
		if imported["rows_stated"] != test.stated || imported["rows_read"] != 2.0 {
			t.Errorf("%s: %v of %v", name, imported["rows_read"], imported["rows_stated"])
		}
	}
	text := s.upload(t, id, "evidence", "", formPart{name: "kind", content: "other"}, formPart{name: "file", file: "a.txt", content: "无关\n"}).wantStatus(http.StatusCreated)
	if text.decodeObject()["rows_read"] != nil {
		t.Errorf("%s", text.body)
	}
}
