package recovery_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"recourse/recovery"
)

// disclosure says who sees which values: by role in the app (c claimant,
// o counterpart, a agent, s supervisor, l legal, d admin, u auditor, y system),
// and by audience on paper (C court, O opponent, P platform, A archive; in lower case
// what is shown only masked), first for papers requested by legal, then for those
// requested by an agent. It is written by hand, not from the code.
const disclosure = `
                     screen   legal agent
common               caslduy  COPA  COPA
statements           caslduy  CopA  CopA
own_side             caslduy  CA    CA
unclassified         caslduy  CA    CA
reach                caslduy  CA    CA
payer                caslduy  CPA   CPA
internal_notes       aslduy   A     A
public_particulars   caslduy  COPA  COPA
named_particulars    cluy     COPA  .
private_particulars  cluy     CA    .
file_names           caslduy  CA    CA
shared_files         caslduy  CopA  CopA
official_files       caslduy  CpA   CpA
identity_files       caslduy  CpA   CpA
file_metadata        caslduy  CA    CA
collector_devices    caslduy  CA    CA
demand_records       caslduy  CPA   CPA
weaknesses           caslduy  CA    CA
mail_addresses       l        A     .
abuse_marks          su       .     .
file_signals         aslu     .     .
`

var (
	roleLetters = map[rune]recovery.Role{
		'c': recovery.RoleClaimant, 'o': recovery.RoleCounterpart, 'a': recovery.RoleAgent, 's': recovery.RoleSupervisor,
		'l': recovery.RoleLegal, 'd': recovery.RoleAdmin, 'u': recovery.RoleAuditor, 'y': recovery.RoleSystem,
	}
	audienceLetters = map[rune]recovery.Audience{
		'C': recovery.ForCourt, 'O': recovery.ForOpponent, 'P': recovery.ForPlatform, 'A': recovery.ForArchive,
	}
)

func TestDisclosure(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(disclosure), "\n")[1:]
	if len(lines) != len(recovery.ValueClasses) {
		t.Fatalf("%d rows for %d classes", len(lines), len(recovery.ValueClasses))
	}
	for i, line := range lines {
		cells := strings.Fields(line)
		class := recovery.ValueClasses[i]
		if cells[0] != string(class) {
			t.Fatalf("row %q is not of the class %s", line, class)
		}
		for letter, role := range roleLetters {
			if want, got := strings.ContainsRune(cells[1], letter), recovery.SeesOnScreen(role, class); got != want {
				t.Errorf("%s on screen by %s: %t, want %t", class, role, got, want)
			}
		}
		for column, requester := range []recovery.Role{recovery.RoleLegal, recovery.RoleAgent} {
			for letter, audience := range audienceLetters {
				want, got := degreeOf(cells[2+column], letter), recovery.DisclosureOnPaper(audience, requester, class)
				if got != want || recovery.SeesOnPaper(audience, requester, class) != (want == recovery.Shown) {
					t.Errorf("%s for %s, requested by %s: %q, want %q", class, audience, requester, got, want)
				}
			}
		}
	}
}

func degreeOf(cell string, letter rune) recovery.Disclosure {
	switch {
	case strings.ContainsRune(cell, letter):
		return recovery.Shown
	case strings.ContainsRune(cell, unicode.ToLower(letter)):
		return recovery.Masked
	default:
		return recovery.Withheld
	}
}

func TestUnknownClassesAreWithheld(t *testing.T) {
	t.Parallel()
	for _, audience := range recovery.Audiences {
		if got := recovery.DisclosureOnPaper(audience, recovery.RoleLegal, "heard_of_never"); got != recovery.Withheld {
			t.Errorf("%s: %q", audience, got)
		}
	}
}

func TestOnlyLegalAndAuditorsSeeRestrictedCases(t *testing.T) {
	t.Parallel()
	for _, role := range append(slices.Clone(recovery.Roles), recovery.RoleSystem) {
		want := role == recovery.RoleLegal || role == recovery.RoleAuditor
		if recovery.SeesRestricted(role) != want {
			t.Errorf("%s: %t", role, !want)
		}
	}
}

