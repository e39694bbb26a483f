package dossier

import (
	"strconv"
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

// numbered is the mark of the i-th item, from 0.
func numbered(i int) string { return strconv.Itoa(i+1) + ". " }

func (s *setting) facts() {
	s.payment()
	s.parties()
	s.story()
	s.standing()
	if s.outstanding() == 0 {
		s.book.Para(prose(s.t.text("nothing_outstanding")))
	}
}

// list is a table of particulars that leaves out what is empty.
type list struct {
	s     *setting
	table typeset.Table
}

func (s *setting) list() *list {
	return &list{s: s, table: grid(34, frame.Width()-34)}
}

func (l *list) row(key, value string) {
	if value != "" {
		l.table.Rows = append(l.table.Rows, pair(l.s.t.text(key), compact(cell, value)))
	}
}

func (s *setting) payment() {
	c := s.folio.Case
	s.heading(s.t.text("facts_payment"))
	l := s.list()
	l.row("method", s.t.word("platform", string(c.Platform))+"　"+s.t.word("instrument", string(c.Instrument)))
	l.row("sum", s.sum(c.Amount))
	l.row("sent_at", clock(c.SentAt))
	l.row("transaction_no", orNone(s.field(s.filed, "transaction_no", c.TransactionNo), s.t))
	l.row("why", s.t.word("reason", string(c.Reason)))
	l.row("claim_state", s.t.word("claim_state", string(c.ClaimState)))
	occasion := s.t.word("group", string(c.Group.Kind))
	if c.Group.Size > 0 && !c.Group.IsOneToOne() {
		occasion = s.t.text("group_size", "kind", occasion, "size", c.Group.Size)
	}
	l.row("occasion", occasion)
	s.book.Table(l.table)
}

func (s *setting) parties() {
	c := s.folio.Case
	s.heading(s.t.text("facts_parties"))
	l := s.list()
	l.row("claimant", s.claimantName())
	l.row("phone", s.contact("claimant.phone", c.Claimant.Phone))
	l.row("email", s.contact("claimant.email", c.Claimant.Email))
	l.row("place", s.place())
	s.book.Table(l.table)
	s.book.Skip(3)
	s.counterparts()
}

func (p *papers) place() string {
	claimant := p.folio.Case.Claimant
	province := p.contact("claimant.province", claimant.Province)
	city := p.contact("claimant.city", claimant.City)
	if province == city {
		return province
	}
	return province + city
}

func (s *setting) counterparts() {
	if len(s.folio.Case.Counterparts) == 0 {
		return
	}
	table := grid(10, 36, 34, 32, 30, 20)
	table.Head = head(s.t.text("no"), s.t.text("counterparts"), s.t.text("contact"), s.t.text("claimed"),
		s.t.text("answer"), s.t.text("returned"))
	for i, c := range s.folio.Case.Counterparts {
		claimed := ""
		if c.Claimed > 0 {
			claimed = s.t.text("claimed_value", "money", c.Claimed)
		}
		if c.ClaimedAt != nil {
			claimed += "\n" + clock(*c.ClaimedAt)
		}
		answer := s.t.word("response", string(c.Answer))
		if c.Refusal != "" {
			answer += "\n" + s.t.word("refusal", string(c.Refusal))
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centred(cell, strconv.Itoa(i+1)), in(cell, s.alias(i)),
			in(cell, s.contact(counterpartPath(i, "contact"), c.Contact)), in(cell, claimed), in(cell, answer),
			in(cell, s.t.text("yuan", "money", c.ReturnFen)),
		}})
	}
	s.book.Table(table)
}

func (s *setting) story() {
	story := strings.Join(unique([]string{s.field(s.filed, "narrative", s.folio.Case.Narrative), s.unseen(s.extra().Narrative)}), "\n")
	if story == "" {
		return
	}
	s.book.Need(24)
	s.book.Para(spaced(compact(note, s.t.text("story_note"))))
	s.book.Skip(1)
	for _, text := range strings.Split(story, "\n") {
		s.book.Para(prose(text))
	}
}

func (s *setting) standing() {
	position := s.folio.Case.Position
	s.heading(s.t.text("facts_standing"))
	l := s.list()
	yuan := func(m recovery.Money) string { return s.t.text("yuan", "money", m) }
	l.row("stage", s.t.word("stage", string(position.Stage)))
	l.row("waiting_on", s.t.word("waiting_on", string(position.WaitingOn)))
	l.row("outcome", s.t.word("outcome", string(position.Outcome)))
	l.row("recovered", yuan(position.Recovered))
	l.row("outstanding", yuan(s.outstanding()))
	if position.Granted > 0 {
		l.row("granted", yuan(position.Granted))
	}
	l.row("route", s.t.word("route", string(position.Route)))
	for _, d := range s.folio.Case.Deadlines {
		text := s.t.text("deadline_value", "clock", s.t.word("clock", string(d.Kind)), "time", clock(d.DueAt))
		if d.PausedBecause != "" {
			text = s.t.text("deadline_paused", "clock", s.t.word("clock", string(d.Kind)), "why", d.PausedBecause)
		}
		l.row("deadlines", text)
	}
	s.book.Table(l.table)
}
