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

// reply is an answer of a holder.
type reply struct {
	at     time.Time
	entry  *folio.Entry
	holder recovery.CounterpartID
}

// demand is a message to a holder, or to all of several ("").
type demand struct {
	recovery.InterruptingEvent
	holder recovery.CounterpartID
}

// line is a step of the ledger towards a holder, or towards all of several ("").
type line struct {
	recovery.LimitationStep
	holder recovery.CounterpartID
}

// hear takes from the journal what bears on the limitation, as recovery weighs
// it, and every answer.
func (p *papers) hear() {
	entries := make([]journal.Entry, len(p.folio.Entries))
	for i := range p.folio.Entries {
		e := &p.folio.Entries[i]
		entries[i] = e.Parsed
		if h := e.Parsed.Happening(); h.Kind == recovery.EntryResponseRecorded && !h.At.IsZero() {
			p.replies = append(p.replies, reply{h.At, e, h.CounterpartID})
		}
	}
	heard := journal.CollectTestimony(p.folio.Case.Counterparts, entries)
	steps, demands := map[recovery.CounterpartID][]recovery.LimitationStep{}, map[recovery.CounterpartID][]recovery.InterruptingEvent{}
	p.ledgers = map[recovery.CounterpartID]recovery.Limitation{"": p.reckon(recovery.LimitationLog{})}
	for _, c := range p.folio.Case.Counterparts {
		p.ledgers[c.ID] = p.reckon(heard[c.ID])
		steps[c.ID] = p.ledgers[c.ID].Steps
		demands[c.ID] = slices.Clone(heard[c.ID].Demands)
		for _, act := range heard[c.ID].Interrupting {
			if act.Kind == recovery.DemandReached {
				demands[c.ID] = append(demands[c.ID], act)
			}
		}
	}
	alike(p.folio.Case.Counterparts, steps, func(id recovery.CounterpartID, s recovery.LimitationStep) { p.lines = append(p.lines, line{s, id}) })
	alike(p.folio.Case.Counterparts, demands, func(id recovery.CounterpartID, a recovery.InterruptingEvent) {
		p.demands = append(p.demands, demand{a, id})
	})
	slices.SortStableFunc(p.lines, func(a, b line) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq)) })
	slices.SortStableFunc(p.demands, func(a, b demand) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq)) })
}

// reckon is the ledger by a testimony, from the days of knowing that the papers
// were given.
func (p *papers) reckon(heard recovery.LimitationLog) recovery.Limitation {
	x := p.extra()
	return recovery.ComputeLimitation(recovery.LimitationFacts{
		PaidAt: p.folio.Case.SentAt, KnewGain: x.KnewGain, KnewHolder: x.KnewHolder, Events: heard.InterruptingEvents(),
	})
}

// alike gives what is said towards each holder, in their order; what is said alike
// towards all of several is given once, towards "".
func alike[T comparable](holders []recovery.Counterpart, said map[recovery.CounterpartID][]T, give func(recovery.CounterpartID, T)) {
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
func (p *papers) firstDemand() (line, bool) {
	i := slices.IndexFunc(p.lines, func(l line) bool { return l.Kind == recovery.DemandReached })
	if i < 0 {
		return line{}, false
	}
	return p.lines[i], true
}

// lastDay names the day whose end is the end of a term.
func lastDay(end time.Time) string { return date(end.Add(-time.Second)) }

// ledger is the limitation ledger: the terms, what interrupted them, and what
// was left out of the count.
func (s *setting) ledger() {
	s.book.Para(prose(s.legal("ledger_intro")))
	s.terms()
	s.heading(s.t.text("ledger_acts"))
	s.actsTable()
	s.heading(s.t.text("ledger_notes"))
	for i, note := range s.t.List("paper.ledger_note") {
		s.book.Para(item(numbered(i), s.cite(note)))
	}
}

func (s *setting) terms() {
	x, l := s.extra(), s.ledgers[""]
	known := func(at *time.Time) string {
		if at == nil {
			return s.t.text("ledger_unknown")
		}
		return date(*at)
	}
	s.book.Skip(2)
	list := &list{s: s, table: grid(58, frame.Width()-58)}
	list.row("ledger_harmed", date(s.folio.Case.SentAt))
	list.row("ledger_knew_gain", known(x.KnewGain))
	list.row("ledger_knew_holder", known(x.KnewHolder))
	list.row("ledger_begins", date(l.Begins))
	list.row("ledger_bare", lastDay(l.Bare))
	list.row("ledger_cap", lastDay(l.Cap))
	avoidance := s.t.text("ledger_day", "day", lastDay(l.Avoidance))
	if !s.folio.At.Before(l.Avoidance) {
		avoidance = s.t.text("ledger_day_over", "day", lastDay(l.Avoidance))
	}
	list.row("ledger_avoidance", avoidance)
	s.book.Table(list.table)
	s.book.Skip(3)
	table := grid(70, 46, 46)
	table.Head = head(s.t.text("counterparts"), s.t.text("col_counted"), s.t.text("col_ends"))
	for i, c := range s.folio.Case.Counterparts {
		l := s.ledgers[c.ID]
		ends := s.t.text("ledger_day", "day", lastDay(l.Ends))
		if l.HasEnded(s.folio.At) {
			ends = s.t.text("ledger_day_over", "day", lastDay(l.Ends))
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			in(cell, s.t.brief(s.alias(i))), in(cell, s.t.text("ledger_counted", "count", counted(l))), in(strong9(), ends),
		}})
	}
	if len(table.Rows) > 0 {
		s.book.Table(table)
	}
}

// strong9 is the cell style in bold.
func strong9() typeset.Style {
	style := strong
	style.Size = cell.Size
	return style
}

func counted(l recovery.Limitation) int {
	n := 0
	for _, step := range l.Steps {
		if step.Effect == recovery.Interrupts {
			n++
		}
	}
	return n
}

func (s *setting) actsTable() {
	if len(s.lines) == 0 {
		s.book.Para(compact(cell, s.t.text("ledger_no_acts")))
		return
	}
	table := grid(21, 46, 24, 12, 31, 28)
	table.Head = head(s.t.text("col_time"), s.t.text("col_act"), s.t.text("col_holder"), s.t.text("col_entry"), s.t.text("col_effect"),
		s.t.text("col_ends"))
	for _, l := range s.lines {
		entries := strconv.FormatInt(l.Seq, 10)
		if l.Proof != 0 {
			entries += s.t.text("and") + strconv.FormatInt(l.Proof, 10)
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			in(cell, day(l.At).Format("2006-01-02")), in(cell, s.citeWord("interruption", string(l.Kind))), in(cell, s.towards(l.holder)),
			centred(cell, entries), in(cell, s.citeWord("effect", string(l.Effect))), in(cell, lastDay(l.Ends)),
		}})
	}
	s.book.Table(table)
}

// towards names a holder, or all of them.
func (s *setting) towards(holder recovery.CounterpartID) string {
	if holder == "" {
		return s.t.text("every_holder")
	}
	return s.t.brief(s.counterpart(holder))
}
