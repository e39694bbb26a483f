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

// keyPeriod is one key and the start of its validity, which ends when the next
// key's validity starts.
type keyPeriod struct {
	key  key
	from time.Time
}

const historyLines = 4

// checkHistory verifies the key history: one statement for each key, signed by
// that key and, from the second on, also by the previous key.
func (c *verification) checkHistory() error {
	raw, err := c.readSmall(historyPath, maxHistory)
	if err != nil {
		return err
	}
	lines := strings.Split(string(raw), "\n")
	before := sha256.New()
	for len(lines) > 1 || len(c.keyPeriods) == 0 {
		used := historyLines + 1 + min(2, len(c.keyPeriods)+1)
		if len(lines) <= used {
			return newFinding(historyPath, "statement %d is incomplete", len(c.keyPeriods)+1)
		}
		next, reason := c.parseStatement(lines[:used], hex.EncodeToString(before.Sum(nil)))
		if reason != "" {
			return newFinding(historyPath, "statement %d: %s", len(c.keyPeriods)+1, reason)
		}
		before.Write([]byte(strings.Join(lines[:used], "\n") + "\n"))
		c.keyPeriods, lines = append(c.keyPeriods, next), lines[used:]
	}
	if lines[0] != "" {
		return newFinding(historyPath, "its last line is incomplete")
	}
	c.summary.Keys = len(c.keyPeriods)
	for c.keyIndex = range c.keyPeriods {
		if c.keyPeriods[c.keyIndex].key.fingerprint == c.key.fingerprint && c.keyPeriods[c.keyIndex].key.name == c.key.name {
			return nil
		}
	}
	return newFinding(historyPath, "does not contain the key that signed the checkpoint")
}

// parseStatement verifies one statement, given the digest of the earlier ones. The
// reason is empty if it is valid.
func (c *verification) parseStatement(lines []string, before string) (t keyPeriod, reason string) {
	own, ok := parseKey(lines[1])
	from, err := time.Parse("2006-01-02T15:04:05Z", lines[2])
	switch {
	case lines[0] != "recourse/key/"+strconv.Itoa(len(c.keyPeriods)+1):
		return t, "its number is out of order"
	case !ok:
		return t, "its key is malformed"
	case err != nil || len(lines[2]) != len("2006-01-02T15:04:05Z"):
		return t, "its time is malformed"
	case lines[3] != before:
		return t, "its digest of the earlier statements is wrong"
	case lines[4] != "":
		return t, "it is not a signed note"
	}
	if reason := own.checkSignature(lines[:historyLines], lines[5]); reason != "" {
		return t, reason
	}
	if len(c.keyPeriods) > 0 {
		last := c.keyPeriods[len(c.keyPeriods)-1]
		if !from.After(last.from) {
			return t, "it starts before the previous key"
		}
		if reason := last.key.checkSignature(lines[:historyLines], lines[6]); reason != "" {
			return t, "the previous key: " + reason
		}
	}
	return keyPeriod{own, from}, ""
}

// isKeyValidAt reports whether the key with this index was valid at an instant.
func (c *verification) isKeyValidAt(index int, at time.Time) bool {
	return !at.Before(c.keyPeriods[index].from) && (index+1 == len(c.keyPeriods) || at.Before(c.keyPeriods[index+1].from))
}
