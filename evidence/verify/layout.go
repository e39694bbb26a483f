package verify

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// required are the files of every bag, in the order in which they are checked.
var required = []string{
	"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "dossier.pdf", "verify.sh", "核验说明.txt",
	casePath, checkpointPath, entriesPath, valuesPath, pemPath, vkeyPath, historyPath,
}

const sealPath = "seal.txt" // present only in sealed bags

var originalForm = regexp.MustCompile(`^data/originals/([0-9a-f]{64})(\.[a-z0-9]{1,8})?$`)

// layout lists the files of a bag that are not required.
type layout struct {
	originals   map[string]string // path by digest
	copies      map[string]string // path by digest of the copy
	sealed      bool
	checkpoints []int64          // sizes of the earlier checkpoints, sorted
	tokens      map[string]int64 // checkpoint size by path of the time stamp; 0 for the bag's own checkpoint
}

// checkLayout reports missing files first, then unexpected ones, in a fixed order.
func (c *verification) checkLayout() error {
	for _, path := range required {
		if c.container.members[path] == nil {
			return newFinding(path, "is missing")
		}
	}
	c.layout.originals, c.layout.copies, c.layout.tokens = map[string]string{}, map[string]string{}, map[string]int64{}
	for _, path := range slices.Sorted(maps.Keys(c.container.members)) {
		match := originalForm.FindStringSubmatch(path)
		switch {
		case match != nil && c.layout.originals[match[1]] != "":
			return newFinding(path, "the same original is here twice")
		case match != nil:
			c.layout.originals[match[1]] = path
		case path == sealPath:
			c.layout.sealed = true
		case c.layout.addOptional(path):
		case !slices.Contains(required, path):
			return newFinding(path, "does not belong in the bag")
		}
	}
	c.summary.Originals, c.summary.Sealed = len(c.layout.originals), c.layout.sealed
	return nil
}

const (
	casePath    = "data/case.json"
	maxCaseFile = 16 << 20 // it may list many absent originals
)

// caseInfo is the content of data/case.json.
type caseInfo struct {
	number, caseID, audience, generator, custodian string
	at                                             time.Time
	pace, entries                                  int64
	withheld, erased, copies                       []string // sorted digests
}

var numberForm = regexp.MustCompile(`^R[0-9]{8}-[0-9]{6,12}$`)

// readCaseInfo reads the fields; ok is false if one is missing or has the wrong
// type.
func readCaseInfo(o object) (a caseInfo, ok bool) {
	texts := map[string]*string{
		"number": &a.number, "case": &a.caseID, "audience": &a.audience, "generator": &a.generator, "custodian": &a.custodian,
	}
	for name, field := range texts {
		if *field, ok = o.stringValue(name); !ok {
			return a, false
		}
	}
	at, _ := o.stringValue("at")
	var err error
	if a.at, err = time.Parse("2006-01-02T15:04:05Z", at); err != nil || len(at) != len("2006-01-02T15:04:05Z") {
		return a, false
	}
	if a.pace, ok = o.wholeNumber("pace"); !ok {
		return a, false
	}
	if a.entries, ok = o.wholeNumber("entries"); !ok {
		return a, false
	}
	if a.withheld, ok = parseDigests(o.rawValue("withheld")); !ok {
		return a, false
	}
	for name, list := range map[string]*[]string{"erased": &a.erased, "shown": &a.copies} {
		if o.rawValue(name) == nil {
			continue
		}
		if *list, ok = parseDigests(o.rawValue(name)); !ok {
			return a, false
		}
	}
	return a, true
}

// parseDigests parses a JSON array of sorted, distinct digests without white space.
func parseDigests(raw []byte) ([]string, bool) {
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

// mustHoldAllOriginals reports whether the audience receives every original.
func (a *caseInfo) mustHoldAllOriginals() bool {
	return a.audience == "court" || a.audience == "archive"
}

func (a *caseInfo) listsDigestTwice() bool {
	return slices.ContainsFunc(a.erased, func(digest string) bool {
		_, both := slices.BinarySearch(a.withheld, digest)
		return both
	})
}

func (c *verification) checkCaseFile() error {
	raw, err := c.readSmall(casePath, maxCaseFile)
	if err != nil {
		return err
	}
	line, ended := strings.CutSuffix(string(raw), "\n")
	fields, err := parseObject([]byte(line))
	if err != nil || !ended {
		return newFinding(casePath, "not one JSON object on one line")
	}
	if format, _ := fields.wholeNumber("format"); format != 2 {
		return newFinding(casePath, "its format is not 2; a newer version of this program may know it")
	}
	a, ok := readCaseInfo(fields)
	switch {
	case !ok:
		return newFinding(casePath, "a field is missing or malformed")
	case !numberForm.MatchString(a.number):
		return newFinding(casePath, "its case number is malformed")
	case a.caseID != c.checkpoint.caseID:
		return newFinding(casePath, "its case is not that of the checkpoint")
	case !a.mustHoldAllOriginals() && a.audience != "opponent" && a.audience != "platform":
		return newFinding(casePath, "its audience is unknown")
	case a.mustHoldAllOriginals() && len(a.withheld) > 0:
		return newFinding(casePath, "it withholds an original, but a bag for %s must contain every original that was not erased", a.audience)
	case a.listsDigestTwice():
		return newFinding(casePath, "it lists an original both as withheld and as erased")
	case a.entries != c.checkpoint.size:
		return newFinding(casePath, "it has %d entries, the checkpoint %d", a.entries, c.checkpoint.size)
	}
	c.caseInfo = a
	c.summary.Number, c.summary.Audience, c.summary.Generator, c.summary.Custodian = a.number, a.audience, a.generator, a.custodian
	c.summary.At, c.summary.Pace, c.summary.Withheld = a.at.Format(time.RFC3339), a.pace, len(a.withheld)
	c.summary.Shown = len(a.copies)
	return c.checkCopyList(a)
}
