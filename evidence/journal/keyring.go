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

// A history of keys is the statements by which each key took over from the one
// before, one signed note after the other. The text of a note is four lines:
//
//	recourse/key/2                       its number, from 1
//	name+hash+base64                     the verifier key
//	2027-01-01T00:00:00Z                 from when it signs checkpoints, UTC
//	64 hex digits                        SHA-256 of all statements before this one
//
// Each key signs its own statement, which proves that somebody holds it, and
// from the second on the key before signs too, which proves that it was not put
// there by a stranger. A key signs until the next one does. Whoever trusts one
// key of a history can follow it to all others.

// HistoryPrefix begins the text of every statement, so that none can be read as
// a checkpoint or a seal.
const HistoryPrefix = "recourse/key/"

// instantForm is how a statement writes its time.
const instantForm = "2006-01-02T15:04:05Z"

// ErrHistory is a history of keys that does not hold.
var ErrHistory = errors.New("history of keys")

// Begin is the history of an installation's first key. It must be in force
// before the first checkpoint it is to vouch for.
func (s *Signer) Begin(from time.Time) (history string, err error) {
	return statement("", 1, s, nil, from)
}

// HandOver adds to a history the statement by which the last key hands over to
// the next, from an instant on. The history is checked first.
func HandOver(history string, last, next *Signer, from time.Time) (string, error) {
	terms, err := parseHistory(history)
	if err != nil {
		return "", err
	}
	newest := terms[len(terms)-1]
	switch {
	case newest.vkey != last.vkey:
		return "", fmt.Errorf("%w: the last key is %s, not %s", ErrHistory, newest.vkey, last.vkey)
	case !from.Truncate(time.Second).After(newest.from):
		return "", fmt.Errorf("%w: a key takes over after the one before it did", ErrHistory)
	}
	for _, term := range terms {
		if term.vkey == next.vkey {
			return "", fmt.Errorf("%w: the key %s had its time", ErrHistory, next.vkey)
		}
	}
	return statement(history, len(terms)+1, next, last, from)
}

func statement(history string, number int, own, before *Signer, from time.Time) (string, error) {
	sum := sha256.Sum256([]byte(history))
	text := fmt.Sprintf("%s%d\n%s\n%s\n%s\n", HistoryPrefix, number, own.vkey,
		from.UTC().Truncate(time.Second).Format(instantForm), hex.EncodeToString(sum[:]))
	signers := []note.Signer{own.signer}
	if before != nil {
		signers = append(signers, before.signer)
	}
	signed, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		return "", fmt.Errorf("history of keys: %w", err)
	}
	return history + string(signed), nil
}

// term is the time of one key.
type term struct {
	vkey string
	from time.Time
}

// textLines is the number of lines of a statement before its empty line.
const textLines = 4

func parseHistory(history string) ([]term, error) {
	var terms []term
	for rest := history; rest != "" || len(terms) == 0; {
		lines := textLines + 2
		if len(terms) > 0 {
			lines++ // the signature of the key before
		}
		end := lineEnd(rest, lines)
		if end < 0 {
			return nil, fmt.Errorf("%w: statement %d is cut", ErrHistory, len(terms)+1)
		}
		before := history[:len(history)-len(rest)]
		next, err := parseStatement(rest[:end], before, terms)
		if err != nil {
			return nil, fmt.Errorf("%w: statement %d: %w", ErrHistory, len(terms)+1, err)
		}
		terms, rest = append(terms, next), rest[end:]
	}
	return terms, nil
}

