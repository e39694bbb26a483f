package folio

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"recourse/recovery"
)

// RestorePapers rebuilds, in a folio read from a bag, the papers as they were
// when the bag was written. The fees and citations are those of the bag, so no
// database or playbook is needed.
func RestorePapers(f Folio) Folio {
	papers := newPapers(f.Case, f.Entries, newRedaction(f.Case, recovery.Export{Audience: f.Audience, By: recovery.Actor{Role: recovery.RoleSystem}}, nil, nil))
	papers.Fees, papers.Citations = f.Papers.Fees, f.Papers.Citations
	f.Papers = papers
	return f
}

// newPapers collects what the legal papers need from the case and its journal.
// Values that were never supplied stay empty and leave a blank in the paper.
func newPapers(c recovery.Case, all []Entry, r redaction) *Papers {
	entries := CountingEntries(all)
	papers := &Papers{
		Route:        c.Position.Route,
		Preservation: hasPreservation(entries),
		KnewHolder:   counterpartKnownAt(c, entries),
		Plan:         openInstalments(c.Position.Plans),
		InSuit:       hasSuit(entries),
	}
	papers.setParticulars(r.redactParticulars(foldParticulars(entries)), r.redactCase(c).Claimant)
	if noticed := c.Facts().NoticedAt; noticed != nil {
		papers.KnewGain = noticed // what the clocks of the case count from
	}
	return papers
}

// foldParticulars merges what the entries supply for the papers. A value the
// audience may not see still counts as supplied.
func foldParticulars(entries []Entry) recovery.Particulars {
	var folded recovery.Particulars
	for _, entry := range entries {
		if entry.Parsed.Kind != recovery.EntryParticulars {
			continue
		}
		values := map[string]string{}
		for path := range entry.Parsed.Commitments {
			values[path] = cmp.Or(entry.Value(path), recovery.Hidden)
		}
		folded.MergeEntry(entry.Parsed.Facts, values)
	}
	return folded.WithCardFacts()
}

// withSupplied returns the case with what was supplied after filing, for the
// list of missing parts. A home address counts as province and city.
func withSupplied(c recovery.Case, p recovery.Particulars) recovery.Case {
	c.TransactionNo = cmp.Or(c.TransactionNo, p.TransactionNo)
	c.Narrative = cmp.Or(c.Narrative, p.Narrative)
	c.Claimant.Phone, c.Claimant.Email = cmp.Or(p.Claimant.Phone, c.Claimant.Phone), cmp.Or(p.Claimant.Email, c.Claimant.Email)
	c.Claimant.Province, c.Claimant.City = cmp.Or(c.Claimant.Province, p.Claimant.Home), cmp.Or(c.Claimant.City, p.Claimant.Home)
	return c
}

// setParticulars copies particulars into the papers. Contacts the claimant supplied later
// take precedence over those of the filing.
func (papers *Papers) setParticulars(p recovery.Particulars, filed recovery.Claimant) {
	c := p.Claimant
	papers.Claimant = Identity{
		Name: filed.Name, Sex: string(c.Sex), Born: c.Born, Nation: c.Nation, Work: c.Work, Home: c.Home, Residence: c.Residence,
		Document: c.DocumentNo, DocumentKind: c.DocumentKind, ServeAt: c.ServeAt,
		Phone: cmp.Or(c.Phone, filed.Phone), Email: cmp.Or(c.Email, filed.Email), EService: c.EService,
	}
	papers.Holders = map[recovery.CounterpartID]Identity{}
	for _, h := range p.Counterparts {
		papers.Holders[h.CounterpartID] = Identity{
			Name: h.Name, Sex: string(h.Sex), Work: h.Work, Home: h.Home, Document: h.DocumentNo, DocumentKind: h.DocumentKind, Phone: h.Phone,
			Born: h.Born, Nation: h.Nation, Residence: h.Residence, OtherDebts: h.OtherDebts, InChina: h.InChina, CanBeServed: h.CanBeServed,
		}
	}
	papers.Court, papers.Agent, papers.Requested, papers.ReturnTo = p.Court, p.Agent, p.Papers, p.ReturnTo
	papers.TransactionNo, papers.Narrative = p.TransactionNo, p.Narrative
	papers.Assets, papers.Security, papers.AtRisk, papers.Risk = p.Assets, p.Security, p.AtRisk, p.Risk
	papers.ReturnBy, papers.DueOn, papers.KnewGain = parseDay(p.ReturnBy), parseDay(p.DueOn), parseDay(p.NoticedOn)
	papers.Preservation = papers.Preservation || slices.Contains(p.Papers, recovery.PaperPreservation)
	papers.Interest = newInterest(p.Rate)
	papers.CaseNo, papers.EvidenceBy, papers.TryMediation, papers.ThirdParty = p.CaseNo, parseDay(p.EvidenceBy), p.TryMediation, p.ThirdParty
	papers.Forum, papers.Preserved, papers.Judgment = p.Forum, p.Preserved, p.Judgment
}

