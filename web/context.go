package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// visitor is the person who requests a page; the zero value has no account.
type visitor struct {
	recovery.Actor
	Name string
	CSRF string
}

// SignedIn reports whether the visitor has an account.
func (v visitor) SignedIn() bool { return v.ID != "" }

// IsStaff reports whether the visitor has a staff account or audits.
func (v visitor) IsStaff() bool { return v.SignedIn() && v.Role != recovery.RoleClaimant }

// CanFileCases reports whether the visitor may file a case.
func (v visitor) CanFileCases() bool {
	return slices.Contains([]recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor}, v.Role)
}

// pageContext is one request for a page.
type pageContext struct {
	echo.Context
	web     *Web
	visitor visitor
	texts   *pageTexts
}

type handler func(*pageContext) error

// Keys of the session values, and of the pageContext in an echo.Context.
const (
	sessionUser   = "user"
	sessionCSRF   = "csrf"
	sessionFlash  = "flash"
	sessionSearch = "search"
	contextKey    = "recourse.web.call"
)

// maxForm is the maximum size in bytes of a form without a file.
const maxForm = 1 << 20

func (w *Web) handleGet(e *echo.Echo, path string, h handler) { addGet(e, path, w.withSession(h)) }

// addGet adds a page and its header alone; the server leaves out the body.
func addGet(e *echo.Echo, path string, h echo.HandlerFunc) {
	e.GET(path, h)
	e.HEAD(path, h)
}

func (c *pageContext) isHead() bool { return c.Request().Method == http.MethodHead }

// handlePost adds a page that changes something. It limits the form's size and
// checks its CSRF token.
func (w *Web) handlePost(e *echo.Echo, path string, h handler) {
	addPost(e, path, w.withSession(func(c *pageContext) error {
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxForm)
		if err := c.parseForm(); err != nil {
			return err
		}
		if err := c.checkCSRF(c.Request().PostForm.Get("csrf")); err != nil {
			return err
		}
		return h(c)
	}))
}

// parseForm reads the form of a request whose size is limited. Errors: CodeTooLarge,
// CodeInvalid.
func (c *pageContext) parseForm() error {
	err := c.Request().ParseForm()
	if tooLarge, is := errors.AsType[*http.MaxBytesError](err); is {
		return recovery.Faultf(recovery.CodeTooLarge, "The form is larger than %d bytes. Load the page again and send less.", tooLarge.Limit)
	}
	if err != nil {
		return recovery.Faultf(recovery.CodeInvalid, "The form is incomplete or malformed. Load the page again and resubmit it.")
	}
	return nil
}

// handleUpload adds a page that accepts a file. Its handler streams the body
// and must call checkCSRF before it reads the file.
func (w *Web) handleUpload(e *echo.Echo, path string, h handler) { addPost(e, path, w.withSession(h)) }

// withSession loads the session and the visitor and sets the security headers.
func (w *Web) withSession(h handler) echo.HandlerFunc {
	load := echo.WrapMiddleware(w.sessions.LoadAndSave)
	return load(func(c echo.Context) error {
		setSecureHeaders(c.Response().Header())
		reportLimits(c)
		pageCtx, err := w.newPageContext(c)
		c.Set(contextKey, pageCtx)
		if err == nil {
			err = pageCtx.limitVisitor()
		}
		if err != nil {
			return err
		}
		return h(pageCtx)
	})
}

// reportLimits sets the header of an answer with the limits that its request was
// counted by.
func reportLimits(c echo.Context) {
	ctx, report := casework.WithLimitReport(c.Request().Context())
	c.SetRequest(c.Request().WithContext(ctx))
	c.Response().Before(func() { report.SetHeader(c.Response().Header()) })
}

// limitVisitor limits the requests of an account, or of an address.
func (c *pageContext) limitVisitor() error {
	if !c.visitor.SignedIn() {
		return c.limitPublic()
	}
	changes := c.Request().Method != http.MethodGet && !c.isHead()
	return c.web.service.AllowAccount(c.Request().Context(), c.visitor.Actor, changes)
}

// limitPublic limits the requests of one address on a public route. The table of
// limits is in casework.
func (c *pageContext) limitPublic() error {
	route := c.Request().Method + " " + c.Path()
	if size := c.web.service.BodyLimit(route); size > 0 {
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, size)
	}
	return c.web.service.AllowAddress(c.Request().Context(), route, c.RealIP())
}