// lineEnd is where so many lines end, -1 when there are fewer.
func lineEnd(text string, lines int) int {
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

func parseStatement(text, before string, terms []term) (term, error) {
	lines := strings.SplitN(text, "\n", textLines+1)
	sum := sha256.Sum256([]byte(before))
	from, err := time.Parse(instantForm, lines[2])
	switch {
	case lines[0] != HistoryPrefix+strconv.Itoa(len(terms)+1):
		return term{}, errors.New("another number was due")
	case err != nil:
		return term{}, errors.New("its time is malformed")
	case lines[3] != hex.EncodeToString(sum[:]):
		return term{}, errors.New("it follows on other statements")
	case len(terms) > 0 && !from.After(terms[len(terms)-1].from):
		return term{}, errors.New("it begins before the one before it")
	}
	keys := []string{lines[1]}
	if len(terms) > 0 {
		keys = append(keys, terms[len(terms)-1].vkey)
	}
	for _, vkey := range keys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return term{}, err
		}
		opened, err := note.Open([]byte(text), note.VerifierList(verifier))
		if err != nil {
			return term{}, err
		}
		if len(opened.Sigs)+len(opened.UnverifiedSigs) != len(keys) {
			return term{}, errors.New("it is not signed by the two keys it is about")
		}
	}
	return term{lines[1], from}, nil
}

// Keyring is the installation's keys: the history, and of its keys the secrets
// still at hand. It is read only and safe for concurrent use.
type Keyring struct {
	history string
	terms   []term
	signers map[string]*Signer // by verifier key
}

// NewKeyring checks a history and the secrets that belong to it. The secret of
// the newest key must be there.
func NewKeyring(history string, secrets ...*Signer) (*Keyring, error) {
	terms, err := parseHistory(history)
	if err != nil {
		return nil, err
	}
	k := &Keyring{history: history, terms: terms, signers: map[string]*Signer{}}
	for _, signer := range secrets {
		k.signers[signer.vkey] = signer
	}
	for _, term := range terms {
		if k.signers[term.vkey] == nil && term == terms[len(terms)-1] {
			return nil, fmt.Errorf("%w: the secret of its newest key is not at hand", ErrHistory)
		}
	}
	for vkey := range k.signers {
		if _, known := k.from(vkey); !known {
			return nil, fmt.Errorf("%w: it does not know the key %s", ErrHistory, vkey)
		}
	}
	return k, nil
}

func (k *Keyring) from(vkey string) (time.Time, bool) {
	for _, term := range k.terms {
		if term.vkey == vkey {
			return term.from, true
		}
	}
	return time.Time{}, false
}

// History is the text that goes into bags.
func (k *Keyring) History() string { return k.history }

// At is the signer for a checkpoint whose newest entry was received at an
// instant. It is an error when no key was in force then or its secret is gone.
func (k *Keyring) At(instant time.Time) (*Signer, error) {
	for i := len(k.terms) - 1; i >= 0; i-- {
		if instant.Before(k.terms[i].from) {
			continue
		}
		if signer := k.signers[k.terms[i].vkey]; signer != nil {
			return signer, nil
		}
		return nil, fmt.Errorf("%w: the secret of the key in force at %s is gone", ErrHistory, instant.UTC().Format(instantForm))
	}
	return nil, fmt.Errorf("%w: no key was in force at %s", ErrHistory, instant.UTC().Format(instantForm))
}

// Of is the signer of a verifier key, for sealing what it signed a checkpoint of.
func (k *Keyring) Of(vkey string) (*Signer, error) {
	if signer := k.signers[vkey]; signer != nil {
		return signer, nil
	}
	return nil, fmt.Errorf("%w: the secret of %s is not at hand", ErrHistory, vkey)
}

// KeyOf is the verifier key that signed a checkpoint: one of the history, in
// force or retired.
func (k *Keyring) KeyOf(checkpoint string) (vkey string, err error) {
	for _, term := range k.terms {
		verifier, err := note.NewVerifier(term.vkey)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrHistory, err)
		}
		opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
		if err == nil && len(opened.Sigs) == 1 && bytes.Count([]byte(checkpoint), []byte("\n— ")) == 1 {
			return term.vkey, nil
		}
	}
	return "", fmt.Errorf("%w: no key of it signed this checkpoint", ErrHistory)
}
