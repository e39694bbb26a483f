package recovery_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/recovery"
)

// disclosure says who sees which values: by role in the app (c claimant,
// o counterpart, a agent, s supervisor, l legal, d admin, u auditor, y system),
// and by audience on paper (C court, O opponent, P platform, A archive), first
// for papers requested by legal, then for those requested by an agent. It is
// written by hand, not from the code.
const disclosure = `
                     screen   legal agent
general              caslduy  COPA  COPA
reach                caslduy  CA    CA
payer                caslduy  CPA   CPA
internal_notes       aslduy   A     A
public_particulars   caslduy  COPA  COPA
named_particulars    cluy     COPA  .
private_particulars  cluy     CA    .
general_files        caslduy  COPA  COPA
identity_files       caslduy  CPA   CPA
picture_metadata     caslduy  CA    CA
collector_devices    caslduy  CPA   CPA
demand_records       caslduy  CPA   CPA
weaknesses           caslduy  CA    CA
abuse_marks          su       .     .
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
				want, got := strings.ContainsRune(cells[2+column], letter), recovery.SeesOnPaper(audience, requester, class)
				if got != want {
					t.Errorf("%s for %s, requested by %s: %t, want %t", class, audience, requester, got, want)
				}
			}
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

func TestClassOfPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]recovery.ValueClass{
		"claimant.name": recovery.GeneralValues, "narrative": recovery.GeneralValues, "counterpart.1.alias": recovery.GeneralValues,
		"transaction_no": recovery.GeneralValues, "claimant.email": recovery.ReachValues, "claimant.city": recovery.ReachValues,
		"gps": recovery.ReachValues, "payer.name": recovery.PayerValues, "payer.relation": recovery.PayerValues,
		"sends.2.transaction_no": recovery.GeneralValues, "counterpart.2.contact": recovery.ReachValues,
		"particulars.court": recovery.PublicParticulars, "particulars.rate.percent": recovery.PublicParticulars,
		"particulars.return_to.account": recovery.NamedParticulars, "particulars.holders.x.name": recovery.NamedParticulars,
		"particulars.holders.x.home": recovery.PrivateParticulars, "particulars.claimant.document_no": recovery.PrivateParticulars,
		"particulars.unheard_of": recovery.PrivateParticulars,
	} {
		if got := recovery.ClassOfPath(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestClassOfFile(t *testing.T) {
	t.Parallel()
	for _, kind := range recovery.EvidenceKinds {
		identity := kind == recovery.Identity || kind == recovery.Location
		if got := recovery.ClassOfFile(kind); (got == recovery.IdentityFiles) != identity {
			t.Errorf("%s: %s", kind, got)
		}
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

func TestOnlyStaffSeePapersForTheArchive(t *testing.T) {
	t.Parallel()
	for letter, role := range roleLetters {
		staff := strings.ContainsRune("aslduy", letter)
		if recovery.SeesPapers(role, recovery.ForArchive) != staff || !recovery.SeesPapers(role, recovery.ForCourt) {
			t.Errorf("%s: %t for the archive, want %t", role, !staff, staff)
		}
	}
}