func (w *Web) newPageContext(c echo.Context) (*pageContext, error) {
	pageCtx := &pageContext{Context: c, web: w, texts: w.chooseLanguage(c)}
	ctx := c.Request().Context()
	id := recovery.UserID(w.sessions.GetString(ctx, sessionUser))
	pageCtx.visitor.CSRF = w.sessions.GetString(ctx, sessionCSRF)
	if id == "" {
		return pageCtx, nil
	}
	user, err := w.service.Account(ctx, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound || err == nil && !user.Active {
		return pageCtx, w.sessions.Destroy(ctx)
	}
	if err != nil {
		return pageCtx, err
	}
	pageCtx.visitor.Actor, pageCtx.visitor.Name = recovery.Actor{Role: user.Role, ID: user.ID}, user.Name
	return pageCtx, nil
}

func setSecureHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// requireSignIn redirects visitors without an account to the sign-in page and
// back afterwards.
func requireSignIn(h handler) handler {
	return func(c *pageContext) error {
		if c.visitor.SignedIn() {
			return h(c)
		}
		if c.Request().Method != http.MethodGet && !c.isHead() {
			return c.redirectTo("/sign-in")
		}
		return c.redirectTo("/sign-in?next=" + url.QueryEscape(c.Request().URL.RequestURI()))
	}
}

// requireStaff refuses claimants.
func requireStaff(h handler) handler {
	return requireSignIn(func(c *pageContext) error {
		if !c.visitor.IsStaff() {
			return recovery.Faultf(recovery.CodeForbidden, "Only staff can open this page. Sign in with a staff account.")
		}
		return h(c)
	})
}

// checkCSRF refuses a form that was not rendered for this session, or this browser.
func (c *pageContext) checkCSRF(token string) error {
	expected := c.expectedToken()
	if expected == "" || subtle.ConstantTimeCompare([]byte(token), []byte(expected)) != 1 {
		return recovery.Faultf(codeStaleForm, "The form belongs to another session. Load the page again.")
	}
	return nil
}

// codeStaleForm is the code of a form from another session. Only pages use it;
// it has its own error page.
const codeStaleForm recovery.Code = "stale_form"

func (c *pageContext) redirectTo(to string) error { return c.Redirect(http.StatusSeeOther, to) }

// setFlash stores the key of a text to show on the next page.
func (c *pageContext) setFlash(key string) {
	c.web.sessions.Put(c.Request().Context(), sessionFlash, key)
}

// newRequest returns the request for a use case. The values are fingerprinted:
// the same idempotency key with other values is a conflict.
func (c *pageContext) newRequest(values url.Values) casework.Request {
	request := casework.Request{
		Actor: c.visitor.Actor, Key: values.Get("key"), Fingerprint: c.formFingerprint(values),
		Device: "web: " + c.Request().UserAgent(), HeaderOnly: c.isHead(),
	}
	if version, err := strconv.ParseInt(values.Get(seenVersion), 10, 64); err == nil {
		request.IfMatch = &version
	}
	return request
}

// seenVersion is the field of a form that approves what another person proposed: the
// version of the case that the approver has seen. A proposal that was changed since is not
// approved.
const seenVersion = "seen_version"

func (c *pageContext) formFingerprint(values url.Values) string {
	relevant := url.Values{}
	for name, typed := range values {
		if name != "csrf" && name != "key" {
			relevant[name] = typed
		}
	}
	sum := sha256.Sum256([]byte(c.Request().URL.Path + "?" + relevant.Encode()))
	return hex.EncodeToString(sum[:])
}

// newIdempotencyKey returns the key of one rendering of a form.
func newIdempotencyKey() string { return uuid.NewString() }

// localPath returns the target if it is a path of this site, else "", to
// prevent open redirects.
func localPath(target string) string {
	parsed, err := url.Parse(target)
	if err != nil || parsed.IsAbs() || parsed.Host != "" || !strings.HasPrefix(target, "/") ||
		strings.HasPrefix(target, "//") || strings.ContainsAny(target, "\\\r\n\t") {
		return ""
	}
	return target
}

// chooseLanguage returns the language of the lang parameter, else of the
// cookie, else of the browser's preferences, else Chinese.
func (w *Web) chooseLanguage(c echo.Context) *pageTexts {
	if texts, found := w.texts[c.QueryParam("lang")]; found {
		c.SetCookie(&http.Cookie{ //nolint:gosec // Secure is set when the site is served over HTTPS
			Name: "lang", Value: texts.Language, Path: "/", SameSite: http.SameSiteLaxMode, Secure: w.secure, HttpOnly: true,
		})
		return texts
	}
	if cookie, err := c.Cookie("lang"); err == nil && w.texts[cookie.Value] != nil {
		return w.texts[cookie.Value]
	}
	for _, wanted := range strings.Split(c.Request().Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(wanted), ";")
		base, _, _ := strings.Cut(tag, "-")
		for _, lang := range []string{tag, base} {
			if texts, found := w.texts[lang]; found {
				return texts
			}
		}
		if base == "zh" {
			break
		}
	}
	return w.texts[defaultLanguage]
}
