package activities_test

import (
	"os/exec"
	"strings"
	"testing"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// printedText returns the text of a PDF without white space.
func printedText(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), "")
}

// atLaw moves the case to a small claim with one running plan.
func (b *exportFixture) atLaw() {
	b.Helper()
	c, err := b.store.ReadCase(b.Context(), b.filed.ID)
	b.must(err)
	holder := c.Counterparts[0].ID
	next := c.Position
	next.Stage, next.WaitingOn, next.Route = recovery.Legal, recovery.OnCourt, recovery.SmallClaims
	next.Plans = []recovery.Plan{{No: 1, CounterpartID: holder, Running: true, Instalments: []recovery.Instalment{
		{No: 1, DueOn: "2026-05-01", Amount: 60_000}, {No: 2, DueOn: "2026-06-01", Amount: 40_000},
	}}}
	opened := b.draft(recovery.EntryLinkOpened, "opened")
	opened.Facts = map[string]any{"counterpart_id": holder}
	plan := b.draft(recovery.EntryPlanAccepted, "plan")
	plan.Facts = map[string]any{"counterpart_id": holder}
	route := b.draft(recovery.EntryRouteChosen, "route")
	route.Facts = map[string]any{"route": recovery.SmallClaims}
	_, err = b.store.WriteStep(b.Context(), postgres.StepWrite{CaseID: c.ID, Drafts: []journal.Draft{opened, plan, route}, Next: next})
	b.must(err)
}

// Facts of the journal, the playbook and the position are printed for each
// audience that may see them.
func TestPrintedDossiers(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	first := b.fileAs(recovery.ChatScreenshot, "chat", "聊天.txt", nil, nil)
	b.fileAs(recovery.ChatScreenshot, "chat again", "聊天二.txt", map[string]any{"near_duplicate_of": first.ID}, nil)
	b.fileAs(recovery.Identity, "card", "身份证.txt", nil, nil)
	b.atLaw()
	court := []string{
		"25.00元", "诉讼费用交纳办法第16条", "民法典第986至988条", "2026年5月1日", "人民币陆佰元整",
		"虽有2件，但互不独立", "返还页首次被打开", "（被告知道没有法律根据之日）", "身份证.txt", "日志第", "13800000000",
	}
	for _, test := range []struct {
		audience recovery.Audience
		has, not []string
	}{
		{recovery.ForCourt, court, nil},
		{recovery.ForArchive, court, nil},
		{recovery.ForOpponent, []string{"本卷不附此件", "不予展示的证据", "王小满", "给每个人的文书分别印在法院用的卷宗里"}, []string{"身份证.txt", "13800000000", "13900000000"}},
		{recovery.ForPlatform, []string{"王小满", "客服申诉书"}, []string{"13800000000", "13900000000", "25.00元"}},
	} {
		asked := b.request(test.audience)
		ready := b.wantState(asked, recovery.ExportReady)
		path := b.path(asked, folio.DossierFile)
		text := printedText(t, path)
		for _, want := range test.has {
			if !strings.Contains(text, want) {
				t.Errorf("for %s, %s is not printed", test.audience, want)
			}
		}
		for _, secret := range test.not {
			if strings.Contains(text, secret) {
				t.Errorf("for %s, %s is printed", test.audience, secret)
			}
		}
		if len(ready.Missing) == 0 || !strings.Contains(text, "未齐备") {
			t.Errorf("for %s, missing %v", test.audience, ready.Missing)
		}
	}
}
