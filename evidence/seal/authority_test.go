package seal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
	"recourse/recovery"
)

func TestStampIsWhatOpensslAccepts(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	data := []byte("what is to be stamped")
	before := time.Now()
	stamp, err := authority(t, tsa).Stamp(t.Context(), sha256.Sum256(data), before)
	if err != nil {
		t.Fatal(err)
	}
	if stamp.At.Before(before.Add(-seal.ClockSlack)) || stamp.At.After(time.Now()) || stamp.At.Location() != time.UTC {
		t.Errorf("at %s", stamp.At)
	}
	output, ok := run(t, "openssl", "ts", "-verify", "-token_in", "-in", file(t, "token", stamp.Token), "-data", file(t, "data", data),
		"-CAfile", file(t, "roots", tsa.Roots))
	if !ok {
		t.Error(output)
	}
}

// TestStampRefuses checks that wrong or hostile replies are rejected.
func TestStampRefuses(t *testing.T) {
	t.Parallel()
	tsa, other := sealtest.StartAuthority(t), sealtest.StartNamedAuthority(t, "localhost other TSA")
	var once sync.Once
	var first []byte // an earlier, genuine answer
	reply := func(change func([]byte) []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			query, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", "application/timestamp-reply")
			_, _ = w.Write(change(query))
		}
	}
	for name, c := range map[string]struct {
		says    string
		handler http.HandlerFunc
	}{
		"an error":       {"status 500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
		"a redirect":     {"status 302", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, tsa.URL, http.StatusFound) }},
		"a page":         {"no time stamp reply", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }},
		"too much":       {"longer than", reply(func([]byte) []byte { return make([]byte, 1<<20) })},
		"garbage":        {"its answer", reply(func([]byte) []byte { return []byte("garbage") })},
		"nothing":        {"its answer", reply(func([]byte) []byte { return nil })},
		"a rejection":    {"rejected", reply(func([]byte) []byte { return tsa.AnswerQuery([]byte("no query")) })},
		"other roots":    {"its token", reply(other.AnswerQuery)},
		"a flipped bit":  {"its", reply(func(q []byte) []byte { r := tsa.AnswerQuery(q); r[len(r)-10] ^= 1; return r })},
		"an older reply": {"another", reply(func(q []byte) []byte { once.Do(func() { first = tsa.AnswerQuery(q) }); return first })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.handler)
			t.Cleanup(server.Close)
			a, err := seal.NewAuthority(server.URL, tsa.Roots, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if name == "an older reply" {
				if _, err := a.Stamp(t.Context(), [32]byte{1}, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			_, err = a.Stamp(t.Context(), [32]byte{1}, time.Now())
			if recovery.CodeOf(err) != recovery.CodeUnavailable || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want one that says %q", err, c.says)
			}
		})
	}
}

func TestStampIsNotBeforeWhatItCovers(t *testing.T) {
	t.Parallel()
	a := authority(t, sealtest.StartAuthority(t))
	if _, err := a.Stamp(t.Context(), [32]byte{1}, time.Now().Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "clocks") {
		t.Errorf("a stamp before its contents: %v", err)
	}
}

func TestStampEndsWithItsContextAndTellsNoPassword(t *testing.T) {
	t.Parallel()
	waiting := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that nobody waits
		close(waiting)
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	a, err := seal.NewAuthority(strings.Replace(server.URL, "//", "//user:hunter2@", 1), sealtest.StartAuthority(t).Roots, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-waiting; cancel() }()
	if _, err = a.Stamp(ctx, [32]byte{1}, time.Now()); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestNewAuthorityRefusesWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	roots := sealtest.StartAuthority(t).Roots
	for _, address := range []string{"", "tsa", "file:///etc/passwd", "http://", "http://\x7f"} {
		if _, err := seal.NewAuthority(address, roots, rand.Reader); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
	if _, err := seal.NewAuthority("https://tsa.example", []byte("none"), rand.Reader); err == nil {
		t.Error("no roots were taken")
	}
}

// TestSealFailsWithItsAuthority: no seal announces a time stamp that it does not have.
func TestSealFailsWithItsAuthority(t *testing.T) {
	t.Parallel()
	broken := stamper(func() ([]byte, error) { return nil, errors.New("no answer") })
	large := stamper(func() ([]byte, error) { return bytes.Repeat([]byte{0x30, 0x80}, 1<<15), nil })
	for name, s := range map[string]seal.Stamper{"broken": broken, "too large a token": large} {
		pdf := plainPDF(t, 1)
		_, err := (&seal.Sealer{Identity: development(t), Stamper: s}).SealPDF(t.Context(), io.Discard, bytes.NewReader(pdf), int64(len(pdf)), time.Now())
		if err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	pdf := plainPDF(t, 1)
	_, err := (&seal.Sealer{Identity: development(t)}).SealPDF(ended, io.Discard, bytes.NewReader(pdf), int64(len(pdf)), time.Now())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
	_, err = (&seal.Sealer{Identity: development(t)}).SealPDF(t.Context(), full{}, bytes.NewReader(pdf), int64(len(pdf)), time.Now())
	if !errors.Is(err, errFull) {
		t.Errorf("full disk: %v", err)
	}
}

type stamper func() ([]byte, error)

func (s stamper) Stamp(context.Context, [32]byte, time.Time) (seal.Stamp, error) {
	token, err := s()
	return seal.Stamp{Token: token}, err
}
func (s stamper) RootsPEM() []byte { return nil }

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// FuzzReply checks any replies of an authority: no panic, and only the genuine one is
// accepted.
func FuzzReply(f *testing.F) {
	tsa := sealtest.StartAuthority(f)
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x00})
	f.Add(killingReply)
	f.Add([]byte{0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF})
	f.Add(bytes.Repeat([]byte{0x30, 0x80}, 1000))
	f.Add(tsa.AnswerQuery(seal.NewQuery(f, [32]byte{1}, 2))) // genuine, for another request
	f.Fuzz(func(t *testing.T, reply []byte) {
		a, err := seal.NewAuthority("https://tsa.example", tsa.Roots, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := seal.CheckReply(a, reply, [32]byte{1}); err == nil {
			t.Errorf("taken: %x", reply)
		}
	})
}
