package seal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
	"recourse/recovery"
)

// killingReply made a library for BER read beyond its end.
var killingReply = []byte{0x30, 0x09, 0x30, 0x03, 0x02, 0x01, 0x00, 0x30, 0x02, 0x1F, 0xFF}

// asReply serves bytes as the reply of an authority.
func asReply(reply []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(reply)
	}
}

// nested returns n sequences of known length within each other.
func nested(n int) []byte {
	var der []byte
	for range n {
		der = append([]byte{0x30, 0x82, byte(len(der) >> 8), byte(len(der))}, der...)
	}
	return der
}

// TestHostileRepliesAreRefusedAsSuch: the checkpoint is to blame, not the connection.
func TestHostileRepliesAreRefusedAsSuch(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	genuine := tsa.AnswerQuery(seal.NewQuery(t, [32]byte{1}, 1))
	for name, reply := range map[string][]byte{
		"the one that killed":       killingReply,
		"nothing":                   nil,
		"a huge length":             {0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x30},
		"a length of eight bytes":   {0x30, 0x88, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
		"an endless length":         bytes.Repeat([]byte{0x30, 0x80}, 30_000),
		"deep":                      nested(10_000),
		"a tag without end":         append([]byte{0x3F}, bytes.Repeat([]byte{0xFF}, 60_000)...),
		"a status of many bytes":    append([]byte{0x30, 0x82, 0x10, 0x08, 0x30, 0x82, 0x10, 0x04, 0x02, 0x82, 0x10, 0x00}, bytes.Repeat([]byte{0x7F}, 4096)...),
		"granted without a token":   {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00},
		"rejected":                  {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02},
		"a negative status":         {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0xFF},
		"another request":           genuine,
		"something after the reply": append(bytes.Clone(genuine), 0),
		"cut":                       genuine[:len(genuine)/2],
		"longer than allowed":       make([]byte, 64<<10+1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := clientOf(t, tsa, asReply(reply)).Stamp(t.Context(), [32]byte{1}, time.Now())
			if !errors.Is(err, seal.ErrUnusableReply) || recovery.CodeOf(err) != recovery.CodeUnavailable {
				t.Errorf("%v", err)
			}
		})
	}
}

func clientOf(t *testing.T, tsa *sealtest.TSA, handler http.Handler) *seal.Authority {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	a, err := seal.NewAuthority(server.URL, tsa.Roots, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestEveryCutOfAReplyIsRefused: no length leads beyond its end.
func TestEveryCutOfAReplyIsRefused(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	genuine := tsa.AnswerQuery(seal.NewQuery(t, [32]byte{1}, 1))
	a, err := seal.NewAuthority("https://tsa.example", tsa.Roots, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := seal.CheckReply(a, genuine, [32]byte{1}); err != nil {
		t.Fatalf("the whole reply: %v", err)
	}
	for n := range genuine {
		if _, err := seal.CheckReply(a, genuine[:n], [32]byte{1}); err == nil {
			t.Errorf("%d of %d bytes are accepted", n, len(genuine))
		}
	}
}

// TestAnAuthorityThatDoesNotAnswerIsToBlame, and not the checkpoint.
func TestAnAuthorityThatDoesNotAnswerIsToBlame(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	var sent atomic.Int64
	for name, handler := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"a header of many megabytes": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Filler", strings.Repeat("x", 10<<20))
		},
		"a slow gigabyte": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/timestamp-reply")
			w.Header().Set("Content-Length", "1073741824")
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that nobody waits
			for tick := time.NewTicker(time.Millisecond); r.Context().Err() == nil; <-tick.C {
				n, _ := w.Write([]byte{0x30})
				sent.Add(int64(n))
				w.(http.Flusher).Flush()
			}
		},
		"silence": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			start := time.Now()
			_, err := clientOf(t, tsa, handler).Stamp(ctx, [32]byte{1}, time.Now())
			if err == nil || errors.Is(err, seal.ErrUnusableReply) {
				t.Errorf("%v", err)
			}
			if took := time.Since(start); took > 5*time.Second || sent.Load() > 1<<20 {
				t.Errorf("%s, %d bytes", took, sent.Load())
			}
		})
	}
}

// TestAFastGigabyteIsNotRead beyond the limit.
func TestAFastGigabyteIsNotRead(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	var sent atomic.Int64
	a := clientOf(t, tsa, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/timestamp-reply")
		part := make([]byte, 1<<20)
		for sent.Load() < 1<<30 {
			n, err := w.Write(part)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}))
	_, err := a.Stamp(t.Context(), [32]byte{1}, time.Now())
	if !errors.Is(err, seal.ErrUnusableReply) || sent.Load() > 64<<20 {
		t.Errorf("%d bytes, %v", sent.Load(), err)
	}
}

// TestARejectionTellsNoForeignText: what the authority writes would be in the log.
func TestARejectionTellsNoForeignText(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	const text = "wxid_aming"
	// TimeStampResp { PKIStatusInfo { status 2, statusString { UTF8String } } }
	reply := append([]byte{0x30, byte(len(text)) + 9, 0x30, byte(len(text)) + 7, 0x02, 0x01, 0x02, 0x30, byte(len(text)) + 2, 0x0C, byte(len(text))}, text...)
	_, err := clientOf(t, tsa, asReply(reply)).Stamp(t.Context(), sha256.Sum256([]byte("x")), time.Now())
	fault := &recovery.Fault{}
	if !errors.As(err, &fault) || strings.Contains(fmt.Sprint(err, fault.Cause), text) || !strings.Contains(fmt.Sprint(err, fault.Cause), "rejected") {
		t.Errorf("%v", err)
	}
}

func TestCheckAuthorityURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]struct{ production, development bool }{
		"https://tsa.example":           {true, true},
		"https://u:p@tsa.example/tsr?x": {true, true},
		"https://127.0.0.1":             {true, true},
		"http://tsa.example":            {false, false},
		"http://127.0.0.1:9555":         {false, true},
		"http://127.9.9.9":              {false, true},
		"http://[::1]/":                 {false, true},
		"http://localhost:1":            {false, true},
		"http://LOCALHOST.example":      {false, false},
		"http://127.0.0.1.example":      {false, false},
		"http://2130706433":             {false, false},
		"http://127.0.0.1@tsa.example":  {false, false},
		"HTTP://tsa.example":            {false, false},
		"ftp://tsa.example":             {false, false},
		"//tsa.example":                 {false, false},
		"https://":                      {false, false},
		"":                              {false, false},
	} {
		for development, want := range map[bool]bool{false: want.production, true: want.development} {
			if err := seal.CheckAuthorityURL(address, development); (err == nil) != want {
				t.Errorf("%q, development %v: %v", address, development, err)
			}
		}
	}
}
