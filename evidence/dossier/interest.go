package dossier

import (
	"slices"
	"strconv"
	"time"

	"recourse/evidence/journal"
	"recourse/evidence/typeset"
	"recourse/recovery"
)

// daysOfYear divides a yearly rate; the papers print the formula with it.
const daysOfYear = 365

// highestRate is far above any LPR; a higher rate is a typing error.
const highestRate = 10_000

// payment is money that was returned on a day.
type payment struct {
	on     time.Time
	amount recovery.Money
}

// period is a number of days with the same base.
type period struct {
	from, to time.Time // the first day, and the day after the last
	days     int64
	base     recovery.Money
	interest recovery.Money
}

// computeInterest computes simple interest on the outstanding amount by days in
// Beijing. The first day counts, the last does not, and a return lowers the base
// from its day on. The rate is in hundredths of a percent per year; each period is
// rounded to the nearest fen.
func computeInterest(claim recovery.Money, from, to time.Time, back []payment, rateBP int64) []period {
	from, to = dayOf(from), dayOf(to)
	back = slices.Clone(back)
	slices.SortStableFunc(back, func(a, b payment) int { return a.on.Compare(b.on) })
	var periods []period
	base, start := min(max(0, claim), recovery.MaxMoney), from
	for _, p := range back {
		if on := dayOf(p.on); on.After(start) && on.Before(to) {
			periods = append(periods, newPeriod(base, start, on, rateBP))
			start = on
		}
		if dayOf(p.on).Before(to) {
			base = max(0, base-max(0, p.amount))
		}
	}
	if start.Before(to) {
		periods = append(periods, newPeriod(base, start, to, rateBP))
	}
	return slices.DeleteFunc(periods, func(p period) bool { return p.base == 0 })
}

func newPeriod(base recovery.Money, from, to time.Time, rateBP int64) period {
	days := int64(to.Sub(from) / (24 * time.Hour))
	const divisor = 10_000 * daysOfYear
	rate := min(max(0, rateBP), highestRate)
	daily := int64(base) * rate // at most 10^14
	interest := daily/divisor*days + (daily%divisor*days+divisor/2)/divisor
	return period{from: from, to: to, days: days, base: base, interest: recovery.Money(interest)}
}

// interest is the interest claimed in the papers.
type interest struct {
	from    time.Time // zero: not known yet
	periods []period
	total   recovery.Money
	given   bool // a rate was given, with its source
}

// accrueInterest computes the interest claimed by the case, from the given day or
// else from the first recorded demand.
func (p *draft) accrueInterest() {
	x := p.particulars().Interest
	to := p.folio.At
	if x != nil && x.To != nil {
		to = *x.To
	}
	if x != nil && x.From != nil {
		p.interest.from = *x.From
	} else if act, found := p.firstDemand(); found {
		p.interest.from = act.At
	}
	rate := int64(0)
	if p.interest.given = x.IsGiven() && x.RateBP <= highestRate; p.interest.given {
		rate = x.RateBP
	}
	if p.interest.from.IsZero() {
		return
	}
	p.interest.periods = computeInterest(p.interestBase(), p.interest.from, to, p.returnPayments(), rate)
	for _, one := range p.interest.periods {
		p.interest.total += one.interest
	}
}

// interestBase is what the debtors held at the beginning.
func (p *draft) interestBase() recovery.Money {
	claim := p.claimed()
	if !p.areSharesKnown() {
		return claim
	}
	return min(p.sumOverDebtors(p.owedPart), claim)
}

// returnPayments lists the returns that the journal records. An entry has the total
// returned so far; for older entries without it the sum of the entry counts. If the
// shares are known, returns from others are left out, because the debtors never held
// that money.
func (p *draft) returnPayments() []payment {
	var back []payment
	var sum int64
	byAnybody := !p.areSharesKnown()
	for _, e := range journal.CountingEntries(p.background()) {
		if e.Kind == recovery.EntryCorrected {
			continue // the corrected entry has the money
		}
		amount, known := factInteger(e.Facts["amount_fen"])
		if total, is := factInteger(e.Facts["recovered_fen"]); is {
			amount, known = total-sum, true
		} else if !isReturn(e) {
			continue
		}
		at := e.LimitationEvent().At
		if !known || at.IsZero() || amount <= 0 {
			continue
		}
		sum += amount
		if byAnybody || p.isByDebtor(e) {
			back = append(back, payment{at, recovery.Money(amount)})
		}
	}
	return back
}

