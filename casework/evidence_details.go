package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/signals"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// FactState is the claimant's answer to a fact that was found in a file.
type FactState string

// The states of a fact.
const (
	FactProposed  FactState = "proposed"
	FactConfirmed FactState = "confirmed"
	FactRejected  FactState = "rejected"
)

// The facts that can be found in a file.
const (
	FactTakenAt  = "taken_at"
	FactDevice   = "device"
	FactSoftware = "software"
	FactLocation = "gps_present"
)

// FactNames lists the facts in the order of display.
var FactNames = []string{FactTakenAt, FactDevice, FactSoftware, FactLocation}

// ProposedFact is one fact that was found in a file. The location of a picture
// is never its value: that is a committed value in the journal.
type ProposedFact struct {
	Name  string
	Label string // in Chinese
	Value string // RFC 3339 for a time
	State FactState
}

// FindingText is a finding about a file with its text in Chinese.
type FindingText struct {
	Code intake.Finding
	Text string
}

// Exhibit is a file's record with the result of its examination.
type Exhibit struct {
	recovery.Evidence
	Findings        []FindingText
	Facts           []ProposedFact
	NearDuplicateOf recovery.EvidenceID // "" if there is none
	BeingExamined   bool                // findings, facts and copy are not complete yet
	Shown           bool                // there is a copy for viewing
	Width, Height   int                 // of a picture; 0 if unknown
	Rows            *BillRows           // of an imported bill
}

// examination is the stored part of an intake.Report. It has no personal data.
type examination struct {
	Findings []intake.Finding      `json:"findings"`
	TakenAt  *time.Time            `json:"taken_at,omitempty"`
	Device   string                `json:"device,omitempty"`
	Software string                `json:"software,omitempty"`
	Location bool                  `json:"gps_present,omitempty"`
	Shown    bool                  `json:"shown"`
	Width    int                   `json:"width,omitempty"`
	Height   int                   `json:"height,omitempty"`
	Hash     intake.PerceptualHash `json:"sketch,omitempty"`
	Rows     *BillRows             `json:"rows,omitempty"`
	Marks    []signals.Mark        `json:"marks,omitempty"`
}

// BillRows are the numbers of rows of a bill.
type BillRows struct {
	Stated int `json:"stated,omitempty"` // by the bill itself; 0 if it states none
	Read   int `json:"read"`
}

// examinationOf is what the inspection at the upload has found.
func examinationOf(report intake.Report) examination {
	e := examination{
		Findings: report.Findings, Device: report.Facts.Device, Software: report.Facts.Software,
		Location: report.Facts.Place != nil, Width: report.Width, Height: report.Height,
	}
	if at := report.Facts.TakenAt; !at.IsZero() {
		e.TakenAt = &at
	}
	return e
}

// withContent adds what decoding the file has found.
func (e examination) withContent(content intake.Content) examination {
	e.Findings = append(slices.Clone(e.Findings), content.Findings...)
	slices.Sort(e.Findings)
	e.Shown, e.Hash, e.Marks = content.View.JPEG != nil, content.Hash, content.Marks
	if content.Width > 0 {
		e.Width, e.Height = content.Width, content.Height
	}
	return e
}

// foundFacts are the facts that were found, by name.
func (e examination) foundFacts() map[string]any {
	result := map[string]any{}
	if e.TakenAt != nil {
		result[FactTakenAt] = e.TakenAt.In(recovery.Shanghai).Format(time.RFC3339)
	}
	if e.Device != "" {
		result[FactDevice] = e.Device
	}
	if e.Software != "" {
		result[FactSoftware] = e.Software
	}
	if e.Location {
		result[FactLocation] = true
	}
	return result
}

func detailsOf(id recovery.EvidenceID, report intake.Report, bill *statement.Bill) (recovery.EvidenceDetails, error) {
	examined := examinationOf(report)
	if bill != nil {
		examined.Rows = &BillRows{Stated: bill.Stated, Read: len(bill.Transactions)}
	}
	raw, err := json.Marshal(examined)
	if err != nil {
		return recovery.EvidenceDetails{}, fmt.Errorf("examination of a file: %w", err)
	}
	return recovery.EvidenceDetails{EvidenceID: id, Report: raw}, nil
}

// findDuplicate returns a function that picks the first file of a case with
// the same bytes or a picture that looks the same, or "" when there is none.
func findDuplicate(digest string, hash intake.PerceptualHash) func([]recovery.OtherFile) recovery.EvidenceID {
	return func(others []recovery.OtherFile) recovery.EvidenceID {
		for _, other := range others {
			if other.SHA256 == digest || hash.IsNearDuplicate(other.PerceptualHash) {
				return other.ID
			}
		}
		return ""
	}
}