func TestClassOfValue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind recovery.EntryKind
		path string
		want recovery.ValueClass
	}{
		{recovery.EntryCaseFiled, "claimant.name", recovery.CommonValues},
		{recovery.EntryCaseFiled, "narrative", recovery.StatementValues},
		{recovery.EntryCaseFiled, "counterpart.12.alias", recovery.CommonValues},
		{recovery.EntryCaseFiled, "counterpart.2.contact", recovery.ReachValues},
		{recovery.EntryCaseFiled, "sends.2.transaction_no", recovery.CommonValues},
		{recovery.EntryCaseFiled, "claimant.city", recovery.ReachValues},
		{recovery.EntryCaseFiled, "payer.name", recovery.PayerValues},
		{recovery.EntryCaseFiled, "circumstances", recovery.OwnSideValues},
		{recovery.EntryEvidenceAdded, "gps", recovery.FileMetadata},
		{recovery.EntryEvidenceAdded, "found.device", recovery.FileMetadata},
		{recovery.EntryEvidenceAdded, "file_name", recovery.FileNames},
		{recovery.EntryEvidenceAdded, recovery.DevicePath, recovery.CollectorDevices},
		{recovery.EntryContactRecorded, "text", recovery.StatementValues},
		{recovery.EntryNoteAdded, "text", recovery.OwnSideValues},
		{recovery.EntryWithdrawn, "reason", recovery.OwnSideValues},
		{recovery.EntryParticulars, "particulars.court", recovery.PublicParticulars},
		{recovery.EntryParticulars, "particulars.rate.percent", recovery.PublicParticulars},
		{recovery.EntryParticulars, "particulars.return_to.account", recovery.NamedParticulars},
		{recovery.EntryParticulars, "particulars.holders.x.name", recovery.NamedParticulars},
		{recovery.EntryParticulars, "particulars.holders.x.home", recovery.PrivateParticulars},
		{recovery.EntryParticulars, "particulars.unheard_of", recovery.PrivateParticulars},
		{recovery.EntryContactRecorded, "claimant.name", recovery.UnclassifiedValues},
		{recovery.EntryStageEntered, "text", recovery.UnclassifiedValues},
		{"heard_of_never", "text", recovery.UnclassifiedValues},
	} {
		if got := recovery.ClassOfValue(test.kind, test.path); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.kind, test.path, got, test.want)
		}
	}
}

// entryReaders says which of the opponent (O) and the platform (P) read the entries of
// a kind. Kinds that are not listed go to neither.
const entryReaders = `
case_filed OP
evidence_added OP
evidence_derived OP
stage_entered OP
deadline_passed OP
contact_recorded OP
response_recorded OP
return_recorded OP
appeal_submitted P
platform_asked P
platform_replied P
appeal_decided P
refund_due P
withdrawn OP
case_closed OP
reopened OP
export_requested OP
mediation_recorded OP
harassment_reported O
link_issued O
link_opened O
plan_proposed OP
plan_accepted OP
plan_declined OP
instalment_recorded OP
instalment_missed OP
instalment_reminded O
plan_broken OP
plan_fulfilled OP
values_erased OP
counterpart_added P
share_recorded P
entry_corrected OP
`

func TestReadsEntries(t *testing.T) {
	t.Parallel()
	readers := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(entryReaders)) {
		kind, letters, _ := strings.Cut(strings.TrimSpace(line), " ")
		readers[kind] = letters
	}
	for _, kind := range append(slices.Clone(recovery.EntryKinds), "heard_of_never") {
		for letter, audience := range audienceLetters {
			want := strings.ContainsRune("CA"+readers[string(kind)], letter)
			if got := recovery.ReadsEntries(audience, kind); got != want {
				t.Errorf("%s for %s: %t, want %t", kind, audience, got, want)
			}
		}
		delete(readers, string(kind))
	}
	if len(readers) > 0 {
		t.Errorf("no such kinds: %v", readers)
	}
}

