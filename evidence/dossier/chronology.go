package dossier

import (
	"slices"
	"strings"
	"unicode/utf8"

	"recourse/evidence/folio"
	"recourse/evidence/typeset"
	"recourse/recovery"
)

// longestCourse is the largest number of events in a legal paper; the timeline has
// all of them.
const longestCourse = 60

// writeChronology lists the payment and the entries that matter for the papers, in
// order of time.
func (s *composer) writeChronology() {
	table := newTable(42, 92, 28)
	table.Head = headRow(s.t.text("col_time"), s.t.text("col_event"), s.t.text("col_basis"))
	row := func(at, what, basis string) {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{cellOf(cell, at), cellOf(cell, what), cellOf(cell, basis)}})
	}
	event := "event_sent"
	if s.folio.Case.Facts().IsInDanger() {
		event = "event_paid"
	}
	row(
		formatMoment(s.folio.Case.SentAt),
		s.t.text(event, "claimant", s.claimantCalled(), "method", s.values["method"], "sum", s.values["part"]), s.exhibitLabels("payment"),
	)
	more := 0
	for i := range s.countingEntries() {
		e := &s.countingEntries()[i]
		fragments := s.t.ListTexts("entry." + string(e.Parsed.Kind) + ".course")
		if fragments == nil || !s.mayInclude(e) {
			continue
		}
		if len(table.Rows) >= longestCourse {
			more++
			continue
		}
		row(s.courseTime(e), s.maskOthers(endSentence(s.describe(e, fragments)))+s.correctedOn(e), s.exhibitLabels(courseExhibits[e.Parsed.Kind]...))
	}
	if more > 0 {
		row("…", s.t.text("events_more", "count", more), "")
	}
	s.book.AddSpace(1)
	s.book.AddTable(table)
	s.book.AddSpace(2)
}

func (s *composer) courseTime(e *folio.Entry) string {
	if e.Parsed.ClaimedAt != "" {
		return formatStampMoment(e.Parsed.ClaimedAt)
	}
	return formatStampMoment(e.Parsed.At)
}

// endSentence ends a text with a full stop, unless it ends like a sentence already.
func endSentence(text string) string {
	if last, _ := utf8.DecodeLastRuneInString(text); text == "" || strings.ContainsRune("。！？…", last) {
		return text
	}
	return text + "。"
}

// claimantCalled is what the paper being written calls the claimant.
func (p *draft) claimantCalled() string {
	if p.claimantWord != "" {
		return p.claimantWord
	}
	return p.t.word("role", string(recovery.RoleClaimant))
}

// courseExhibits are the groups of exhibits that may prove an entry of a kind.
var courseExhibits = map[recovery.EntryKind][]string{
	recovery.EntryContactRecorded: {"notice", "mistake"}, recovery.EntryResponseRecorded: {"notice", "mistake"},
	recovery.EntryMediationRecorded: {"notice"}, recovery.EntryLinkOpened: {"notice"},
	recovery.EntryReturnRecorded: {"promise", "payment"}, recovery.EntryInstalmentRecorded: {"promise", "payment"},
	recovery.EntryPlanProposed: {"promise"}, recovery.EntryPlanAccepted: {"promise"}, recovery.EntryInstalmentMissed: {"promise"},
	recovery.EntryPlanBroken: {"promise"}, recovery.EntryAppealSubmitted: {"service"}, recovery.EntryAppealDecided: {"service"},
	recovery.EntryPlatformReplied: {"reply"}, recovery.EntryLegalStep: {"reply"},
}

// mayInclude reports whether a paper may contain an entry. A paper about one of several
// people contains nothing that the others did, and no sum that includes their part.
func (p *draft) mayInclude(e *folio.Entry) bool {
	if p.focus == nil || !p.isShared() {
		return true
	}
	if by := recovery.CounterpartID(factText(e.Parsed.Facts["counterpart_id"])); by != "" {
		return p.concerns(by)
	}
	_, hasAmount := e.Parsed.Facts["amount_fen"]
	_, hasTotal := e.Parsed.Facts["recovered_fen"]
	return !hasAmount && !hasTotal
}

// concerns reports whether the draft is about a counterpart.
func (p *draft) concerns(id recovery.CounterpartID) bool {
	return slices.ContainsFunc(p.allCounterparts(), func(i int) bool { return p.folio.Case.Counterparts[i].ID == id })
}

// maskOthers replaces the names of the other counterparts in a text that somebody
// wrote, for a paper that one of them reads.
func (p *draft) maskOthers(text string) string {
	if p.focus == nil {
		return text
	}
	own := p.namesOf(*p.focus)
	for i := range p.folio.Case.Counterparts {
		if i == *p.focus {
			continue
		}
		for _, name := range p.namesOf(i) {
			isOwn := slices.ContainsFunc(own, func(mine string) bool { return strings.Contains(mine, name) })
			if !isOwn && utf8.RuneCountInString(name) > 1 {
				text = strings.ReplaceAll(text, name, p.t.text("another_person"))
			}
		}
	}
	return text
}

// namesOf lists the names of a counterpart, the longest first.
func (p *draft) namesOf(i int) []string {
	names := withoutDuplicates([]string{p.alias(i), p.particulars().Holders[p.folio.Case.Counterparts[i].ID].Name})
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	return names
}

// writeNarrative writes what happened, in the claimant's words.
func (s *composer) writeNarrative() {
	for _, text := range s.storyParts() {
		s.book.AddParagraph(prosePara(s.maskOthers(text)))
	}
}
