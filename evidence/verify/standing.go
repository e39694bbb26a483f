package verify

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

const (
	standingPath = "data/standing.json"
	maxStanding  = 16 << 20
)

// standing is what data/standing.json says that entries say, too. Values are raw
// JSON.
type standing struct {
	filed    fields           // of its case, against the facts of entry 1
	exhibits map[int64]fields // by the entry that took it in
}

type fields map[string]json.RawMessage

// checkStanding reads the file, which only the archive gets. Names are compared to
// the letter: encoding/json alone takes "ID" for "id".
func (c *check) checkStanding() error {
	if c.box.members[standingPath] == nil {
		return nil
	}
	if c.about.audience != "archive" {
		return finding(standingPath, "does not belong into a bag for %s", c.about.audience)
	}
	raw, err := c.small(standingPath, maxStanding)
	if err != nil {
		return err
	}
	line, ended := strings.CutSuffix(string(raw), "\n")
	if _, err := parseObject([]byte(line)); err != nil || !ended {
		return finding(standingPath, "not one JSON object on one line")
	}
	var all fields
	var exhibits []fields
	var counterparts []json.RawMessage
	s := &standing{exhibits: map[int64]fields{}}
	for _, err := range []error{
		json.Unmarshal([]byte(line), &all), json.Unmarshal(all["case"], &s.filed), json.Unmarshal(all["exhibits"], &exhibits),
		json.Unmarshal(s.filed["counterparts"], &counterparts),
	} {
		if err != nil {
			return finding(standingPath, "a field is missing or malformed")
		}
	}
	if !isArray(all["exhibits"]) || !isArray(s.filed["counterparts"]) {
		return finding(standingPath, "a field is missing or malformed")
	}
	if string(all["format"]) != "1" || !quoted(s.filed["id"], c.about.caseID) || !quoted(s.filed["number"], c.about.number) {
		return finding(standingPath, "its format is not 1, or it tells of another case")
	}
	s.filed["counterparts"] = []byte(strconv.Itoa(len(counterparts))) // as entry 1 counts them
	c.standing = s
	return s.take(exhibits)
}

// take keeps the exhibits by their entries, one for each.
func (s *standing) take(exhibits []fields) error {
	for _, e := range exhibits {
		var seq int64
		if json.Unmarshal(e["seq"], &seq) != nil || s.exhibits[seq] != nil {
			return finding(standingPath, "an exhibit stands twice, or without its entry")
		}
		s.exhibits[seq] = e
	}
	return nil
}

func isArray(raw []byte) bool { return bytes.HasPrefix(raw, []byte("[")) }

func quoted(raw []byte, text string) bool { return string(unquoted(raw)) == text && text != "" }

// agrees tells whether a field says what a fact says, when there is one.
func (f fields) agrees(field string, facts object, fact string) bool {
	said := facts.get(fact)
	if said == nil {
		return true
	}
	own := []byte(f[field])
	if text := unquoted(said); text != nil {
		return bytes.Equal(unquoted(own), text)
	}
	return bytes.Equal(own, said)
}

// filedAs are the facts of entry 1 that the case must agree with.
var filedAs = []string{"number", "amount_fen", "platform", "instrument", "playbook", "counterparts"}

// checkStood holds the newest entry against what data/standing.json says of it.
func (w *walk) checkStood(seq int64, entry object) error {
	s := w.c.standing
	if s == nil {
		return nil
	}
	if seq == 1 {
		facts, _ := w.inner.inner(entry, "facts")
		for _, name := range filedAs {
			if !s.filed.agrees(name, facts, name) {
				return finding(standingPath, "its %s is not the one %s was filed with", name, entryName(seq))
			}
		}
	}
	e, named := s.exhibits[seq]
	if !named {
		return nil
	}
	delete(s.exhibits, seq)
	taken := entry.get("blob") != nil && !strings.HasPrefix(w.last.kind, "export_")
	facts, _ := w.inner.inner(entry, "facts")
	if !taken || !e.agrees("id", facts, "evidence_id") || !e.agrees("kind", facts, "kind") {
		return finding(standingPath, "%s did not take in its exhibit", entryName(seq))
	}
	return nil
}

// checkStoodWhole finds exhibits whose entries are not there.
func (w *walk) checkStoodWhole() error {
	if w.c.standing != nil && len(w.c.standing.exhibits) > 0 {
		return finding(standingPath, "it lists an exhibit that no entry took in")
	}
	return nil
}
