package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// visitor is who looks at a page; the zero value is nobody in particular.
type visitor struct {
	recovery.Actor
	Name string
	CSRF string
}

// SignedIn reports whether the visitor has an account.
func (v visitor) SignedIn() bool { return v.ID != "" }

// Desk reports whether the visitor works at the desk or looks over it.
func (v visitor) Desk() bool { return v.SignedIn() && v.Role != recovery.RoleClaimant }

// Files reports whether the visitor may file a case.
func (v visitor) Files() bool {
	return slices.Contains([]recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor}, v.Role)
}

// call is one request to a page.
type call struct {
	echo.Context
	web *Web
	who visitor
	say *wording
}

type handler func(*call) error

// Names of what a session holds, and under which a call lies in its context.
const (
	sessionUser   = "user"
	sessionCSRF   = "csrf"
	sessionFlash  = "flash"
	sessionSearch = "search"
	callKey       = "recourse.web.call"
)

// maxForm is the size in bytes of a form without a file.
const maxForm = 1 << 20

func (w *Web) get(e *echo.Echo, path string, h handler) { e.GET(path, w.page(h)) }

// post adds a page that changes something: its form must be small and ours.
func (w *Web) post(e *echo.Echo, path string, h handler) {
	e.POST(path, w.page(func(c *call) error {
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxForm)
		if err := c.Request().ParseForm(); err != nil {
			return recovery.Faultf(recovery.CodeTooLarge, "The form cannot be read: it is malformed or above %d bytes.", maxForm)
		}
		if err := c.genuine(c.Request().PostForm.Get("csrf")); err != nil {
			return err
		}
		return h(c)
	}))
}

// upload adds a page that takes a file. Its handler streams the body and calls
// genuine before it reads the file.
func (w *Web) upload(e *echo.Echo, path string, h handler) { e.POST(path, w.page(h)) }

// page wraps a handler with its session, its visitor and the headers of safety.
func (w *Web) page(h handler) echo.HandlerFunc {
	load := echo.WrapMiddleware(w.sessions.LoadAndSave)
	return load(func(c echo.Context) error {
		secureHeaders(c.Response().Header())
		made, err := w.newCall(c)
		c.Set(callKey, made)
		if err != nil {
			return err
		}
		return h(made)
	})
}

func (w *Web) newCall(c echo.Context) (*call, error) {
	made := &call{Context: c, web: w, say: w.language(c)}
	ctx := c.Request().Context()
	id := recovery.UserID(w.sessions.GetString(ctx, sessionUser))
	made.who.CSRF = w.sessions.GetString(ctx, sessionCSRF)
	if id == "" {
		return made, nil
	}
	user, err := w.service.Account(ctx, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound || err == nil && !user.Active {
		return made, w.sessions.Destroy(ctx)
	}
	if err != nil {
		return made, err
	}
	made.who.Actor, made.who.Name = recovery.Actor{Role: user.Role, ID: user.ID}, user.Name
	return made, nil
}

func secureHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// signedIn sends strangers to the sign-in and brings them back after it.
func signedIn(h handler) handler {
	return func(c *call) error {
		if c.who.SignedIn() {
			return h(c)
		}
		if c.Request().Method != http.MethodGet {
			return c.seeOther("/sign-in")
		}
		return c.seeOther("/sign-in?next=" + url.QueryEscape(c.Request().URL.RequestURI()))
	}
}

// deskOnly keeps claimants out of the desk.
func deskOnly(h handler) handler {
	return signedIn(func(c *call) error {
		if !c.who.Desk() {
			return recovery.Faultf(recovery.CodeForbidden, "The desk is for those who work at it.")
		}
		return h(c)
	})
}

// genuine refuses a form that was not rendered for this session.
func (c *call) genuine(token string) error {
	if c.who.CSRF == "" || subtle.ConstantTimeCompare([]byte(token), []byte(c.who.CSRF)) != 1 {
		return recovery.Faultf(codeStaleForm, "The form was not made for this session. Load the page again.")
	}
	return nil
}

// codeStaleForm is the code of a form from another session. Only pages use it: it
// has an error page of its own.
const codeStaleForm recovery.Code = "stale_form"

// needCSRF gives a stranger's session a token; a page without a form needs none.
func (c *call) needCSRF() {
	if c.who.CSRF == "" {
		c.who.CSRF = rand.Text()
		c.web.sessions.Put(c.Request().Context(), sessionCSRF, c.who.CSRF)
	}
}

func (c *call) seeOther(to string) error { return c.Redirect(http.StatusSeeOther, to) }

// flash keeps a text's key for the next page.
func (c *call) flash(key string) {
	c.web.sessions.Put(c.Request().Context(), sessionFlash, key)
}

// request names who asks, for a use case. values are what was asked; the same
// key with other values is a conflict.
func (c *call) request(values url.Values) casework.Request {
	return casework.Request{
		Actor: c.who.Actor, Key: values.Get("key"), Fingerprint: c.fingerprint(values),
		Device: "web: " + c.Request().UserAgent(),
	}
}

func (c *call) fingerprint(values url.Values) string {
	asked := url.Values{}
	for name, typed := range values {
		if name != "csrf" && name != "key" {
			asked[name] = typed
		}
	}
	sum := sha256.Sum256([]byte(c.Request().URL.Path + "?" + asked.Encode()))
	return hex.EncodeToString(sum[:])
}

// newKey is the idempotency key of one rendering of a form.
func newKey() string { return uuid.NewString() }

// local reduces a target to a path of this site, so that no link leads away.
func local(target string) string {
	parsed, err := url.Parse(target)
	if err != nil || parsed.IsAbs() || parsed.Host != "" || !strings.HasPrefix(target, "/") ||
		strings.HasPrefix(target, "//") || strings.ContainsAny(target, "\\\r\n\t") {
		return ""
	}
	return target
}

// language is what the visitor asked for if it exists, else what their browser
// prefers, else Chinese.
func (w *Web) language(c echo.Context) *wording {
	if say, found := w.texts[c.QueryParam("lang")]; found {
		c.SetCookie(&http.Cookie{ //nolint:gosec // secure wherever the product is served so
			Name: "lang", Value: say.Language, Path: "/", SameSite: http.SameSiteLaxMode, Secure: w.secure, HttpOnly: true,
		})
		return say
	}
	if cookie, err := c.Cookie("lang"); err == nil && w.texts[cookie.Value] != nil {
		return w.texts[cookie.Value]
	}
	for _, wanted := range strings.Split(c.Request().Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(wanted), ";")
		base, _, _ := strings.Cut(tag, "-")
		for _, lang := range []string{tag, base} {
			if say, found := w.texts[lang]; found {
				return say
			}
		}
		if base == "zh" {
			break
		}
	}
	return w.texts[firstLanguage]
}
