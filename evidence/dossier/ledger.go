package dossier

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/typeset"
	"recourse/recovery"
)

// reply is an answer of a counterpart.
type reply struct {
	at     time.Time
	entry  *folio.Entry
	holder recovery.CounterpartID
}

// demand is a message to a counterpart, or to all of them ("").
type demand struct {
	recovery.InterruptingEvent
	holder recovery.CounterpartID
}

// line is a step of the ledger for a counterpart, or for all of them ("").
type line struct {
	recovery.LimitationStep
	holder recovery.CounterpartID
}

// loadLimitation reads what affects the limitation period from the journal, as
// recovery evaluates it, and every answer.
func (p *draft) loadLimitation() {
	for i := range p.countingEntries() {
		e := &p.countingEntries()[i]
		if h := e.Parsed.LimitationEvent(); h.Kind == recovery.EntryResponseRecorded && !h.At.IsZero() {
			p.replies = append(p.replies, reply{h.At, e, h.CounterpartID})
		}
	}
	log := journal.CollectLimitationLogs(p.folio.Case.Counterparts, p.background())
	steps, demands := map[recovery.CounterpartID][]recovery.LimitationStep{}, map[recovery.CounterpartID][]recovery.InterruptingEvent{}
	p.ledgers = map[recovery.CounterpartID]recovery.Limitation{"": p.folio.Case.Position.LimitationWith(recovery.LimitationLog{})}
	for _, c := range p.folio.Case.Counterparts {
		p.ledgers[c.ID] = p.folio.Case.Position.LimitationWith(log[c.ID])
		steps[c.ID] = p.ledgers[c.ID].Steps
		demands[c.ID] = slices.Clone(log[c.ID].Demands)
		for _, act := range log[c.ID].Interrupting {
			if act.Kind == recovery.DemandReached {
				demands[c.ID] = append(demands[c.ID], act)
			}
		}
	}
	mergeCommon(p.folio.Case.Counterparts, steps, func(id recovery.CounterpartID, s recovery.LimitationStep) { p.lines = append(p.lines, line{s, id}) })
	mergeCommon(p.folio.Case.Counterparts, demands, func(id recovery.CounterpartID, a recovery.InterruptingEvent) {
		p.demands = append(p.demands, demand{a, id})
	})
	slices.SortStableFunc(p.lines, func(a, b line) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq)) })
	slices.SortStableFunc(p.demands, func(a, b demand) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq)) })
}

// background returns all entries in plain form, for computing only.
func (p *draft) background() []journal.Entry {
	if p.folio.Background != nil {
		return p.folio.Background
	}
	entries := make([]journal.Entry, len(p.folio.Entries))
	for i := range p.folio.Entries {
		entries[i] = p.folio.Entries[i].Parsed
	}
	return entries
}

// mergeCommon lists the items of each counterpart in order. Items that all of
// several counterparts share are listed once, for "".
func mergeCommon[T comparable](holders []recovery.Counterpart, said map[recovery.CounterpartID][]T, give func(recovery.CounterpartID, T)) {
	times := map[T]int{}
	for _, holder := range holders {
		for _, one := range said[holder.ID] {
			times[one]++
		}
	}
	for i, holder := range holders {
		for _, one := range said[holder.ID] {
			switch shared := len(holders) > 1 && times[one] == len(holders); {
			case !shared:
				give(holder.ID, one)
			case i == 0:
				give("", one)
			}
		}
	}
}

// firstDemand is the earliest demand that counts.
func (p *draft) firstDemand() (line, bool) {
	i := slices.IndexFunc(p.lines, func(l line) bool {
		return l.Kind == recovery.DemandReached && (l.holder == "" || p.concerns(l.holder))
	})
	if i < 0 {
		return line{}, false
	}
	return p.lines[i], true
}

// lastDay is the day on whose end a term ends.
func lastDay(end time.Time) string { return formatDate(end.Add(-time.Second)) }

