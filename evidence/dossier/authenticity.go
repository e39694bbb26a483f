package dossier

import (
	"slices"
	"strconv"
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

// authenticity answers 证据规定 93 factor by factor with what the journal holds,
// and says plainly what it does not prove.
func (s *setting) authenticity() {
	s.book.Para(prose(s.legal("authenticity_intro")))
	s.book.Skip(2)
	table := grid(52, frame.Width()-52)
	table.Head = head(s.t.text("col_factor"), s.t.text("col_holds"))
	for i, points := range s.t.Factors {
		var held []typeset.Para
		for _, key := range points {
			if text := s.holds(key, s.audited); text != "" {
				held = append(held, compact(cell, text))
			}
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{in(cell, s.t.Text("paper.factor."+strconv.Itoa(i))), {Paras: held}}})
	}
	s.book.Table(table)
	s.heading(s.t.text("plain_title"))
	facts := s.t.List("paper.plain_fact")
	for i, text := range facts {
		s.book.Para(item(numbered(i), text.Fill()))
	}
	s.book.Para(item(numbered(len(facts)), s.plainTime()))
	s.book.Para(item(numbered(len(facts)+1), s.plainSeal()))
	if s.shows(recovery.Weaknesses) {
		s.support()
	}
}

// holds says what the journal holds on one point.
func (s *setting) holds(key string, a audit) string {
	switch key {
	case "collectors":
		return s.t.hold(key, "list", s.collectors())
	case "server":
		return s.t.hold(key, "generator", orNone(s.folio.Generator, s.t))
	case "order", "chain", "root", "recomputed":
		return s.recomputed(key, a)
	case "viewed":
		return s.t.hold(key, "count", s.countKind(recovery.EntryEvidenceViewed))
	case "ordinary":
		return s.ordinary()
	case "actors":
		return s.t.hold(key, "list", s.actors())
	case "custodian":
		return s.t.hold(key, "custodian", orNone(s.folio.Custodian, s.t))
	case "nothing_outside":
		if s.folio.Stamp != nil {
			return s.t.hold("outside_time", "time", clock(s.folio.Stamp.At))
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

// recomputed says what came out when the journal and the originals were gone
// through again for these papers.
func (s *setting) recomputed(key string, a audit) string {
	verdict := func(good bool, yes, no string) string {
		if good {
			return yes
		}
		return no
	}
	switch key {
	case "order":
		monotone := verdict(a.backwards == 0, s.t.hold("monotone"), s.t.hold("not_monotone", "count", a.backwards))
		return s.t.hold(key, "count", len(s.folio.Entries), "first", stamp(a.first), "last", stamp(a.last), "monotone", monotone)
	case "chain":
		good := s.t.hold("chain_good", "count", len(s.folio.Entries))
		return s.t.hold(key, "result", verdict(len(a.wrong) == 0, good, s.t.hold("chain_bad", "list", seqs(a.wrong))))
	case "root":
		return s.t.hold(key, "result", verdict(a.rootHolds, s.t.hold("root_good"), s.t.hold("root_bad")))
	default:
		bad := s.t.hold("recomputed_bad", "bad", s.mismatched)
		return s.t.hold(key, "count", s.reopened, "result", verdict(s.mismatched == 0, s.t.hold("recomputed_good"), bad))
	}
}

// collectors lists the programs and devices that made entries.
func (s *setting) collectors() string {
	var list []string
	for i := range s.folio.Entries {
		c := s.folio.Entries[i].Parsed.Collector
		text := strings.TrimSpace(c.Tool + " " + c.Version)
		if c.Device != "" && s.shows(recovery.CollectorDevices) {
			text += "（" + c.Device + "）"
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

// ordinary counts what the platforms made, what people captured, and the rest.
func (s *setting) ordinary() string {
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

func (s *setting) actors() string {
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

func (s *setting) countKind(kind recovery.EntryKind) int {
	n := 0
	for i := range s.folio.Entries {
		if s.folio.Entries[i].Parsed.Kind == kind {
			n++
		}
	}
	return n
}

// steps tells how to verify without us, and prints what to compare with.
func (s *setting) steps() {
	for i, step := range s.t.List("paper.step") {
		s.book.Para(item(numbered(i), step.Fill("number", s.folio.Case.Number)))
	}
	s.heading(s.t.text("checkpoint_title"))
	s.book.Para(compact(note, s.t.text("checkpoint_note")))
	s.verbatim(s.folio.Checkpoint)
	s.heading(s.t.text("key_title"))
	s.verbatim(s.folio.Key)
	s.heading(s.t.text("fingerprint"))
	s.verbatim(s.fingerprint)
	s.heading(s.t.text("root", "count", strconv.Itoa(len(s.folio.Entries))))
	s.verbatim(s.folio.Root)
}

// verbatim sets machine text in a box, line for line.
func (s *setting) verbatim(text string) {
	s.book.Skip(1)
	style := code
	style.Size = 8.5
	table := grid(frame.Width())
	fill := pale
	table.PadX, table.PadY = 3, 2
	box := in(style, strings.TrimRight(text, "\n"))
	box.Fill = &fill
	table.Rows = []typeset.Row{{Cells: []typeset.Cell{box}}}
	s.book.Table(table)
}
