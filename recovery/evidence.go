package recovery

import (
	"encoding/json"
	"time"
)

// EvidenceDetails is the result of examining a file, the claimant's answers to it,
// and the copy made for viewing.
type EvidenceDetails struct {
	EvidenceID      EvidenceID
	Report          json.RawMessage
	NearDuplicateOf *EvidenceID
	Answers         map[string]string // fact → confirmed or rejected
	ViewSHA256      string            // of the copy for viewing; "" before it is made
	ViewSize        int64
	BeingExamined   bool // the report is not complete yet
}

// OtherFile is another file of the same case, to find near-duplicates.
type OtherFile struct {
	ID             EvidenceID
	SHA256         string
	PerceptualHash []byte // nil when the file is no picture
}

// FileDescription is what its sender states about a file.
type FileDescription struct {
	Kind        EvidenceKind
	FileName    string // as the sender's program gave it, with any path
	CapturedAt  *time.Time
	Source      string
	Description string
	SHA256      string // as the sender's program computed it; "" if it did not
}

// Upload is a file that arrives in parts, as it was announced.
type Upload struct {
	FileDescription
	ID        EvidenceID // the evidence it will be
	CaseID    CaseID
	By        Actor
	Size      int64
	PartSize  int64
	CreatedAt time.Time
}

// UploadLife is the time within which all parts must arrive.
const UploadLife = 24 * time.Hour

// MaxUploads is the number of unfinished uploads per account. An upload that received
// nothing for UploadIdle gives up its place to a new one.
const (
	MaxUploads = 20
	UploadIdle = 15 * time.Minute
)

// EvidenceCount is the number of files of a case, and of those not examined yet.
type EvidenceCount struct{ Total, BeingExamined int }

// StageRecord is which stages a case has been in, as corrected.
type StageRecord struct {
	Left []Stage // without Closed, in no order
	// Since is the number of the entry with which the current stage began.
	Since int64
}
