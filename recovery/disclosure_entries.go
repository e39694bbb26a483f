package recovery

import (
	"regexp"
	"slices"
	"strings"
)

// entryDisclosure is who may read the entries of a kind, and the class of each
// personal value that they commit to.
type entryDisclosure struct {
	readers []Audience // besides court and archive, which read every entry
	values  map[string]ValueClass
}

var (
	toBoth     = othersSide
	toPlatform = []Audience{ForPlatform}
	toOpponent = []Audience{ForOpponent}
	toNobody   []Audience

	ownText   = map[string]ValueClass{"text": OwnSideValues}
	ownReason = map[string]ValueClass{"reason": OwnSideValues}
	said      = map[string]ValueClass{"text": StatementValues}
	corrected = map[string]ValueClass{
		"reason": OwnSideValues, "replacement.text": StatementValues, "replacement.reason": OwnSideValues,
		"replacement.note": OwnSideValues, "replacement.why": OwnSideValues, "replacement.ref": OwnSideValues,
	}
	abuse = map[string]ValueClass{"pattern": AbuseMarks, "reason": AbuseMarks}
)

// entryTable decides for each kind of entry who may read it. Papers for anybody else
// contain only its hash, which still proves its place in the journal. A kind without
// a row is withheld; TestEveryEntryKindHasARow fails for it.
var entryTable = map[EntryKind]entryDisclosure{
	EntryCaseFiled: {toBoth, map[string]ValueClass{
		"claimant.name": CommonValues, "claimant.email": ReachValues, "claimant.phone": ReachValues,
		"claimant.province": ReachValues, "claimant.city": ReachValues, "narrative": StatementValues,
		"transaction_no": CommonValues, "sends.N.transaction_no": CommonValues, "circumstances": OwnSideValues,
		"counterpart.N.alias": CommonValues, "counterpart.N.contact": ReachValues,
		"payer.name": PayerValues, "payer.relation": PayerValues,
	}},
	EntryEvidenceAdded: {toBoth, map[string]ValueClass{
		"file_name": FileNames, "source": FileNames, "description": FileNames, "gps": FileMetadata, "findings": FileMetadata,
		"found.taken_at": FileMetadata, "found.device": FileMetadata, "found.software": FileMetadata, "found.gps_present": FileMetadata,
	}},
	EntryEvidenceViewed:   {readers: toNobody},
	EntryEvidenceDerived:  {toBoth, map[string]ValueClass{"rows_seed": OwnSideValues, "findings": FileMetadata}},
	EntryEvidenceExamined: {toNobody, map[string]ValueClass{"findings": FileMetadata}},
	EntryEvidenceFacts:    {readers: toNobody},
	EntryStageEntered:     {readers: toBoth},
	EntryDeadlinePassed:   {readers: toBoth},
	EntryEvidenceSupplied: {readers: toNobody},
	EntryContactRecorded:  {toBoth, said},
	EntryResponseRecorded: {toBoth, said},
	EntryReturnRecorded:   {readers: toBoth},
	EntryEscalated:        {toNobody, ownReason},
	EntryAppealSubmitted:  {readers: toPlatform},
	EntryEvidenceRequested: {toNobody, map[string]ValueClass{
		"note": OwnSideValues,
	}},
	EntryPlatformReplied: {toPlatform, map[string]ValueClass{"text": StatementValues, "ref": StatementValues}},
	EntryAppealDecided:   {toPlatform, ownReason},
	EntryRouteChosen:     {toNobody, map[string]ValueClass{"why": OwnSideValues}},
	// The other side must not learn of a preservation or a report to the police from us.
	EntryLegalStep:          {toNobody, map[string]ValueClass{"ref": OwnSideValues}},
	EntryWithdrawn:          {toBoth, ownReason},
	EntryClosed:             {toBoth, ownReason},
	EntryAssigned:           {readers: toNobody},
	EntryReleased:           {readers: toNobody},
	EntryNoteAdded:          {toNobody, ownText},
	EntryExportRequested:    {readers: toBoth},
	EntryExportBuilt:        {readers: toNobody},
	EntryExportDownloaded:   {readers: toNobody},
	EntryLessonShared:       {readers: toNobody},
	EntryRefundDue:          {readers: toPlatform},
	EntryContactPlanned:     {toNobody, ownText},
	EntryMediationRecorded:  {toBoth, said},
	EntryHarassmentReported: {toOpponent, said},
	EntryLinkIssued:         {readers: toOpponent},
	EntryLinkOpened:         {readers: toOpponent},
	EntryLinkRevoked:        {readers: toNobody},
	EntryPlanProposed:       {readers: toBoth},
	EntryPlanAccepted:       {readers: toBoth},
	EntryPlanDeclined:       {toBoth, ownReason},
	EntryInstalmentRecorded: {readers: toBoth},
	EntryInstalmentMissed:   {readers: toBoth},
	EntryPlanBroken:         {readers: toBoth},
	EntryPlanFulfilled:      {readers: toBoth},
	EntryPlatformAsked:      {toPlatform, map[string]ValueClass{"note": OwnSideValues, "ref": StatementValues}},
	EntryDecisionProposed:   {toNobody, ownReason},
	EntryDecisionRejected:   {toNobody, ownReason},
	EntryDeadlineBreached:   {readers: toNobody},
	EntryDeadlineNear:       {readers: toNobody},
	EntryTaskOverdue:        {readers: toNobody},
	EntryRightEnded:         {readers: toNobody},
	EntryPaused:             {toNobody, ownReason},
	EntryResumed:            {readers: toNobody},
	EntryReopened:           {toBoth, ownReason},
	EntryHandedOver:         {toNobody, ownReason},
	EntryDangerReported:     {toNobody, ownText},
	EntryFactsAmended:       {toNobody, map[string]ValueClass{"transaction_no": CommonValues, "alias": CommonValues, "why": OwnSideValues}},
	EntryCounterpartAdded:   {toPlatform, map[string]ValueClass{"alias": CommonValues, "contact": ReachValues}},
	EntryShareRecorded:      {readers: toPlatform},
	EntryCounterpartRenamed: {toNobody, map[string]ValueClass{"alias": CommonValues}},
	// Only readers of the corrected entry read its correction.
	EntryCorrected:          {toBoth, corrected},
	EntryCorrectionProposed: {toNobody, corrected},
	EntryCorrectionRejected: {toNobody, ownReason},
	EntryValuesErased:       {readers: toBoth}, // without it nobody could tell why files are missing
	EntryHoldSet:            {toNobody, ownReason},
	EntryHoldLifted:         {toNobody, ownReason},
	EntryAbuseFlagged:       {toNobody, abuse},
	EntryAbuseDismissed:     {toNobody, abuse},
	EntryErasureRefused:     {toNobody, ownReason},
	EntryValuesRestricted:   {toNobody, ownReason},
	EntryMailsStopped:       {readers: toNobody},
	EntryMailsAsked:         {toNobody, map[string]ValueClass{"email": MailAddresses}},
	EntryInstalmentReminded: {readers: toOpponent},
	EntryParticulars:        {readers: toNobody}, // its values have their classes in the table of particulars
}

// DevicePath is the journal path of the device that recorded an entry. Entries of
// every kind may have it.
const DevicePath = "collector.device"

// ReadsEntries reports whether papers for an audience contain the entries of a kind.
func ReadsEntries(audience Audience, kind EntryKind) bool {
	return slices.Contains(claimantsSide, audience) || slices.Contains(entryTable[kind].readers, audience)
}

var numberedPath = regexp.MustCompile(`\.[0-9]+\.`)

// ClassOfValue is the class of a personal value that entries of a kind commit to.
// UnclassifiedValues are withheld from everybody but the claimant's side.
func ClassOfValue(kind EntryKind, path string) ValueClass {
	switch class, known := entryTable[kind].values[numberedPath.ReplaceAllString(path, ".N.")]; {
	case known:
		return class
	case path == DevicePath:
		return CollectorDevices
	case kind == EntryParticulars && strings.HasPrefix(path, particularsPath):
		return classOfParticular(path)
	default:
		return UnclassifiedValues
	}
}
