package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

// What a receiver may take of us.
const (
	postLimit    = 10 * time.Second // for the whole of a delivery
	answerLimit  = 16 << 10         // bytes of header and, again, of body that are read
	longestWait  = 24 * time.Hour   // that a receiver may ask for
	maxURL       = 500
	secretBytes  = 32
	secretPrefix = "whsec_"
)

// Poster delivers events to webhooks, by the specification Standard Webhooks.
// It is safe for concurrent use.
type Poster struct {
	client      *http.Client
	vault       *Vault
	development bool
	now         func() time.Time
}

// PosterOptions are what an installation decides of its webhooks.
type PosterOptions struct {
	// Development allows http and receivers on this machine and in private
	// networks.
	Development bool
	Vault       *Vault // opens the secrets of webhooks
	Now         func() time.Time
	Roots       *x509.CertPool // nil: those of the machine
}

// NewPoster makes a Poster. Outside development the address that a name stands
// for is judged when it is dialled, after every look-up: a name that changes its
// meaning meanwhile leads nowhere inside.
func NewPoster(o PosterOptions) *Poster {
	dialer := &net.Dialer{Timeout: postLimit}
	if !o.Development {
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: postLimit, MaxResponseHeaderBytes: answerLimit,
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute,
	}
	return &Poster{development: o.Development, vault: o.Vault, now: o.Now, client: &http.Client{
		Transport: transport, Timeout: postLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close lets go of idle connections.
func (p *Poster) Close() { p.client.CloseIdleConnections() }

// Post makes one attempt. Every 2xx counts as taken; a redirect does not, and is
// not followed. Whatever is not an answer may have been taken: receivers tell
// by the webhook-id, so it is simply tried again.
func (p *Poster) Post(ctx context.Context, w Webhook, d Delivery) Attempt {
	if _, err := CheckURL(w.URL, p.development); err != nil {
		return Attempt{Verdict: Refused, Note: "the address is not allowed here"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, strings.NewReader(d.Payload))
	if err != nil {
		return Attempt{Verdict: Refused, Note: "the address cannot be written to"}
	}
	if w, err = p.opened(w); err != nil {
		return Attempt{Verdict: Later, Note: "the secret does not open: another key is in use"}
	}
	now := p.now()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Recourse-Webhooks")
	request.Header.Set("Webhook-Id", d.ID)
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	request.Header.Set("Webhook-Signature", signatures(w, d, now))
	answer, err := p.client.Do(request)
	if err != nil {
		return Attempt{Verdict: Later, Note: unanswered(err)}
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, answerLimit)) // what it says is of no interest
	return answered(answer, now)
}

// opened is the webhook with its secrets as receivers have them.
func (p *Poster) opened(w Webhook) (Webhook, error) {
	var err error
	if w.Secret, err = p.vault.Open(w.ID, w.Secret); err != nil {
		return w, err
	}
	if len(w.OldSecret) > 0 {
		w.OldSecret, err = p.vault.Open(w.ID, w.OldSecret)
	}
	return w, err
}

// unanswered says why there was no answer, without the receiver's address.
func unanswered(err error) string {
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return "the name leads into a private network"
	case errors.As(err, &certificate):
		return "the certificate is not trusted"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "no answer in time"
	default:
		return "no connection"
	}
}

func answered(answer *http.Response, now time.Time) Attempt {
	a := Attempt{Verdict: Later, Status: answer.StatusCode, Note: fmt.Sprintf("answered %d", answer.StatusCode)}
	switch {
	case answer.StatusCode/100 == 2:
		a.Verdict, a.Note = Taken, ""
	case answer.StatusCode == http.StatusGone:
		a.Verdict = Gone
	case answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode == http.StatusServiceUnavailable:
		a.Wait = retryAfter(answer.Header.Get("Retry-After"), now)
	}
	return a
}

// retryAfter reads the header of that name (RFC 9110, 10.2.3).
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return min(max(0, time.Duration(min(seconds, 1<<30))*time.Second), longestWait)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, at.Sub(now)), longestWait)
	}
	return 0
}

// signatures signs a delivery with every secret that counts now: while a secret
// is being replaced, receivers verify by either.
func signatures(w Webhook, d Delivery, at time.Time) string {
	signed := sign(w.Secret, d.ID, at, d.Payload)
	if len(w.OldSecret) > 0 && w.OldSecretUntil != nil && at.Before(*w.OldSecretUntil) {
		signed += " " + sign(w.OldSecret, d.ID, at, d.Payload)
	}
	return signed
}

func sign(secret []byte, id string, at time.Time, payload string) string {
	mac := hmac.New(sha256.New, secret)
	_, _ = fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), payload)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// NewSecret makes a secret for a webhook.
func NewSecret(random io.Reader) ([]byte, error) {
	secret := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, fmt.Errorf("webhook secret: %w", err)
	}
	return secret, nil
}

// SecretText is a secret as receivers get it.
func SecretText(secret []byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// CheckURL checks the address of a webhook. Outside development it must be
// https, and neither this machine nor a private address.
func CheckURL(address string, development bool) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil, len(address) > maxURL, u.Hostname() == "", u.Opaque != "", bytes.ContainsFunc([]byte(address), strange):
		return nil, errors.New("give an address like https://example.org/hook, of at most 500 characters")
	case u.Scheme != "https" && (u.Scheme != "http" || !development):
		return nil, errors.New("the address must begin with https://")
	case u.User != nil, u.Fragment != "":
		return nil, errors.New("the address must have no user, password or fragment")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !development && ssrf.New(ssrf.WithAnyPort()).SafeAddr(ip.Unmap()) != nil {
		return nil, errors.New("the address must be a public one")
	}
	return u, nil
}

// strange finds what has no place in an address: blanks, controls, and letters
// that could look like others.
func strange(r rune) bool { return r <= ' ' || r > '~' }
