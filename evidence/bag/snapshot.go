package bag

import (
	"fmt"
	"time"

	"recourse/evidence/folio"
	"recourse/recovery"
)

const snapshotPath = "data/standing.json"

// snapshot is the content of data/standing.json: the state of the case that, with
// the journal, is needed to build the dossier again from the bag alone. It contains
// no personal values; names, contacts, free text and file names are values of the
// journal. Only bags for the archive contain it.
//
// Verifiers compare these fields with the entries: id, number, amount, platform,
// instrument, playbook and number of counterparts of the case, and id and kind of
// each exhibit. The other fields are protected only by the seal of the bag.
type snapshot struct {
	Format      int                `json:"format"` // 1
	At          time.Time          `json:"at"`     // when the export was requested, with full precision
	Case        snapshotCase       `json:"case"`
	Exhibits    []snapshotExhibit  `json:"exhibits"` // in the order of the entries that recorded them
	Missing     []string           `json:"missing"`  // parts missing from a complete dossier, in Chinese
	Fees        []snapshotFee      `json:"fees"`
	Citations   []snapshotCitation `json:"citations"`
	SealedBy    string             `json:"sealed_by"` // "" if the dossier is not sealed
	Development bool               `json:"development"`
}

// snapshotCase is the case when the export was requested. Times are in UTC, amounts
// in fen.
type snapshotCase struct {
	ID           recovery.CaseID       `json:"id"`
	Number       recovery.CaseNumber   `json:"number"`
	Platform     recovery.Platform     `json:"platform"`
	Instrument   recovery.Instrument   `json:"instrument"`
	Amount       recovery.Money        `json:"amount_fen"`
	SentAt       time.Time             `json:"sent_at"`
	Reason       recovery.Reason       `json:"reason"`
	ClaimState   recovery.ClaimState   `json:"claim_state"`
	Group        recovery.Group        `json:"group"`
	Counterparts []snapshotCounterpart `json:"counterparts"` // in the order of their values in entry 1
	Position     recovery.Position     `json:"position"`
	Deadlines    []recovery.Deadline   `json:"deadlines"`
	Playbook     string                `json:"playbook"`
	Pace         int                   `json:"pace"`
	CreatedAt    time.Time             `json:"created_at"`
	Sends        []recovery.Send       `json:"sends,omitempty"` // without their numbers, which are values of entry 1
	ClosedAt     *time.Time            `json:"closed_at,omitempty"`
}

type snapshotCounterpart struct {
	ID        recovery.CounterpartID `json:"id"`
	Claimed   recovery.Money         `json:"claimed_fen"`
	ClaimedAt *time.Time             `json:"claimed_at,omitempty"`
	Answer    recovery.Response      `json:"answer,omitempty"`
	Refusal   recovery.Refusal       `json:"refusal,omitempty"`
	Returned  recovery.Money         `json:"returned_fen"`
}

type snapshotExhibit struct {
	Seq        int64                 `json:"seq"`
	ID         recovery.EvidenceID   `json:"id"`
	Kind       recovery.EvidenceKind `json:"kind"`
	CapturedAt *time.Time            `json:"captured_at,omitempty"`
	ReceivedAt time.Time             `json:"received_at"`
	By         recovery.Actor        `json:"by"`
	DependsOn  []recovery.EvidenceID `json:"leans_on,omitempty"` // not independent evidence of these
	Withheld   bool                  `json:"withheld,omitempty"` // the original is not in the bag
}

type snapshotFee struct {
	Name   string           `json:"name"`
	Base   recovery.Money   `json:"base_fen"`
	Amount recovery.Money   `json:"amount_fen"`
	Law    snapshotCitation `json:"law"`
}

type snapshotCitation struct {
	Statute string `json:"statute"`
	Section string `json:"section"`
	Edition string `json:"edition"`
	Mark    string `json:"mark"`
}

// newSnapshotParts returns the file, or nil for audiences that do not receive it.
func newSnapshotParts(f folio.Folio) ([]part, error) {
	if f.Audience != recovery.ForArchive {
		return nil, nil
	}
	s := snapshot{
		Format: 1, At: f.At.UTC(), Case: newSnapshotCase(f.Case), Exhibits: []snapshotExhibit{}, Missing: f.Missing,
		SealedBy: f.SealedBy, Development: f.Development,
	}
	for _, e := range f.Exhibits {
		s.Exhibits = append(s.Exhibits, snapshotExhibit{
			Seq: e.Seq, ID: e.ID, Kind: e.Kind, CapturedAt: convertToUTC(e.CapturedAt), ReceivedAt: e.ReceivedAt.UTC(), By: e.By,
			DependsOn: e.NotIndependentOf, Withheld: e.Withheld,
		})
	}
	if f.Papers != nil {
		for _, fee := range f.Papers.Fees {
			s.Fees = append(s.Fees, snapshotFee{Name: fee.Name, Base: fee.Base, Amount: fee.Amount, Law: snapshotCitation(fee.Law)})
		}
		for _, one := range f.Papers.Citations {
			s.Citations = append(s.Citations, snapshotCitation(one))
		}
	}
	line, err := encodeJSONLine(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", snapshotPath, err)
	}
	return []part{partFromBytes(snapshotPath, line)}, nil
}

func newSnapshotCase(c recovery.Case) snapshotCase {
	s := snapshotCase{
		ID: c.ID, Number: c.Number, Platform: c.Platform, Instrument: c.Instrument, Amount: c.Amount, SentAt: c.SentAt.UTC(),
		Reason: c.Reason, ClaimState: c.ClaimState, Group: c.Group, Counterparts: []snapshotCounterpart{}, Position: c.Position,
		Deadlines: c.Deadlines, Playbook: c.Playbook, Pace: c.Pace, CreatedAt: c.CreatedAt.UTC(), ClosedAt: convertToUTC(c.ClosedAt),
	}
	s.Sends = c.SendsWithoutNumbers()
	for _, one := range c.Counterparts {
		s.Counterparts = append(s.Counterparts, snapshotCounterpart{
			ID: one.ID, Claimed: one.Claimed, ClaimedAt: convertToUTC(one.ClaimedAt), Answer: one.Answer, Refusal: one.Refusal, Returned: one.ReturnFen,
		})
	}
	return s
}

func convertToUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}
