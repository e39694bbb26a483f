package dossier

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/typeset"
	"recourse/recovery"
)

// daysOfYear divides a yearly rate; the papers print the formula with it.
const daysOfYear = 365

// highestRate is far above any LPR: a higher one is a slip of the pen.
const highestRate = 10_000

// payment is money that came back on a day.
type payment struct {
	on     time.Time
	amount recovery.Money
}

// period is a stretch of days on one base.
type period struct {
	from, to time.Time // the first day, and the day after the last
	days     int64
	base     recovery.Money
	interest recovery.Money
}

// accrue reckons simple interest on what is outstanding, day by day in Beijing:
// the first day counts, the last does not, and what comes back lowers the base
// from its day on. The rate is in hundredths of a percent a year; each period is
// rounded to the nearest fen.
func accrue(claim recovery.Money, from, to time.Time, back []payment, rateBP int64) []period {
	from, to = day(from), day(to)
	back = slices.Clone(back)
	slices.SortStableFunc(back, func(a, b payment) int { return a.on.Compare(b.on) })
	var periods []period
	base, start := min(max(0, claim), recovery.MaxMoney), from
	for _, p := range back {
		if on := day(p.on); on.After(start) && on.Before(to) {
			periods = append(periods, stretch(base, start, on, rateBP))
			start = on
		}
		if day(p.on).Before(to) {
			base = max(0, base-max(0, p.amount))
		}
	}
	if start.Before(to) {
		periods = append(periods, stretch(base, start, to, rateBP))
	}
	return slices.DeleteFunc(periods, func(p period) bool { return p.base == 0 })
}

func stretch(base recovery.Money, from, to time.Time, rateBP int64) period {
	days := int64(to.Sub(from) / (24 * time.Hour))
	const divisor = 10_000 * daysOfYear
	rate := min(max(0, rateBP), highestRate)
	daily := int64(base) * rate // at most 10^14
	interest := daily/divisor*days + (daily%divisor*days+divisor/2)/divisor
	return period{from: from, to: to, days: days, base: base, interest: recovery.Money(interest)}
}

// interest is what the papers say of it.
type interest struct {
	from    time.Time // zero: not known yet
	periods []period
	total   recovery.Money
	given   bool // a rate was given, with its source
}

// reckonInterest computes the interest on what the case asks back: by what the
// papers were given, from the first demand on record when no day was.
func (p *papers) reckonInterest() {
	x := p.extra().Interest
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
	if p.interest.given = x.Given() && x.RateBP <= highestRate; p.interest.given {
		rate = x.RateBP
	}
	if p.interest.from.IsZero() {
		return
	}
	p.interest.periods = accrue(p.claimed(), p.interest.from, to, p.returns(), rate)
	for _, one := range p.interest.periods {
		p.interest.total += one.interest
	}
}

// claimed is what the papers' debtors held at the beginning.
func (p *papers) claimed() recovery.Money {
	claim := cmp.Or(p.folio.Case.Position.Claim, p.folio.Case.Amount)
	if !p.sharesTold() {
		return claim
	}
	return min(p.ofDebtors(func(c *recovery.Counterpart) recovery.Money { return c.Claimed }), claim)
}

// returns are the payments back that the journal holds. An entry says what had
// come back by then; of entries that do not yet say so, the sum they name counts.
// Where the holders' shares are told, what came from elsewhere is left out: it is
// none of what the debtors hold.
func (p *papers) returns() []payment {
	var back []payment
	var sum int64
	byAnybody := !p.sharesTold()
	for i := range p.folio.Entries {
		e := &p.folio.Entries[i]
		amount, known := whole(e.Parsed.Facts["amount_fen"])
		if total, is := whole(e.Parsed.Facts["recovered_fen"]); is {
			amount, known = total-sum, true
		} else if !paidBack(e) {
			continue
		}
		at := e.Parsed.Happening().At
		if !known || at.IsZero() || amount <= 0 {
			continue
		}
		sum += amount
		if byAnybody || p.byDebtor(e) {
			back = append(back, payment{at, recovery.Money(amount)})
		}
	}
	return back
}

