package dossier

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"recourse/evidence/typeset"
	"recourse/recovery"
)

// itemNumber is the number printed before item i, counted from 0.
func itemNumber(i int) string { return strconv.Itoa(i+1) + ". " }

func (s *composer) writeFacts() {
	s.writePayment()
	s.writeParties()
	s.writeStory()
	s.writePosition()
	if s.outstanding() == 0 {
		s.book.AddParagraph(prosePara(s.t.text("nothing_outstanding")))
	}
}

// factTable is a table of particulars that leaves out empty values.
type factTable struct {
	s     *composer
	table typeset.Table
}

func (s *composer) newFactTable() *factTable {
	return &factTable{s: s, table: newTable(34, frame.Width()-34)}
}

func (l *factTable) addRow(key, value string) {
	if value != "" {
		l.table.Rows = append(l.table.Rows, labelledRow(l.s.t.text(key), compactPara(cell, value)))
	}
}

func (s *composer) writePayment() {
	c := s.folio.Case
	s.writeHeading(s.t.text("facts_payment"))
	l := s.newFactTable()
	l.addRow("method", s.t.word("platform", string(c.Platform))+"　"+s.t.word("instrument", string(c.Instrument)))
	if s.claimed() != c.Amount {
		l.addRow("paid", s.sumInWords(c.Amount))
	}
	l.addRow("sum", s.sumInWords(s.claimed()))
	l.addRow("sent_at", formatTime(c.SentAt))
	l.addRow("transaction_no", orNone(s.transactionNos(), s.t))
	l.addRow("sends", s.sendList())
	l.addRow("payer", s.payerText())
	l.addRow("why", s.reasonText())
	l.addRow("claim_state", s.t.word("claim_state", string(c.ClaimState)))
	occasion := s.t.word("group", string(c.Group.Kind))
	if c.Group.Size > 0 && !c.Group.IsOneToOne() {
		occasion = s.t.text("group_size", "kind", occasion, "size", c.Group.Size)
	}
	l.addRow("occasion", occasion)
	s.book.AddTable(l.table)
}

// transactionNos lists the numbers of the payments, as the audience may see them.
func (p *draft) transactionNos() string {
	c := p.folio.Case
	numbers := []string{}
	add := func(path, number string) {
		if number = p.newestValue(p.numberEntry(path), number); number != "" && !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	add("transaction_no", c.TransactionNo)
	for i, send := range c.Sends {
		add(fmt.Sprintf("sends.%d.transaction_no", i+1), send.TransactionNo)
	}
	return strings.Join(numbers, "、")
}

// sendList lists the payments of one mistake.
func (s *composer) sendList() string {
	lines := make([]string, len(s.folio.Case.Sends))
	for i, send := range s.folio.Case.Sends {
		lines[i] = s.t.text("send_row", "no", i+1, "time", formatTime(*send.SentAt), "money", send.Amount)
	}
	return strings.Join(lines, "\n")
}

// payerText names the person who paid, if it was not the claimant.
func (s *composer) payerText() string {
	payer := s.folio.Case.Payer
	name := s.fieldOrMask(s.filed, "payer.name", payer.Name)
	if relation := s.fieldOrMask(s.filed, "payer.relation", payer.Relation); relation != "" {
		return s.t.text("payer_relation", "name", name, "relation", relation)
	}
	return name
}

func (s *composer) writeParties() {
	c := s.folio.Case
	s.writeHeading(s.t.text("facts_parties"))
	l := s.newFactTable()
	l.addRow("claimant", s.claimantName())
	l.addRow("phone", s.contactOrMask("claimant.phone", c.Claimant.Phone))
	l.addRow("email", s.contactOrMask("claimant.email", c.Claimant.Email))
	l.addRow("place", s.claimantPlace())
	s.book.AddTable(l.table)
	s.book.AddSpace(3)
	s.writeCounterparts()
}

func (p *draft) claimantPlace() string {
	claimant := p.folio.Case.Claimant
	province := p.contactOrMask("claimant.province", claimant.Province)
	city := p.contactOrMask("claimant.city", claimant.City)
	if province == city {
		return province
	}
	return province + city
}

func (s *composer) writeCounterparts() {
	if len(s.folio.Case.Counterparts) == 0 {
		return
	}
	table := newTable(10, 36, 34, 32, 30, 20)
	table.Head = headRow(s.t.text("no"), s.t.text("counterparts"), s.t.text("contact"), s.t.text("claimed"),
		s.t.text("answer"), s.t.text("returned"))
	for _, i := range s.allCounterparts() {
		c := s.folio.Case.Counterparts[i]
		claimed := ""
		if c.Claimed > 0 {
			claimed = s.t.text("claimed_value", "money", c.Claimed)
		}
		if c.ClaimedAt != nil {
			claimed += "\n" + formatTime(*c.ClaimedAt)
		}
		answer := s.t.word("response", string(c.Answer))
		if c.Refusal != "" {
			answer += "\n" + s.t.word("refusal", string(c.Refusal))
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centredCell(cell, strconv.Itoa(i+1)), cellOf(cell, s.alias(i)),
			cellOf(cell, s.contact(i)), cellOf(cell, claimed), cellOf(cell, answer),
			cellOf(cell, s.t.text("yuan", "money", c.ReturnFen)),
		}})
	}
	s.book.AddTable(table)
}

func (s *composer) writeStory() {
	story := s.storyParts()
	if len(story) == 0 {
		return
	}
	s.book.EnsureSpace(24)
	s.book.AddParagraph(withSpaceAfter(compactPara(note, s.t.text("story_note"))))
	s.book.AddSpace(1)
	for _, text := range story {
		s.book.AddParagraph(prosePara(text))
	}
}

// storyParts returns the claimant's statements as paragraphs.
func (p *draft) storyParts() []string {
	told := withoutDuplicates([]string{p.fieldOrMask(p.filed, "narrative", p.folio.Case.Narrative), p.maskHidden(p.particulars().Narrative)})
	if len(told) == 0 {
		return nil
	}
	return strings.Split(strings.Join(told, "\n"), "\n")
}

func (s *composer) writePosition() {
	position := s.folio.Case.Position
	s.writeHeading(s.t.text("facts_standing"))
	l := s.newFactTable()
	yuan := func(m recovery.Money) string { return s.t.text("yuan", "money", m) }
	l.addRow("stage", s.t.word("stage", string(position.Stage)))
	l.addRow("waiting_on", s.t.word("waiting_on", string(position.WaitingOn)))
	l.addRow("outcome", s.t.word("outcome", string(position.Outcome)))
	if s.folio.Counterpart == "" { // the sums of all would tell of the others
		l.addRow("recovered", yuan(position.Recovered))
		l.addRow("outstanding", yuan(s.outstanding()))
	}
	if position.Granted > 0 {
		l.addRow("granted", yuan(position.Granted))
	}
	l.addRow("route", s.t.word("route", string(position.Route)))
	for _, d := range s.folio.Case.Deadlines {
		text := s.t.text("deadline_value", "clock", s.t.word("clock", string(d.Kind)), "time", formatTime(d.DueAt))
		if d.PausedBecause != "" {
			text = s.t.text("deadline_paused", "clock", s.t.word("clock", string(d.Kind)), "why", d.PausedBecause)
		}
		l.addRow("deadlines", text)
	}
	s.book.AddTable(l.table)
}
