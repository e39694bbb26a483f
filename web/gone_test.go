package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"recourse/web"
)

// TestRequestOfAClientThatIsGone is no failure of the server: it is not logged.
func TestRequestOfAClientThatIsGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	e := echo.New()
	web.New(s.Service, s.Store.SessionStore(), web.Options{Log: s.Service.Log, Now: s.Now}).Register(e)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{"/", "/sign-in", "/return"} {
		recorder := httptest.NewRecorder()
		e.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, http.MethodGet, path, http.NoBody))
		if recorder.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, recorder.Code)
		}
	}
	if log := s.Log.String(); strings.Contains(log, "a page failed") {
		t.Errorf("the log says %s", log)
	}
}
