package recovery

import (
	"slices"
	"strings"
)

// ValueClass groups the values of a case by who may see them. This file is the
// only place that decides it: the API and the pages ask with a role, the folio
// and the dossier with an audience and the role of the person who asked for the
// papers.
type ValueClass string

// The classes.
const (
	// GeneralValues are names, texts and references that nothing below covers.
	GeneralValues ValueClass = "general"
	// ReachValues are ways to reach a party: e-mail, phone, place.
	ReachValues ValueClass = "reach"
	// PayerValues name the person who paid, if that was not the claimant. The platform
	// needs them to find the payment.
	PayerValues ValueClass = "payer"
	// InternalNotes are entries that the staff wrote for the staff.
	InternalNotes ValueClass = "internal_notes"
	// PublicParticulars are court data that are no secret in the case: the court,
	// due dates, the interest rate.
	PublicParticulars ValueClass = "public_particulars"
	// NamedParticulars are court data that a paper for the other side has to name:
	// who is sued, where to return the money.
	NamedParticulars ValueClass = "named_particulars"
	// PrivateParticulars are all other court data: documents, homes, assets.
	PrivateParticulars ValueClass = "private_particulars"
	// GeneralFiles are files of evidence that nothing below covers.
	GeneralFiles ValueClass = "general_files"
	// IdentityFiles show who the claimant is or where the claimant lives.
	IdentityFiles ValueClass = "identity_files"
	// PictureMetadata is the place and device stored in a photograph.
	PictureMetadata ValueClass = "picture_metadata"
	// CollectorDevices name the phone or computer that recorded an entry.
	CollectorDevices ValueClass = "collector_devices"
	// DemandRecords list how each demand reached the other side.
	DemandRecords ValueClass = "demand_records"
	// Weaknesses are what the claimant's side should know about its own evidence.
	Weaknesses ValueClass = "weaknesses"
	// AbuseMarks are signs that a case or a claimant is not genuine.
	AbuseMarks ValueClass = "abuse_marks"
)

// ValueClasses lists every class.
var ValueClasses = []ValueClass{
	GeneralValues, ReachValues, PayerValues, InternalNotes, PublicParticulars, NamedParticulars, PrivateParticulars,
	GeneralFiles, IdentityFiles, PictureMetadata, CollectorDevices, DemandRecords, Weaknesses, AbuseMarks,
}

// disclosureRow lists who sees the values of one class.
type disclosureRow struct {
	roles     []Role     // in the app; on paper, of the person who asked for the papers
	audiences []Audience // on paper
}

var (
	// Counterparts see their own part of a case through their link, and nothing of
	// this table.
	everyReader   = []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal, RoleAdmin, RoleAuditor, RoleSystem}
	staffReaders  = []Role{RoleAgent, RoleSupervisor, RoleLegal, RoleAdmin, RoleAuditor, RoleSystem}
	courtReaders  = []Role{RoleClaimant, RoleLegal, RoleAuditor, RoleSystem}
	markReaders   = []Role{RoleSupervisor, RoleAuditor}
	legalReaders  = []Role{RoleLegal, RoleAuditor} // of a restricted case
	claimantsSide = []Audience{ForCourt, ForArchive}
)

// disclosureTable is the one table of who may see what: role × audience × value.
//
// The court and the archive need how people can be reached; the opponent and the
// platform do not (data minimisation, PIPL article 6). Staff who help with a case
// need not know the identities behind it. Internal notes stay in the archive.
var disclosureTable = map[ValueClass]disclosureRow{
	GeneralValues:      {everyReader, Audiences},
	ReachValues:        {everyReader, claimantsSide},
	PayerValues:        {everyReader, []Audience{ForCourt, ForPlatform, ForArchive}},
	InternalNotes:      {staffReaders, []Audience{ForArchive}},
	PublicParticulars:  {everyReader, Audiences},
	NamedParticulars:   {courtReaders, Audiences},
	PrivateParticulars: {courtReaders, claimantsSide},
	GeneralFiles:       {everyReader, Audiences},
	IdentityFiles:      {everyReader, []Audience{ForCourt, ForPlatform, ForArchive}},
	PictureMetadata:    {everyReader, claimantsSide},
	CollectorDevices:   {everyReader, []Audience{ForCourt, ForPlatform, ForArchive}},
	DemandRecords:      {everyReader, []Audience{ForCourt, ForPlatform, ForArchive}},
	Weaknesses:         {everyReader, claimantsSide},
	AbuseMarks:         {markReaders, nil},
}

// paperAudiences lists the audiences for which a role may ask for papers, the
// likeliest first. Papers for the archive contain internal notes.
var paperAudiences = map[Role][]Audience{
	RoleClaimant:   {ForCourt, ForPlatform, ForOpponent},
	RoleAgent:      {ForPlatform, ForCourt},
	RoleSupervisor: Audiences,
	RoleLegal:      Audiences,
	RoleSystem:     Audiences,
}

// PaperAudiences lists the audiences for which a role may ask for papers.
func PaperAudiences(role Role) []Audience { return slices.Clone(paperAudiences[role]) }

// SeesPapers reports whether a role may see that papers for an audience exist.
func SeesPapers(role Role, audience Audience) bool {
	return audience != ForArchive || SeesOnScreen(role, InternalNotes)
}

// SeesOnScreen reports whether a role may see values of a class in the app.
func SeesOnScreen(role Role, class ValueClass) bool {
	return slices.Contains(disclosureTable[class].roles, role)
}

// SeesOnPaper reports whether papers for an audience may show values of a class.
// Particulars are also hidden from papers that a person asked for who may not
// see them in the app.
func SeesOnPaper(audience Audience, requester Role, class ValueClass) bool {
	row := disclosureTable[class]
	if !slices.Contains(row.audiences, audience) {
		return false
	}
	return !class.isParticular() || slices.Contains(row.roles, requester)
}

// SeesRestricted reports whether a role may see the personal values of a case
// that is restricted because its claimant requested erasure.
func SeesRestricted(role Role) bool { return slices.Contains(legalReaders, role) }

func (c ValueClass) isParticular() bool {
	return c == PublicParticulars || c == NamedParticulars || c == PrivateParticulars
}

// reachPaths are the journal paths of ReachValues.
var reachPaths = []string{"claimant.email", "claimant.phone", "claimant.province", "claimant.city", "gps"}

// ClassOfPath is the class of a personal value of the journal.
func ClassOfPath(path string) ValueClass {
	switch {
	case strings.HasPrefix(path, particularsPath):
		return classOfParticular(path)
	case slices.Contains(reachPaths, path), strings.HasSuffix(path, ".contact"):
		return ReachValues
	case strings.HasPrefix(path, "payer."):
		return PayerValues
	default:
		return GeneralValues
	}
}

func classOfParticular(path string) ValueClass {
	switch of := fieldRuleOf(path); {
	case of.public:
		return PublicParticulars
	case of.named:
		return NamedParticulars
	default:
		return PrivateParticulars
	}
}

// ClassOfFile is the class of a file of evidence.
func ClassOfFile(kind EvidenceKind) ValueClass { return kind.row().class }

// IsInternalNote reports an entry that only the staff may read: a note that is
// not shared, and any entry marked as internal.
func IsInternalNote(kind EntryKind, visibility any) bool {
	return visibility == NoteInternal || kind == EntryNoteAdded && visibility != NoteShared
}
