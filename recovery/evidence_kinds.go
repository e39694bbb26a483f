package recovery

// EvidenceKind is what a file shows.
type EvidenceKind string

// The evidence kinds.
const (
	TransferScreenshot EvidenceKind = "transfer_screenshot"
	PacketScreenshot   EvidenceKind = "packet_screenshot"
	ChatScreenshot     EvidenceKind = "chat_screenshot"
	ChatExport         EvidenceKind = "chat_export"
	ScreenRecording    EvidenceKind = "screen_recording"
	Statement          EvidenceKind = "statement"
	SealedReceipt      EvidenceKind = "sealed_receipt"
	Location           EvidenceKind = "location"
	NoticeScreenshot   EvidenceKind = "notice_screenshot"
	Identity           EvidenceKind = "identity"
	Ticket             EvidenceKind = "ticket"
	PoliceReceipt      EvidenceKind = "police_receipt"
	Agreement          EvidenceKind = "agreement"
	OtherEvidence      EvidenceKind = "other"
)

// EvidenceOrigin is who made a file, as far as its kind reveals it.
type EvidenceOrigin string

// The origins: made by a platform or an authority, captured by a person from a
// screen, or unknown.
const (
	OfficialOrigin EvidenceOrigin = "official"
	CapturedOrigin EvidenceOrigin = "captured"
	UnknownOrigin  EvidenceOrigin = ""
)

// evidenceKindRow is one row of the table of evidence kinds.
type evidenceKindRow struct {
	kind   EvidenceKind
	origin EvidenceOrigin
	class  ValueClass // who may see such a file
}

// evidenceKindTable is the one table of evidence kinds. A new kind is a new row
// here, a constant above, a rule in the playbook's evidence.yaml, and its words
// in texts/.
var evidenceKindTable = []evidenceKindRow{
	{TransferScreenshot, CapturedOrigin, SharedFiles},
	{PacketScreenshot, CapturedOrigin, SharedFiles},
	{ChatScreenshot, CapturedOrigin, SharedFiles},
	{ChatExport, OfficialOrigin, SharedFiles},
	{ScreenRecording, CapturedOrigin, SharedFiles},
	{Statement, OfficialOrigin, SharedFiles},
	{SealedReceipt, OfficialOrigin, SharedFiles},
	{Location, UnknownOrigin, IdentityFiles},
	{NoticeScreenshot, CapturedOrigin, SharedFiles},
	{Identity, UnknownOrigin, IdentityFiles},
	{Ticket, OfficialOrigin, OfficialFiles},
	{PoliceReceipt, OfficialOrigin, OfficialFiles},
	{Agreement, UnknownOrigin, SharedFiles},
	{OtherEvidence, UnknownOrigin, SharedFiles},
}

// EvidenceKinds lists every kind in the order of the table.
var EvidenceKinds = evidenceKindNames()

func evidenceKindNames() []EvidenceKind {
	kinds := make([]EvidenceKind, 0, len(evidenceKindTable))
	for _, row := range evidenceKindTable {
		kinds = append(kinds, row.kind)
	}
	return kinds
}

func (k EvidenceKind) row() evidenceKindRow {
	for _, row := range evidenceKindTable {
		if row.kind == k {
			return row
		}
	}
	return evidenceKindRow{kind: k, class: IdentityFiles}
}

// Origin returns who made files of this kind.
func (k EvidenceKind) Origin() EvidenceOrigin { return k.row().origin }
