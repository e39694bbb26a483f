package activities

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// pleading gathers what the legal papers need beyond the case. What nobody has
// said stays empty, and its line in the paper blank.
func (a *Exports) pleading(c recovery.Case, entries []folio.Entry, export recovery.Export, mask mask) (*folio.Papers, error) {
	fees, err := a.Checklist.Fees(c, export.CreatedAt)
	if err != nil {
		return nil, err
	}
	citations, err := a.Checklist.Citations(c, export.CreatedAt)
	if err != nil {
		return nil, err
	}
	papers := &folio.Papers{
		Route:        c.Position.Route,
		Preservation: preserved(entries),
		KnewHolder:   knewHolder(c, entries),
		Fees:         fees, Citations: citations,
		Plan: instalments(c.Position.Plans),
	}
	fillIn(papers, particulars(entries), mask.record(c).Claimant)
	return papers, nil
}

// particulars folds what the entries supply for the papers. Where the audience
// does not see a value, that there is one still counts.
func particulars(entries []folio.Entry) recovery.Particulars {
	var folded recovery.Particulars
	for _, entry := range entries {
		if entry.Parsed.Kind != recovery.EntryParticulars {
			continue
		}
		said := map[string]string{}
		for path := range entry.Parsed.Commitments {
			said[path] = cmp.Or(entry.Value(path), recovery.Hidden)
		}
		folded.TakeEntry(entry.Parsed.Facts, said)
	}
	return folded.Told()
}

// asSupplied is the record of a case with what was supplied since, for the list
// of what a complete dossier would hold. A home stands for province and city.
func asSupplied(c recovery.Case, p recovery.Particulars) recovery.Case {
	c.TransactionNo = cmp.Or(c.TransactionNo, p.TransactionNo)
	c.Narrative = cmp.Or(c.Narrative, p.Narrative)
	c.Claimant.Phone, c.Claimant.Email = cmp.Or(p.Claimant.Phone, c.Claimant.Phone), cmp.Or(p.Claimant.Email, c.Claimant.Email)
	c.Claimant.Province, c.Claimant.City = cmp.Or(c.Claimant.Province, p.Claimant.Home), cmp.Or(c.Claimant.City, p.Claimant.Home)
	return c
}

// fillIn puts particulars into the papers: the claimant's own word on how they
// are reached before what was said at the filing.
func fillIn(papers *folio.Papers, p recovery.Particulars, filed recovery.Claimant) {
	c := p.Claimant
	papers.Claimant = folio.Identity{
		Name: filed.Name, Sex: string(c.Sex), Born: c.Born, Nation: c.Nation, Work: c.Work, Home: c.Home, Residence: c.Residence,
		Document: c.DocumentNo, DocumentKind: c.DocumentKind, ServeAt: c.ServeAt,
		Phone: cmp.Or(c.Phone, filed.Phone), Email: cmp.Or(c.Email, filed.Email),
	}
	papers.Holders = map[recovery.CounterpartID]folio.Identity{}
	for _, h := range p.Holders {
		papers.Holders[h.CounterpartID] = folio.Identity{
			Name: h.Name, Sex: string(h.Sex), Work: h.Work, Home: h.Home, Document: h.DocumentNo, DocumentKind: h.DocumentKind, Phone: h.Phone,
		}
	}
	papers.Court, papers.Agent, papers.Requested, papers.ReturnTo = p.Court, p.Agent, p.Papers, p.ReturnTo
	papers.TransactionNo, papers.Narrative = p.TransactionNo, p.Narrative
	papers.Assets, papers.Security, papers.AtRisk, papers.Risk = p.Assets, p.Security, p.AtRisk, p.Risk
	papers.ReturnBy, papers.DueOn, papers.KnewGain = dayOf(p.ReturnBy), dayOf(p.DueOn), dayOf(p.NoticedOn)
	papers.Preservation = papers.Preservation || slices.Contains(p.Papers, recovery.PaperPreservation)
	papers.Interest = interestOf(p.Rate)
}

// interestOf is what interest is reckoned by; nil when nobody has said anything.
func interestOf(rate recovery.PublishedRate) *folio.Interest {
	if rate == (recovery.PublishedRate{}) {
		return nil
	}
	percent, _ := strconv.ParseFloat(rate.Percent, 64) // what is no number was never let in
	return &folio.Interest{
		From: dayOf(rate.From), RateBP: int64(math.Round(percent * 100)), AsOf: rate.AsOf, Source: rate.Source,
	}
}

// dayOf is the beginning of a day in Beijing; nil for what names none.
func dayOf(day string) *time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, recovery.Shanghai)
	if err != nil {
		return nil
	}
	return &at
}

// The steps of the law by which it is learned who the other side is.
var identifying = []string{"receipt_received", "platform_answered"}

// knewHolder is when it was first learned who has the money, as the journal
// tells. Where there are several holders it does not tell whom a step named.
func knewHolder(c recovery.Case, entries []folio.Entry) *time.Time {
	if len(c.Counterparts) != 1 {
		return nil
	}
	for _, entry := range entries {
		if kind, _ := entry.Parsed.Facts["kind"].(string); entry.Parsed.Kind != recovery.EntryLegalStep || !slices.Contains(identifying, kind) {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, told(entry))
		if err == nil {
			return &at
		}
	}
	return nil
}

// told is when something happened: by its actor's word, or else when it came in.
func told(entry folio.Entry) string {
	if entry.Parsed.ClaimedAt != "" {
		return entry.Parsed.ClaimedAt
	}
	return entry.Parsed.At
}

// preserved reports that preservation was applied for before any suit: a payment
// order is then barred (民诉法解释 427).
func preserved(entries []folio.Entry) bool {
	for _, entry := range entries {
		if entry.Parsed.Kind != recovery.EntryLegalStep {
			continue
		}
		switch entry.Parsed.Facts["kind"] {
		case "preservation_applied":
			return true
		case "suit_filed", "filed":
			return false
		}
	}
	return false
}

// instalments are what the running plans still bring, by their days.
func instalments(plans []recovery.Plan) []folio.Instalment {
	var parts []folio.Instalment
	for _, plan := range plans {
		if !plan.Running {
			continue
		}
		for _, part := range plan.Instalments {
			on, err := time.ParseInLocation(time.DateOnly, part.DueOn, recovery.Shanghai)
			if rest := part.Amount - part.Paid; err == nil && rest > 0 {
				parts = append(parts, folio.Instalment{DueOn: on, Amount: rest})
			}
		}
	}
	slices.SortStableFunc(parts, func(a, b folio.Instalment) int { return a.DueOn.Compare(b.DueOn) })
	return parts
}
