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

// everything returns all particulars that a case with these counterparts can have.
func everything(holders []recovery.Counterpart) recovery.Particulars {
	p := recovery.Particulars{
		Claimant: recovery.ClaimantParticulars{
			DocumentKind: recovery.IDCard, DocumentNo: "440300199003040024", Nation: "汉族", Home: "广东省深圳市福田区示例路1号",
			Residence: "广东省深圳市南山区样例路2号", ServeAt: "广东省深圳市福田区示例路1号", Phone: "13800001111", Email: "own@example.org", Work: "示例科技公司",
		},
		Agent: recovery.AgentParticulars{
			Name: "李明", Relation: recovery.ByLawyer, Work: "示例律师事务所", DocumentNo: "14403201010123456", Phone: "13700002222", Powers: recovery.SpecialPowers,
		},
		Papers: []recovery.Paper{recovery.PaperSafekeeping},
		Court:  "深圳市南山区人民法院", TransactionNo: "10000500012026",
		ReturnTo: recovery.AccountToReturn{Name: "王小满", Bank: "示例银行深圳分行", Account: "6222000011112222333"},
		ReturnBy: "2026-03-20", DueOn: "2026-02-01", Assets: "支付账户余额", Security: "保证保险",
		AtRisk: "平台保存的聊天记录", Risk: "记录只保存六个月",
		Rate:      recovery.PublishedRate{Percent: "3.00", AsOf: "2026-02-20", Source: "全国银行间同业拆借中心", From: "2026-03-02"},
		Narrative: "头像相同，因此选错了人。",
	}
	for _, one := range holders {
		p.Counterparts = append(p.Counterparts, recovery.CounterpartParticulars{
			CounterpartID: one.ID, Name: "王小刚", Sex: recovery.Male, Home: "广东省广州市天河区样例街2号", DocumentKind: recovery.Passport,
			DocumentNo: "E12345678", Phone: "13900005678", Work: "样例商店", OtherDebts: recovery.No, InChina: recovery.Yes, CanBeServed: recovery.Yes,
		})
	}
	return p
}

// supply checks and writes a change as casework does.
func (b *exportFixture) supply(change recovery.Particulars, key string) {
	b.Helper()
	stand, err := b.store.ReadParticulars(b.Context(), b.filed.ID)
	b.must(err)
	c, err := b.store.ReadCase(b.Context(), b.filed.ID)
	b.must(err)
	b.must(change.Validate(stand, c, b.now))
	draft := b.draft(recovery.EntryParticulars, key)
	draft.Facts, draft.Personal = change.EntryFacts(), change.ValuesByPath()
	b.must(b.store.WriteDirectly(b.Context(), postgres.DirectWrite{CaseID: c.ID, Draft: draft}))
}

// onRoute moves the case to a legal route.
func (b *exportFixture) onRoute(route recovery.Route) []recovery.Counterpart {
	b.Helper()
	c, err := b.store.ReadCase(b.Context(), b.filed.ID)
	b.must(err)
	next := c.Position
	next.Stage, next.WaitingOn, next.Route = recovery.Legal, recovery.OnCourt, route
	chosen := b.draft(recovery.EntryRouteChosen, "route:"+string(route))
	chosen.Facts = map[string]any{"route": route}
	_, err = b.store.WriteStep(b.Context(), postgres.StepWrite{CaseID: c.ID, Drafts: []journal.Draft{chosen}, Next: next})
	b.must(err)
	return c.Counterparts
}

// printed returns the text of a dossier without white space.
func (b *exportFixture) printed(export recovery.Export) string {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "pdftotext", "-layout", b.path(export, folio.DossierFile), "-").Output()
	b.must(err)
	return strings.Join(strings.Fields(string(out)), "")
}

// With every particular supplied, the dossier for the court is complete, for a
// payment order and for a suit. Redacted values stay redacted.
func TestDossiersWithEveryParticular(t *testing.T) {
	t.Parallel()
	identity := []string{"440300199003040024", "E12345678", "13900005678", "13800001111", "示例路1号"}
	for route, has := range map[recovery.Route][]string{
		recovery.PaymentOrder: {"支付令申请书", "双方书面约定的付款期限为2026年2月1日，已届满", "居民身份证440300199003040024"},
		recovery.CivilSuit: {
			"民事起诉状", "性别：女出生日期：1990年3月4日民族：汉族", "护照E12345678", "此致深圳市南山区人民法院", "授权委托书", "特别授权", "律师",
			"证据保全申请书", "记录只保存六个月", "户名王小满，开户行示例银行深圳分行，账号6222000011112222333", "3.00％", "2026年3月20日",
		},
	} {
		t.Run(string(route), func(t *testing.T) {
			t.Parallel()
			b := newExportFixture(t)
			holders := b.onRoute(route)
			for _, kind := range recovery.EvidenceKinds {
				b.fileAs(kind, "content of "+string(kind), string(kind)+".txt", nil, nil)
			}
			before := b.request(recovery.ForCourt)
			if ready := b.wantState(before, recovery.ExportReady); len(ready.Missing) == 0 || !strings.Contains(b.printed(before), "未齐备") {
				t.Errorf("before anything was supplied: %q", ready.Missing)
			}
			b.supply(everything(holders), "first")
			court := b.request(recovery.ForCourt)
			ready, text := b.wantState(court, recovery.ExportReady), b.printed(court)
			if len(ready.Missing) > 0 || strings.Contains(text, "未齐备") || strings.Contains(text, "待填）＿") {
				t.Errorf("missing %q", ready.Missing)
			}
			for _, want := range append(has, identity...) {
				if !strings.Contains(text, want) {
					t.Errorf("%s is not printed", want)
				}
			}
			blunt := b.requestBy(recovery.ForCourt, recovery.RoleAgent)
			b.wantState(blunt, recovery.ExportReady)
			opponent := b.request(recovery.ForOpponent)
			b.wantState(opponent, recovery.ExportReady)
			for _, export := range []recovery.Export{blunt, opponent} {
				text := b.printed(export)
				for _, secret := range identity {
					if strings.Contains(text, secret) {
						t.Errorf("%s is printed for %s by %s", secret, export.Audience, export.By.Role)
					}
				}
				if !strings.Contains(text, "〔已遮蔽〕") || strings.Contains(text, recovery.Hidden) || !strings.Contains(text, "深圳市南山区人民法院") && export.Audience == recovery.ForCourt {
					t.Errorf("what is masked for %s is not said to be", export.Audience)
				}
			}
		})
	}
}

// A correction replaces a value and leaves the old one in the journal; a blank
// changes nothing.
func TestCorrectedParticulars(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	holders := b.onRoute(recovery.CivilSuit)
	b.supply(everything(holders), "first")
	b.supply(recovery.Particulars{Court: "深圳市福田区人民法院", Papers: []recovery.Paper{}}, "second")
	asked := b.request(recovery.ForCourt)
	b.wantState(asked, recovery.ExportReady)
	f := b.folio(asked)
	papers := f.Papers
	if papers.Court != "深圳市福田区人民法院" || papers.Claimant.Nation != "汉族" || len(papers.Requested) != 0 {
		t.Errorf("%+v", papers)
	}
	var courts []string
	for _, entry := range f.Entries {
		if court := entry.Value("particulars.court"); court != "" {
			courts = append(courts, court)
		}
	}
	if strings.Join(courts, " ") != "深圳市南山区人民法院 深圳市福田区人民法院" {
		t.Errorf("the journal tells %q", courts)
	}
}