// writeLedger writes the limitation ledger: the terms, what interrupted them, and
// what was not counted.
func (s *composer) writeLedger() {
	s.book.AddParagraph(prosePara(s.legal("ledger_intro")))
	s.writeTerms()
	s.writeHeading(s.t.text("ledger_acts"))
	s.writeInterruptions()
	s.writeHeading(s.t.text("ledger_notes"))
	for i, note := range s.t.ListTexts("paper.ledger_note") {
		s.book.AddParagraph(itemPara(itemNumber(i), s.cite(note)))
	}
	s.writeHeading(s.t.text("ledger_demands"))
	s.writeDemands()
}

func (s *composer) writeTerms() {
	l := s.ledgers[""]
	known := func(at *time.Time) string {
		if at == nil {
			return s.t.text("ledger_unknown")
		}
		return formatDate(*at)
	}
	s.book.AddSpace(2)
	list := &factTable{s: s, table: newTable(58, frame.Width()-58)}
	list.addRow("ledger_harmed", formatDate(s.folio.Case.SentAt))
	list.addRow("ledger_knew_gain", known(s.folio.Case.Position.Facts.NoticedAt))
	list.addRow("ledger_knew_holder", known(s.particulars().KnewHolder))
	list.addRow("ledger_begins", formatDate(l.Begins))
	list.addRow("ledger_bare", lastDay(l.Bare))
	list.addRow("ledger_cap", lastDay(l.Cap))
	avoidance := s.t.text("ledger_day", "day", lastDay(l.Avoidance))
	if !s.folio.At.Before(l.Avoidance) {
		avoidance = s.t.text("ledger_day_over", "day", lastDay(l.Avoidance))
	}
	list.addRow("ledger_avoidance", avoidance)
	s.book.AddTable(list.table)
	s.book.AddSpace(3)
	table := newTable(70, 46, 46)
	table.Head = headRow(s.t.text("counterparts"), s.t.text("col_counted"), s.t.text("col_ends"))
	for i, c := range s.folio.Case.Counterparts {
		l := s.ledgers[c.ID]
		ends := s.t.text("ledger_day", "day", lastDay(l.Ends))
		if l.HasEnded(s.folio.At) {
			ends = s.t.text("ledger_day_over", "day", lastDay(l.Ends))
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			cellOf(cell, s.t.shortenName(s.alias(i))), cellOf(cell, s.t.text("ledger_counted", "count", countInterruptions(l))), cellOf(boldCell(), ends),
		}})
	}
	if len(table.Rows) > 0 {
		s.book.AddTable(table)
	}
}

// boldCell is the cell style in bold.
func boldCell() typeset.Style {
	style := strong
	style.Size = cell.Size
	return style
}

func countInterruptions(l recovery.Limitation) int {
	n := 0
	for _, step := range l.Steps {
		if step.Effect == recovery.Interrupts {
			n++
		}
	}
	return n
}

func (s *composer) writeInterruptions() {
	if len(s.lines) == 0 {
		s.book.AddParagraph(compactPara(cell, s.t.text("ledger_no_acts")))
		return
	}
	table := newTable(21, 46, 24, 12, 31, 28)
	table.Head = headRow(s.t.text("col_time"), s.t.text("col_act"), s.t.text("col_holder"), s.t.text("col_entry"), s.t.text("col_effect"),
		s.t.text("col_ends"))
	for _, l := range s.lines {
		entries := strconv.FormatInt(l.Seq, 10)
		if l.Proof != 0 {
			entries += s.t.text("and") + strconv.FormatInt(l.Proof, 10)
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			cellOf(cell, dayOf(l.At).Format("2006-01-02")), cellOf(cell, s.citeWord("interruption", string(l.Kind))), cellOf(cell, s.addresseeOf(l.holder)),
			centredCell(cell, entries), cellOf(cell, s.citeWord("effect", string(l.Effect))), cellOf(cell, lastDay(l.Ends)),
		}})
	}
	s.book.AddTable(table)
}

// addresseeOf names a counterpart, or all of them.
func (s *composer) addresseeOf(holder recovery.CounterpartID) string {
	if holder == "" {
		return s.t.text("every_holder")
	}
	return s.t.shortenName(s.counterpartAlias(holder))
}
