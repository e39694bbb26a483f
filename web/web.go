package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"recourse/casework"
)

// Options is what an installation decides about its pages.
type Options struct {
	Secure bool             // cookies over HTTPS only
	Now    func() time.Time // nil: the wall clock
	Log    *slog.Logger     // nil: the default one
	// Notices are what people are told; nil hides the inbox and the page of mails.
	Notices *casework.Notices
}

// Web is the pages. It is safe for concurrent use.
type Web struct {
	service  *casework.Service
	sessions *scs.SessionManager
	texts    map[string]*wording
	pages    map[string]views // by language
	assets   *assets
	now      func() time.Time
	log      *slog.Logger
	secure   bool
	notices  *casework.Notices
}

// sessionLife is how long a sign-in lasts at most, idleLife how long without use.
const (
	sessionLife = 12 * time.Hour
	idleLife    = 2 * time.Hour
)

// New makes the pages over the use cases. Sessions are kept in store. It panics
// when the texts or templates built into the program are broken, which the tests
// rule out.
func New(service *casework.Service, store scs.Store, o Options) *Web {
	w := &Web{service: service, now: o.Now, log: o.Log, secure: o.Secure, notices: o.Notices, pages: map[string]views{}}
	if w.now == nil {
		w.now = time.Now
	}
	if w.log == nil {
		w.log = slog.Default()
	}
	if err := w.load(); err != nil {
		panic(err)
	}
	w.sessions = w.newSessions(store)
	return w
}

// load reads what is built into the program.
func (w *Web) load() error {
	var err error
	if w.texts, err = loadWordings(); err != nil {
		return err
	}
	if w.assets, err = loadAssets(); err != nil {
		return err
	}
	for lang, say := range w.texts {
		if w.pages[lang], err = loadViews(say, w.assets); err != nil {
			return fmt.Errorf("web: %w", err)
		}
	}
	return nil
}

func (w *Web) newSessions(store scs.Store) *scs.SessionManager {
	m := scs.New()
	m.Store = store
	m.Lifetime, m.IdleTimeout = sessionLife, idleLife
	m.HashTokenInStore = true
	m.Cookie.Name = "recourse_session"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = w.secure
	m.ErrorFunc = func(out http.ResponseWriter, r *http.Request, err error) {
		w.ErrorPage(echo.New().NewContext(r, out), err)
	}
	return m
}

// Register adds the pages to a server that may serve the API beside them, and
// answers failures on every path that is not the API's.
func (w *Web) Register(e *echo.Echo) {
	before := e.HTTPErrorHandler
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if forMachines(c.Request().URL.Path) {
			before(err, c)
			return
		}
		w.ErrorPage(c, err)
	}
	e.GET("/assets/:file", w.assets.serve)
	w.get(e, "/", w.start)
	w.get(e, "/sign-in", w.signInPage)
	w.post(e, "/sign-in", w.signIn)
	w.post(e, "/sign-out", w.signOut)
	w.registerClaimant(e)
	w.registerDesk(e)
	w.registerFiles(e)
	w.registerReturn(e)
	w.registerInbox(e)
	w.registerParticulars(e)
	w.registerStop(e)
}

// forMachines tells the paths whose failures are not answered with pages.
func forMachines(path string) bool {
	return strings.HasPrefix(path, "/api/") || slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, path)
}

func (w *Web) registerClaimant(e *echo.Echo) {
	w.get(e, "/file", signedIn(w.filePage))
	w.post(e, "/file", signedIn(w.file))
	w.get(e, "/cases", signedIn(w.ownCases))
	w.get(e, "/cases/:number", signedIn(w.casePage))
	w.get(e, "/cases/:number/state", signedIn(w.caseState))
	w.post(e, "/cases/:number/actions/:action", signedIn(w.act))
	w.post(e, "/cases/:number/links", signedIn(w.issueLink))
	w.post(e, "/cases/:number/links/:link/revoke", signedIn(w.revokeLink))
	w.post(e, "/cases/:number/exports", signedIn(w.requestExport))
	w.upload(e, "/cases/:number/evidence", signedIn(w.addEvidence))
	w.upload(e, "/cases/:number/statements", signedIn(w.importBill))
}

func (w *Web) registerDesk(e *echo.Echo) {
	w.get(e, "/desk", deskOnly(w.queue))
	w.post(e, "/desk", deskOnly(w.search))
	w.get(e, "/desk/cases/:number", deskOnly(w.casePage))
	w.get(e, "/desk/cases/:number/export", deskOnly(w.exportRoom))
}

func (w *Web) registerFiles(e *echo.Echo) {
	w.get(e, "/evidence/:id", signedIn(w.downloadEvidence))
	w.get(e, "/evidence/:id/view", signedIn(w.viewEvidence))
	w.get(e, "/exports/:id/:file", signedIn(w.downloadExport))
}
