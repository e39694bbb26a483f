package recovery

import "slices"

// ValueClass groups the values of a case by who may see them. This file is the
// only place that decides it: the API and the pages ask with a role, the folio
// and the dossier with an audience and the role of the person who asked for the
// papers.
type ValueClass string

// The classes.
const (
	// CommonValues are what both sides know: who they are, and the numbers of the
	// payments between them.
	CommonValues ValueClass = "common"
	// StatementValues are free texts that the other side may read, without the
	// personal data in them: what happened, messages, answers.
	StatementValues ValueClass = "statements"
	// OwnSideValues are free texts between the claimant and the staff: notes, reasons,
	// references.
	OwnSideValues ValueClass = "own_side"
	// UnclassifiedValues are values that no row below names.
	UnclassifiedValues ValueClass = "unclassified"
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
	// FileNames are names and descriptions that people gave to files.
	FileNames ValueClass = "file_names"
	// SharedFiles are files about the payment and what was said about it.
	SharedFiles ValueClass = "shared_files"
	// OfficialFiles are papers of the platform or an authority for the claimant.
	OfficialFiles ValueClass = "official_files"
	// IdentityFiles show who the claimant is or where the claimant lives.
	IdentityFiles ValueClass = "identity_files"
	// FileMetadata is what a file contains besides its content: place, device, program,
	// author, and what the examination found in it.
	FileMetadata ValueClass = "file_metadata"
	// CollectorDevices name the phone or computer that recorded an entry.
	CollectorDevices ValueClass = "collector_devices"
	// DemandRecords list how each demand reached the other side.
	DemandRecords ValueClass = "demand_records"
	// Weaknesses are what the claimant's side should know about its own evidence.
	Weaknesses ValueClass = "weaknesses"
	// MailAddresses are the addresses that counterparts left for mails to themselves.
	// Nobody writes to them but the product, so only legal needs them.
	MailAddresses ValueClass = "mail_addresses"
	// AbuseMarks are signs that a case or a claimant is not genuine.
	AbuseMarks ValueClass = "abuse_marks"
	// FileSignals are marks in files that say how they were made or changed, and the other
	// cases with the same file, payment or person. They prove nothing, so nobody else sees
	// them.
	FileSignals ValueClass = "file_signals"
)

// ValueClasses lists every class.
var ValueClasses = []ValueClass{
	CommonValues, StatementValues, OwnSideValues, UnclassifiedValues, ReachValues, PayerValues, InternalNotes,
	PublicParticulars, NamedParticulars, PrivateParticulars, FileNames, SharedFiles, OfficialFiles, IdentityFiles,
	FileMetadata, CollectorDevices, DemandRecords, Weaknesses, MailAddresses, AbuseMarks, FileSignals,
}

// Disclosure is how much of a value or a file an audience gets.
type Disclosure string

// The degrees. The zero value withholds: the papers then contain only the commitment
// or the digest.
const (
	Withheld Disclosure = ""
	Masked   Disclosure = "masked" // a copy in which personal data is replaced
	Shown    Disclosure = "shown"  // as it was recorded
)

// disclosureRow lists who sees the values of one class.
type disclosureRow struct {
	roles  []Role     // in the app; on paper, of the person who asked for the papers
	shown  []Audience // on paper, as recorded
	masked []Audience // on paper, without the personal data in it
}

var (
	// Counterparts see their own part of a case through their link, and nothing of
	// this table.
	everyReader   = []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal, RoleAdmin, RoleAuditor, RoleSystem}
	staffReaders  = []Role{RoleAgent, RoleSupervisor, RoleLegal, RoleAdmin, RoleAuditor, RoleSystem}
	courtReaders  = []Role{RoleClaimant, RoleLegal, RoleAuditor, RoleSystem}
	markReaders   = []Role{RoleSupervisor, RoleAuditor}
	signalReaders = []Role{RoleAgent, RoleSupervisor, RoleLegal, RoleAuditor}
	legalReaders  = []Role{RoleLegal, RoleAuditor} // of a restricted case
	legalOnly     = []Role{RoleLegal}
	claimantsSide = []Audience{ForCourt, ForArchive}
	othersSide    = []Audience{ForOpponent, ForPlatform}
	allButOther   = []Audience{ForCourt, ForPlatform, ForArchive}
	nobody        []Audience
)

