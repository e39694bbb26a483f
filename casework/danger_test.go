package casework_test

import (
	"bytes"
	"testing"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// TestDangerClosesTheLinks expects no new link in a case of danger, and an existing one
// to ask for nothing: no amounts, no text, no answer, no file.
func TestDangerClosesTheLinks(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.FileCase(t)
	holder := c.Counterparts[0].ID
	issued, err := rig.IssueLink(t.Context(), rig.As(recovery.RoleClaimant), c.ID, holder, 0)
	if err != nil {
		t.Fatal(err)
	}
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.ReportDanger, Kind: recovery.Deceived})
	_, err = rig.IssueLink(t.Context(), rig.As(recovery.RoleClaimant), c.ID, holder, 0)
	if fault := wantCode(t, err, recovery.CodeActionNotAllowed); len(fault.Allowed) == 0 {
		t.Error("the refusal does not say what is possible")
	}
	link, err := rig.FindLink(t.Context(), issued.Value.Token)
	if err != nil {
		t.Fatal(err)
	}
	req := casework.Request{Actor: casework.CounterpartActor(link), Device: "test"}
	view, err := rig.OpenCounterpartView(t.Context(), req, link)
	if err != nil || view.Open || !view.Handled || view.Asked != nil || view.Held != nil || view.Text != nil || view.Plan != nil || len(view.Allowed) > 0 {
		t.Errorf("the counterpart sees %+v (%v)", view, err)
	}
	_, err = rig.TakeCounterpartAction(t.Context(), req, link, recovery.ActionBody{Action: recovery.RecordResponse, Kind: string(recovery.Promised)})
	wantCode(t, err, recovery.CodeActionNotAllowed)
	file, err := rig.ReceiveCounterpartFile(t.Context(), link, "", bytes.NewReader(png))
	if err != nil {
		t.Fatal(err)
	}
	_, err = rig.AddCounterpartEvidence(t.Context(), req, link, recovery.FileDescription{Kind: recovery.EvidenceKinds[0], FileName: "file"}, file)
	wantCode(t, err, recovery.CodeActionNotAllowed)
}