// newInterest returns nil when no rate was supplied.
func newInterest(rate recovery.PublishedRate) *Interest {
	if rate == (recovery.PublishedRate{}) {
		return nil
	}
	percent, _ := strconv.ParseFloat(rate.Percent, 64) // checked when it was supplied
	return &Interest{
		From: parseDay(rate.From), RateBP: int64(math.Round(percent * 100)), AsOf: rate.AsOf, Source: rate.Source,
	}
}

// parseDay returns the start of a day in Beijing, or nil if day is no date.
func parseDay(day string) *time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, recovery.Shanghai)
	if err != nil {
		return nil
	}
	return &at
}

// identifyingSteps are the legal steps that reveal who has the money.
var identifyingSteps = []string{"receipt_received", "platform_answered"}

// counterpartKnownAt returns when it became known who has the money, or nil. With
// several counterparts the journal does not record which one a step identified.
func counterpartKnownAt(c recovery.Case, entries []Entry) *time.Time {
	if len(c.Counterparts) != 1 {
		return nil
	}
	for _, entry := range entries {
		kind, _ := entry.Parsed.Facts["kind"].(string)
		if entry.Parsed.Kind != recovery.EntryLegalStep || !slices.Contains(identifyingSteps, kind) {
			continue
		}
		happened := cmp.Or(entry.Parsed.ClaimedAt, entry.Parsed.At)
		if at, err := time.Parse(time.RFC3339Nano, happened); err == nil {
			return &at
		}
	}
	return nil
}

// hasPreservation reports whether preservation was applied for before any suit:
// a payment order is then barred (民诉法解释 427).
func hasPreservation(entries []Entry) bool {
	for _, entry := range entries {
		if entry.Parsed.Kind != recovery.EntryLegalStep {
			continue
		}
		switch kind := entry.Parsed.Facts["kind"]; {
		case kind == "preservation_applied":
			return true
		case isFiling(kind):
			return false
		}
	}
	return false
}

// hasSuit reports whether a suit was filed.
func hasSuit(entries []Entry) bool {
	return slices.ContainsFunc(entries, func(entry Entry) bool {
		return entry.Parsed.Kind == recovery.EntryLegalStep && isFiling(entry.Parsed.Facts["kind"])
	})
}

func isFiling(kind any) bool { return kind == "suit_filed" || kind == "filed" || kind == "accepted" }

// openInstalments returns the unpaid parts of the running plans, by due day.
func openInstalments(plans []recovery.Plan) []Instalment {
	var open []Instalment
	for _, plan := range plans {
		if !plan.Running {
			continue
		}
		for _, part := range plan.Instalments {
			on := parseDay(part.DueOn)
			if rest := part.Amount - part.Paid; on != nil && rest > 0 {
				open = append(open, Instalment{Counterpart: plan.CounterpartID, DueOn: *on, Amount: rest})
			}
		}
	}
	slices.SortStableFunc(open, func(a, b Instalment) int { return a.DueOn.Compare(b.DueOn) })
	return open
}
