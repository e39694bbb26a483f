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
	pointName = regexp.MustCompile(`^data/checkpoints/([0-9]{9})\.txt$`)
	shownName = regexp.MustCompile(`^data/shown/([0-9a-f]{64})(\.[a-z0-9]{1,8})?$`)
	tokenName = regexp.MustCompile(`^data/tokens/([0-9]{9})\.tsr$`)
)

// earlier is a checkpoint of an earlier stage.
type earlier struct {
	checkpoint
	path string
	term int
}

// takeOptional records a file that not every bag holds. Paths come sorted, and so
// do sizes.
func (l *layout) takeOptional(path string) bool {
	copied, point, token := shownName.FindStringSubmatch(path), pointName.FindStringSubmatch(path), tokenName.FindStringSubmatch(path)
	switch {
	case path == rootsPath, path == standingPath:
	case copied != nil && l.shown[copied[1]] == "":
		l.shown[copied[1]] = path
	case path == stampPath:
		l.tokens[path] = 0
	case point != nil:
		size, _ := strconv.ParseInt(point[1], 10, 64) // nine digits
		l.points = append(l.points, size)
	case token != nil:
		l.tokens[path], _ = strconv.ParseInt(token[1], 10, 64)
	default:
		return false
	}
	return true
}

// checkPoints checks the signatures of earlier checkpoints, and that stamps have
// something to stamp. Whether they are true is seen on the walk.
func (c *check) checkPoints() error {
	for _, size := range c.layout.points {
		point := earlier{path: fmt.Sprintf("data/checkpoints/%09d.txt", size)}
		var keys []key
		for _, term := range c.terms {
			keys = append(keys, term.key)
		}
		lines, by, err := c.signedBy(point.path, 3, keys)
		if err != nil {
			return err
		}
		if point.checkpoint, err = readCheckpoint(point.path, lines); err != nil {
			return err
		}
		if point.term = by; point.caseID != c.point.caseID || point.size != size || size >= c.point.size {
			return finding(point.path, "is not an earlier checkpoint of this journal")
		}
		c.points = append(c.points, point)
	}
	c.summary.Checkpoints = len(c.points)
	return c.checkRoots()
}

func (c *check) checkRoots() error {
	for _, path := range slices.Sorted(maps.Keys(c.layout.tokens)) {
		if size := c.layout.tokens[path]; size != 0 && !slices.Contains(c.layout.points, size) {
			return finding(path, "there is no checkpoint of this size")
		}
	}
	here := c.box.members[rootsPath] != nil
	if here != (len(c.layout.tokens) > 0) {
		return finding(rootsPath, "is missing while there are time stamps, or here while there are none")
	}
	if !here {
		return nil
	}
	raw, err := c.small(rootsPath, maxRoots)
	if err != nil {
		return err
	}
	var ok bool
	if c.roots, ok = parsePEM(raw); !ok {
		return finding(rootsPath, "not certificates in PEM form and nothing else")
	}
	return nil
}

// reach is called when the walk has taken in the entries of a checkpoint, the
// newest of them received at an instant.
func (w *walk) reach(path, token string, term int, at time.Time) error {
	if !w.c.inForce(term, at) {
		return finding(path, "the key that signed it was not in force at %s", entryName(int64(w.tree.size)))
	}
	if _, stamped := w.c.layout.tokens[token]; !stamped {
		return nil
	}
	der, err := w.c.small(token, maxToken)
	if err != nil {
		return err
	}
	note, err := w.c.small(path, maxNote)
	if err != nil {
		return err
	}
	stamp, stampedAt, err := w.c.options.token(der, sha256.Sum256(note), w.c.roots, at)
	if err != nil {
		return finding(token, "%v", err)
	}
	if stampedAt.Before(w.stamped) {
		return finding(token, "its time is before that of an earlier checkpoint")
	}
	w.stamped = stampedAt
	w.c.summary.Stamps++
	if token == stampPath {
		w.c.summary.Stamp = stamp
	}
	return nil
}

// checkPoint holds an earlier checkpoint against the entries it covers.
func (w *walk) checkPoint() error {
	if len(w.points) == 0 || w.points[0].size != int64(w.tree.size) {
		return nil
	}
	point := w.points[0]
	w.points = w.points[1:]
	if root := w.tree.root(); hex.EncodeToString(root[:]) != point.root {
		return finding(point.path, "the journal had another root at %s", entryName(point.size))
	}
	return w.reach(point.path, fmt.Sprintf("data/tokens/%09d.tsr", point.size), point.term, w.at())
}

// at is when the newest entry was received.
func (w *walk) at() time.Time {
	at, _ := time.Parse("2006-01-02T15:04:05.000000Z", string(w.last.at)) // isInstant has seen it
	return at
}
