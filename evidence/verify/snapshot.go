package verify

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

const (
	snapshotPath = "data/standing.json"
	maxSnapshot  = 16 << 20
)

// caseSnapshot holds the parts of data/standing.json, the state of the case at the
// export, that entries also contain. Values are raw JSON.
type caseSnapshot struct {
	filed    rawFields           // of the case, to compare with the facts of entry 1
	exhibits map[int64]rawFields // by the entry that recorded the file
}

type rawFields map[string]json.RawMessage

// checkSnapshot reads the file, which only bags for the archive contain. It decodes
// into maps because encoding/json would accept "ID" for "id" in a struct.
func (c *verification) checkSnapshot() error {
	if c.container.members[snapshotPath] == nil {
		return nil
	}
	if c.caseInfo.audience != "archive" {
		return newFinding(snapshotPath, "does not belong in a bag for %s", c.caseInfo.audience)
	}
	raw, err := c.readSmall(snapshotPath, maxSnapshot)
	if err != nil {
		return err
	}
	line, ended := strings.CutSuffix(string(raw), "\n")
	if _, err := parseObject([]byte(line)); err != nil || !ended {
		return newFinding(snapshotPath, "not one JSON object on one line")
	}
	var all rawFields
	var exhibits []rawFields
	var counterparts []json.RawMessage
	s := &caseSnapshot{exhibits: map[int64]rawFields{}}
	for _, err := range []error{
		json.Unmarshal([]byte(line), &all), json.Unmarshal(all["case"], &s.filed), json.Unmarshal(all["exhibits"], &exhibits),
		json.Unmarshal(s.filed["counterparts"], &counterparts),
	} {
		if err != nil {
			return newFinding(snapshotPath, "a field is missing or malformed")
		}
	}
	if !isArray(all["exhibits"]) || !isArray(s.filed["counterparts"]) {
		return newFinding(snapshotPath, "a field is missing or malformed")
	}
	if string(all["format"]) != "1" || !equalsString(s.filed["id"], c.caseInfo.caseID) || !equalsString(s.filed["number"], c.caseInfo.number) {
		return newFinding(snapshotPath, "its format is not 1, or it belongs to another case")
	}
	s.filed["counterparts"] = []byte(strconv.Itoa(len(counterparts))) // as entry 1 counts them
	c.snapshot = s
	return s.addExhibits(exhibits)
}

// addExhibits indexes the exhibits by their entries, at most one for each.
func (s *caseSnapshot) addExhibits(exhibits []rawFields) error {
	for _, e := range exhibits {
		var seq int64
		if json.Unmarshal(e["seq"], &seq) != nil || s.exhibits[seq] != nil {
			return newFinding(snapshotPath, "an exhibit is there twice, or has no entry")
		}
		s.exhibits[seq] = e
	}
	return nil
}

func isArray(raw []byte) bool { return bytes.HasPrefix(raw, []byte("[")) }

func equalsString(raw []byte, text string) bool {
	return string(decodeString(raw)) == text && text != ""
}

// matchesFact reports whether a field equals a fact, or the fact is absent.
func (f rawFields) matchesFact(field string, facts object, fact string) bool {
	said := facts.rawValue(fact)
	return said == nil || f.equalsRaw(field, said)
}

// equalsRaw reports whether a field equals a JSON value.
func (f rawFields) equalsRaw(field string, said []byte) bool {
	own := []byte(f[field])
	if text := decodeString(said); text != nil {
		return bytes.Equal(decodeString(own), text)
	}
	return bytes.Equal(own, said)
}

// filedFacts are the facts of entry 1 that the case must match.
var filedFacts = []string{"number", "amount_fen", "platform", "instrument", "playbook", "counterparts"}

// checkSnapshotEntry compares the newest entry with data/standing.json.
func (w *journalWalk) checkSnapshotEntry(seq int64, entry object) error {
	s := w.v.snapshot
	if s == nil {
		return nil
	}
	if err := w.followAmendment(seq, entry); err != nil {
		return err
	}
	e, named := s.exhibits[seq]
	if !named {
		return nil
	}
	delete(s.exhibits, seq)
	taken := entry.rawValue("blob") != nil && !strings.HasPrefix(w.latest.kind, "export_")
	facts, _ := w.inner.parseMember(entry, "facts")
	if !taken || !e.matchesFact("id", facts, "evidence_id") || !e.matchesFact("kind", facts, "kind") {
		return newFinding(snapshotPath, "%s did not record its exhibit", entryName(seq))
	}
	return nil
}

// followAmendment collects what the entries say last about the fields that the case must
// match: entry 1, and later entries that amend the payment, add a counterpart or take
// one back.
func (w *journalWalk) followAmendment(seq int64, entry object) error {
	facts, _ := w.inner.parseMember(entry, "facts")
	if w.stated == nil {
		w.stated = map[string]string{}
	}
	switch kind := w.latest.kind; {
	case seq == 1:
		for _, name := range filedFacts {
			w.state(facts, name)
		}
	case kind == "facts_amended":
		w.state(facts, "amount_fen")
		w.state(facts, "instrument")
	case kind == "counterpart_added":
		w.added++
	case kind == "entry_corrected" && string(decodeString(facts.rawValue("corrected_kind"))) == "counterpart_added" && facts.rawValue("replacement") == nil:
		w.added--
	}
	return nil
}

func (w *journalWalk) state(facts object, name string) {
	if value := facts.rawValue(name); value != nil {
		w.stated[name] = string(value)
	}
}

// checkStated compares the case with what the entries say.
func (w *journalWalk) checkStated() error {
	for _, name := range filedFacts {
		said, present := w.stated[name]
		if !present {
			continue
		}
		if count, err := strconv.Atoi(said); name == "counterparts" && err == nil {
			said = strconv.Itoa(count + w.added)
		}
		if !w.v.snapshot.filed.equalsRaw(name, []byte(said)) {
			return newFinding(snapshotPath, "its %s is not the one entry 1 was filed with", name)
		}
	}
	return nil
}

// checkSnapshotComplete finds exhibits without an entry, and fields that contradict the
// entries.
func (w *journalWalk) checkSnapshotComplete() error {
	if w.v.snapshot != nil {
		if err := w.checkStated(); err != nil {
			return err
		}
	}
	if w.v.snapshot != nil && len(w.v.snapshot.exhibits) > 0 {
		return newFinding(snapshotPath, "it lists an exhibit that no entry recorded")
	}
	return nil
}
