package activities

import (
	"slices"
	"time"

	"recourse/evidence"
	"recourse/recovery"
)

// pleading gathers what the legal papers need beyond the case. What nobody has
// said stays empty, and its line in the paper blank.
func (a *Exports) pleading(c recovery.Case, entries []evidence.Entry, export recovery.Export, mask mask) (*evidence.Papers, error) {
	fees, err := a.Checklist.Fees(c, export.CreatedAt)
	if err != nil {
		return nil, err
	}
	citations, err := a.Checklist.Citations(c, export.CreatedAt)
	if err != nil {
		return nil, err
	}
	claimant := mask.record(c).Claimant
	return &evidence.Papers{
		Route:        c.Position.Route,
		Preservation: preserved(entries),
		Claimant:     evidence.Identity{Name: claimant.Name, Phone: claimant.Phone, Email: claimant.Email},
		KnewHolder:   knewHolder(c, entries),
		Fees:         fees, Citations: citations,
		Plan: instalments(c.Position.Plans),
	}, nil
}

// The steps of the law by which it is learned who the other side is.
var identifying = []string{"receipt_received", "platform_answered"}

// knewHolder is when it was first learned who has the money, as the journal
// tells. Where there are several holders it does not tell whom a step named.
func knewHolder(c recovery.Case, entries []evidence.Entry) *time.Time {
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
func told(entry evidence.Entry) string {
	if entry.Parsed.ClaimedAt != "" {
		return entry.Parsed.ClaimedAt
	}
	return entry.Parsed.At
}

// preserved reports that preservation was applied for before any suit: a payment
// order is then barred (民诉法解释 427).
func preserved(entries []evidence.Entry) bool {
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

var beijing = time.FixedZone("+08:00", 8*60*60)

// instalments are what the running plans still bring, by their days.
func instalments(plans []recovery.Plan) []evidence.Instalment {
	var parts []evidence.Instalment
	for _, plan := range plans {
		if !plan.Running {
			continue
		}
		for _, part := range plan.Instalments {
			on, err := time.ParseInLocation(time.DateOnly, part.DueOn, beijing)
			if rest := part.Amount - part.Paid; err == nil && rest > 0 {
				parts = append(parts, evidence.Instalment{DueOn: on, Amount: rest})
			}
		}
	}
	slices.SortStableFunc(parts, func(a, b evidence.Instalment) int { return a.DueOn.Compare(b.DueOn) })
	return parts
}
