package verify

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// required are the files every bag holds, in the order in which a missing one
// is told.
var required = []string{
	"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "dossier.pdf", "verify.sh", "核验说明.txt",
	aboutPath, pointPath, entriesPath, valuesPath, pemPath, vkeyPath, historyPath,
}

const sealPath = "seal.txt" // the only file that may be missing

var original = regexp.MustCompile(`^data/originals/([0-9a-f]{64})(\.[a-z0-9]{1,8})?$`)

// layout is what lies in the bag beyond the required files.
type layout struct {
	originals map[string]string // path by digest
	shown     map[string]string // path of a copy, by its digest
	sealed    bool
	points    []int64          // sizes of the earlier checkpoints, sorted
	tokens    map[string]int64 // size by path of a time stamp, 0 for the bag's own checkpoint
}

// checkLayout tells missing files, then extra ones, each in a fixed order.
func (c *check) checkLayout() error {
	for _, path := range required {
		if c.box.members[path] == nil {
			return finding(path, "is missing")
		}
	}
	c.layout.originals, c.layout.shown, c.layout.tokens = map[string]string{}, map[string]string{}, map[string]int64{}
	for _, path := range slices.Sorted(maps.Keys(c.box.members)) {
		match := original.FindStringSubmatch(path)
		switch {
		case match != nil && c.layout.originals[match[1]] != "":
			return finding(path, "the same original stands twice")
		case match != nil:
			c.layout.originals[match[1]] = path
		case path == sealPath:
			c.layout.sealed = true
		case c.layout.takeOptional(path):
		case !slices.Contains(required, path):
			return finding(path, "does not belong into the bag")
		}
	}
	c.summary.Originals, c.summary.Sealed = len(c.layout.originals), c.layout.sealed
	return nil
}

const (
	aboutPath = "data/case.json"
	maxAbout  = 16 << 20 // it may list many originals that are not here
)

// about is what data/case.json says.
type about struct {
	number, caseID, audience, generator, custodian string
	at                                             time.Time
	pace, entries                                  int64
	withheld, erased, shown                        []string // sorted digests
}

var number = regexp.MustCompile(`^R[0-9]{8}-[0-9]{6,12}$`)

// readAbout reads the fields; ok is false when one is missing or of the wrong
// kind.
func readAbout(o object) (a about, ok bool) {
	texts := map[string]*string{
		"number": &a.number, "case": &a.caseID, "audience": &a.audience, "generator": &a.generator, "custodian": &a.custodian,
	}
	for name, field := range texts {
		if *field, ok = o.text(name); !ok {
			return a, false
		}
	}
	at, _ := o.text("at")
	var err error
	if a.at, err = time.Parse("2006-01-02T15:04:05Z", at); err != nil || len(at) != len("2006-01-02T15:04:05Z") {
		return a, false
	}
	if a.pace, ok = o.whole("pace"); !ok {
		return a, false
	}
	if a.entries, ok = o.whole("entries"); !ok {
		return a, false
	}
	if a.withheld, ok = digests(o.get("withheld")); !ok {
		return a, false
	}
	for name, list := range map[string]*[]string{"erased": &a.erased, "shown": &a.shown} {
		if o.get(name) == nil {
			continue
		}
		if *list, ok = digests(o.get(name)); !ok {
			return a, false
		}
	}
	return a, true
}

// digests reads a JSON array of distinct sorted digests, written without space.
func digests(raw []byte) ([]string, bool) {
	text := string(raw)
	if text == "[]" {
		return nil, true
	}
	if len(text) < 4 || text[:2] != `["` || text[len(text)-2:] != `"]` {
		return nil, false
	}
	list := strings.Split(text[2:len(text)-2], `","`)
	for i, digest := range list {
		if !isDigest([]byte(digest)) || i > 0 && list[i-1] >= digest {
			return nil, false
		}
	}
	return list, true
}

// full tells an audience that gets every original there is.
func (a *about) full() bool { return a.audience == "court" || a.audience == "archive" }

func (a *about) contradicts() bool {
	return slices.ContainsFunc(a.erased, func(digest string) bool {
		_, both := slices.BinarySearch(a.withheld, digest)
		return both
	})
}

func (c *check) checkAbout() error {
	raw, err := c.small(aboutPath, maxAbout)
	if err != nil {
		return err
	}
	line, ended := strings.CutSuffix(string(raw), "\n")
	fields, err := parseObject([]byte(line))
	if err != nil || !ended {
		return finding(aboutPath, "not one JSON object on one line")
	}
	if format, _ := fields.whole("format"); format != 2 {
		return finding(aboutPath, "its format is not 2; a newer version of this program may know it")
	}
	a, ok := readAbout(fields)
	switch {
	case !ok:
		return finding(aboutPath, "a field is missing or malformed")
	case !number.MatchString(a.number):
		return finding(aboutPath, "its case number is malformed")
	case a.caseID != c.point.caseID:
		return finding(aboutPath, "it tells of another case than the checkpoint")
	case !a.full() && a.audience != "opponent" && a.audience != "platform":
		return finding(aboutPath, "its audience is unknown")
	case a.full() && len(a.withheld) > 0:
		return finding(aboutPath, "it withholds an original, and a bag for %s holds every one that was not erased", a.audience)
	case a.contradicts():
		return finding(aboutPath, "it calls an original both withheld and erased")
	case a.entries != c.point.size:
		return finding(aboutPath, "it counts %d entries, the checkpoint %d", a.entries, c.point.size)
	}
	c.about = a
	c.summary.Number, c.summary.Audience, c.summary.Generator, c.summary.Custodian = a.number, a.audience, a.generator, a.custodian
	c.summary.At, c.summary.Pace, c.summary.Withheld = a.at.Format(time.RFC3339), a.pace, len(a.withheld)
	c.summary.Shown = len(a.shown)
	return c.checkShown(a)
}
