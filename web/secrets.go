package web

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
)

// secrets protects what the pages keep outside of the process: the token of a form in a
// browser without a session, and texts in a session.
type secrets struct {
	formKey []byte
	sealing cipher.AEAD
}

// newSecrets derives both keys. Processes understand each other if they have the same
// key; without one each has its own.
func newSecrets(key []byte) (*secrets, error) {
	if len(key) == 0 {
		key = make([]byte, sha256.Size)
		_, _ = rand.Read(key) // never fails
	}
	block, err := aes.NewCipher(digestWith(key, "session texts"))
	if err != nil {
		return nil, err
	}
	sealing, err := cipher.NewGCMWithRandomNonce(block)
	return &secrets{formKey: digestWith(key, "form tokens"), sealing: sealing}, err
}

func digestWith(key []byte, text string) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

// seal encrypts a text for a session.
func (s *secrets) seal(text string) string {
	return base64.RawStdEncoding.EncodeToString(s.sealing.Seal(nil, nil, []byte(text), nil)) //nolint:gosec // it makes the nonce itself
}

var errUnsealable = errors.New("web: the text was sealed with another key")

func (s *secrets) open(sealed string) (string, error) {
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", errUnsealable
	}
	text, err := s.sealing.Open(nil, nil, raw, nil)
	if err != nil {
		return "", errUnsealable
	}
	return string(text), nil
}

// formCookie is the secret of a browser without a session. Its digest is the token of
// the form: another site can neither read nor compute it, and nothing is stored here.
const (
	formCookie     = "recourse_form"
	formCookiePath = "/sign-in"
	formCookieLife = 3600 // seconds
)

// ensureFormToken gives a browser without a session a token for its form.
func (c *pageContext) ensureFormToken() {
	if c.visitor.CSRF != "" {
		return
	}
	secret := rand.Text()
	if cookie, err := c.Cookie(formCookie); err == nil && cookie.Value != "" {
		secret = cookie.Value
	}
	c.SetCookie(&http.Cookie{ //nolint:gosec // Secure is set when the site is served over HTTPS
		Name: formCookie, Value: secret, Path: formCookiePath, MaxAge: formCookieLife,
		HttpOnly: true, Secure: c.web.secure, SameSite: http.SameSiteLaxMode,
	})
	c.visitor.CSRF = c.web.secrets.formToken(secret)
}

func (s *secrets) formToken(secret string) string {
	return hex.EncodeToString(digestWith(s.formKey, secret))
}

// expectedToken is the token that the form of the visitor must have: that of the session,
// or without one that of the browser. "" means that no form was given to them.
func (c *pageContext) expectedToken() string {
	cookie, err := c.Cookie(formCookie)
	if c.visitor.CSRF != "" || err != nil || cookie.Value == "" {
		return c.visitor.CSRF
	}
	return c.web.secrets.formToken(cookie.Value)
}
