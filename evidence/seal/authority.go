package seal

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"time"

	"recourse/evidence/verify"
	"recourse/recovery"
)

// Stamp is a time stamp (RFC 3161).
type Stamp struct {
	Token []byte    // DER, a CMS SignedData over the TSTInfo
	At    time.Time // genTime, UTC
}

// Stamper requests a time stamp for a SHA-256 digest. It rejects a stamp earlier
// than notBefore, the time of the newest data under the digest. Errors are
// *recovery.Fault with CodeUnavailable; a later retry may succeed.
type Stamper interface {
	Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (Stamp, error)
	// RootsPEM returns the root certificates of the stamps, which bags contain.
	RootsPEM() []byte
}

// ClockSlack is how much a stamp may be earlier than notBefore: one second for
// authorities that give whole seconds, one for clocks that differ. The verifiers
// allow the same.
const ClockSlack = 2 * time.Second

const (
	maxReply     = 64 << 10
	maxHeader    = 16 << 10
	replyTimeout = 20 * time.Second
	nonceBits    = 127
	maxRoots     = 16 << 10 // every seal contains them
)

// Authority is a client of a time-stamping authority over HTTP (RFC 3161 §3.4).
type Authority struct {
	url     string
	roots   []byte
	trusted []*x509.Certificate
	client  *http.Client
	random  io.Reader
}

// stampRequest is a TimeStampReq (RFC 3161 §2.4.1).
type stampRequest struct {
	Version int
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	Nonce        *big.Int
	Certificates bool
}

// CheckAuthorityURL returns an error unless an address is one of https. With development,
// http to this machine is allowed too: over another network anyone could change the replies.
func CheckAuthorityURL(address string, development bool) error {
	parsed, err := url.Parse(address)
	switch {
	case err != nil, parsed.Host == "", parsed.Scheme != "http" && parsed.Scheme != "https":
		return errors.New("time-stamping authority: not an https address")
	case parsed.Scheme == "https", development && isLoopback(parsed.Hostname()):
		return nil
	case development:
		return errors.New("time-stamping authority: http is allowed for this machine (127.0.0.1, ::1 or localhost) only; use https")
	default:
		return errors.New("time-stamping authority: http is allowed in the development profile only; use https")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// NewAuthority returns a client for the authority at an address that CheckAuthorityURL
// accepts in development, whose tokens must chain to one of the roots (PEM). It sends no
// request. The address may contain a user and password; errors never contain it.
func NewAuthority(address string, roots []byte, random io.Reader) (*Authority, error) {
	if err := CheckAuthorityURL(address, true); err != nil {
		return nil, err
	}
	certificates, err := parseCertificates(roots)
	if err != nil {
		return nil, fmt.Errorf("certificates of the time-stamping authority: %w", err)
	}
	if len(roots) > maxRoots {
		return nil, fmt.Errorf("certificates of the time-stamping authority: %d bytes, but at most %d are allowed; configure only its root certificates", len(roots), maxRoots)
	}
	a := &Authority{url: address, roots: bytes.Clone(roots), trusted: certificates, random: random}
	for _, certificate := range certificates {
		if certificate.CheckSignatureFrom(certificate) != nil {
			return nil, fmt.Errorf("certificates of the time-stamping authority: %q is not a root", certificate.Subject.CommonName)
		}
	}
	a.client = newReplyClient()
	return a, nil
}

// newReplyClient returns a client with limits of time and of the header. It follows no
// redirects and decompresses nothing.
func newReplyClient() *http.Client {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
		ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: replyTimeout,
	}
	return &http.Client{Transport: transport, Timeout: replyTimeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // only the configured address is used
	}}
}

// RootsPEM implements Stamper.
func (a *Authority) RootsPEM() []byte { return bytes.Clone(a.roots) }

// Stamp implements Stamper.
func (a *Authority) Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (Stamp, error) {
	nonce, err := a.newNonce()
	if err != nil {
		return Stamp{}, err
	}
	ask := newStampRequest(digest, nonce)
	der, err := asn1.Marshal(ask)
	if err != nil {
		return Stamp{}, fmt.Errorf("time stamp request: %w", err)
	}
	reply, err := a.sendRequest(ctx, der)
	if err != nil {
		return Stamp{}, newStampFault(err)
	}
	stamp, err := a.checkReply(reply, ask, notBefore)
	if err != nil {
		return Stamp{}, newStampFault(fmt.Errorf("%w: %w", ErrUnusableReply, err))
	}
	return stamp, nil
}

func newStampRequest(digest [32]byte, nonce *big.Int) stampRequest {
	ask := stampRequest{Version: 1, Nonce: nonce, Certificates: true}
	ask.Imprint.Algorithm = pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}
	ask.Imprint.Digest = digest[:]
	return ask
}

func newStampFault(cause error) error {
	fault := recovery.Faultf(recovery.CodeUnavailable, "the time-stamping authority gave no usable stamp")
	fault.Cause = cause
	return fault
}

func (a *Authority) newNonce() (*big.Int, error) {
	raw := make([]byte, (nonceBits+7)/8)
	if _, err := io.ReadFull(a.random, raw); err != nil {
		return nil, fmt.Errorf("nonce: %w", err)
	}
	raw[0] &= 0x7f
	raw[len(raw)-1] |= 1 // never zero, because some authorities omit a zero nonce
	return new(big.Int).SetBytes(raw), nil
}

func (a *Authority) sendRequest(ctx context.Context, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the address is invalid")
	}
	request.Header.Set("Content-Type", "application/timestamp-query")
	request.Header.Set("Accept", "application/timestamp-reply")
	response, err := a.client.Do(request)
	if err != nil {
		return nil, withoutAddress(err)
	}
	defer func() { _ = response.Body.Close() }() // read only
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered with HTTP status %d", response.StatusCode)
	}
	if kind := response.Header.Get("Content-Type"); kind != "application/timestamp-reply" {
		return nil, fmt.Errorf("%w: it sent no time stamp reply", ErrUnusableReply)
	}
	reply, err := io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	if err != nil {
		return nil, withoutAddress(err)
	}
	if len(reply) > maxReply {
		return nil, fmt.Errorf("%w: its answer is longer than %d bytes", ErrUnusableReply, maxReply)
	}
	return reply, nil
}

// withoutAddress removes the address, which may contain a password, from an error.
func withoutAddress(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// ErrUnusableReply means that the authority answered, but not with a time stamp of the
// request. Other errors of Stamp say that it did not answer, or not now.
var ErrUnusableReply = errors.New("the reply cannot be used")

// checkReply accepts a reply only for this request: the same digest and nonce, signed
// with a time-stamping certificate that was valid and chains to the roots.
func (a *Authority) checkReply(reply []byte, ask stampRequest, notBefore time.Time) (Stamp, error) {
	token, err := verify.CheckReply(reply, [32]byte(ask.Imprint.Digest), a.trusted)
	switch {
	case err != nil:
		return Stamp{}, fmt.Errorf("its answer: %w", err)
	case token.Nonce == nil || token.Nonce.Cmp(ask.Nonce) != 0:
		return Stamp{}, errors.New("it answered to another request")
	case token.At.Add(ClockSlack).Before(notBefore):
		return Stamp{}, fmt.Errorf("its time %s is earlier than the stamped data; check the clocks", token.At.Format(time.RFC3339))
	}
	return Stamp{Token: token.DER, At: token.At.UTC()}, nil
}
