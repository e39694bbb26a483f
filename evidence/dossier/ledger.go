package dossier

import (
	"slices"
	"strconv"
	"time"

	"recourse/evidence"
	"recourse/evidence/dossier/typeset"
	"recourse/recovery"
)

// interrupting says which entries of the journal are acts that interrupt the
// limitation: those of a kind whose facts have one of some values.
type interrupting struct {
	Entry recovery.EntryKind    `yaml:"entry"`
	Fact  string                `yaml:"fact"` // "" : whatever the facts
	In    []string              `yaml:"in"`   // values of the fact
	Not   []string              `yaml:"not"`  // values of the fact that it must not have
	By    recovery.Role         `yaml:"by"`   // "": whoever wrote it
	Act   recovery.Interruption `yaml:"act"`
	Route []recovery.Route      `yaml:"route"` // "" : on any route
	All   bool                  `yaml:"all"`   // reaches every holder, not only the one it names
	Doubt bool                  `yaml:"doubt"` // listed, but not counted until its arrival is shown
}

// act is an entry that may interrupt.
type act struct {
	recovery.LimitationAct
	entry  *evidence.Entry
	holder recovery.CounterpartID
	all    bool
	doubt  bool
}

// happened is when an entry's act took place: by its actor's word, or else when
// it was received.
func happened(e *evidence.Entry) (time.Time, bool) {
	text := e.Parsed.At
	if e.Parsed.ClaimedAt != "" {
		text = e.Parsed.ClaimedAt
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil
}

// reply is an answer of a holder.
type reply struct {
	at     time.Time
	entry  *evidence.Entry
	holder recovery.CounterpartID
}

// collectActs finds every act of the journal that may interrupt, and every
// answer.
func (p *papers) collectActs() {
	p.ledgers = map[recovery.CounterpartID]recovery.Limitation{}
	route := recovery.Route("")
	for i := range p.folio.Entries {
		e := &p.folio.Entries[i]
		if e.Parsed.Kind == recovery.EntryRouteChosen {
			route = recovery.Route(plain(e.Parsed.Facts["route"]))
		}
		at, known := happened(e)
		if !known {
			continue
		}
		holder := recovery.CounterpartID(plain(e.Parsed.Facts["counterpart_id"]))
		if e.Parsed.Kind == recovery.EntryResponseRecorded {
			p.replies = append(p.replies, reply{at, e, holder})
		}
		covers := func(rule interrupting) bool { return rule.covers(e, route) }
		if i := slices.IndexFunc(p.t.Interrupts, covers); i >= 0 {
			rule, lone := p.t.Interrupts[i], len(p.folio.Case.Counterparts) == 1
			p.acts = append(p.acts, act{
				LimitationAct: recovery.LimitationAct{Kind: rule.Act, At: at, Seq: e.Parsed.Seq},
				entry:         e, holder: holder, all: holder == "" && (rule.All || lone), doubt: rule.Doubt || holder == "" && !rule.All && !lone,
			})
		}
	}
	slices.SortStableFunc(p.acts, func(a, b act) int { return a.At.Compare(b.At) })
}

func (r interrupting) covers(e *evidence.Entry, route recovery.Route) bool {
	if e.Parsed.Kind != r.Entry || len(r.Route) > 0 && !slices.Contains(r.Route, route) {
		return false
	}
	if r.By != "" && e.Parsed.Actor.Role != r.By {
		return false
	}
	if r.Fact == "" {
		return true
	}
	value := plain(e.Parsed.Facts[r.Fact])
	return (len(r.In) == 0 || slices.Contains(r.In, value)) && !slices.Contains(r.Not, value)
}

// firstDemand is the earliest demand that counts.
func (p *papers) firstDemand() (act, bool) {
	for _, a := range p.acts {
		if a.Kind == recovery.DemandReached && !a.doubt {
			return a, true
		}
	}
	return act{}, false
}

// limitation is the ledger against one holder.
func (p *papers) limitation(holder recovery.CounterpartID) recovery.Limitation {
	if known, is := p.ledgers[holder]; is {
		return known
	}
	x := p.extra()
	facts := recovery.LimitationFacts{Harmed: p.folio.Case.SentAt, KnewGain: x.KnewGain, KnewHolder: x.KnewHolder}
	for _, a := range p.acts {
		if !a.doubt && (a.all || a.holder == holder) {
			facts.Acts = append(facts.Acts, a.LimitationAct)
		}
	}
	p.ledgers[holder] = recovery.ReckonLimitation(facts)
	return p.ledgers[holder]
}

// lastDay names the day whose end is the end of a term.
func lastDay(end time.Time) string { return date(end.Add(-time.Second)) }

// ledger is the limitation ledger: the terms, what interrupted them, and what
// was left out of the count.
func (s *setting) ledger() {
	s.book.Para(prose(s.legal(s.t.Texts["ledger_intro"])))
	s.terms()
	s.heading(s.t.text("ledger_acts"))
	s.actsTable()
	s.heading(s.t.text("ledger_notes"))
	for i, text := range s.t.LedgerNotes {
		s.book.Para(item(numbered(i), s.legal(text)))
	}
}

func (s *setting) terms() {
	x, l := s.extra(), s.limitation("")
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
		l := s.limitation(c.ID)
		ends := s.t.text("ledger_day", "day", lastDay(l.Ends))
		if l.Over(s.folio.At) {
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
	if len(s.acts) == 0 {
		s.book.Para(compact(cell, s.t.text("ledger_no_acts")))
		return
	}
	table := grid(21, 46, 24, 12, 31, 28)
	table.Head = head(s.t.text("col_time"), s.t.text("col_act"), s.t.text("col_holder"), s.t.text("col_entry"), s.t.text("col_effect"),
		s.t.text("col_ends"))
	for _, a := range s.acts {
		effect, ends := s.effect(a)
		who := s.counterpart(a.holder)
		if a.all {
			who = s.t.text("every_holder")
		}
		if who == "" {
			who = s.t.text("holder_unnamed")
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			in(cell, day(a.At).Format("2006-01-02")), in(cell, s.legal(s.t.Words["interruption"][string(a.Kind)])), in(cell, s.t.brief(who)),
			centred(cell, strconv.FormatInt(a.Seq, 10)), in(cell, effect), in(cell, ends),
		}})
	}
	s.book.Table(table)
}

// effect says what an act did, and when the term ends after it.
func (s *setting) effect(a act) (effect, ends string) {
	if a.doubt {
		return s.t.text("effect_doubt"), "—"
	}
	holder := a.holder
	if a.all && len(s.folio.Case.Counterparts) > 0 {
		holder = s.folio.Case.Counterparts[0].ID
	}
	for _, step := range s.limitation(holder).Steps {
		if step.Seq == a.Seq && step.Kind == a.Kind {
			return s.legal(s.t.Words["effect"][string(step.Effect)]), lastDay(step.Ends)
		}
	}
	return s.t.text("effect_doubt"), "—"
}
