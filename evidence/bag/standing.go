package bag

import (
	"fmt"
	"time"

	"recourse/evidence/folio"
	"recourse/recovery"
)

const standingPath = "data/standing.json"

// standing is data/standing.json, one line of JSON: what the dossier is made of
// beside the journal, so that it can be set again from the bag alone. Nothing
// personal stands in it: names, contacts, words and file names are values of the
// journal. Only bags for the archive hold it.
//
// What the first entry and those that took in the exhibits say of the same
// things must agree, and verifiers compare: the id, number, sum, platform,
// instrument and playbook of the case, how many counterparts it has, and of each
// exhibit its id and kind. The rest is as true as the seal over the bag.
type standing struct {
	Format      int               `json:"format"` // 1
	At          time.Time         `json:"at"`     // when the export was asked for, to the last digit
	Case        standingCase      `json:"case"`
	Exhibits    []standingExhibit `json:"exhibits"` // by the entries that took them in
	Missing     []string          `json:"missing"`  // of a complete dossier, in Chinese
	Fees        []standingFee     `json:"fees"`
	Citations   []citation        `json:"citations"`
	SealedBy    string            `json:"sealed_by"` // "": nobody seals the dossier
	Development bool              `json:"development"`
}

// standingCase is the record as it stood when the export was asked for. Instants
// are UTC, sums in fen.
type standingCase struct {
	ID           recovery.CaseID       `json:"id"`
	Number       recovery.CaseNumber   `json:"number"`
	Platform     recovery.Platform     `json:"platform"`
	Instrument   recovery.Instrument   `json:"instrument"`
	Amount       recovery.Money        `json:"amount_fen"`
	SentAt       time.Time             `json:"sent_at"`
	Reason       recovery.Reason       `json:"reason"`
	ClaimState   recovery.ClaimState   `json:"claim_state"`
	Group        recovery.Group        `json:"group"`
	Counterparts []standingCounterpart `json:"counterparts"` // in the order of their values in entry 1
	Position     recovery.Position     `json:"position"`
	Deadlines    []recovery.Deadline   `json:"deadlines"`
	Playbook     string                `json:"playbook"`
	Pace         int                   `json:"pace"`
	CreatedAt    time.Time             `json:"created_at"`
	ClosedAt     *time.Time            `json:"closed_at,omitempty"`
}

type standingCounterpart struct {
	ID        recovery.CounterpartID `json:"id"`
	Claimed   recovery.Money         `json:"claimed_fen"`
	ClaimedAt *time.Time             `json:"claimed_at,omitempty"`
	Answer    recovery.Response      `json:"answer,omitempty"`
	Refusal   recovery.Refusal       `json:"refusal,omitempty"`
	Returned  recovery.Money         `json:"returned_fen"`
}

type standingExhibit struct {
	Seq        int64                 `json:"seq"`
	ID         recovery.EvidenceID   `json:"id"`
	Kind       recovery.EvidenceKind `json:"kind"`
	CapturedAt *time.Time            `json:"captured_at,omitempty"`
	ReceivedAt time.Time             `json:"received_at"`
	By         recovery.Actor        `json:"by"`
	LeansOn    []recovery.EvidenceID `json:"leans_on,omitempty"` // adds nothing to these as proof
	Withheld   bool                  `json:"withheld,omitempty"` // its bytes are not in the bag
}

type standingFee struct {
	Name   string         `json:"name"`
	Base   recovery.Money `json:"base_fen"`
	Amount recovery.Money `json:"amount_fen"`
	Law    citation       `json:"law"`
}

type citation struct {
	Statute string `json:"statute"`
	Section string `json:"section"`
	Edition string `json:"edition"`
	Mark    string `json:"mark"`
}

// standingFile is nil for audiences that do not get it.
func standingFile(f folio.Folio) ([]part, error) {
	if f.Audience != recovery.ForArchive {
		return nil, nil
	}
	s := standing{
		Format: 1, At: f.At.UTC(), Case: standingOf(f.Case), Exhibits: []standingExhibit{}, Missing: f.Missing,
		SealedBy: f.SealedBy, Development: f.Development,
	}
	for _, e := range f.Exhibits {
		s.Exhibits = append(s.Exhibits, standingExhibit{
			Seq: e.Seq, ID: e.ID, Kind: e.Kind, CapturedAt: inUTC(e.CapturedAt), ReceivedAt: e.ReceivedAt.UTC(), By: e.By,
			LeansOn: e.NotIndependentOf, Withheld: e.Withheld,
		})
	}
	if f.Papers != nil {
		for _, fee := range f.Papers.Fees {
			s.Fees = append(s.Fees, standingFee{Name: fee.Name, Base: fee.Base, Amount: fee.Amount, Law: citation(fee.Law)})
		}
		for _, one := range f.Papers.Citations {
			s.Citations = append(s.Citations, citation(one))
		}
	}
	line, err := plainJSON(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", standingPath, err)
	}
	return []part{fixed(standingPath, line)}, nil
}

func standingOf(c recovery.Case) standingCase {
	s := standingCase{
		ID: c.ID, Number: c.Number, Platform: c.Platform, Instrument: c.Instrument, Amount: c.Amount, SentAt: c.SentAt.UTC(),
		Reason: c.Reason, ClaimState: c.ClaimState, Group: c.Group, Counterparts: []standingCounterpart{}, Position: c.Position,
		Deadlines: c.Deadlines, Playbook: c.Playbook, Pace: c.Pace, CreatedAt: c.CreatedAt.UTC(), ClosedAt: inUTC(c.ClosedAt),
	}
	for _, one := range c.Counterparts {
		s.Counterparts = append(s.Counterparts, standingCounterpart{
			ID: one.ID, Claimed: one.Claimed, ClaimedAt: inUTC(one.ClaimedAt), Answer: one.Answer, Refusal: one.Refusal, Returned: one.ReturnFen,
		})
	}
	return s
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}
