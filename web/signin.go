package web

import (
	"crypto/rand"
	"net/http"
	"slices"

	"recourse/recovery"
)

// signInBody is the model of the sign-in page of a development installation.
type signInBody struct {
	CSRF     string
	Next     string
	Accounts []recovery.User
}

// signInPage lists the development accounts. Other installations must configure
// their own sign-in.
func (w *Web) signInPage(c *pageContext) error {
	if !w.service.Development() {
		return recovery.Faultf(recovery.CodeNotFound, "This page exists only on development installations. Use the configured sign-in.")
	}
	accounts, err := w.signInAccounts(c)
	if err != nil {
		return err
	}
	c.ensureFormToken()
	body := signInBody{CSRF: c.visitor.CSRF, Next: localPath(c.QueryParam("next")), Accounts: accounts}
	return c.showPage(http.StatusOK, "signin", page{Title: c.texts.T("signin.title"), Body: body})
}

func (w *Web) signInAccounts(c *pageContext) ([]recovery.User, error) {
	accounts, err := w.service.Accounts(c.Request().Context(), "")
	order := func(u recovery.User) int { return slices.Index(recovery.Roles, u.Role) }
	slices.SortStableFunc(accounts, func(a, b recovery.User) int { return order(a) - order(b) })
	return slices.DeleteFunc(accounts, func(u recovery.User) bool {
		return !u.Active || u.Role == recovery.RoleCounterpart
	}), err
}

// signIn starts a session under a new token, which prevents session fixation.
func (w *Web) signIn(c *pageContext) error {
	if !w.service.Development() {
		return recovery.Faultf(recovery.CodeNotFound, "This page exists only on development installations. Use the configured sign-in.")
	}
	accounts, err := w.signInAccounts(c)
	if err != nil {
		return err
	}
	id, ctx := recovery.UserID(c.FormValue("account")), c.Request().Context()
	index := slices.IndexFunc(accounts, func(u recovery.User) bool { return u.ID == id })
	if index < 0 {
		return recovery.Faultf(recovery.CodeForbidden, "This account cannot sign in. Choose one from the list.")
	}
	if err := w.sessions.RenewToken(ctx); err != nil {
		return err
	}
	w.sessions.Put(ctx, sessionUser, string(id))
	w.sessions.Put(ctx, sessionCSRF, rand.Text())
	if next := localPath(c.FormValue("next")); next != "" {
		return c.redirectTo(next)
	}
	c.visitor.Role, c.visitor.ID = accounts[index].Role, id
	return c.redirectTo(c.startPath())
}

// startPath returns the page on which a visitor starts.
func (c *pageContext) startPath() string {
	if c.visitor.IsStaff() {
		return "/desk"
	}
	return "/cases"
}

// signOut ends the session.
func (w *Web) signOut(c *pageContext) error {
	if err := w.sessions.Destroy(c.Request().Context()); err != nil {
		return err
	}
	return c.redirectTo("/")
}
