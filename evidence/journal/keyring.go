package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A key history is a sequence of signed notes, one statement for each key. The
// text of a statement has four lines:
//
//	recourse/key/2                       number of the key, from 1
//	name+hash+base64                     the verifier key
//	2027-01-01T00:00:00Z                 start of its validity, UTC
//	64 hex digits                        SHA-256 of all earlier statements
//
// Each key signs its own statement, which proves possession of the private key.
// From the second statement on, the previous key signs too, which proves that the
// rotation was authorized. A key is valid until the next one starts. So one
// trusted key is enough to verify all keys of the history.

// StatementPrefix starts the text of every statement, so that a statement is never
// valid as a checkpoint or a seal.
const StatementPrefix = "recourse/key/"

// instantLayout is the format of the time in a statement.
const instantLayout = "2006-01-02T15:04:05Z"

// ErrKeyHistory is returned for an invalid key history, and for a key that the
// history does not contain or whose secret is missing.
var ErrKeyHistory = errors.New("key history")

// StartHistory returns the key history of an installation's first key. The key
// signs checkpoints whose newest entry was received at or after from.
func (s *Signer) StartHistory(from time.Time) (history string, err error) {
	return signStatement("", 1, s, nil, from)
}

// RotateKey adds a statement to the history: next replaces current from the given
// time on. It verifies the history first.
func RotateKey(history string, current, next *Signer, from time.Time) (string, error) {
	periods, err := parseKeyHistory(history)
	if err != nil {
		return "", err
	}
	newest := periods[len(periods)-1]
	switch {
	case newest.vkey != current.vkey:
		return "", fmt.Errorf("%w: its newest key is %s, not %s", ErrKeyHistory, newest.vkey, current.vkey)
	case !from.Truncate(time.Second).After(newest.from):
		return "", fmt.Errorf("%w: a key must start after the previous key", ErrKeyHistory)
	}
	for _, period := range periods {
		if period.vkey == next.vkey {
			return "", fmt.Errorf("%w: the key %s was used before", ErrKeyHistory, next.vkey)
		}
	}
	return signStatement(history, len(periods)+1, next, current, from)
}

func signStatement(history string, number int, key, previous *Signer, from time.Time) (string, error) {
	sum := sha256.Sum256([]byte(history))
	text := fmt.Sprintf("%s%d\n%s\n%s\n%s\n", StatementPrefix, number, key.vkey,
		from.UTC().Truncate(time.Second).Format(instantLayout), hex.EncodeToString(sum[:]))
	signers := []note.Signer{key.signer}
	if previous != nil {
		signers = append(signers, previous.signer)
	}
	signed, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		return "", fmt.Errorf("key history: %w", err)
	}
	return history + string(signed), nil
}

// keyPeriod is one key and the start of its validity.
type keyPeriod struct {
	vkey string
	from time.Time
}

// statementLines is the number of lines in the text of a statement.
const statementLines = 4

func parseKeyHistory(history string) ([]keyPeriod, error) {
	var periods []keyPeriod
	for rest := history; rest != "" || len(periods) == 0; {
		lines := statementLines + 2
		if len(periods) > 0 {
			lines++ // the signature of the previous key
		}
		end := findLineEnd(rest, lines)
		if end < 0 {
			return nil, fmt.Errorf("%w: statement %d is incomplete", ErrKeyHistory, len(periods)+1)
		}
		earlier := history[:len(history)-len(rest)]
		next, err := parseStatement(rest[:end], earlier, periods)
		if err != nil {
			return nil, fmt.Errorf("%w: statement %d: %w", ErrKeyHistory, len(periods)+1, err)
		}
		periods, rest = append(periods, next), rest[end:]
	}
	return periods, nil
}

// findLineEnd returns the offset after the given number of lines, or -1 if there
// are fewer.
func findLineEnd(text string, lines int) int {
	at := 0
	for range lines {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			return -1
		}
		at += end + 1
	}
	return at
}

