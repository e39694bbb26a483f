package notify_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"recourse/notify"
)

// receiver is a webhook with what its requests were.
type receiver struct {
	*httptest.Server
	seen chan seen
}

type seen struct {
	header http.Header
	body   string
}

func receive(t *testing.T, answer http.HandlerFunc) receiver {
	t.Helper()
	r := receiver{seen: make(chan seen, 16)}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		raw := make([]byte, 1<<16)
		n, _ := q.Body.Read(raw)
		r.seen <- seen{q.Header.Clone(), string(raw[:n])}
		answer(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r receiver) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(r.Certificate())
	return pool
}

func (r receiver) poster(t *testing.T, now func() time.Time) *notify.Poster {
	t.Helper()
	p := notify.NewPoster(notify.PosterOptions{Development: true, SecretBox: testBox, Now: now, Roots: r.roots()})
	t.Cleanup(p.Close)
	return p
}

func delivery() notify.Delivery {
	return notify.Delivery{ID: "0198-delivery", Type: "case.case_filed", Payload: `{"type":"case.case_filed","data":{"number":"R1"}}`}
}

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// TestReceiversCanVerify: the library that the authors of Standard Webhooks
// publish for receivers accepts what we send, by either secret while one is
// being replaced, and refuses it when a byte differs.
func TestReceiversCanVerify(t *testing.T) {
	t.Parallel()
	r := receive(t, ok)
	now := time.Now()
	later := now.Add(time.Hour)
	w := notify.Webhook{URL: r.URL, Secret: sealed("the new secret, 32 bytes long ..."), OldSecret: sealed("the old secret"), OldSecretUntil: &later}
	if got := r.poster(t, func() time.Time { return now }).Post(t.Context(), w, delivery()); got.Verdict != notify.Accepted || got.Status != 204 {
		t.Fatalf("%+v", got)
	}
	got := <-r.seen
	if got.header.Get("Content-Type") != "application/json" || got.header.Get("Webhook-Id") != "0198-delivery" || got.body != delivery().Payload {
		t.Errorf("it got %+v", got)
	}
	for name, tc := range map[string]struct {
		secret, body string
		want         bool
	}{
		"by the new secret": {"the new secret, 32 bytes long ...", got.body, true},
		"by the old one":    {"the old secret", got.body, true},
		"by another":        {"another secret", got.body, false},
		"changed":           {"the new secret, 32 bytes long ...", got.body + " ", false},
	} {
		verifier, err := standardwebhooks.NewWebhook(notify.SecretText([]byte(tc.secret)))
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify([]byte(tc.body), got.header); (err == nil) != tc.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAReplacedSecretEnds(t *testing.T) {
	t.Parallel()
	r := receive(t, ok)
	now := time.Now()
	w := notify.Webhook{URL: r.URL, Secret: sealed("new"), OldSecret: sealed("old"), OldSecretUntil: &now}
	r.poster(t, func() time.Time { return now }).Post(t.Context(), w, delivery())
	if got := <-r.seen; strings.Contains(got.header.Get("Webhook-Signature"), " ") {
		t.Errorf("still signed by both: %s", got.header.Get("Webhook-Signature"))
	}
}

func TestWhatAnAnswerTells(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
		}
	}
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		want   notify.Verdict
		status int
		wait   time.Duration
	}{
		"created":           {status(201), notify.Accepted, 201, 0},
		"redirected":        {status(302, "Location", "https://example.org/"), notify.TryAgain, 302, 0},
		"not found":         {status(404), notify.TryAgain, 404, 0},
		"gone":              {status(410), notify.Gone, 410, 0},
		"broken":            {status(500, "Retry-After", "60"), notify.TryAgain, 500, 0},
		"busy":              {status(503, "Retry-After", "120"), notify.TryAgain, 503, 2 * time.Minute},
		"too many":          {status(429, "Retry-After", "Sat, 21 Nov 2026 04:10:00 GMT"), notify.TryAgain, 429, 10 * time.Minute},
		"busy for ever":     {status(503, "Retry-After", "99999999999999999999"), notify.TryAgain, 503, 0},
		"busy for years":    {status(503, "Retry-After", "999999999"), notify.TryAgain, 503, 24 * time.Hour},
		"busy before":       {status(503, "Retry-After", "-5"), notify.TryAgain, 503, 0},
		"an endless answer": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<22)) }, notify.Accepted, 200, 0},
		"a huge header":     {status(200, "X-Filler", strings.Repeat("x", 1<<18)), notify.TryAgain, 0, 0},
		"hangs up": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.Close()
			}
		}, notify.TryAgain, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := receive(t, tc.answer)
			got := r.poster(t, func() time.Time { return now }).Post(t.Context(), notify.Webhook{URL: r.URL, Secret: sealed("s")}, delivery())
			if got.Verdict != tc.want || got.Status != tc.status || got.Wait != tc.wait {
				t.Errorf("%+v, want verdict %d, status %d, wait %s", got, tc.want, tc.status, tc.wait)
			}
			if len(r.seen) != 1 {
				t.Errorf("asked %d times", len(r.seen))
			}
			if strings.Contains(got.Note, r.URL) || strings.Contains(got.Note, "127.0.0.1") {
				t.Errorf("the note names the receiver: %s", got.Note)
			}
		})
	}
}

