package dossier

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/originals/intake"
	"recourse/recovery"
	"recourse/texts/textstest"
)

func mustWording(t *testing.T) *wording {
	t.Helper()
	h, err := loadWording()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}

// Every value of every enumeration has a word.
func TestEveryValueHasAWord(t *testing.T) {
	t.Parallel()
	h := mustWording(t)
	for list, values := range map[string][]string{
		"platform": words(recovery.Platforms), "instrument": words(recovery.Instruments), "claim_state": words(recovery.ClaimStates),
		"group": words(recovery.GroupKinds), "reason": words(recovery.Reasons), "stage": words(recovery.Stages),
		"waiting_on": words(recovery.Waits), "outcome": words(recovery.Outcomes), "response": words(recovery.Responses),
		"refusal": words(recovery.Refusals), "channel": words(recovery.Channels), "decision": words(recovery.Decisions),
		"route": words(recovery.Routes), "clock": words(recovery.Clocks), "evidence_kind": words(recovery.EvidenceKinds),
		"role": append(words(recovery.Roles), string(recovery.RoleSystem)), "audience": words(recovery.Audiences),
		"media":  intake.AcceptedMedia(),
		"action": words(recovery.Actions), "legal_kind": recovery.LegalStepKinds(), "rung": words(append(recovery.IdentityTasks, recovery.DemandTask)),
	} {
		for _, value := range values {
			if _, known := h.find(list, value); !known {
				t.Errorf("%s %s has no word", list, value)
			}
		}
	}
	for _, kind := range recovery.EntryKinds {
		if len(h.ListTexts("entry."+string(kind)+".sentence")) == 0 {
			t.Errorf("entry kind %s has no sentence", kind)
		}
	}
	for _, kind := range recovery.EvidenceKinds {
		if e := h.Exhibits[kind]; !h.Has("paper.exhibit."+string(kind)+".proves") || !slices.Contains(h.Groups, e.Group) || !h.Has("paper.group."+e.Group) {
			t.Errorf("evidence kind %s: %+v", kind, e)
		}
	}
	for _, audience := range recovery.Audiences {
		if !h.Has("paper.audience."+string(audience)+".title") || len(h.Plans[audience]) == 0 {
			t.Errorf("audience %s has no title or no plan", audience)
		}
	}
}

// Every key the code asks for is in the texts, and every text is asked for.
func TestTextsAndCodeAgree(t *testing.T) {
	t.Parallel()
	h := mustWording(t)
	asked := map[string]bool{}
	for _, call := range calls(t) {
		text := h.Get(call.Key)
		if text == nil {
			t.Errorf("%s asks for %s, which is not in the texts", call.Place, call.Key)
			continue
		}
		asked[call.Key] = true
		for _, field := range text.Fields() {
			if len(call.Names) > 0 && !slices.Contains(call.Names, field) {
				t.Errorf("%s: %s names %s and gets %v", call.Place, call.Key, field, call.Names)
			}
		}
	}
	code := sourceCode(t)
	for _, key := range h.Keys("paper.text.") {
		if name := strings.TrimPrefix(key, "paper.text."); !asked[key] && !strings.Contains(code, `"`+name+`"`) {
			t.Errorf("text %q is never used", name)
		}
	}
	for i, points := range h.Factors {
		if key := "paper.factor." + strconv.Itoa(i); !h.Has(key) {
			t.Errorf("there is no text %s", key)
		}
		for _, point := range points {
			if !h.Has("paper.hold." + point) {
				t.Errorf("factor %d: there is no text %q", i, point)
			}
		}
	}
	for _, f := range h.Facts {
		if !h.Has("paper.fact." + f.ID) {
			t.Errorf("fact %s has no title", f.ID)
		}
	}
}

// calls are the places that ask for a text of the papers by a literal key.
func calls(t *testing.T) []textstest.Call {
	t.Helper()
	all := textstest.GoCalls(t, "Text")
	for prefix, methods := range map[string][]string{"paper.text.": {"text", "legal"}, "paper.hold.": {"hold"}} {
		for _, call := range textstest.GoCalls(t, methods...) {
			call.Key = prefix + call.Key
			all = append(all, call)
		}
	}
	return all
}

// sourceCode is the code of the package.
func sourceCode(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(data)
	}
	return code.String()
}

// A fragment of a sentence calls the methods of entryFacts as they are: it is
// filled, or left out because the entry does not have the fact.
func TestEveryFragmentCanBeFilled(t *testing.T) {
	t.Parallel()
	p := &draft{t: mustWording(t)}
	for _, key := range p.t.Keys("entry.") {
		for _, facts := range []map[string]any{nil, {"kind": "other", "amount_fen": 1.0}} {
			_, err := p.t.Get(key).Execute(entryFacts{p, &folio.Entry{Parsed: journal.Entry{Facts: facts}}})
			if err != nil && !errors.Is(err, errNoFact) {
				t.Error(err)
			}
		}
	}
}