func parseStatement(text, earlier string, periods []keyPeriod) (keyPeriod, error) {
	lines := strings.SplitN(text, "\n", statementLines+1)
	sum := sha256.Sum256([]byte(earlier))
	from, err := time.Parse(instantLayout, lines[2])
	switch {
	case lines[0] != StatementPrefix+strconv.Itoa(len(periods)+1):
		return keyPeriod{}, errors.New("its number is out of order")
	case err != nil:
		return keyPeriod{}, errors.New("its time is malformed")
	case lines[3] != hex.EncodeToString(sum[:]):
		return keyPeriod{}, errors.New("its digest of the earlier statements is wrong")
	case len(periods) > 0 && !from.After(periods[len(periods)-1].from):
		return keyPeriod{}, errors.New("it starts before the previous key")
	}
	keys := []string{lines[1]}
	if len(periods) > 0 {
		keys = append(keys, periods[len(periods)-1].vkey)
	}
	for _, vkey := range keys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return keyPeriod{}, err
		}
		opened, err := note.Open([]byte(text), note.VerifierList(verifier))
		if err != nil {
			return keyPeriod{}, err
		}
		if len(opened.Sigs)+len(opened.UnverifiedSigs) != len(keys) {
			return keyPeriod{}, errors.New("it is not signed by exactly the required keys")
		}
	}
	return keyPeriod{lines[1], from}, nil
}

// Keyring is the key history of an installation with the secrets that are still
// available. It is immutable and safe for concurrent use.
type Keyring struct {
	history string
	periods []keyPeriod
	signers map[string]*Signer // by verifier key
}

// NewKeyring verifies a key history. The secret of the newest key is required;
// secrets of older keys are optional.
func NewKeyring(history string, signers ...*Signer) (*Keyring, error) {
	periods, err := parseKeyHistory(history)
	if err != nil {
		return nil, err
	}
	k := &Keyring{history: history, periods: periods, signers: map[string]*Signer{}}
	for _, signer := range signers {
		k.signers[signer.vkey] = signer
	}
	for _, period := range periods {
		if k.signers[period.vkey] == nil && period == periods[len(periods)-1] {
			return nil, fmt.Errorf("%w: the secret of its newest key is missing", ErrKeyHistory)
		}
	}
	for vkey := range k.signers {
		if _, known := k.findStart(vkey); !known {
			return nil, fmt.Errorf("%w: it does not contain the key %s", ErrKeyHistory, vkey)
		}
	}
	return k, nil
}

func (k *Keyring) findStart(vkey string) (time.Time, bool) {
	for _, period := range k.periods {
		if period.vkey == vkey {
			return period.from, true
		}
	}
	return time.Time{}, false
}

// History returns the key history as text; bags contain it.
func (k *Keyring) History() string { return k.history }

// FindSignerAt returns the signer for a checkpoint whose newest entry was received at
// instant. It fails if no key was valid then or its secret is missing.
func (k *Keyring) FindSignerAt(instant time.Time) (*Signer, error) {
	for i := len(k.periods) - 1; i >= 0; i-- {
		if instant.Before(k.periods[i].from) {
			continue
		}
		if signer := k.signers[k.periods[i].vkey]; signer != nil {
			return signer, nil
		}
		return nil, fmt.Errorf("%w: the secret of the key valid at %s is missing", ErrKeyHistory, instant.UTC().Format(instantLayout))
	}
	return nil, fmt.Errorf("%w: no key was valid at %s", ErrKeyHistory, instant.UTC().Format(instantLayout))
}

// FindSignerOf returns the signer with a verifier key. A bag is sealed with the key
// that signed its checkpoint.
func (k *Keyring) FindSignerOf(vkey string) (*Signer, error) {
	if signer := k.signers[vkey]; signer != nil {
		return signer, nil
	}
	return nil, fmt.Errorf("%w: the secret of %s is missing", ErrKeyHistory, vkey)
}

// FindSigningKey returns the verifier key of the key that signed a checkpoint. It may
// be an older key of the history.
func (k *Keyring) FindSigningKey(checkpoint string) (vkey string, err error) {
	for _, period := range k.periods {
		verifier, err := note.NewVerifier(period.vkey)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrKeyHistory, err)
		}
		opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
		if err == nil && len(opened.Sigs) == 1 && bytes.Count([]byte(checkpoint), []byte("\n— ")) == 1 {
			return period.vkey, nil
		}
	}
	return "", fmt.Errorf("%w: none of its keys signed this checkpoint", ErrKeyHistory)
}