// byDebtor reports money that may have come from a debtor: not the platform's refund
// of what nobody claimed, nor a payment of somebody else's.
func (p *papers) byDebtor(e *folio.Entry) bool {
	if plain(e.Parsed.Facts["channel"]) == string(recovery.AutoRefund) {
		return false
	}
	by := recovery.CounterpartID(plain(e.Parsed.Facts["counterpart_id"]))
	return by == "" || slices.ContainsFunc(p.debtors(), func(i int) bool { return p.folio.Case.Counterparts[i].ID == by })
}

// paidBack reports an entry by which money came back. What a counterpart says
// of themselves is none: it counts when the claimant has recorded it.
func paidBack(e *folio.Entry) bool {
	switch e.Parsed.Kind {
	case recovery.EntryReturnRecorded, recovery.EntryInstalmentRecorded:
		return true
	case recovery.EntryResponseRecorded:
		kind := recovery.Response(plain(e.Parsed.Facts["kind"]))
		return e.Parsed.Actor.Role != recovery.RoleCounterpart && (kind == recovery.Returned || kind == recovery.PartlyReturned)
	default:
		return false
	}
}

// interestClaim words the second claim.
func (p *papers) interestClaim() string {
	x := p.extra().Interest
	rate := p.t.text("rate_open")
	if p.interest.given {
		rate = p.t.text("rate_given", "rate", percent(x.RateBP), "date", x.AsOf, "source", x.Source)
	}
	if p.interest.from.IsZero() {
		return p.t.text("interest_from_open", "base", p.asked(), "rate", rate)
	}
	text := p.t.text("interest_claim", "base", p.claimed(), "from", date(p.interest.from), "rate", rate)
	if p.interest.given {
		text += p.t.text("interest_so_far", "sum", p.sum(p.interest.total))
	}
	return text
}

// percent writes hundredths of a percent: 310 is "3.10％".
func percent(bp int64) string { return strconv.FormatFloat(float64(bp)/100, 'f', 2, 64) + "％" }

// interestTable prints the periods, or the formula with the rate left open.
func (s *setting) interestTable() {
	if s.outstanding() == 0 && s.interest.total == 0 {
		return
	}
	s.book.Para(spaced(compact(note, s.legal("interest_formula"))))
	s.book.Skip(1)
	if len(s.interest.periods) == 0 {
		reason := s.t.text("interest_no_day")
		if !s.interest.from.IsZero() {
			reason = s.t.text("interest_not_yet")
		}
		s.book.Para(compact(cell, reason))
		return
	}
	table := grid(62, 16, 42, 42)
	table.Head = head(s.t.text("col_period"), s.t.text("col_days"), s.t.text("col_base"), s.t.text("col_interest"))
	for _, p := range s.interest.periods {
		amount := s.t.text("rate_to_fill")
		if s.interest.given {
			amount = s.t.text("yuan", "money", p.interest)
		}
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			centred(cell, s.t.text("period", "from", date(p.from), "to", date(p.to))), centred(cell, strconv.FormatInt(p.days, 10)),
			in(cell, s.t.text("yuan", "money", p.base)), in(cell, amount),
		}})
	}
	total := s.t.text("rate_to_fill")
	if s.interest.given {
		total = s.sum(s.interest.total)
	}
	key := in(label, s.t.text("interest_total"))
	key.Span = 2
	value := in(cell, total)
	value.Span = 2
	table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{key, value}})
	s.book.Table(table)
	s.book.Skip(2)
}

// feesTable prints the fees the playbook computed.
func (s *setting) feesTable() {
	var fees []folio.Fee
	for _, fee := range s.extra().Fees {
		if len(s.only) == 0 || slices.Contains(s.only, fee.Name) {
			fees = append(fees, fee)
		}
	}
	table := grid(44, 38, 38, 42)
	table.Head = head(s.t.text("col_fee"), s.t.text("col_fee_base"), s.t.text("col_fee_amount"), s.t.text("col_fee_law"))
	for _, fee := range fees {
		law := fee.Law.Statute + " " + s.t.text("section", "section", fee.Law.Section)
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			in(cell, s.t.word("fee", fee.Name)), in(cell, s.t.text("yuan", "money", fee.Base)), in(cell, s.t.text("yuan", "money", fee.Amount)),
			in(note, s.t.text("cited", "article", law, "mark", fee.Law.Mark, "edition", fee.Law.Edition)),
		}})
	}
	if len(fees) == 0 {
		open := in(cell, s.legal("fees_open"))
		open.Span = 4
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{open}})
	}
	s.book.Table(table)
	s.book.Skip(2)
}
