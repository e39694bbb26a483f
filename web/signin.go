package web

import (
	"crypto/rand"
	"net/http"
	"slices"

	"recourse/recovery"
)

// signInBody is the model of the choice of a development account.
type signInBody struct {
	CSRF     string
	Next     string
	Accounts []recovery.User
}

// signInPage lists the development accounts. Elsewhere there is no such page:
// an installation without a configured sign-in does not start.
func (w *Web) signInPage(c *call) error {
	if !w.service.Development() {
		return recovery.Faultf(recovery.CodeNotFound, "Accounts are chosen on a development installation only.")
	}
	accounts, err := w.developers(c)
	if err != nil {
		return err
	}
	c.needCSRF()
	body := signInBody{CSRF: c.who.CSRF, Next: local(c.QueryParam("next")), Accounts: accounts}
	return c.show(http.StatusOK, "signin", page{Title: c.say.T("signin.title"), Body: body})
}

func (w *Web) developers(c *call) ([]recovery.User, error) {
	accounts, err := w.service.Accounts(c.Request().Context(), "")
	order := func(u recovery.User) int { return slices.Index(recovery.Roles, u.Role) }
	slices.SortStableFunc(accounts, func(a, b recovery.User) int { return order(a) - order(b) })
	return slices.DeleteFunc(accounts, func(u recovery.User) bool {
		return !u.Active || u.Role == recovery.RoleCounterpart
	}), err
}

// signIn begins a session under a new token, so that one planted before is
// worth nothing.
func (w *Web) signIn(c *call) error {
	if !w.service.Development() {
		return recovery.Faultf(recovery.CodeNotFound, "Accounts are chosen on a development installation only.")
	}
	accounts, err := w.developers(c)
	if err != nil {
		return err
	}
	id, ctx := recovery.UserID(c.FormValue("account")), c.Request().Context()
	index := slices.IndexFunc(accounts, func(u recovery.User) bool { return u.ID == id })
	if index < 0 {
		return recovery.Faultf(recovery.CodeForbidden, "There is no such account to sign in with.")
	}
	if err := w.sessions.RenewToken(ctx); err != nil {
		return err
	}
	w.sessions.Put(ctx, sessionUser, string(id))
	w.sessions.Put(ctx, sessionCSRF, rand.Text())
	if next := local(c.FormValue("next")); next != "" {
		return c.seeOther(next)
	}
	c.who.Role, c.who.ID = accounts[index].Role, id
	return c.seeOther(c.first())
}

// first is where a visitor's work begins.
func (c *call) first() string {
	if c.who.Desk() {
		return "/desk"
	}
	return "/cases"
}

// signOut ends the session.
func (w *Web) signOut(c *call) error {
	if err := w.sessions.Destroy(c.Request().Context()); err != nil {
		return err
	}
	return c.seeOther("/")
}
