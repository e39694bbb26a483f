package casework_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/evidence/preview"
	"recourse/recovery"
)

var forOpponent = casework.ExportOrder{Audience: recovery.ForOpponent}

func previewOf(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) casework.ExportPreview {
	t.Helper()
	seen, err := rig.PreviewExport(t.Context(), rig.As(recovery.RoleClaimant), id, forOpponent)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func agreeTo(digest string) casework.ExportOrder {
	return casework.ExportOrder{Audience: recovery.ForOpponent, Agreed: digest}
}

func TestPapersForTheOpponentNeedAgreement(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	seen := previewOf(t, rig, view.ID)
	for _, refused := range []casework.ExportOrder{forOpponent, agreeTo(strings.Repeat("0", 64))} {
		_, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, refused)
		wantCode(t, err, recovery.CodeConfirmNeeded)
		if !strings.Contains(err.Error(), "exports/preview") {
			t.Errorf("the refusal does not say what to do: %v", err)
		}
	}
	if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, agreeTo(seen.Digest)); err != nil {
		t.Fatal(err)
	}
	last := lastEntry(t, rig, view.ID)
	if last.Kind != recovery.EntryExportRequested || last.Facts["agreed"] != seen.Digest || last.Facts["agreed_unseen"] != nil {
		t.Errorf("the journal ends with %s %v", last.Kind, last.Facts)
	}
}

func TestConfirmAgreesUnseen(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	order := casework.ExportOrder{Audience: recovery.ForOpponent, Confirm: true}
	if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, order); err != nil {
		t.Fatal(err)
	}
	last := lastEntry(t, rig, view.ID)
	if last.Facts["agreed"] != previewOf(t, rig, view.ID).Digest || last.Facts["agreed_unseen"] != true {
		t.Errorf("the journal ends with %v", last.Facts)
	}
}

func TestAgreementEndsWhenThePapersChange(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	seen := previewOf(t, rig, view.ID)
	rig.Upload(t, view.ID, recovery.ChatExport, []byte("聊天记录"))
	_, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, agreeTo(seen.Digest))
	wantCode(t, err, recovery.CodeConfirmNeeded)
	if again := previewOf(t, rig, view.ID); again.Digest == seen.Digest || len(again.Exhibits) != 1 {
		t.Errorf("the preview is unchanged: %+v", again)
	}
}

// What happens in the case without a change of the papers leaves the agreement valid.
func TestAgreementSurvivesOtherEntries(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	kept := rig.Upload(t, view.ID, recovery.TransferScreenshot, shot(t))
	seen := previewOf(t, rig, view.ID)
	if _, err := rig.OpenView(t.Context(), rig.As(recovery.RoleAgent), kept.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, agreeTo(seen.Digest)); err != nil {
		t.Errorf("after a viewing: %v", err)
	}
}

func TestRepeatedAgreementGetsTheFirstExport(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	req := keyed(rig, recovery.RoleClaimant, "papers")
	order := agreeTo(previewOf(t, rig, view.ID).Digest)
	first, err := rig.RequestExport(t.Context(), req, view.ID, order)
	if err != nil {
		t.Fatal(err)
	}
	rig.Upload(t, view.ID, recovery.ChatExport, []byte("聊天记录"))
	again, err := rig.RequestExport(t.Context(), req, view.ID, order)
	if err != nil || !again.Replayed || again.Value.ID != first.Value.ID {
		t.Errorf("%+v (%v), want the export %s", again, err, first.Value.ID)
	}
}

func TestOtherPapersNeedNoAgreement(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForPlatform, recovery.ForArchive} {
		_, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleLegal), view.ID, casework.ExportOrder{Audience: audience})
		if err != nil || lastEntry(t, rig, view.ID).Facts["agreed"] != nil {
			t.Errorf("%s: %v", audience, err)
		}
	}
}

func TestPreviewLists(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	identity := rig.Upload(t, view.ID, recovery.Identity, shot(t))
	seen := previewOf(t, rig, view.ID)
	at := slices.IndexFunc(seen.Exhibits, func(e preview.Exhibit) bool { return e.ID == identity.ID })
	if at < 0 || seen.Exhibits[at].Form != preview.Withheld || seen.Exhibits[at].Why != preview.ForIdentity {
		t.Errorf("the identity card: %+v", seen.Exhibits)
	}
	if !slices.ContainsFunc(seen.Texts, func(text preview.Text) bool { return text.Path == "claimant.name" && text.Text != "" }) {
		t.Errorf("no name of the claimant in %+v", seen.Texts)
	}
	for _, text := range seen.Texts {
		if strings.Contains(text.Text, "lin@example.org") {
			t.Errorf("%s shows the address of the claimant", text.Path)
		}
	}
	if len(seen.Papers) == 0 || seen.Papers[0].Title == "" {
		t.Errorf("no papers: %+v", seen.Papers)
	}
}

// TestPreviewShowsMaskedTexts: the claimant agrees to exactly the words that the other side gets.
func TestPreviewShowsMaskedTexts(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := casetest.Filing()
	filing.Narrative = "本想让王芳转交，她的电话是13900001234，住幸福里3号楼。误发到项目群。"
	filed, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	texts := previewOf(t, rig, filed.Value.ID).Texts
	at := slices.IndexFunc(texts, func(text preview.Text) bool { return text.Path == "narrative" })
	if at < 0 {
		t.Fatalf("no narrative in %+v", texts)
	}
	want := preview.Text{
		Seq: 1, Kind: recovery.EntryCaseFiled, Path: "narrative",
		Text:    "本想让〔姓名已遮蔽〕转交，她的电话是〔手机号已遮蔽〕，〔地址已遮蔽〕。误发到项目群。",
		Covered: []preview.Cover{{Name: "姓名", Count: 1}, {Name: "手机号", Count: 1}, {Name: "地址", Count: 1}},
	}
	if diff := cmp.Diff(want, texts[at]); diff != "" {
		t.Error(diff)
	}
}

func TestPreviewIsForThoseWhoMayOrder(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	other := recovery.CounterpartID("01900000-0000-7000-8000-000000000001")
	for _, refused := range []struct {
		role  recovery.Role
		order casework.ExportOrder
		code  recovery.Code
	}{
		{recovery.RoleAgent, forOpponent, recovery.CodeForbidden},
		{recovery.RoleAuditor, forOpponent, recovery.CodeForbidden},
		{recovery.RoleClaimant, casework.ExportOrder{Audience: "press"}, recovery.CodeInvalid},
		{recovery.RoleClaimant, casework.ExportOrder{Audience: recovery.ForOpponent, CounterpartID: other}, recovery.CodeInvalid},
		{recovery.RoleClaimant, casework.ExportOrder{Audience: recovery.ForCourt, CounterpartID: view.Counterparts[0].ID}, recovery.CodeInvalid},
	} {
		_, err := rig.PreviewExport(t.Context(), rig.As(refused.role), view.ID, refused.order)
		wantCode(t, err, refused.code)
	}
}

func lastEntry(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) journal.Entry {
	t.Helper()
	entries := rig.ReadEntries(t, id)
	return entries[len(entries)-1]
}