// Whatever an action can write has a class: a new field or action needs a row.
func TestEveryTextOfAnActionHasAClass(t *testing.T) {
	t.Parallel()
	personal := []string{"text", "reason", "note", "ref", "why", "email", "transaction_no", "alias", "contact"}
	for _, spec := range recovery.ActionSpecs() {
		for _, field := range spec.Fields {
			kind := spec.Entry
			if field.Name == "email" {
				kind = recovery.EntryMailsAsked
			}
			plain := field.Form == recovery.ChoiceForm // the reason of the payment, not of the action
			if slices.Contains(personal, field.Name) && !plain && recovery.ClassOfValue(kind, field.Name) == recovery.UnclassifiedValues {
				t.Errorf("%s writes %s into %s, which has no class", spec.Name, field.Name, kind)
			}
		}
	}
}

func TestEveryEntryKindHasARow(t *testing.T) {
	t.Parallel()
	if missing := recovery.EntryKindsWithoutRow(); len(missing) > 0 {
		t.Errorf("recovery/disclosure_entries.go does not say who reads %v", missing)
	}
}

func TestClassOfFile(t *testing.T) {
	t.Parallel()
	special := map[recovery.EvidenceKind]recovery.ValueClass{
		recovery.Identity: recovery.IdentityFiles, recovery.Location: recovery.IdentityFiles,
		recovery.PoliceReceipt: recovery.OfficialFiles, recovery.Ticket: recovery.OfficialFiles,
	}
	for _, kind := range recovery.EvidenceKinds {
		want := recovery.SharedFiles
		if class, known := special[kind]; known {
			want = class
		}
		if got := recovery.ClassOfFile(kind); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
	if got := recovery.ClassOfFile("heard_of_never"); recovery.DisclosureOnPaper(recovery.ForOpponent, recovery.RoleLegal, got) != recovery.Withheld {
		t.Errorf("an unknown kind: %s", got)
	}
}

func TestIsInternalNote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind       recovery.EntryKind
		visibility any
		want       bool
	}{
		{recovery.EntryNoteAdded, recovery.NoteInternal, true},
		{recovery.EntryNoteAdded, recovery.NoteShared, false},
		{recovery.EntryNoteAdded, nil, true},
		{recovery.EntryResponseRecorded, recovery.NoteInternal, true},
		{recovery.EntryResponseRecorded, nil, false},
	} {
		if got := recovery.IsInternalNote(test.kind, test.visibility); got != test.want {
			t.Errorf("%s with visibility %v: %t", test.kind, test.visibility, got)
		}
	}
}

func TestPaperAudiences(t *testing.T) {
	t.Parallel()
	for letter, want := range map[rune]string{'c': "CPO", 'a': "PC", 's': "COPA", 'l': "COPA", 'y': "COPA", 'o': "", 'd': "", 'u': ""} {
		var audiences []recovery.Audience
		for _, audience := range want {
			audiences = append(audiences, audienceLetters[audience])
		}
		if got := recovery.PaperAudiences(roleLetters[letter]); !slices.Equal(got, audiences) {
			t.Errorf("%s may ask for papers for %v, want %v", roleLetters[letter], got, audiences)
		}
	}
}

// TestWhoReadsPapers: who may ask for papers may read them, whoever asked; auditors read
// all, administrators and counterparts none.
func TestWhoReadsPapers(t *testing.T) {
	t.Parallel()
	for letter, want := range map[rune]string{'c': "CPO", 'o': "", 'a': "PC", 's': "CPOA", 'l': "CPOA", 'd': "", 'u': "CPOA", 'y': "CPOA"} {
		for sign, audience := range map[rune]recovery.Audience{
			'C': recovery.ForCourt, 'P': recovery.ForPlatform, 'O': recovery.ForOpponent, 'A': recovery.ForArchive,
		} {
			if got := recovery.SeesPapers(roleLetters[letter], audience); got != strings.ContainsRune(want, sign) {
				t.Errorf("%s reads papers for %s: %t", roleLetters[letter], audience, got)
			}
		}
	}
}
