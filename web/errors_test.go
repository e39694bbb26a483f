package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
	"recourse/texts"
)

func TestClassifyError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err    error
		status int
		kind   string
	}{
		{recovery.Faultf(recovery.CodeForbidden, "no"), 403, "forbidden"},
		{recovery.Faultf(codeStaleForm, "no"), 403, "stale"},
		{recovery.Faultf(recovery.CodeUnauthenticated, "no"), 404, "link"},
		{recovery.Faultf(recovery.CodeLinkEnded, "no"), 410, "ended"},
		{recovery.Faultf(recovery.CodeNotFound, "no"), 404, "missing"},
		{fmt.Errorf("read: %w", recovery.Faultf(recovery.CodeNotFound, "no")), 404, "missing"},
		{recovery.Faultf(recovery.CodeConflict, "no"), 409, "conflict"},
		{recovery.Faultf(recovery.CodePrecondition, "no"), 409, "conflict"},
		{recovery.Faultf(recovery.CodeActionNotAllowed, "no"), 409, "conflict"},
		{recovery.Faultf(recovery.CodeIdempotency, "no"), 409, "sent"},
		{recovery.Faultf(recovery.CodeTransactionOpen, "no"), 409, "transaction"},
		{recovery.Faultf(recovery.CodeErasureRefused, "no"), 409, "conflict"},
		{recovery.Faultf(recovery.CodeDigestMismatch, "no"), 422, "request"},
		{recovery.Faultf(recovery.CodeTooLarge, "no"), 413, "large"},
		{recovery.Faultf(recovery.CodeUnsupportedMedia, "no"), 415, "media"},
		{recovery.Faultf(recovery.CodeInvalid, "no"), 422, "request"},
		{recovery.Faultf(recovery.CodeUnavailable, "no"), 503, "unavailable"},
		{recovery.Faultf(recovery.CodeStorageFull, "no"), 507, "full"},
		{recovery.Faultf(recovery.CodeExportExpired, "no"), 410, "expired"},
		{errors.New("the disk is full"), 500, "internal"},
		{echo.ErrNotFound, 404, "missing"},
		{echo.ErrMethodNotAllowed, 405, "request"},
		{echo.NewHTTPError(502, "upstream"), 502, "internal"},
	} {
		status, kind := (&Web{}).classifyError(test.err)
		if status != test.status || kind != test.kind {
			t.Errorf("%v: %d %s, want %d %s", test.err, status, kind, test.status, test.kind)
		}
	}
}

// TestAttemptFor expects a text for the form or an error page for every error
// code.
func TestAttemptFor(t *testing.T) {
	t.Parallel()
	c := &pageContext{texts: chineseTexts(t)}
	for code, inForm := range map[recovery.Code]bool{
		recovery.CodeInvalid: true, recovery.CodeTooLarge: true, recovery.CodeUnsupportedMedia: true,
		recovery.CodeUnavailable: true, recovery.CodeActionNotAllowed: true, recovery.CodeFourEyes: true,
		recovery.CodeForbidden: false, recovery.CodeIdempotency: false, recovery.CodeInternal: false, recovery.CodeNotFound: false,
	} {
		failed := c.attemptFor(recovery.Withdraw, nil, recovery.Faultf(code, "no"), []recovery.FieldFault{{Field: "reason", Code: "required"}})
		if (failed != nil) != inForm {
			t.Errorf("%s in the form: %t", code, failed != nil)
		}
		if failed != nil && failed.notice == "" && len(failed.faults) == 0 {
			t.Errorf("%s has no text", code)
		}
	}
}

func TestIsMachinePath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/api/v1/cases": true, "/healthz": true, "/readyz": true, "/metrics": true, "/": false, "/cases/x": false, "/apiary": false,
	} {
		if isMachinePath(path) != want {
			t.Errorf("%s: %t", path, !want)
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	loaded, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app.css", "upload.js", "copy.js", "live.js", "mark.svg"} {
		if !strings.HasPrefix(loaded.pathOf(name), "/assets/") || loaded.names[name] == "" {
			t.Errorf("%s lies at %q", name, loaded.pathOf(name))
		}
	}
	total := 0
	for name, body := range loaded.bodies {
		total += len(body)
		if assetTypes[name[strings.LastIndex(name, "."):]] == "" {
			t.Errorf("%s has no type", name)
		}
	}
	if total > 40_000 {
		t.Errorf("the assets weigh %d bytes", total)
	}
}

// TestChooseLanguage expects the language of the URL, else of the cookie, else
// of the browser, if it exists.
func TestChooseLanguage(t *testing.T) {
	t.Parallel()
	zh, en := &pageTexts{&texts.Catalog{Language: texts.Chinese}}, &pageTexts{&texts.Catalog{Language: texts.English}}
	w := &Web{texts: map[string]*pageTexts{"zh-CN": zh, "en": en}}
	for _, test := range []struct {
		query, cookie, accepts string
		want                   *pageTexts
	}{
		{"", "", "", zh},
		{"", "", "en-GB,en;q=0.9", en},
		{"", "", "zh-TW,en;q=0.5", zh},
		{"", "", "fr, en;q=0.5", en},
		{"", "", "fr", zh},
		{"", "en", "zh-CN", en},
		{"", "tlh", "en", en},
		{"zh-CN", "en", "en", zh},
		{"tlh", "", "", zh},
	} {
		request := httptest.NewRequest(http.MethodGet, "/?lang="+test.query, nil)
		request.Header.Set("Accept-Language", test.accepts)
		if test.cookie != "" {
			request.AddCookie(&http.Cookie{Name: "lang", Value: test.cookie})
		}
		c := echo.New().NewContext(request, httptest.NewRecorder())
		if got := w.chooseLanguage(c); got != test.want {
			t.Errorf("%+v: language %s", test, got.Language)
		}
	}
}

func TestFingerprintIgnoresFormTokens(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequest(http.MethodPost, "/file", nil)
	c := &pageContext{Context: echo.New().NewContext(request, httptest.NewRecorder())}
	printed := func(pairs ...string) string {
		values := map[string][]string{}
		for i := 0; i < len(pairs); i += 2 {
			values[pairs[i]] = append(values[pairs[i]], pairs[i+1])
		}
		return c.formFingerprint(values)
	}
	same := printed("a", "1", "b", "2", "csrf", "x", "key", "y")
	if printed("b", "2", "a", "1", "csrf", "z", "key", "w") != same {
		t.Error("the token of the form changes what was asked")
	}
	for _, other := range []string{printed("a", "1"), printed("a", "12"), printed("a", "1", "b", "2", "b", "2"), printed("a", "1", "b", "3")} {
		if other == same {
			t.Error("two questions have one fingerprint")
		}
	}
}
