package main

import (
	"bytes"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"recourse/evidence/journal"
)

func developmentConfig(t *testing.T) config {
	t.Helper()
	c := config{Data: t.TempDir(), Profile: development}
	if err := c.createFolders(); err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	today    = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	tomorrow = today.AddDate(0, 0, 1)
)

func mustKeyring(t *testing.T, c config) *journal.Keyring {
	t.Helper()
	keys, err := loadKeyring(c)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func signerAt(t *testing.T, keys *journal.Keyring, at time.Time) string {
	t.Helper()
	signer, err := keys.FindSignerAt(at)
	if err != nil {
		t.Fatal(err)
	}
	return signer.VerifierKey()
}

func TestRotateHandsOverAtItsInstant(t *testing.T) {
	t.Parallel()
	c := developmentConfig(t)
	first := signerAt(t, mustKeyring(t, c), today)
	next, err := rotateKey(c, tomorrow, today, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	third, err := rotateKey(c, tomorrow.AddDate(1, 0, 0), today, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys := mustKeyring(t, c)
	for at, want := range map[time.Time]string{
		time.Unix(0, 0): first, tomorrow.Add(-time.Second): first, tomorrow: next.VerifierKey(),
		tomorrow.AddDate(1, 0, 0): third.VerifierKey(),
	} {
		if got := signerAt(t, keys, at); got != want {
			t.Errorf("at %s signs %s, want %s", at, got, want)
		}
	}
	for _, name := range []string{laterKeyFile(2), laterKeyFile(3), historyFile} {
		if info, err := os.Stat(c.dataPath("keys", name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v (%v)", name, info, err)
		}
	}
}

func TestRotateRefuses(t *testing.T) {
	t.Parallel()
	c := developmentConfig(t)
	if _, err := rotateKey(c, today, today, rand.Reader); err == nil || !strings.Contains(err.Error(), "to come") {
		t.Errorf("a key took over from processes that run: %v", err)
	}
	if _, err := rotateKey(c, tomorrow, today, rand.Reader); err != nil {
		t.Fatal(err)
	}
	history := mustKeyring(t, c).History()
	if _, err := rotateKey(c, tomorrow.Add(-time.Hour), today, rand.Reader); err == nil {
		t.Error("a key took over before the one before it did")
	}
	if mustKeyring(t, c).History() != history {
		t.Error("a refusal changed the history")
	}
}

// TestRotateTakesUpWhatBrokeOff: a key without its statement is not used, and
// stops nobody from starting.
func TestRotateTakesUpWhatBrokeOff(t *testing.T) {
	t.Parallel()
	c := developmentConfig(t)
	before := mustKeyring(t, c).History()
	next, err := rotateKey(c, tomorrow, today, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeDurably(c.dataPath("keys", historyFile), []byte(before)); err != nil {
		t.Fatal(err)
	}
	if signerAt(t, mustKeyring(t, c), tomorrow) == next.VerifierKey() {
		t.Error("a key that nobody handed over to signs")
	}
	again, err := rotateKey(c, tomorrow, today, rand.Reader)
	if err != nil || again.VerifierKey() != next.VerifierKey() {
		t.Errorf("another key was made (%v)", err)
	}
}

func TestKeyringWithoutItsNewestKey(t *testing.T) {
	t.Parallel()
	c := developmentConfig(t)
	mustKeyring(t, c)
	if _, err := rotateKey(c, tomorrow, today, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(c.dataPath("keys", firstKeyFile)); err != nil {
		t.Fatal(err)
	}
	keys := mustKeyring(t, c) // a key that had its time may be gone
	if _, err := keys.FindSignerAt(today); err == nil {
		t.Error("a key that is gone signs")
	}
	if err := os.Remove(c.dataPath("keys", laterKeyFile(2))); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKeyring(c); err == nil {
		t.Error("it starts without the key it must sign with")
	}
}

func TestRotationIsTold(t *testing.T) {
	t.Parallel()
	c := developmentConfig(t)
	next, err := rotateKey(c, tomorrow, today, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printRotation(&out, c, next, tomorrow); err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{"2026-11-22T04:00:00Z", next.VerifierKey(), "fingerprint", "Restart every process"} {
		if !strings.Contains(out.String(), says) {
			t.Errorf("it does not say %q:\n%s", says, out.String())
		}
	}
}
