package dossier_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

var fonts = sync.OnceValues(func() (*dossier.Fonts, error) { return dossier.LoadFonts(dossier.FindFonts(".")) })

func mustFonts(t testing.TB) *dossier.Fonts {
	t.Helper()
	f, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var letters = sync.OnceValues(func() (*opentype.Font, error) {
	data, err := os.ReadFile(filepath.Join(dossier.FindFonts("."), "NotoSansSC_400Regular.ttf"))
	if err != nil {
		return nil, err
	}
	return opentype.Parse(data)
})

// screenshot paints a chat as a phone would show it.
func screenshot(t testing.TB, w, h int, title string, lines ...string) *image.RGBA {
	t.Helper()
	parsed, err := letters()
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(w) / 24, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{0xED, 0xED, 0xED, 0xFF}), image.Point{}, draw.Src)
	write := func(x, y int, text string) {
		d := font.Drawer{Dst: img, Src: image.Black, Face: face, Dot: fixed.P(x, y)}
		d.DrawString(text)
	}
	bar := image.Rect(0, 0, w, w/8)
	draw.Draw(img, bar, image.NewUniform(color.RGBA{0xF7, 0xF7, 0xF7, 0xFF}), image.Point{}, draw.Src)
	write(w/3, w/12, title)
	for i, line := range lines {
		top := w/6 + i*w/7
		mine := i%2 == 0
		x, shade := w/20, color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
		if mine {
			x, shade = w/5, color.RGBA{0x95, 0xEC, 0x69, 0xFF}
		}
		bubble := image.Rect(x, top, x+w*3/4, top+w/10)
		draw.Draw(img, bubble, image.NewUniform(shade), image.Point{}, draw.Src)
		write(x+w/40, top+w/15, line)
	}
	return img
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 88}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asGIF(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := gif.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var filedAt = time.Date(2026, 11, 20, 12, 5, 33, 0, time.UTC)

// caseOf builds a folio entry by entry, as the product does.
type caseOf struct {
	t        testing.TB
	head     *journal.Head
	random   io.Reader
	at       time.Time
	folio    folio.Folio
	evidence int
}

type seeded struct{ *rand.ChaCha8 }

func (s seeded) Read(p []byte) (int, error) { return s.ChaCha8.Read(p) }

func newCase(t testing.TB, audience recovery.Audience) *caseOf {
	t.Helper()
	claimedAt := filedAt.Add(-20 * time.Minute)
	c := &caseOf{t: t, head: journal.NewHead(), random: seeded{rand.NewChaCha8([32]byte{7})}, at: filedAt}
	c.folio = folio.Folio{
		Audience: audience, At: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC), Generator: "recourse 0.1.0",
		Custodian: "示例客服中心",
		Case: recovery.Case{
			ID: "0193f1a2-0000-7000-8000-000000000001", Number: "R20261120-000042", Platform: recovery.WeChat,
			Instrument: recovery.Transfer, Amount: 200_000, SentAt: filedAt.Add(-25 * time.Minute),
			TransactionNo: "1000050001202611207215568843", Reason: recovery.WrongPerson, ClaimState: recovery.Claimed,
			Group: recovery.Group{Kind: recovery.WorkGroup, Size: 213},
			Claimant: recovery.Claimant{
				Name: "𬭊晓玥", Email: "xiaoyue@example.com", Phone: "13800001234", Province: "广东省", City: "深圳市",
			},
			Counterparts: []recovery.Counterpart{
				{ID: "cp-1", Alias: "老𠮷王🧧", Contact: "wxid_7788", Claimed: 200_000, ClaimedAt: &claimedAt, Answer: recovery.Refused, Refusal: recovery.ClaimsOwed},
			},
			Narrative: "我本想把 2,000 元转给同事王小明（备注“王”），因为头像相同，误转给了群里的“老𠮷王🧧”。" +
				"发现后我立即私信对方说明情况，并在群里作了说明；对方已读，但至今没有归还。\n转账前后的聊天记录、账单和客服工单均已提交。",
			Position: recovery.Position{
				PaidAt: filedAt.Add(-25 * time.Minute),
				Stage:  recovery.Legal, WaitingOn: recovery.OnClaimant, Claim: 200_000, Recovered: 50_000, Route: recovery.SmallClaims,
			},
			Deadlines: []recovery.Deadline{{Kind: recovery.LegalClock, DueAt: filedAt.AddDate(0, 3, 0)}},
			Playbook:  "2026-11", Pace: 1, CreatedAt: filedAt,
		},
	}
	c.file()
	return c
}