func TestAReceiverThatHangs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	r := receive(t, func(http.ResponseWriter, *http.Request) { cancel(); <-release })
	t.Cleanup(func() { close(release) }) // before the receiver is closed
	start := time.Now()
	if got := r.poster(t, time.Now).Post(ctx, notify.Webhook{URL: r.URL, Secret: sealed("s")}, delivery()); got.Verdict != notify.TryAgain {
		t.Errorf("%+v", got)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestNothingInsideIsReached: outside development a webhook leads neither to
// this machine nor into private networks, by number or by name.
func TestNothingInsideIsReached(t *testing.T) {
	t.Parallel()
	r := receive(t, ok)
	p := notify.NewPoster(notify.PosterOptions{SecretBox: testBox, Now: time.Now, Roots: r.roots()})
	t.Cleanup(p.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(r.URL, "https://"), ":")
	for url, want := range map[string]notify.Verdict{
		r.URL: notify.Rejected, "https://[::1]:" + port: notify.Rejected, "http://example.org": notify.Rejected,
		"https://localhost:" + port: notify.TryAgain,
	} {
		got := p.Post(t.Context(), notify.Webhook{URL: url, Secret: sealed("s")}, delivery())
		if got.Verdict != want || want == notify.TryAgain && !strings.Contains(got.Note, "private") {
			t.Errorf("%s: %+v", url, got)
		}
	}
	if len(r.seen) != 0 {
		t.Error("it was reached")
	}
}

func TestACertificateNobodyKnows(t *testing.T) {
	t.Parallel()
	r := receive(t, ok)
	p := notify.NewPoster(notify.PosterOptions{Development: true, SecretBox: testBox, Now: time.Now})
	t.Cleanup(p.Close)
	got := p.Post(t.Context(), notify.Webhook{URL: r.URL, Secret: sealed("s")}, delivery())
	if got.Verdict != notify.TryAgain || !strings.Contains(got.Note, "certificate") || len(r.seen) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	long := "https://example.org/" + strings.Repeat("x", 500)
	for address, want := range map[string]struct{ production, development bool }{
		"https://example.org/hook?tenant=1": {true, true},
		"https://example.org:8443":          {true, true},
		"https://8.8.8.8/":                  {true, true},
		"http://example.org/":               {false, true},
		"https://127.0.0.1/":                {false, true},
		"https://10.1.2.3/":                 {false, true},
		"https://169.254.169.254/latest":    {false, true},
		"https://[::1]/":                    {false, true},
		"https://[::ffff:10.0.0.1]/":        {false, true},
		"https://[fd00::1]/":                {false, true},
		"https://[64:ff9b::a00:1]/":         {false, true},
		"https://100.64.0.1/":               {false, true},
		"https://0.0.0.0/":                  {false, true},
		"https://user:pw@example.org/":      {false, false},
		"https://example.org/#x":            {false, false},
		"https://例子.test/":                  {false, false},
		"https://example.org/a b":           {false, false},
		"https://":                          {false, false},
		"https:example.org":                 {false, false},
		"file:///etc/passwd":                {false, false},
		"gopher://example.org":              {false, false},
		"//example.org":                     {false, false},
		"":                                  {false, false},
		long:                                {false, false},
	} {
		for development, want := range map[bool]bool{false: want.production, true: want.development} {
			if _, err := notify.CheckURL(address, development); (err == nil) != want {
				t.Errorf("%.60s, development %v: %v", address, development, err)
			}
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"https://example.org", "http://[::1]:80/x", "https://u@h/", "https://%zz", "https://0x7f.1/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := notify.CheckURL(address, false)
		if err != nil {
			return
		}
		if u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(address) > 500 {
			t.Errorf("%q is let through", address)
		}
	})
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	secret, err := notify.NewSecret(strings.NewReader(strings.Repeat("r", 32)))
	if err != nil || len(secret) != 32 {
		t.Fatalf("%x (%v)", secret, err)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(notify.SecretText(secret), "whsec_"))
	if err != nil || string(raw) != string(secret) {
		t.Errorf("%s (%v)", notify.SecretText(secret), err)
	}
	if _, err := notify.NewSecret(strings.NewReader("short")); err == nil {
		t.Error("a secret was made without randomness")
	}
}
