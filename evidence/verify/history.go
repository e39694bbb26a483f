package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

const (
	historyPath = "data/keys/history.txt"
	maxHistory  = 1 << 20
)

// term is the time of one key: from when it signs checkpoints until the next
// one does.
type term struct {
	key  key
	from time.Time
}

const historyLines = 4

// checkHistory reads how each key took over from the one before it: signed by
// itself and, from the second on, by the one before.
func (c *check) checkHistory() error {
	raw, err := c.small(historyPath, maxHistory)
	if err != nil {
		return err
	}
	lines := strings.Split(string(raw), "\n")
	before := sha256.New()
	for len(lines) > 1 || len(c.terms) == 0 {
		used := historyLines + 1 + min(2, len(c.terms)+1)
		if len(lines) <= used {
			return finding(historyPath, "statement %d is cut", len(c.terms)+1)
		}
		next, reason := c.statement(lines[:used], hex.EncodeToString(before.Sum(nil)))
		if reason != "" {
			return finding(historyPath, "statement %d: %s", len(c.terms)+1, reason)
		}
		before.Write([]byte(strings.Join(lines[:used], "\n") + "\n"))
		c.terms, lines = append(c.terms, next), lines[used:]
	}
	if lines[0] != "" {
		return finding(historyPath, "its last line does not end")
	}
	c.summary.Keys = len(c.terms)
	for c.term = range c.terms {
		if c.terms[c.term].key.fingerprint == c.key.fingerprint && c.terms[c.term].key.name == c.key.name {
			return nil
		}
	}
	return finding(historyPath, "does not know the key the checkpoint is signed with")
}

// statement judges one, given the digest of those before it.
func (c *check) statement(lines []string, before string) (t term, reason string) {
	own, ok := parseKey(lines[1])
	from, err := time.Parse("2006-01-02T15:04:05Z", lines[2])
	switch {
	case lines[0] != "recourse/key/"+strconv.Itoa(len(c.terms)+1):
		return t, "it carries another number"
	case !ok:
		return t, "its key is malformed"
	case err != nil || len(lines[2]) != len("2006-01-02T15:04:05Z"):
		return t, "its time is malformed"
	case lines[3] != before:
		return t, "it follows on other statements"
	case lines[4] != "":
		return t, "it is not a signed note"
	}
	if reason := own.signed(lines[:historyLines], lines[5]); reason != "" {
		return t, reason
	}
	if len(c.terms) > 0 {
		last := c.terms[len(c.terms)-1]
		if !from.After(last.from) {
			return t, "it begins before the one before it"
		}
		if reason := last.key.signed(lines[:historyLines], lines[6]); reason != "" {
			return t, "the key before: " + reason
		}
	}
	return term{own, from}, ""
}

// inForce tells whether the key of a term signed checkpoints at an instant.
func (c *check) inForce(term int, at time.Time) bool {
	return !at.Before(c.terms[term].from) && (term+1 == len(c.terms) || at.Before(c.terms[term+1].from))
}
