package dossier

import (
	"slices"
	"strconv"
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

// writeAuthenticity answers each factor of 证据规定 93 with what the journal records,
// and states what it does not prove.
func (s *composer) writeAuthenticity() {
	s.book.AddParagraph(prosePara(s.legal("authenticity_intro")))
	s.book.AddSpace(2)
	table := newTable(52, frame.Width()-52)
	table.Head = headRow(s.t.text("col_factor"), s.t.text("col_holds"))
	for i, points := range s.t.Factors {
		var held []typeset.Paragraph
		for _, key := range points {
			if text := s.recordedText(key, s.journalCheck); text != "" {
				held = append(held, compactPara(cell, text))
			}
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{cellOf(cell, s.t.Text("paper.factor."+strconv.Itoa(i))), {Paragraphs: held}}})
	}
	s.book.AddTable(table)
	s.writeHeading(s.t.text("plain_title"))
	facts := s.t.ListTexts("paper.plain_fact")
	for i, text := range facts {
		s.book.AddParagraph(itemPara(itemNumber(i), text.Fill()))
	}
	s.book.AddParagraph(itemPara(itemNumber(len(facts)), s.plainTime()))
	s.book.AddParagraph(itemPara(itemNumber(len(facts)+1), s.plainSeal()))
	if s.shows(recovery.Weaknesses) {
		s.writeSupport()
	}
}

// recordedText returns what the journal records on one point.
func (s *composer) recordedText(key string, a journalCheck) string {
	switch key {
	case "collectors":
		return s.t.hold(key, "list", s.collectorList())
	case "server":
		return s.t.hold(key, "generator", orNone(s.folio.Generator, s.t))
	case "order", "chain", "root", "recomputed":
		return s.recomputedText(key, a)
	case "viewed":
		if !recovery.ReadsEntries(s.folio.Audience, recovery.EntryEvidenceViewed) {
			return ""
		}
		return s.t.hold(key, "count", s.countViewings())
	case "ordinary":
		return s.originCounts()
	case "actors":
		return s.t.hold(key, "list", s.actorList())
	case "custodian":
		return s.t.hold(key, "custodian", orNone(s.folio.Custodian, s.t))
	case "nothing_outside":
		if s.folio.Stamp != nil {
			return s.t.hold("outside_time", "time", formatTime(s.folio.Stamp.At))
		}
		return s.t.hold(key)
	case "pace":
		if s.folio.Case.Pace <= 1 {
			return ""
		}
		return s.t.hold(key, "pace", s.folio.Case.Pace)
	default:
		return s.t.hold(key)
	}
}

// recomputedText returns the result of recomputing hashes and digests for this
// dossier.
func (s *composer) recomputedText(key string, a journalCheck) string {
	verdict := func(good bool, yes, no string) string {
		if good {
			return yes
		}
		return no
	}
	switch key {
	case "order":
		monotone := verdict(a.backwards == 0, s.t.hold("monotone"), s.t.hold("not_monotone", "count", a.backwards))
		return s.t.hold(key, "count", len(s.folio.Entries), "first", formatStamp(a.first), "last", formatStamp(a.last), "monotone", monotone)
	case "chain":
		good := s.t.hold("chain_good", "count", len(s.folio.Entries))
		return s.t.hold(key, "result", verdict(len(a.wrong) == 0, good, s.t.hold("chain_bad", "list", joinNumbers(a.wrong))))
	case "root":
		return s.t.hold(key, "result", verdict(a.rootHolds, s.t.hold("root_good"), s.t.hold("root_bad")))
	default:
		bad := s.t.hold("recomputed_bad", "bad", s.mismatched)
		return s.t.hold(key, "count", s.reopened, "result", verdict(s.mismatched == 0, s.t.hold("recomputed_good"), bad))
	}
}

// collectorList lists the programs and devices that made entries.
func (s *composer) collectorList() string {
	var list []string
	for i := range s.folio.Entries {
		e := &s.folio.Entries[i]
		text := strings.TrimSpace(e.Parsed.Collector.Tool + " " + e.Parsed.Collector.Version)
		if device := e.Value(recovery.DevicePath); device != "" && text != "" && s.shows(recovery.CollectorDevices) {
			text += "（" + device + "）"
		}
		if text != "" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	if len(list) == 0 {
		return s.t.text("not_recorded")
	}
	return strings.Join(list, "；")
}

// originCounts counts what the platforms made, what people captured, and the rest.
func (s *composer) originCounts() string {
	official, captured := 0, 0
	for i := range s.exhibits {
		switch s.exhibits[i].Kind.Origin() {
		case recovery.OfficialOrigin:
			official++
		case recovery.CapturedOrigin:
			captured++
		case recovery.UnknownOrigin:
		}
	}
	return s.t.hold("ordinary", "official", official, "captured", captured, "rest", len(s.exhibits)-official-captured)
}

func (s *composer) actorList() string {
	var list []string
	for i := range s.folio.Entries {
		role := s.t.word("role", string(s.folio.Entries[i].Parsed.Actor.Role))
		if role != "" && !slices.Contains(list, role) {
			list = append(list, role)
		}
	}
	if len(list) == 0 {
		return s.t.text("not_recorded")
	}
	return strings.Join(list, "、")
}

// countViewings counts how often files were looked at. An entry may be about several
// times.
func (s *composer) countViewings() int {
	n := 0
	for i := range s.folio.Entries {
		if entry := s.folio.Entries[i].Parsed; entry.Kind == recovery.EntryEvidenceViewed {
			times, several := entry.Facts["times"].(float64)
			if !several {
				times = 1
			}
			n += int(times)
		}
	}
	return n
}

// writeVerifySteps explains how to verify offline, and prints the values to compare
// with.
func (s *composer) writeVerifySteps() {
	for i, step := range s.t.ListTexts("paper.step") {
		s.book.AddParagraph(itemPara(itemNumber(i), step.Fill("number", s.folio.Case.Number)))
	}
	s.writeHeading(s.t.text("checkpoint_title"))
	s.book.AddParagraph(compactPara(note, s.t.text("checkpoint_note")))
	s.writeVerbatim(s.folio.Checkpoint)
	s.writeHeading(s.t.text("key_title"))
	s.writeVerbatim(s.folio.Key)
	s.writeHeading(s.t.text("fingerprint"))
	s.writeVerbatim(s.fingerprint)
	s.writeHeading(s.t.text("root", "count", strconv.Itoa(len(s.folio.Entries))))
	s.writeVerbatim(s.folio.Root)
}

// writeVerbatim prints machine text in a box, line by line.
func (s *composer) writeVerbatim(text string) {
	s.book.AddSpace(1)
	style := code
	style.Size = 8.5
	table := newTable(frame.Width())
	fill := pale
	table.PadX, table.PadY = 3, 2
	box := cellOf(style, strings.TrimRight(text, "\n"))
	box.Fill = &fill
	table.Rows = []typeset.Row{{Cells: []typeset.Cell{box}}}
	s.book.AddTable(table)
}
