package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"
)

const (
	rootsPath = "data/tokens/authorities.pem"
	stampPath = "data/tokens/checkpoint.tsr"
	maxRoots  = 256 << 10
)

var (
	checkpointForm = regexp.MustCompile(`^data/checkpoints/([0-9]{9})\.txt$`)
	copyForm       = regexp.MustCompile(`^data/shown/([0-9a-f]{64})(\.[a-z0-9]{1,8})?$`)
	tokenForm      = regexp.MustCompile(`^data/tokens/([0-9]{9})\.tsr$`)
)

// earlierCheckpoint is a checkpoint made at the end of an earlier stage.
type earlierCheckpoint struct {
	checkpoint
	path     string
	keyIndex int
}

// addOptional records a file that only some bags contain. Paths, and therefore
// sizes, arrive sorted.
func (l *layout) addOptional(path string) bool {
	copied, point, token := copyForm.FindStringSubmatch(path), checkpointForm.FindStringSubmatch(path), tokenForm.FindStringSubmatch(path)
	switch {
	case path == rootsPath, path == snapshotPath:
	case copied != nil && l.copies[copied[1]] == "":
		l.copies[copied[1]] = path
	case path == stampPath:
		l.tokens[path] = 0
	case point != nil:
		size, _ := strconv.ParseInt(point[1], 10, 64) // nine digits
		l.checkpoints = append(l.checkpoints, size)
	case token != nil:
		l.tokens[path], _ = strconv.ParseInt(token[1], 10, 64)
	default:
		return false
	}
	return true
}

// checkEarlierCheckpoints verifies the signatures of the earlier checkpoints, and
// that each time stamp has a checkpoint. The walk compares them with the entries.
func (c *verification) checkEarlierCheckpoints() error {
	for _, size := range c.layout.checkpoints {
		point := earlierCheckpoint{path: fmt.Sprintf("data/checkpoints/%09d.txt", size)}
		var keys []key
		for _, term := range c.keyPeriods {
			keys = append(keys, term.key)
		}
		lines, by, err := c.readNoteSignedBy(point.path, 3, keys)
		if err != nil {
			return err
		}
		if point.checkpoint, err = readCheckpoint(point.path, lines); err != nil {
			return err
		}
		if point.keyIndex = by; point.caseID != c.checkpoint.caseID || point.size != size || size >= c.checkpoint.size {
			return newFinding(point.path, "is not an earlier checkpoint of this journal")
		}
		c.earlierCheckpoints = append(c.earlierCheckpoints, point)
	}
	c.summary.Checkpoints = len(c.earlierCheckpoints)
	return c.checkStampRoots()
}

func (c *verification) checkStampRoots() error {
	for _, path := range slices.Sorted(maps.Keys(c.layout.tokens)) {
		if size := c.layout.tokens[path]; size != 0 && !slices.Contains(c.layout.checkpoints, size) {
			return newFinding(path, "there is no checkpoint of this size")
		}
	}
	here := c.container.members[rootsPath] != nil
	if here != (len(c.layout.tokens) > 0) {
		return newFinding(rootsPath, "is missing although there are time stamps, or here although there are none")
	}
	if !here {
		return nil
	}
	raw, err := c.readSmall(rootsPath, maxRoots)
	if err != nil {
		return err
	}
	var ok bool
	if c.roots, ok = parsePEM(raw); !ok {
		return newFinding(rootsPath, "not certificates in PEM form and nothing else")
	}
	return nil
}

// checkKeyAndStamp checks that the key of a checkpoint was valid when the newest
// entry it covers was received, and verifies the time stamp if there is one.
func (w *journalWalk) checkKeyAndStamp(path, token string, index int, at time.Time) error {
	if !w.v.isKeyValidAt(index, at) {
		return newFinding(path, "the key that signed it was not valid at the time of %s", entryName(int64(w.tree.size)))
	}
	if _, stamped := w.v.layout.tokens[token]; !stamped {
		return nil
	}
	der, err := w.v.readSmall(token, maxToken)
	if err != nil {
		return err
	}
	note, err := w.v.readSmall(path, maxNote)
	if err != nil {
		return err
	}
	stamp, stampedAt, err := w.v.options.verifyToken(der, sha256.Sum256(note), w.v.roots, at)
	if err != nil {
		return newFinding(token, "%v", err)
	}
	if stampedAt.Before(w.lastStamp) {
		return newFinding(token, "its time is before that of an earlier checkpoint")
	}
	w.lastStamp = stampedAt
	w.v.summary.Stamps++
	if token == stampPath {
		w.v.summary.Stamp = stamp
	}
	return nil
}

// checkRootAtCheckpoint compares an earlier checkpoint with the entries it covers.
func (w *journalWalk) checkRootAtCheckpoint() error {
	if len(w.checkpoints) == 0 || w.checkpoints[0].size != int64(w.tree.size) {
		return nil
	}
	point := w.checkpoints[0]
	w.checkpoints = w.checkpoints[1:]
	if root := w.tree.rootHash(); hex.EncodeToString(root[:]) != point.root {
		return newFinding(point.path, "its root is not that of the journal at %s", entryName(point.size))
	}
	return w.checkKeyAndStamp(point.path, fmt.Sprintf("data/tokens/%09d.tsr", point.size), point.keyIndex, w.latestTime())
}

// latestTime returns when the newest entry was received.
func (w *journalWalk) latestTime() time.Time {
	at, _ := time.Parse("2006-01-02T15:04:05.000000Z", string(w.latest.at)) // isInstant has checked it
	return at
}
