package api_test

import (
	"bufio"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

func TestAddAndReadEvidence(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	fields := []formPart{
		{name: "kind", content: "chat_screenshot"}, {name: "captured_at", content: day},
		{name: "source", content: "手机截图"}, {name: "description", content: "群聊"},
	}
	file := formPart{name: "file", file: "截图 1.png", content: png}
	after := s.upload(t, id, "evidence", "", append([]formPart{file}, fields...)...).wantStatus(http.StatusCreated)
	before := s.upload(t, id, "evidence", "", append(fields, file)...).wantStatus(http.StatusCreated)
	if after.stringField("sha256") != before.stringField("sha256") || after.stringField("id") == before.stringField("id") {
		t.Errorf("%s\n%s", after.body, before.body)
	}
	if s.countBlobs() != 1 {
		t.Errorf("%d blobs of the same bytes", s.countBlobs())
	}
	read := s.get(t, recovery.RoleClaimant, after.header.Get("Location")).wantStatus(http.StatusOK)
	if string(read.body) != string(after.body) || read.stringField("file_name") != "截图 1.png" || read.stringField("captured_at") != day {
		t.Errorf("read\n%s\nadded\n%s", read.body, after.body)
	}
	items, _ := s.get(t, recovery.RoleAgent, "/api/v1/cases/"+id+"/evidence").wantStatus(http.StatusOK).decodeObject()["items"].([]any)
	if len(items) != 2 {
		t.Errorf("%d items", len(items))
	}
	s.get(t, otherClaimant, after.header.Get("Location")).problem(http.StatusNotFound, "not_found")
}

func TestContentIsDownload(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	added := s.upload(t, id, "evidence", "", formPart{name: "kind", content: "other"}, formPart{name: "file", file: `a\"b.html`, content: png})
	path := added.wantStatus(http.StatusCreated).header.Get("Location") + "/content"
	entries := s.countEntries(id)
	s.get(t, otherClaimant, path).problem(http.StatusNotFound, "not_found")
	s.get(t, "", path).problem(http.StatusUnauthorized, "unauthenticated")
	if s.countEntries(id) != entries {
		t.Error("a refused look was journalled")
	}
	got := s.get(t, recovery.RoleAgent, path).wantStatus(http.StatusOK)
	if string(got.body) != png {
		t.Errorf("%d bytes, want %d", len(got.body), len(png))
	}
	if s.countEntries(id) != entries+1 {
		t.Errorf("%d entries, want %d: a look is an entry", s.countEntries(id), entries+1)
	}
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Disposition":     `attachment; filename="a\"b.html"`,
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
	} {
		if value := got.header.Get(name); value != want {
			t.Errorf("%s: %q, want %q", name, value, want)
		}
	}
}

func TestRepeatedUploadReplays(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	kind := formPart{name: "kind", content: "other"}
	file := formPart{name: "file", file: "a.png", content: png}
	answers := make([]testResponse, 6)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() { answers[i] = s.upload(t, id, "evidence", "k", kind, file) })
	}
	group.Wait()
	replays := 0
	for _, a := range answers {
		if a.status != http.StatusCreated || string(a.body) != string(answers[0].body) {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a.header.Get("Idempotent-Replay") != "" {
			replays++
		}
	}
	if replays != len(answers)-1 || s.countBlobs() != 1 || s.countEntries(id) != 3 {
		t.Errorf("%d replays, %d blobs, %d entries", replays, s.countBlobs(), s.countEntries(id))
	}
	s.upload(t, id, "evidence", "k", kind, formPart{name: "file", file: "a.png", content: png + "x"}).problem(http.StatusConflict, "idempotency_conflict")
	s.upload(t, id, "evidence", "k", formPart{name: "kind", content: "ticket"}, file).problem(http.StatusConflict, "idempotency_conflict")
	if s.countBlobs() != 1 {
		t.Errorf("%d blobs", s.countBlobs())
	}
}

const bill = "\uFEFF微信支付账单明细,,,,,,,,,,\r\n,,,,,,,,,,\r\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\r\n" +
	"交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\r\n" +
	"2026-03-01 12:30:00,转账,老王,\"转账备注:微信转账\",支出,¥2000.00,零钱,支付成功,\"1000050001202603010012345678\t\",\"10001\t\",\"/\"\r\n" +
	"2026-03-01 18:00:00,商户消费,超市,\"食品\",支出,¥35.50,零钱,支付成功,\"4200001\t\",\"2\t\",\"/\"\r\n"

func TestImportStatement(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(validFiling)}).wantStatus(http.StatusCreated).stringField("id")
	file := formPart{name: "file", file: "微信账单.csv", content: bill}
	first := s.upload(t, id, "statements", "bill", file).wantStatus(http.StatusCreated)
	if first.stringField("platform") != "wechat" || first.stringField("form") != "wechat_csv" {
		t.Errorf("%s", first.body)
	}
	transactions, _ := first.decodeObject()["transactions"].([]any)
	matched, _ := transactions[0].(map[string]any)
	if matched["matched"] != true || matched["amount_fen"] != 200000.0 || matched["at"] != "2026-03-01T12:30:00+08:00" {
		t.Errorf("%v", matched)
	}
	again := s.upload(t, id, "statements", "bill", file).wantStatus(http.StatusCreated)
	if string(again.body) != string(first.body) || again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("first\n%s\nagain\n%s", first.body, again.body)
	}
	s.get(t, recovery.RoleClaimant, first.header.Get("Location")).wantStatus(http.StatusOK)
	entries := s.countEntries(id)
	if p := s.upload(t, id, "statements", "", formPart{name: "file", file: "x.csv", content: "a,b\n1,2\n"}).problem(http.StatusUnprocessableEntity, "invalid"); !p.namesField("file") {
		t.Errorf("%+v", p)
	}
	if s.countEntries(id) != entries || s.countBlobs() != 1 {
		t.Errorf("%d entries, %d blobs after a file that is no bill", s.countEntries(id), s.countBlobs())
	}
}

// TestPaymentsThatShowTheMistake: a later payment of the same sum to another person is
// offered with the reason, at the import and to those who read the bill later.
func TestPaymentsThatShowTheMistake(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(validFiling)}).wantStatus(http.StatusCreated).stringField("id")
	again := strings.Replace(bill, "2026-03-01 18:00:00,商户消费,超市,\"食品\",支出,¥35.50", "2026-03-01 18:00:00,转账,妹妹,\"/\",支出,¥2000.00", 1)
	imported := s.upload(t, id, "statements", "", formPart{name: "file", file: "账单.csv", content: again}).wantStatus(http.StatusCreated).decodeObject()
	proofs, _ := imported["proofs"].([]any)
	if len(proofs) != 1 {
		t.Fatalf("%v", imported["proofs"])
	}
	proof, _ := proofs[0].(map[string]any)
	if proof["kind"] != "paid_again" || proof["row"] != 6.0 || proof["counterpart"] != "妹妹" || proof["amount_fen"] != 200000.0 || proof["at"] != "2026-03-01T18:00:00+08:00" {
		t.Errorf("%v", proof)
	}
}

func TestInvalidUploads(t *testing.T) {
	t.Parallel()
	const limit = 64 << 10
	s := newTestServer(t, api.Options{}, uploadLimit(limit))
	id := s.fileCase(t).stringField("id")
	kind, file := formPart{name: "kind", content: "other"}, formPart{name: "file", file: "a.png", content: png}
	named := func(name string) formPart { return formPart{name: "file", file: name, content: png} }
	for label, c := range map[string]struct {
		parts  []formPart
		status int
		field  string
	}{
		"nothing":            {nil, 422, "file"},
		"no file":            {[]formPart{kind}, 422, "file"},
		"two files":          {[]formPart{kind, file, file}, 422, "file"},
		"empty file":         {[]formPart{kind, {name: "file", file: "a.png"}}, 422, "file"},
		"file over limit":    {[]formPart{kind, {name: "file", file: "a.png", content: png + strings.Repeat("x", limit)}}, 413, "file"},
		"body over limit":    {[]formPart{kind, {name: "file", file: "a.png", content: png + strings.Repeat("x", 3<<20)}}, 413, "file"},
		"refused type":       {[]formPart{kind, {name: "file", file: "a.png", content: "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 64)}}, 415, "file"},
		"program":            {[]formPart{kind, {name: "file", file: "a.png", content: "#!/bin/sh\nid\n"}}, 415, "file"},
		"path up":            {[]formPart{kind, named("../../x")}, 422, "file"},
		"windows path":       {[]formPart{kind, named(`..\\..\\x`)}, 422, "file"},
		"absolute path":      {[]formPart{kind, named("/etc/passwd")}, 422, "file"},
		"dots":               {[]formPart{kind, named("..")}, 422, "file"},
		"long name":          {[]formPart{kind, named(strings.Repeat("名", 256))}, 422, "file"},
		"bidi name":          {[]formPart{kind, named("a\u202egnp.exe")}, 422, "file"},
		"name not UTF-8":     {[]formPart{kind, named("a\xff.png")}, 422, "file"},
		"no kind":            {[]formPart{file}, 422, "kind"},
		"empty kind":         {[]formPart{{name: "kind"}, file}, 422, "kind"},
		"unknown kind":       {[]formPart{{name: "kind", content: "selfie"}, file}, 422, "kind"},
		"two kinds":          {[]formPart{kind, kind, file}, 422, "kind"},
		"kind not UTF-8":     {[]formPart{{name: "kind", content: "\xff"}, file}, 422, "kind"},
		"unknown field":      {[]formPart{kind, {name: "colour", content: "red"}, file}, 422, "colour"},
		"huge field":         {[]formPart{kind, {name: "description", content: strings.Repeat("x", 9000)}, file}, 422, "description"},
		"long description":   {[]formPart{kind, file, {name: "description", content: strings.Repeat("字", 2001)}}, 422, "description"},
		"bidi description":   {[]formPart{kind, file, {name: "description", content: "a\u202eb"}}, 422, "description"},
		"source not UTF-8":   {[]formPart{kind, file, {name: "source", content: "\xc3\x28"}}, 422, "source"},
		"long source":        {[]formPart{kind, file, {name: "source", content: strings.Repeat("x", 81)}}, 422, "source"},
		"captured when":      {[]formPart{kind, file, {name: "captured_at", content: "yesterday"}}, 422, "captured_at"},
		"captured nowhere":   {[]formPart{kind, file, {name: "captured_at", content: "2026-03-01T00:00:00"}}, 422, "captured_at"},
		"captured in future": {[]formPart{kind, file, {name: "captured_at", content: "2099-01-01T00:00:00Z"}}, 422, "captured_at"},
		"captured in 2013":   {[]formPart{kind, file, {name: "captured_at", content: "2013-01-01T00:00:00Z"}}, 422, "captured_at"},
	} {
		a := s.upload(t, id, "evidence", "key-of-"+strings.ReplaceAll(label, " ", "-"), c.parts...)
		if a.status != c.status || !a.problem(c.status, a.stringField("code")).namesField(c.field) {
			t.Errorf("%s: %d %s, want %d naming %s", label, a.status, a.body, c.status, c.field)
		}
		if _, answered, err := s.Store.FindResult(t.Context(), s.Actor(recovery.RoleClaimant).ID, "key-of-"+strings.ReplaceAll(label, " ", "-")); err != nil || answered {
			t.Errorf("%s: an idempotency record was stored (%v)", label, err)
		}
	}
	if s.countBlobs() != 0 || s.countEntries(id) != 1 {
		t.Errorf("%d files and %d entries are left", s.countBlobs(), s.countEntries(id))
	}
}

func TestMalformedUploads(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	path := "/api/v1/cases/" + id + "/evidence"
	body, media := multipartBody(t, formPart{name: "kind", content: "other"}, formPart{name: "file", file: "a.png", content: png})
	for label, c := range map[string]struct {
		media  string
		header map[string]string
		body   []byte
		status int
	}{
		"JSON":           {"application/json", nil, []byte(`{}`), 415},
		"no boundary":    {"multipart/form-data", nil, body, 400},
		"other boundary": {"multipart/form-data; boundary=xyz", nil, body, 400},
		"mixed":          {strings.Replace(media, "form-data", "mixed", 1), nil, body, 415},
		"compressed":     {media, map[string]string{"Content-Encoding": "gzip"}, body, 415},
		"no end":         {media, nil, body[:len(body)-10], 400},
		"half a file":    {media, nil, body[:len(body)-80], 400},
		"half a header":  {media, nil, body[:60], 400},
	} {
		a := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: path, media: c.media, header: c.header, body: c.body})
		if a.status != c.status {
			t.Errorf("%s: %d %s, want %d", label, a.status, a.body, c.status)
		}
	}
	s.send(t, testCall{as: recovery.RoleAuditor, method: "POST", path: path, media: media, body: body}).problem(403, "forbidden")
	s.send(t, testCall{as: otherClaimant, method: "POST", path: path, media: media, body: body}).problem(404, "not_found")
	if s.countBlobs() != 0 || s.countEntries(id) != 1 {
		t.Errorf("%d files and %d entries are left", s.countBlobs(), s.countEntries(id))
	}
}

// openPost opens a TCP connection and writes the header of a POST request.
func (s *testServer) openPost(t testing.TB, path, media string, length int) *net.TCPConn {
	t.Helper()
	connection, err := net.Dial("tcp", s.server.Listener.Addr().String())
	failOnError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	_, err = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		path, s.tokenFor(recovery.RoleClaimant), media, length)
	failOnError(t, err)
	return connection.(*net.TCPConn)
}

func readAnswer(t testing.TB, connection net.Conn) testResponse {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	failOnError(t, err)
	text, err := io.ReadAll(response.Body)
	failOnError(t, err)
	failOnError(t, response.Body.Close())
	return testResponse{t: t, status: response.StatusCode, header: response.Header, body: text}
}

// TestConnectionCutDuringUpload sends less than announced, like a phone that
// loses its network.
func TestConnectionCutDuringUpload(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	body, media := multipartBody(t, formPart{name: "kind", content: "other"}, formPart{name: "file", file: "a.png", content: png + strings.Repeat("x", 5000)})
	for path, c := range map[string]struct {
		media string
		sent  []byte
		field string
	}{
		"/evidence": {media, body[:len(body)/2], "file"}, "/statements": {media, body[:40], ""},
		"/actions/withdraw": {"application/json", []byte(`{"reason":`), ""},
	} {
		connection := s.openPost(t, "/api/v1/cases/"+id+path, c.media, len(body))
		_, err := connection.Write(c.sent)
		failOnError(t, err)
		failOnError(t, connection.CloseWrite())
		p := readAnswer(t, connection).problem(http.StatusBadRequest, "invalid")
		if !p.namesField(c.field) || p.Errors[0].Code != "cut_off" {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if s.countBlobs() != 0 || s.countEntries(id) != 1 {
		t.Errorf("%d files and %d entries are left", s.countBlobs(), s.countEntries(id))
	}
}

// TestRefusedSenderGetsResponse sends a whole body that is too large before it
// reads, as simple clients do. A reset connection would lose the response.
func TestRefusedSenderGetsResponse(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, uploadLimit(1<<20))
	id := s.fileCase(t).stringField("id")
	file, media := multipartBody(t, formPart{name: "kind", content: "other"}, formPart{name: "file", file: "a.png", content: png + strings.Repeat("x", 20<<20)})
	for path, c := range map[string]struct {
		media string
		body  []byte
	}{
		"/evidence": {media, file}, "/statements": {media, file},
		"/actions/withdraw": {"application/json", []byte(`{"reason":"` + strings.Repeat("x", 10<<20) + `"}`)},
	} {
		connection := s.openPost(t, "/api/v1/cases/"+id+path, c.media, len(c.body))
		_, err := connection.Write(c.body)
		failOnError(t, err)
		readAnswer(t, connection).problem(http.StatusRequestEntityTooLarge, "too_large")
	}
	if s.countBlobs() != 0 || s.countEntries(id) != 1 {
		t.Errorf("%d files and %d entries are left", s.countBlobs(), s.countEntries(id))
	}
}

// TestUploadMemoryIsBounded does not run in parallel, so that only its own
// allocations are counted.
func TestUploadMemoryIsBounded(t *testing.T) {
	const size = 64 << 20
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	reader, writer := io.Pipe()
	body := multipart.NewWriter(writer)
	go func() {
		defer writer.Close()
		_ = body.WriteField("kind", "screen_recording")
		file, _ := body.CreateFormFile("file", "a.png")
		_, _ = io.WriteString(file, png)
		chunk := make([]byte, 32<<10)
		for sent := 0; sent < size; sent += len(chunk) {
			_, _ = file.Write(chunk)
		}
		_ = body.Close()
	}()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+"/api/v1/cases/"+id+"/evidence", reader)
	failOnError(t, err)
	request.Header.Set("Authorization", "Bearer "+s.tokenFor(recovery.RoleClaimant))
	request.Header.Set("Content-Type", body.FormDataContentType())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	response, err := s.server.Client().Do(request)
	failOnError(t, err)
	runtime.ReadMemStats(&after)
	text, err := io.ReadAll(response.Body)
	failOnError(t, err)
	failOnError(t, response.Body.Close())
	if response.StatusCode != http.StatusCreated || !strings.Contains(string(text), fmt.Sprintf(`"size":%d`, size+len(png))) {
		t.Fatalf("%d %s", response.StatusCode, text)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d MB were allocated for a file of %d MB", used>>20, size>>20)
	} else {
		t.Logf("%d KB allocated", used>>10)
	}
}

// TestFileNamesComeBackAsTheyWere: a browser escapes quotes and line breaks of a name, and
// other programs write it in other ways.
func TestFileNamesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for sent, want := range map[string]string{
		"转账%22甲%22.txt": `转账"甲".txt`, `a\"b.txt`: `a"b.txt`, "%E8%BD%AC.txt": "转.txt", "100%25.txt": "100%25.txt", "普通.txt": "普通.txt",
	} {
		got := s.upload(t, id, "evidence", "", formPart{name: "kind", content: "other"}, formPart{name: "file", file: sent, content: "发错群了\n"}).wantStatus(http.StatusCreated)
		if got.stringField("file_name") != want {
			t.Errorf("%s: %q, want %q", sent, got.stringField("file_name"), want)
		}
	}
	blank := s.upload(t, id, "evidence", "", formPart{name: "kind", content: "other"}, formPart{name: "file", file: "\u200b", content: "发错群了\n"})
	if name := blank.wantStatus(http.StatusCreated).decodeObject()["file_name"]; name != nil {
		t.Errorf("a name that shows nothing is kept as %q", name)
	}
	for _, sent := range []string{"a%0Ab.txt", "a%0D.txt", "%E2%80%AEtxt.exe", "%E8%BD%AC%2F..%2Fb.txt", "../a.txt"} {
		s.upload(t, id, "evidence", "", formPart{name: "kind", content: "other"}, formPart{name: "file", file: sent, content: "发错群了\n"}).
			problem(http.StatusUnprocessableEntity, "invalid")
	}
}

// TestUploadIsRefusedBeforeItsBody: nobody waits for a body that its sender may not send.
func TestUploadIsRefusedBeforeItsBody(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for name, test := range map[string]struct {
		as   recovery.Role
		path string
		want int
	}{
		"a reader":        {recovery.RoleAuditor, "/api/v1/cases/" + id + "/evidence", http.StatusForbidden},
		"an unknown case": {recovery.RoleClaimant, "/api/v1/cases/00000000-0000-4000-8000-000000000000/evidence", http.StatusNotFound},
		"a bill":          {recovery.RoleAuditor, "/api/v1/cases/" + id + "/statements", http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, never := io.Pipe()
			t.Cleanup(func() { _ = never.Close() })
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+test.path, body)
			failOnError(t, err)
			request.ContentLength = 1 << 20
			request.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			request.Header.Set("Authorization", "Bearer "+s.tokenFor(test.as))
			response, err := s.server.Client().Do(request)
			failOnError(t, err)
			_ = response.Body.Close()
			if response.StatusCode != test.want {
				t.Error(response.Status)
			}
		})
	}
}
