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

// Limits for one delivery.
const (
	postTimeout      = 10 * time.Second // for a whole delivery
	maxResponseBytes = 16 << 10         // bytes read of the header, and of the body
	maxRetryAfter    = 24 * time.Hour   // the longest Retry-After that is honoured
	maxURL           = 500
	secretBytes      = 32
	secretPrefix     = "whsec_"
)

// Poster delivers events to webhooks as Standard Webhooks specifies.
// It is safe for concurrent use.
type Poster struct {
	client      *http.Client
	secretBox   *SecretBox
	development bool
	now         func() time.Time
}

// PosterOptions configure webhooks for an installation.
type PosterOptions struct {
	// Development allows http and receivers on this machine and in private
	// networks.
	Development bool
	SecretBox   *SecretBox // opens the secrets of webhooks
	Now         func() time.Time
	Roots       *x509.CertPool // nil: the system roots
}

// NewPoster makes a Poster. Outside development the resolved address is checked at
// the moment of dialling, so that a DNS name cannot be pointed into the private
// network after it was checked.
func NewPoster(o PosterOptions) *Poster {
	dialer := &net.Dialer{Timeout: postTimeout}
	if !o.Development {
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: postTimeout, MaxResponseHeaderBytes: maxResponseBytes,
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute,
	}
	return &Poster{development: o.Development, secretBox: o.SecretBox, now: o.Now, client: &http.Client{
		Transport: transport, Timeout: postTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes idle connections.
func (p *Poster) Close() { p.client.CloseIdleConnections() }

// Post makes one attempt. Every 2xx response means accepted; redirects are not
// followed and do not. Without a response the delivery is retried, because
// receivers drop duplicates by the webhook-id.
func (p *Poster) Post(ctx context.Context, w Webhook, d Delivery) Attempt {
	if _, err := CheckURL(w.URL, p.development); err != nil {
		return Attempt{Verdict: Rejected, Note: "the address is not allowed here"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, strings.NewReader(d.Payload))
	if err != nil {
		return Attempt{Verdict: Rejected, Note: "the address is not valid"}
	}
	if w, err = p.openSecrets(w); err != nil {
		return Attempt{Verdict: TryAgain, Note: "the secret cannot be decrypted: the key has changed"}
	}
	now := p.now()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Recourse-Webhooks")
	request.Header.Set("Webhook-Id", d.ID)
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	request.Header.Set("Webhook-Signature", signDelivery(w, d, now))
	answer, err := p.client.Do(request)
	if err != nil {
		return Attempt{Verdict: TryAgain, Note: describeNetworkError(err)}
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxResponseBytes)) // drained so that the connection can be reused
	return attemptFromResponse(answer, now)
}

// openSecrets returns the webhook with its secrets decrypted.
func (p *Poster) openSecrets(w Webhook) (Webhook, error) {
	var err error
	if w.Secret, err = p.secretBox.DecryptSecret(w.ID, w.Secret); err != nil {
		return w, err
	}
	if len(w.OldSecret) > 0 {
		w.OldSecret, err = p.secretBox.DecryptSecret(w.ID, w.OldSecret)
	}
	return w, err
}

// describeNetworkError returns why there was no response, without the address of
// the receiver.
func describeNetworkError(err error) string {
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return "the name resolves to a private network"
	case errors.As(err, &certificate):
		return "the certificate is not trusted"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "no answer in time"
	default:
		return "no connection"
	}
}

func attemptFromResponse(answer *http.Response, now time.Time) Attempt {
	a := Attempt{Verdict: TryAgain, Status: answer.StatusCode, Note: fmt.Sprintf("answered %d", answer.StatusCode)}
	switch {
	case answer.StatusCode/100 == 2:
		a.Verdict, a.Note = Accepted, ""
	case answer.StatusCode == http.StatusGone:
		a.Verdict = Gone
	case answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode == http.StatusServiceUnavailable:
		a.Wait = retryAfter(answer.Header.Get("Retry-After"), now)
	}
	return a
}

// retryAfter parses a Retry-After header (RFC 9110, 10.2.3).
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return min(max(0, time.Duration(min(seconds, 1<<30))*time.Second), maxRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, at.Sub(now)), maxRetryAfter)
	}
	return 0
}

// signDelivery signs a delivery with every valid secret. While a secret is being
// replaced there are two, and receivers may verify with either.
func signDelivery(w Webhook, d Delivery, at time.Time) string {
	signed := signPayload(w.Secret, d.ID, at, d.Payload)
	if len(w.OldSecret) > 0 && w.OldSecretUntil != nil && at.Before(*w.OldSecretUntil) {
		signed += " " + signPayload(w.OldSecret, d.ID, at, d.Payload)
	}
	return signed
}

func signPayload(secret []byte, id string, at time.Time, payload string) string {
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

// SecretText encodes a secret for the receiver.
func SecretText(secret []byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// CheckURL checks the address of a webhook. Outside development it must be
// https and a public address.
func CheckURL(address string, development bool) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil, len(address) > maxURL, u.Hostname() == "", u.Opaque != "", bytes.ContainsFunc([]byte(address), isForbiddenRune):
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

// isForbiddenRune reports blanks, control characters, and letters outside ASCII that
// could be mistaken for others.
func isForbiddenRune(r rune) bool { return r <= ' ' || r > '~' }
