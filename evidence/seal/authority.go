package seal

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

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
	replyTimeout = 20 * time.Second
	nonceBits    = 127
	maxRoots     = 16 << 10 // every seal contains them
)

// Authority is a client of a time-stamping authority over HTTP (RFC 3161 §3.4).
type Authority struct {
	url    string
	roots  []byte
	pool   *x509.CertPool
	client *http.Client
	random io.Reader
}

// NewAuthority returns a client for the authority at an http or https address,
// whose tokens must chain to one of the roots (PEM). It sends no request. The
// address may contain a user and password; errors never contain it.
func NewAuthority(address string, roots []byte, random io.Reader) (*Authority, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return nil, errors.New("time-stamping authority: not an http or https address")
	}
	certificates, err := parseCertificates(roots)
	if err != nil {
		return nil, fmt.Errorf("certificates of the time-stamping authority: %w", err)
	}
	if len(roots) > maxRoots {
		return nil, fmt.Errorf("certificates of the time-stamping authority: %d bytes, but at most %d are allowed; configure only its root certificates", len(roots), maxRoots)
	}
	a := &Authority{url: address, roots: bytes.Clone(roots), pool: x509.NewCertPool(), random: random}
	for _, certificate := range certificates {
		if certificate.CheckSignatureFrom(certificate) != nil {
			return nil, fmt.Errorf("certificates of the time-stamping authority: %q is not a root", certificate.Subject.CommonName)
		}
		a.pool.AddCert(certificate)
	}
	a.client = &http.Client{Timeout: replyTimeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // only the configured address is used
	}}
	return a, nil
}

// RootsPEM implements Stamper.
func (a *Authority) RootsPEM() []byte { return bytes.Clone(a.roots) }

// Stamp implements Stamper.
func (a *Authority) Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (Stamp, error) {
	nonce, err := a.newNonce()
	if err != nil {
		return Stamp{}, err
	}
	ask := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Certificates: true, Nonce: nonce}
	der, err := ask.Marshal()
	if err != nil {
		return Stamp{}, fmt.Errorf("time stamp request: %w", err)
	}
	reply, err := a.sendRequest(ctx, der)
	if err != nil {
		return Stamp{}, newStampFault(err)
	}
	stamp, err := a.checkReply(reply, &ask, notBefore)
	if err != nil {
		return Stamp{}, newStampFault(err)
	}
	return stamp, nil
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
		return nil, errors.New("it sent no time stamp reply")
	}
	reply, err := io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	if err != nil {
		return nil, withoutAddress(err)
	}
	if len(reply) > maxReply {
		return nil, fmt.Errorf("its answer is longer than %d bytes", maxReply)
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

// checkReply accepts a reply only for this request: the same digest and nonce, signed
// with a time-stamping certificate that was valid and chains to the roots.
func (a *Authority) checkReply(reply []byte, ask *timestamp.Request, notBefore time.Time) (Stamp, error) {
	got, err := timestamp.ParseResponse(reply)
	if err != nil {
		return Stamp{}, fmt.Errorf("its answer: %w", err)
	}
	switch {
	case got.HashAlgorithm != crypto.SHA256 || !bytes.Equal(got.HashedMessage, ask.HashedMessage):
		return Stamp{}, errors.New("it stamped another digest")
	case got.Nonce == nil || got.Nonce.Cmp(ask.Nonce) != 0:
		return Stamp{}, errors.New("it answered to another request")
	case got.Time.Add(ClockSlack).Before(notBefore):
		return Stamp{}, fmt.Errorf("its time %s is earlier than the stamped data; check the clocks", got.Time.UTC().Format(time.RFC3339))
	}
	if err := a.checkSigner(got); err != nil {
		return Stamp{}, err
	}
	return Stamp{Token: got.RawToken, At: got.Time.UTC()}, nil
}

func (a *Authority) checkSigner(got *timestamp.Timestamp) error {
	signed, err := pkcs7.Parse(got.RawToken)
	if err != nil {
		return fmt.Errorf("its token: %w", err)
	}
	if signed.GetOnlySigner() == nil {
		return errors.New("its token does not contain the certificate of its only signer")
	}
	between := x509.NewCertPool()
	for _, certificate := range signed.Certificates {
		between.AddCert(certificate)
	}
	err = signed.VerifyWithOpts(x509.VerifyOptions{
		Roots: a.pool, Intermediates: between, CurrentTime: got.Time,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	if err != nil {
		return fmt.Errorf("its token: %w", err)
	}
	return nil
}