// isByDebtor reports whether money may have come from a debtor. It excludes the
// automatic refund and the payments of other people.
func (p *draft) isByDebtor(e journal.Entry) bool {
	if factText(e.Facts["channel"]) == string(recovery.AutoRefund) {
		return false
	}
	by := recovery.CounterpartID(factText(e.Facts["counterpart_id"]))
	return by == "" || slices.ContainsFunc(p.debtors(), func(i int) bool { return p.folio.Case.Counterparts[i].ID == by })
}

// isReturn reports whether an entry records a return. A counterpart's own statement
// does not count until the claimant records it.
func isReturn(e journal.Entry) bool {
	switch e.Kind {
	case recovery.EntryReturnRecorded, recovery.EntryInstalmentRecorded:
		return true
	case recovery.EntryResponseRecorded:
		kind := recovery.Response(factText(e.Facts["kind"]))
		return e.Actor.Role != recovery.RoleCounterpart && (kind == recovery.Returned || kind == recovery.PartlyReturned)
	default:
		return false
	}
}

// interestClaim words the claim for interest.
func (p *draft) interestClaim() string {
	x := p.particulars().Interest
	rate := p.t.text("rate_open")
	if p.interest.given {
		rate = p.t.text("rate_given", "rate", formatPercent(x.RateBP), "date", x.AsOf, "source", x.Source)
	}
	if p.interest.from.IsZero() || p.isShared() && !p.areSharesKnown() {
		return p.t.text("interest_from_open", "base", p.baseToAsk(), "rate", rate)
	}
	text := p.t.text("interest_claim", "base", p.interestBase(), "from", formatDate(p.interest.from), "rate", rate)
	if p.interest.given {
		text += p.t.text("interest_so_far", "sum", p.sumInWords(p.interest.total))
	}
	return text
}

// baseToAsk is the base of the interest as the claim words it.
func (p *draft) baseToAsk() string {
	if p.isShared() && !p.areSharesKnown() {
		return p.t.text("asked_by_record")
	}
	return p.t.text("yuan", "money", p.amountAsked())
}

// formatPercent writes hundredths of a percent: 310 is "3.10％".
func formatPercent(bp int64) string { return strconv.FormatFloat(float64(bp)/100, 'f', 2, 64) + "％" }

// writeInterest prints how the interest so far is computed. Without a rate with a
// source there is nothing to compute: the claim names the rate.
func (s *composer) writeInterest() {
	if !s.interest.given || s.interest.total == 0 || s.isShared() && !s.areSharesKnown() {
		return
	}
	s.book.AddParagraph(withSpaceAfter(compactPara(note, s.legal("interest_formula"))))
	s.book.AddSpace(1)
	table := newTable(62, 16, 42, 42)
	table.Head = headRow(s.t.text("col_period"), s.t.text("col_days"), s.t.text("col_base"), s.t.text("col_interest"))
	for _, p := range s.interest.periods {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centredCell(cell, s.t.text("period", "from", formatDate(p.from), "to", formatDate(p.to))), centredCell(cell, strconv.FormatInt(p.days, 10)),
			cellOf(cell, s.t.text("yuan", "money", p.base)), cellOf(cell, s.t.text("yuan", "money", p.interest)),
		}})
	}
	key := cellOf(label, s.t.text("interest_total"))
	key.Span = 2
	value := cellOf(cell, s.sumInWords(s.interest.total))
	value.Span = 2
	table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{key, value}})
	s.book.AddTable(table)
	s.book.AddSpace(2)
}

// writeFees prints the fees that the playbook computed.
func (s *composer) writeFees() {
	fees := s.particulars().Fees
	table := newTable(44, 38, 38, 42)
	table.Head = headRow(s.t.text("col_fee"), s.t.text("col_fee_base"), s.t.text("col_fee_amount"), s.t.text("col_fee_law"))
	for _, fee := range fees {
		law := fee.Law.Statute + " " + s.t.text("section", "section", fee.Law.Section)
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			cellOf(cell, s.t.word("fee", fee.Name)), cellOf(cell, s.t.text("yuan", "money", fee.Base)), cellOf(cell, s.t.text("yuan", "money", fee.Amount)),
			cellOf(note, law),
		}})
	}
	if len(fees) == 0 {
		open := cellOf(cell, s.legal("fees_open"))
		open.Span = 4
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{open}})
	}
	s.book.AddTable(table)
	s.book.AddSpace(2)
}