// disclosureTable is the one table of who may see what: role × audience × value.
// What a row does not name is withheld.
//
// The court and the archive need how people can be reached; the opponent and the
// platform do not (data minimisation, PIPL article 6). Staff who help with a case
// need not know the identities behind it. Internal notes stay in the archive.
var disclosureTable = map[ValueClass]disclosureRow{
	CommonValues:       {everyReader, Audiences, nobody},
	StatementValues:    {everyReader, claimantsSide, othersSide},
	OwnSideValues:      {everyReader, claimantsSide, nobody},
	UnclassifiedValues: {everyReader, claimantsSide, nobody},
	ReachValues:        {everyReader, claimantsSide, nobody},
	PayerValues:        {everyReader, allButOther, nobody},
	InternalNotes:      {staffReaders, []Audience{ForArchive}, nobody},
	PublicParticulars:  {everyReader, Audiences, nobody},
	NamedParticulars:   {courtReaders, Audiences, nobody},
	PrivateParticulars: {courtReaders, claimantsSide, nobody},
	FileNames:          {everyReader, claimantsSide, nobody},
	SharedFiles:        {everyReader, claimantsSide, othersSide},
	OfficialFiles:      {everyReader, claimantsSide, []Audience{ForPlatform}},
	IdentityFiles:      {everyReader, claimantsSide, []Audience{ForPlatform}},
	FileMetadata:       {everyReader, claimantsSide, nobody},
	CollectorDevices:   {everyReader, claimantsSide, nobody},
	DemandRecords:      {everyReader, allButOther, nobody},
	Weaknesses:         {everyReader, claimantsSide, nobody},
	MailAddresses:      {legalOnly, []Audience{ForArchive}, nobody},
	AbuseMarks:         {markReaders, nobody, nobody},
	FileSignals:        {signalReaders, nobody, nobody},
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

// SeesPapers reports whether a role may read papers for an audience: those that it may ask
// for. Auditors read everything.
func SeesPapers(role Role, audience Audience) bool {
	return role == RoleAuditor || slices.Contains(paperAudiences[role], audience)
}

// SeesOnScreen reports whether a role may see values of a class in the app.
func SeesOnScreen(role Role, class ValueClass) bool {
	return slices.Contains(disclosureTable[class].roles, role)
}

// SeesOnPaper reports whether papers for an audience may show values of a class as
// they were recorded.
func SeesOnPaper(audience Audience, requester Role, class ValueClass) bool {
	return DisclosureOnPaper(audience, requester, class) == Shown
}

// DisclosureOnPaper returns how much of the values of a class papers for an audience
// may contain. Particulars and addresses for mails are also withheld from papers that a
// person asked for who may not see them in the app.
func DisclosureOnPaper(audience Audience, requester Role, class ValueClass) Disclosure {
	row := disclosureTable[class]
	switch {
	case (class.isParticular() || class == MailAddresses) && !slices.Contains(row.roles, requester):
		return Withheld
	case slices.Contains(row.shown, audience):
		return Shown
	case slices.Contains(row.masked, audience):
		return Masked
	default:
		return Withheld
	}
}

// SeesRestricted reports whether a role may see the personal values of a case
// that is restricted because its claimant requested erasure.
func SeesRestricted(role Role) bool { return slices.Contains(legalReaders, role) }

func (c ValueClass) isParticular() bool {
	return c == PublicParticulars || c == NamedParticulars || c == PrivateParticulars
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