func sentenceOf(t *testing.T, e journal.Entry, values ...journal.Value) string {
	t.Helper()
	p := &draft{t: mustWording(t), folio: folio.Folio{Audience: recovery.ForCourt, Case: recovery.Case{
		Counterparts: []recovery.Counterpart{{ID: "cp", Alias: "老王"}},
	}}, numbers: map[recovery.EvidenceID]int{"ev": 1}, exhibits: []exhibit{{GroupNo: 3, InGroup: 2}}}
	return p.sentence(&folio.Entry{Parsed: e, Values: values})
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		entry  journal.Entry
		values []journal.Value
		want   string
	}{
		{
			"contact", journal.Entry{
				Kind: recovery.EntryContactRecorded, ClaimedAt: "2026-11-20T12:00:00.000000Z",
				Facts: map[string]any{"channel": "private_message", "in_group": false, "counterpart_id": "cp"}, Commitments: map[string]string{"text": "…"},
			},
			[]journal.Value{{Path: "text", Value: "请退回"}},
			"记录一次联系：私信。方式：单独发送；对象：老王；内容：请退回。\n行为人自述时间：2026-11-20 20:00:00 +08:00。",
		},
		{
			"masked", journal.Entry{
				Kind: recovery.EntryResponseRecorded, Facts: map[string]any{"kind": "partly_returned", "amount_fen": float64(5_000)},
				Commitments: map[string]string{"text": "…"},
			}, nil, "对方答复：部分归还。归还 50.00 元；内容：〔已遮蔽〕。",
		},
		{"nothing to say", journal.Entry{Kind: recovery.EntryReturnRecorded}, nil, ""},
		{"stage", journal.Entry{Kind: recovery.EntryStageEntered, Facts: map[string]any{"from": "private_contact", "to": "appeal", "because": "contact_answer"}}, nil, "案件由「私下沟通」进入「平台客服申诉」。起因：私下沟通答复期。"},
		{"viewed", journal.Entry{Kind: recovery.EntryEvidenceViewed, Facts: map[string]any{"evidence_id": "ev"}}, nil, "查阅证据（本卷证据 3-2）。"},
		{"kinds", journal.Entry{Kind: recovery.EntryEvidenceRequested, Facts: map[string]any{"kinds": []any{"statement", "ticket"}}}, nil, "客服专员要求补充证据：账单导出文件、客服工单。"},
		{"paced", journal.Entry{Kind: recovery.EntryAppealSubmitted, Pace: 60}, nil, "申诉材料经确认后提交。（本条在 60 倍速下产生）"},
		{"unknown word", journal.Entry{Kind: recovery.EntryRouteChosen, Facts: map[string]any{"route": "arbitration"}}, nil, "选择法律途径：其他。"},
		{
			"a lesson shared", journal.Entry{Kind: recovery.EntryLessonShared, Facts: map[string]any{"share": true}}, nil,
			"申请人决定：同意匿名分享本案的办理经过，供他人参考。",
		},
		{
			"a plan", journal.Entry{Kind: recovery.EntryPlanProposed, Facts: map[string]any{"counterpart_id": "cp", "instalments": []any{
				map[string]any{"no": float64(0), "due_on": "2026-12-01", "amount_fen": float64(50_000)},
				map[string]any{"no": float64(0), "due_on": "2027-01-01", "amount_fen": float64(150_000)}, "no part",
			}}}, nil, "提出分期返还的安排。返还人：老王；各期：第 1 期 2026-12-01 500.00 元、第 2 期 2027-01-01 1,500.00 元。",
		},
		{"an instalment missed", journal.Entry{Kind: recovery.EntryInstalmentMissed, Facts: map[string]any{"deadline": "instalment", "ref": "1/2"}}, nil, "分期款项到期未收到，给予一次宽限。所属：第 1 份安排第 2 期。"},
		{"a plan broken", journal.Entry{Kind: recovery.EntryPlanBroken, Facts: map[string]any{"deadline": "instalment_grace", "ref": "1"}}, nil, "分期返还的安排未获履行，就此终止，案件回到原来的程序。所属：第 1 份安排。"},
		{"a deadline", journal.Entry{Kind: recovery.EntryDeadlinePassed, Facts: map[string]any{"deadline": "contact_answer"}}, nil, "期限届满：私下沟通答复期。案件按规则自动进入下一步。"},
		{"a page opened", journal.Entry{Kind: recovery.EntryLinkOpened, Facts: map[string]any{"counterpart_id": "cp", "link_id": "l"}}, nil, "返还页首次被打开（链接只发给老王）。页面载明误发一事和返还的请求；打开者是否为其本人，须结合其他证据认定。"},
		{"alike", journal.Entry{Kind: recovery.EntryEvidenceAdded, Facts: map[string]any{"kind": "ticket", "near_duplicate_of": "ev"}}, nil, "提交证据：客服工单。与另一件内容相同（本卷证据 3-2），不作为独立证据。"},
		{"alike in its copy", journal.Entry{Kind: recovery.EntryEvidenceDerived, Facts: map[string]any{"evidence_id": "ev", "near_duplicate_of": "ev", "media_type": "image/jpeg", "sha256": "ab"}}, nil, "由原件（本卷证据 3-2）生成供显示的副本，原件未作改动。画面与另一件近似（本卷证据 3-2），不作为独立证据。副本 image/jpeg，SHA-256：ab。"},
		{"an internal entry of another kind", journal.Entry{Kind: recovery.EntryAbuseFlagged, Facts: map[string]any{"visibility": "internal"}}, nil, "内部工作备注，不在本卷范围〔已遮蔽〕。"},
		{"internal note", journal.Entry{Kind: recovery.EntryNoteAdded, Facts: map[string]any{"visibility": "internal"}, Commitments: map[string]string{"text": "…"}}, []journal.Value{{Path: "text", Value: "秘密"}}, "内部工作备注，不在本卷范围〔已遮蔽〕。"},
		{"note of unknown visibility", journal.Entry{Kind: recovery.EntryNoteAdded}, nil, "内部工作备注，不在本卷范围〔已遮蔽〕。"},
		{"group", journal.Entry{Kind: recovery.EntryCaseFiled, Facts: map[string]any{"number": "R1", "group": map[string]any{"kind": "work", "size": float64(12)}, "counterparts": float64(1)}}, nil, "登记案件 R1。发送场合：工作群，12 人；对方 1 人。"},
		{"strange facts", journal.Entry{Kind: recovery.EntryCaseFiled, Facts: map[string]any{"number": []any{"a"}, "sent_at": "soon", "amount_fen": "much", "counterparts": 1.5, "group": true}}, nil, `登记案件 ["a"]。发送场合：其他。`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := sentenceOf(t, test.entry, test.values...); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPrinting(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 31, 16, 0, 1, 0, time.UTC)
	if got := formatTime(at); got != "2027-01-01 00:00:01 +08:00" {
		t.Error(got)
	}
	if got := formatDate(at); got != "2027年1月1日" {
		t.Error(got)
	}
	if formatTime(time.Time{}) != "" || formatStamp("yesterday") != "yesterday" {
		t.Error("what is no time is printed as one")
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := formatCount(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		width, height int
		w, h          float64
		wantW, wantH  float64
	}{
		{96, 48, 100, 100, 25.4, 12.7}, {960, 480, 127, 100, 127, 63.5}, {480, 960, 127, 100, 50, 100},
	} {
		w, h := fitInside(test.width, test.height, test.w, test.h)
		if w < test.wantW-0.01 || w > test.wantW+0.01 || h < test.wantH-0.01 || h > test.wantH+0.01 {
			t.Errorf("%+v: got %v × %v", test, w, h)
		}
	}
}

// The tree computed here is the journal's.
func TestMerkle(t *testing.T) {
	t.Parallel()
	head := journal.NewHead()
	var tree hashTree
	if tree.root() != head.RootHex() {
		t.Error("the empty trees differ")
	}
	for i := range 70 {
		record, err := journal.AppendEntry(head, "case", journal.Draft{Kind: recovery.EntryAppealSubmitted, Facts: map[string]any{"i": i}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		tree.addLeaf(record.Hash)
		if tree.root() != head.RootHex() {
			t.Fatalf("%d entries: the roots differ", i+1)
		}
	}
}

func TestFindFonts(t *testing.T) {
	t.Setenv(FontsVariable, "")
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b")
	fonts := filepath.Join(dir, ".recourse", "fonts")
	for _, folder := range []string{deep, fonts} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got := FindFonts(deep); got != fonts {
		t.Errorf("got %s", got)
	}
	if got := FindFonts("/"); got != "/.recourse/fonts" {
		t.Errorf("got %s", got)
	}
	t.Setenv(FontsVariable, "/elsewhere")
	if got := FindFonts(deep); got != "/elsewhere" {
		t.Errorf("got %s", got)
	}
}
