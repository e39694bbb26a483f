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

// Options configures the pages of an installation.
type Options struct {
	URL    string           // the address of the pages; "": the host of each request
	Secure bool             // cookies over HTTPS only
	Now    func() time.Time // nil means time.Now
	Log    *slog.Logger     // nil means slog.Default()
	// Key protects forms of visitors without a session, and texts in sessions. All processes
	// have the same; without one each makes its own.
	Key []byte
	// Notices provides inbox and mails; nil removes both pages.
	Notices *casework.Notices
}

// Web serves the pages. It is safe for concurrent use.
type Web struct {
	service  *casework.Service
	sessions *scs.SessionManager
	texts    map[string]*pageTexts
	pages    map[string]templateSet // by language
	assets   *assets
	now      func() time.Time
	log      *slog.Logger
	url      string
	secure   bool
	notices  *casework.Notices
	secrets  *secrets
}

// A session ends after maxSessionTime, or after maxIdleTime without a request.
const (
	maxSessionTime = 12 * time.Hour
	maxIdleTime    = 2 * time.Hour
)

// New returns the pages of a service. Sessions are stored in store. It panics
// if an embedded text or template is invalid, which the tests exclude.
func New(service *casework.Service, store scs.Store, o Options) *Web {
	w := &Web{service: service, now: o.Now, log: o.Log, url: strings.TrimRight(o.URL, "/"), secure: o.Secure, notices: o.Notices, pages: map[string]templateSet{}}
	if w.now == nil {
		w.now = time.Now
	}
	if w.log == nil {
		w.log = slog.Default()
	}
	if err := w.loadEmbedded(); err != nil {
		panic(err)
	}
	var err error
	if w.secrets, err = newSecrets(o.Key); err != nil {
		panic(err)
	}
	w.sessions = w.newSessions(store)
	return w
}

// loadEmbedded loads the embedded texts, assets and templates.
func (w *Web) loadEmbedded() error {
	var err error
	if w.texts, err = loadPageTexts(); err != nil {
		return err
	}
	if w.assets, err = loadAssets(); err != nil {
		return err
	}
	for lang, texts := range w.texts {
		if w.pages[lang], err = loadTemplates(texts, w.assets); err != nil {
			return fmt.Errorf("web: %w", err)
		}
	}
	return nil
}

func (w *Web) newSessions(store scs.Store) *scs.SessionManager {
	m := scs.New()
	m.Store = store
	m.Lifetime, m.IdleTimeout = maxSessionTime, maxIdleTime
	m.HashTokenInStore = true
	m.Cookie.Name = "recourse_session"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	if m.Cookie.Secure = w.secure; w.secure {
		m.Cookie.Name = "__Host-recourse_session" // no other host can set it
	}
	m.ErrorFunc = func(out http.ResponseWriter, r *http.Request, err error) {
		w.ErrorPage(echo.New().NewContext(r, out), err)
	}
	return m
}

// Register adds the pages to a server that may also serve the API, and renders
// errors on all paths outside the API.
func (w *Web) Register(e *echo.Echo) {
	before := e.HTTPErrorHandler
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if isMachinePath(c.Request().URL.Path) {
			before(err, c)
			return
		}
		w.ErrorPage(c, err)
	}
	if e.IPExtractor == nil { // else echo believes a header that anybody can send
		e.IPExtractor = echo.ExtractIPDirect()
	}
	addGet(e, "/assets/:file", w.limitAsset(w.assets.serveAsset))
	w.handleGet(e, "/", w.startPage)
	w.handleGet(e, "/sign-in", w.signInPage)
	w.handlePost(e, "/sign-in", w.signIn)
	w.handlePost(e, "/sign-out", w.signOut)
	w.registerClaimant(e)
	w.registerCorrections(e)
	w.registerDesk(e)
	w.registerFiles(e)
	w.registerReturn(e)
	w.registerInbox(e)
	w.registerParticulars(e)
	w.registerStop(e)
}

// isMachinePath reports whether errors on the path are not rendered as pages.
func isMachinePath(path string) bool {
	return strings.HasPrefix(path, "/api/") || slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, path)
}

func (w *Web) registerClaimant(e *echo.Echo) {
	w.handleGet(e, "/file", requireSignIn(w.filingPage))
	w.handlePost(e, "/file", requireSignIn(w.fileCase))
	w.handleGet(e, "/cases", requireSignIn(w.ownCasesPage))
	w.handleGet(e, "/cases/:number", requireSignIn(w.casePage))
	w.handleGet(e, "/cases/:number/state", requireSignIn(w.caseState))
	w.handlePost(e, "/cases/:number/actions/:action", requireSignIn(w.takeAction))
	w.handlePost(e, "/cases/:number/links", requireSignIn(w.issueLink))
	w.handlePost(e, "/cases/:number/links/:link/revoke", requireSignIn(w.revokeLink))
	w.handlePost(e, "/cases/:number/exports", requireSignIn(w.requestExport))
	w.handleReading(e, "/cases/:number/exports/preview", requireSignIn(w.previewPage))
	w.handleUpload(e, "/cases/:number/evidence", requireSignIn(w.addEvidence))
	w.handleUpload(e, "/cases/:number/statements", requireSignIn(w.importBill))
}

func (w *Web) registerDesk(e *echo.Echo) {
	w.handleGet(e, "/desk", requireStaff(w.queuePage))
	w.handlePost(e, "/desk", requireStaff(w.searchCases))
	w.handleGet(e, "/desk/cases/:number", requireStaff(w.casePage))
	w.handleGet(e, "/desk/cases/:number/export", requireStaff(w.exportPage))
}

func (w *Web) registerFiles(e *echo.Echo) {
	w.handleReading(e, "/evidence/:id", requireSignIn(w.downloadEvidence))
	w.handleReading(e, "/evidence/:id/view", requireSignIn(w.viewEvidence))
	w.handleReading(e, "/evidence/:id/words", requireSignIn(w.wordsPage))
	w.handleReading(e, "/evidence/:id/payments", requireSignIn(w.adoptPage))
	w.handlePost(e, "/evidence/:id/facts", requireSignIn(w.answerFact))
	w.handleReading(e, "/exports/:id/:file", requireSignIn(w.downloadExport))
}