// Exhibit returns a file's record with the result of its examination.
func (s *Service) Exhibit(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (Exhibit, error) {
	record, _, err := s.evidenceAndCase(ctx, actor, id)
	if err != nil {
		return Exhibit{}, err
	}
	return s.loadExhibit(ctx, record)
}

func (s *Service) loadExhibit(ctx context.Context, record recovery.Evidence) (Exhibit, error) {
	details, err := s.Store.EvidenceDetails(ctx, record.ID)
	if err != nil {
		return Exhibit{}, err
	}
	return s.exhibitWith(record, details)
}

// ExhibitsOf lists the files of a case in the order they were added. An erased
// file has no findings.
func (s *Service) ExhibitsOf(ctx context.Context, actor recovery.Actor, id recovery.CaseID) ([]Exhibit, error) {
	records, err := s.EvidenceOf(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return s.exhibitsOf(ctx, records)
}

// NewestExhibits lists the newest files of a case, oldest first, and counts all.
func (s *Service) NewestExhibits(
	ctx context.Context, actor recovery.Actor, id recovery.CaseID, limit int,
) ([]Exhibit, recovery.EvidenceCount, error) {
	count, err := s.CountEvidence(ctx, actor, id)
	if err != nil {
		return nil, count, err
	}
	records, err := s.evidenceOf(ctx, actor, id, func() ([]recovery.Evidence, error) { return s.Store.NewestEvidence(ctx, id, limit) })
	if err != nil {
		return nil, count, err
	}
	exhibits, err := s.exhibitsOf(ctx, records)
	return exhibits, count, err
}

// CountEvidence counts the files of a case.
func (s *Service) CountEvidence(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (recovery.EvidenceCount, error) {
	if _, err := s.visibleCase(ctx, actor, id); err != nil {
		return recovery.EvidenceCount{}, err
	}
	return s.Store.CountEvidence(ctx, id)
}

func (s *Service) exhibitsOf(ctx context.Context, records []recovery.Evidence) ([]Exhibit, error) {
	files := make([]recovery.EvidenceID, len(records))
	for i, record := range records {
		files[i] = record.ID
	}
	details, err := s.Store.EvidenceDetailsOf(ctx, files)
	if err != nil {
		return nil, err
	}
	list := make([]Exhibit, len(records))
	for i, record := range records {
		if list[i], err = s.exhibitWith(record, details[record.ID]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Service) exhibitWith(record recovery.Evidence, d recovery.EvidenceDetails) (Exhibit, error) {
	examiner, err := s.examiner()
	if err != nil {
		return Exhibit{}, err
	}
	found, err := decodeExamination(d.Report)
	if err != nil {
		return Exhibit{}, err
	}
	e := Exhibit{
		Evidence: record, Findings: []FindingText{}, Facts: []ProposedFact{}, BeingExamined: d.BeingExamined,
		Shown: found.Shown, Width: found.Width, Height: found.Height, Rows: found.Rows,
	}
	if d.NearDuplicateOf != nil {
		e.NearDuplicateOf = *d.NearDuplicateOf
		found.Findings = append(found.Findings, intake.NearDuplicate)
	}
	texts := examiner.Texts()
	for _, code := range slices.Sorted(slices.Values(found.Findings)) {
		e.Findings = append(e.Findings, FindingText{Code: code, Text: texts.Finding(code)})
	}
	facts := found.foundFacts()
	for _, name := range FactNames {
		if value, exists := facts[name]; exists {
			e.Facts = append(e.Facts, ProposedFact{
				Name: name, Label: texts.Facts[name], Value: fmt.Sprint(value), State: factStateOf(d.Answers[name]),
			})
		}
	}
	return e, nil
}

func factStateOf(answer string) FactState {
	if answer == "" {
		return FactProposed
	}
	return FactState(answer)
}

func decodeExamination(report json.RawMessage) (found examination, err error) {
	if len(report) == 0 {
		return examination{}, nil
	}
	if err := json.Unmarshal(report, &found); err != nil {
		return examination{}, fmt.Errorf("examination of a file: %w", err)
	}
	return found, nil
}

// inspectReceived inspects a file before it is stored.
func (s *Service) inspectReceived(file *blob.Pending) (intake.Report, error) {
	examiner, err := s.examiner()
	if err != nil {
		return intake.Report{}, err
	}
	body, err := file.Reader()
	if err != nil {
		return intake.Report{}, err
	}
	report, err := examiner.Inspect(body, file.Size())
	return report, errors.Join(err, body.Close())
}
