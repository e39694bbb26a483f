package casetest

import (
	"bytes"
	"testing"

	"recourse/casework"
	"recourse/recovery"
	"recourse/textlint/masktest"
)

// Planted is a case with personal data in every free text.
type Planted struct {
	casework.View
	Token string   // of the link of the first counterpart
	Words []string // that only the claimant's side may read
}

// PlantCase files a case with two counterparts and writes personal data of every kind
// into every free text about it. The first counterpart gets a link.
func (r *Fixture) PlantCase(t testing.TB) Planted {
	t.Helper()
	r.SetNoon(1)
	text, words := masktest.Planted(t)
	filing := Filing()
	filing.Counterparts[0].Contact = "wx-laowang-7788"
	filing.Counterparts = append(filing.Counterparts, recovery.FilingCounterpart{Alias: "海浪陈志远", Claimed: 50_000, Contact: "13700005678"})
	filing.Counterparts[0].Claimed = 150_000
	filing.Narrative, filing.Claimant.Phone = text, "13811112222"
	filed, err := r.Service.File(t.Context(), r.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	planted := Planted{View: filed.Value, Words: append(words, "林晓", "lin@example.org", "13811112222", "海浪陈志远", "13700005678", "wx-laowang-7788", "项目群老王", "迟到的陈大文", "改名的陈志远", "wx-daiwen-9911")}
	r.plantFile(t, planted.ID, text)
	r.plantActions(t, planted.View, text)
	link, err := r.IssueLink(t.Context(), r.As(recovery.RoleClaimant), planted.ID, planted.Counterparts[0].ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	planted.Token = link.Value.Token
	return planted
}

func (r *Fixture) plantFile(t testing.TB, id recovery.CaseID, text string) {
	t.Helper()
	req := r.As(recovery.RoleClaimant)
	file, err := r.Receive(t.Context(), req.Actor, "", id, bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	about := recovery.FileDescription{Kind: recovery.ChatExport, FileName: "13900001234.txt", Description: text, Source: "13900001234"}
	if _, err := r.AddEvidence(t.Context(), req, id, about, file); err != nil {
		t.Fatal(err)
	}
}

// plantActions takes actions whose texts contain personal data.
func (r *Fixture) plantActions(t testing.TB, c casework.View, text string) {
	t.Helper()
	now := r.Now()
	for _, one := range []struct {
		role recovery.Role
		body recovery.ActionBody
	}{
		{recovery.RoleAgent, recovery.ActionBody{Action: recovery.AddNote, Text: text, Visibility: recovery.NoteShared}},
		{recovery.RoleAgent, recovery.ActionBody{Action: recovery.AddNote, Text: text, Visibility: recovery.NoteInternal}},
		{recovery.RoleClaimant, recovery.ActionBody{
			Action: recovery.RecordResponse, CounterpartID: c.Counterparts[1].ID, Kind: string(recovery.Contested), Refusal: recovery.ClaimsGift, Text: text, At: &now,
		}},
		{recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AddCounterpart, Alias: "迟到的陈大文", Contact: "wx-daiwen-9911"}},
		{recovery.RoleClaimant, recovery.ActionBody{Action: recovery.RenameCounterpart, CounterpartID: c.Counterparts[1].ID, Alias: "改名的陈志远"}},
		{recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: new("13900001234")}},
		{recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: new(""), Why: text}},
		{recovery.RoleClaimant, recovery.ActionBody{Action: recovery.Escalate, To: recovery.GroupNotice, Reason: text}},
	} {
		if _, err := r.TakeAction(t.Context(), r.As(one.role), c.ID, one.body); err != nil {
			t.Fatalf("%s: %v", one.body.Action, err)
		}
	}
	r.plantCorrections(t, c.ID, text)
}

// plantCorrections corrects the shared note and the answer, with personal data in both texts.
func (r *Fixture) plantCorrections(t testing.TB, id recovery.CaseID, text string) {
	t.Helper()
	for _, entry := range r.ReadEntries(t, id) {
		if entry.Kind != recovery.EntryNoteAdded && entry.Kind != recovery.EntryResponseRecorded {
			continue
		}
		body := recovery.ActionBody{Action: recovery.Correct, Seq: entry.Seq, Reason: text, Replacement: &recovery.ActionBody{Text: "更正：" + text}}
		if _, err := r.TakeAction(t.Context(), r.As(entry.Actor.Role), id, body); err != nil {
			t.Fatalf("correct entry %d: %v", entry.Seq, err)
		}
	}
}