func (c *caseOf) file() {
	f := c.folio.Case
	c.add(journal.Draft{
		Kind: recovery.EntryCaseFiled, Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: "u1"},
		Facts: map[string]any{
			"number": f.Number, "platform": f.Platform, "instrument": f.Instrument, "amount_fen": f.Amount, "sent_at": f.SentAt,
			"reason": f.Reason, "claim_state": f.ClaimState, "group": f.Group, "counterparts": len(f.Counterparts), "playbook": f.Playbook,
		},
		Personal: map[string]string{
			"claimant.name": f.Claimant.Name, "claimant.email": f.Claimant.Email, "claimant.phone": f.Claimant.Phone,
			"counterpart.1.alias": f.Counterparts[0].Alias, "counterpart.1.contact": f.Counterparts[0].Contact,
			"narrative": f.Narrative, "transaction_no": f.TransactionNo,
		},
	})
}

// add writes an entry; its personal values are visible unless hidden.
func (c *caseOf) add(draft journal.Draft, hidden ...string) *folio.Entry {
	c.t.Helper()
	c.at = c.at.Add(7 * time.Minute)
	draft.At = c.at
	if draft.Collector.Tool == "" {
		draft.Collector = journal.Collector{Tool: "recourse-web", Version: "0.1.0", Device: "iPhone 15, iOS 19.1"}
	}
	if draft.Actor.Role == "" {
		draft.Actor = recovery.System
	}
	record, err := journal.AppendEntry(c.head, c.folio.Case.ID, draft, c.random)
	if err != nil {
		c.t.Fatal(err)
	}
	parsed, err := journal.ParseEntry(record.Bytes)
	if err != nil {
		c.t.Fatal(err)
	}
	entry := folio.Entry{Raw: record.Bytes, Hash: record.Hash, Parsed: parsed}
	for _, value := range record.Values {
		entry.Values = append(entry.Values, value)
		for _, path := range hidden {
			if value.Path == path {
				entry.Values = entry.Values[:len(entry.Values)-1]
			}
		}
	}
	c.folio.Entries = append(c.folio.Entries, entry)
	return &c.folio.Entries[len(c.folio.Entries)-1]
}

// exhibit hands in a file.
func (c *caseOf) exhibit(kind recovery.EvidenceKind, media, name, description string, data []byte) {
	c.t.Helper()
	c.evidence++
	digest := sha256.Sum256(data)
	id := recovery.EvidenceID(fmt.Sprintf("ev-%d", c.evidence))
	entry := c.add(journal.Draft{
		Kind: recovery.EntryEvidenceAdded, Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: "u1"},
		Facts:    map[string]any{"evidence_id": id, "kind": kind},
		Personal: map[string]string{"file_name": name, "description": description, "source": "申请人手机"},
		Blob:     &journal.Blob{SHA256: hex.EncodeToString(digest[:]), Size: int64(len(data)), MediaType: media},
	})
	captured := c.at.Add(-time.Hour)
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	var copied *folio.Copy
	switch recovery.DisclosureOnPaper(c.folio.Audience, recovery.RoleSystem, recovery.ClassOfFile(kind)) {
	case recovery.Masked: // as the folio does: a copy instead of the original
		copied = &folio.Copy{SHA256: hex.EncodeToString(digest[:]), Size: int64(len(data)), MediaType: media, Open: open}
		open = nil
	case recovery.Withheld:
		open = nil
	case recovery.Shown:
	}
	c.folio.Exhibits = append(c.folio.Exhibits, folio.Exhibit{
		Evidence: recovery.Evidence{
			ID: id, CaseID: c.folio.Case.ID, Seq: entry.Parsed.Seq, Kind: kind, SHA256: hex.EncodeToString(digest[:]),
			Size: int64(len(data)), MediaType: media, FileName: name, Description: description, Source: "申请人手机",
			CapturedAt: &captured, ReceivedAt: c.at, By: entry.Parsed.Actor,
		},
		Open: open, Copy: copied,
	})
}

// seal signs the checkpoint over all entries so far.
func (c *caseOf) seal() folio.Folio {
	c.t.Helper()
	secret, err := journal.GenerateKey(c.random, "recourse.example/2026")
	if err != nil {
		c.t.Fatal(err)
	}
	signer, err := journal.NewSigner(secret)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.folio.Checkpoint, err = signer.SignCheckpoint(c.folio.Case.ID, c.head); err != nil {
		c.t.Fatal(err)
	}
	c.folio.Root, c.folio.Key = c.head.RootHex(), signer.VerifierKey()
	return c.folio
}

const fingerprint = "3f2a9c41d0b7e8556a1f0c9de47b23810f6d5c4b3a29181706f5e4d3c2b1a09f"

// files are the originals of the sample case, made once.
type files struct{ chat, transfer, notice, long, ticket []byte }

var (
	filesOnce sync.Once
	made      files
)

