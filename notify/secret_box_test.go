package notify_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/notify"
)

var testBox = notify.NewSecretBox([32]byte{1})

func sealed(secret string) []byte { return testBox.EncryptSecret("", []byte(secret)) }

// TestAVaultKeeps: a secret comes back for its webhook and key, and for nothing
// else; nothing of it shows in what is stored.
func TestAVaultKeeps(t *testing.T) {
	t.Parallel()
	others := notify.NewSecretBox([32]byte{2})
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 16, 40).Draw(t, "secret")
		closed := testBox.EncryptSecret("w1", secret)
		if got, err := testBox.DecryptSecret("w1", closed); err != nil || !bytes.Equal(got, secret) {
			t.Fatalf("%x (%v)", got, err)
		}
		if bytes.Contains(closed, secret) || bytes.Equal(closed, testBox.EncryptSecret("w1", secret)) {
			t.Fatalf("it shows in %x", closed)
		}
		altered := bytes.Clone(closed)
		altered[rapid.IntRange(0, len(altered)-1).Draw(t, "at")] ^= 1
		_, byAnother := others.DecryptSecret("w1", closed)
		_, forAnother := testBox.DecryptSecret("w2", closed)
		_, changed := testBox.DecryptSecret("w1", altered)
		_, short := testBox.DecryptSecret("w1", closed[:rapid.IntRange(0, 27).Draw(t, "cut")])
		_, none := (*notify.SecretBox)(nil).DecryptSecret("w1", closed)
		for i, err := range []error{byAnother, forAnother, changed, short, none} {
			if err == nil {
				t.Fatalf("case %d opens", i)
			}
		}
	})
}

func hookOf(r receiver) notify.Webhook { return notify.Webhook{URL: r.URL, Secret: sealed("s")} }

// TestASecretUnderAnotherKey sends nothing, and says so to the operator.
func TestASecretUnderAnotherKey(t *testing.T) {
	t.Parallel()
	r := receive(t, ok)
	w := hookOf(r)
	w.Secret = notify.NewSecretBox([32]byte{9}).EncryptSecret(w.ID, []byte("s"))
	if got := r.poster(t, time.Now).Post(t.Context(), w, delivery()); got.Verdict != notify.TryAgain || len(r.seen) != 0 {
		t.Errorf("%+v", got)
	}
	w = hookOf(r)
	w.OldSecret = []byte("not sealed")
	if got := r.poster(t, time.Now).Post(t.Context(), w, delivery()); got.Verdict != notify.TryAgain || len(r.seen) != 0 {
		t.Errorf("%+v", got)
	}
}
