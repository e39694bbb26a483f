package journal_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"recourse/evidence/journal"
)

var begin = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

func signerNamed(t testing.TB, name string) *journal.Signer {
	t.Helper()
	secret, err := journal.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := journal.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// generations returns a history of three keys, each valid for a year.
func generations(t testing.TB) (history string, keys [3]*journal.Signer) {
	t.Helper()
	for i := range keys {
		keys[i] = signerNamed(t, "recourse.example") // the same name each time, as operators do
	}
	history, err := keys[0].StartHistory(begin)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(keys); i++ {
		if history, err = journal.RotateKey(history, keys[i-1], keys[i], begin.AddDate(i, 0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	return history, keys
}

func TestKeyringSignsWithTheKeyOfTheTime(t *testing.T) {
	t.Parallel()
	history, keys := generations(t)
	ring, err := journal.NewKeyring(history, keys[:]...)
	if err != nil || ring.History() != history {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]*journal.Signer{
		begin: keys[0], begin.AddDate(1, 0, 0).Add(-time.Microsecond): keys[0],
		begin.AddDate(1, 0, 0): keys[1], begin.AddDate(2, 0, 0): keys[2], begin.AddDate(50, 0, 0): keys[2],
	} {
		got, err := ring.FindSignerAt(at)
		if err != nil || got != want {
			t.Errorf("at %s: another key, %v", at, err)
		}
		head := journal.NewHead()
		checkpoint, err := got.SignCheckpoint("c", head)
		if err != nil {
			t.Fatal(err)
		}
		if vkey, err := ring.FindSigningKey(checkpoint); err != nil || vkey != want.VerifierKey() {
			t.Errorf("at %s: the checkpoint is attributed to %s, %v", at, vkey, err)
		}
		if signer, err := ring.FindSignerOf(want.VerifierKey()); err != nil || signer != want {
			t.Errorf("at %s: %v", at, err)
		}
	}
	if _, err := ring.FindSignerAt(begin.Add(-time.Second)); !errors.Is(err, journal.ErrKeyHistory) {
		t.Errorf("before the first key: %v", err)
	}
}

func TestKeyringDoesWithoutOldSecrets(t *testing.T) {
	t.Parallel()
	history, keys := generations(t)
	ring, err := journal.NewKeyring(history, keys[2])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.FindSignerAt(begin); !errors.Is(err, journal.ErrKeyHistory) {
		t.Errorf("a secret that is gone signs: %v", err)
	}
	if _, err := ring.FindSignerOf(keys[0].VerifierKey()); !errors.Is(err, journal.ErrKeyHistory) {
		t.Errorf("a secret that is gone is found: %v", err)
	}
	checkpoint, err := keys[0].SignCheckpoint("c", journal.NewHead())
	if err != nil {
		t.Fatal(err)
	}
	if vkey, err := ring.FindSigningKey(checkpoint); err != nil || vkey != keys[0].VerifierKey() {
		t.Errorf("an old checkpoint is not known: %s, %v", vkey, err)
	}
	foreign, err := signerNamed(t, "recourse.example").SignCheckpoint("c", journal.NewHead())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.FindSigningKey(foreign); !errors.Is(err, journal.ErrKeyHistory) {
		t.Errorf("a stranger's checkpoint is known: %v", err)
	}
}

func TestKeyringRefusesHistoriesThatDoNotHold(t *testing.T) {
	t.Parallel()
	history, keys := generations(t)
	one, err := keys[0].StartHistory(begin)
	if err != nil {
		t.Fatal(err)
	}
	stranger := signerNamed(t, "recourse.example")
	strangers, err := stranger.StartHistory(begin)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(history, "\n")
	without := func(from, to int) string { return strings.Join(lines[:from], "") + strings.Join(lines[to:], "") }
	for name, broken := range map[string]string{
		"empty":                     "",
		"cut":                       history[:len(history)-1],
		"first missing":             without(0, 6),
		"middle missing":            without(6, 13),
		"hand-over not signed":      without(12, 13),
		"new key not signed":        without(11, 12),
		"time moved":                strings.Replace(history, "2027", "2028", 1),
		"another first key":         strings.Replace(history, one, strangers, 1),
		"a stranger's statement on": history + strangers,
		"line end changed":          strings.ReplaceAll(history, "\n", "\r\n"),
		"a byte behind":             history + "\n",
	} {
		if _, err := journal.NewKeyring(broken, keys[2]); !errors.Is(err, journal.ErrKeyHistory) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := journal.NewKeyring(history, keys[0], keys[1]); !errors.Is(err, journal.ErrKeyHistory) {
		t.Errorf("without the newest secret: %v", err)
	}
	if _, err := journal.NewKeyring(history, keys[2], stranger); !errors.Is(err, journal.ErrKeyHistory) {
		t.Errorf("with a stranger's secret: %v", err)
	}
}

func TestHandOverRefuses(t *testing.T) {
	t.Parallel()
	history, keys := generations(t)
	next := signerNamed(t, "recourse.example/2029")
	for name, try := range map[string]func() (string, error){
		"by an older key":  func() (string, error) { return journal.RotateKey(history, keys[1], next, begin.AddDate(3, 0, 0)) },
		"to the same key":  func() (string, error) { return journal.RotateKey(history, keys[2], keys[2], begin.AddDate(3, 0, 0)) },
		"to a retired key": func() (string, error) { return journal.RotateKey(history, keys[2], keys[0], begin.AddDate(3, 0, 0)) },
		"before its own":   func() (string, error) { return journal.RotateKey(history, keys[2], next, begin) },
		"at the same second": func() (string, error) {
			return journal.RotateKey(history, keys[2], next, begin.AddDate(2, 0, 0).Add(time.Millisecond))
		},
		"from nothing": func() (string, error) { return journal.RotateKey("", keys[2], next, begin) },
	} {
		if _, err := try(); !errors.Is(err, journal.ErrKeyHistory) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzKeyring(f *testing.F) {
	history, keys := generations(f)
	f.Add(history)
	f.Add("recourse/key/1\n\n\n\n\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := journal.NewKeyring(text, keys[2]); err == nil && text != history {
			t.Errorf("taken: %q", text)
		}
	})
}