func sampleFiles(t testing.TB) files {
	t.Helper()
	filesOnce.Do(func() {
		chat := []string{"我转错人了，请看一下", "什么？", "刚才那 2,000 元是要给王小明的", "你欠我的", "没有欠款，请退回，谢谢", "不退"}
		var group []string
		for range 7 {
			group = append(group, chat...)
		}
		made = files{
			chat:     asPNG(t, screenshot(t, 1080, 2340, "老吉王", chat...)),
			transfer: asJPEG(t, screenshot(t, 1170, 2532, "转账详情", "¥2,000.00", "已收款", "2026-11-20 19:40:33", "转账单号 1000050001…")),
			notice:   asGIF(t, screenshot(t, 540, 960, "项目群(213)", "@所有人 误转说明", "收到")),
			long:     asPNG(t, screenshot(t, 720, 4200, "项目群(213)", group[:39]...)),
			ticket:   asPNG(t, screenshot(t, 400, 300, "工单", "受理"))[:900],
		}
	})
	return made
}

// walked is a case that went through every stage, with exhibits of every sort.
func walked(t testing.TB, audience recovery.Audience) *caseOf {
	t.Helper()
	c := newCase(t, audience)
	by := func(role recovery.Role) recovery.Actor { return recovery.Actor{Role: role, ID: "u"} }
	files := sampleFiles(t)
	c.exhibit(recovery.ChatScreenshot, "image/png", "IMG_2041.PNG", "与对方的私信，自误转前至拒绝归还", files.chat)
	c.exhibit(recovery.TransferScreenshot, "image/jpeg", "IMG_2042.JPG", "转账详情页", files.transfer)
	c.exhibit(recovery.Statement, "text/csv", "微信支付账单(20261101-20261120).csv", "账单导出", []byte("交易时间,交易类型\n"))
	c.add(journal.Draft{Kind: recovery.EntryStageEntered, Facts: map[string]any{"from": "recall_watch", "to": "private_contact", "because": "auto_refund"}})
	sent := c.at.Add(-3 * time.Minute)
	c.add(journal.Draft{
		Kind: recovery.EntryContactRecorded, Actor: by(recovery.RoleClaimant), ClaimedAt: &sent,
		Facts:    map[string]any{"channel": "private_message", "in_group": false, "counterpart_id": "cp-1"},
		Personal: map[string]string{"text": "您好，今天 19:40 误将 2,000 元转给您，本意是转给同事。麻烦核对后退回，谢谢。"},
	})
	c.add(journal.Draft{
		Kind: recovery.EntryResponseRecorded, Actor: by(recovery.RoleClaimant),
		Facts:    map[string]any{"kind": "refused", "refusal": "claims_owed", "counterpart_id": "cp-1"},
		Personal: map[string]string{"text": "你欠我的，不退。"},
	})
	c.add(journal.Draft{Kind: recovery.EntryDeadlinePassed, Facts: map[string]any{"deadline": "contact_answer"}})
	c.add(journal.Draft{
		Kind: recovery.EntryNoteAdded, Actor: by(recovery.RoleAgent), Facts: map[string]any{"visibility": "internal"},
		Personal: map[string]string{"text": "内部：对方曾有同类投诉"},
	})
	c.exhibit(recovery.NoticeScreenshot, "image/gif", "notice.gif", "群公告", files.notice)
	c.exhibit(recovery.ChatScreenshot, "image/png", "长截图.png", "群聊长截图", files.long)
	c.add(journal.Draft{Kind: recovery.EntryEvidenceViewed, Actor: by(recovery.RoleAgent), Facts: map[string]any{"evidence_id": "ev-1", "kind": "chat_screenshot"}})
	c.add(journal.Draft{Kind: recovery.EntryReturnRecorded, Actor: by(recovery.RoleClaimant), Facts: map[string]any{"amount_fen": 50_000, "channel": "wechat", "counterpart_id": "cp-1"}})
	c.add(journal.Draft{Kind: recovery.EntryAppealSubmitted, Actor: by(recovery.RoleClaimant)})
	c.add(journal.Draft{
		Kind: recovery.EntryAppealDecided, Actor: by(recovery.RoleAgent), Facts: map[string]any{"decision": "denied"},
		Personal: map[string]string{"reason": "收款方拒绝退回，平台不能扣划。"},
	})
	c.add(journal.Draft{
		Kind: recovery.EntryRouteChosen, Actor: by(recovery.RoleClaimant), Facts: map[string]any{"route": "small_claims"},
		Personal: map[string]string{"why": "金额不大，事实清楚。"},
	})
	c.exhibit(recovery.Ticket, "image/png", "ticket.png", "客服工单（文件损坏）", files.ticket)
	c.add(journal.Draft{Kind: recovery.EntryExportRequested, Actor: by(recovery.RoleLegal), Facts: map[string]any{"audience": string(audience)}})
	c.folio.Missing = []string{"平台电子凭证（或说明不能取得的理由）", "对方的真实姓名或可供送达的联系方式"}
	return c
}

func build(t testing.TB, f folio.Folio) ([]byte, dossier.Report) {
	t.Helper()
	var out bytes.Buffer
	report, err := dossier.Build(&out, f, dossier.Options{Fonts: mustFonts(t), Fingerprint: fingerprint})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), report
}
