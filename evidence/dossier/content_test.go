package dossier_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// textOf builds a dossier and gives its text without white space, cell by cell.
func textOf(t testing.TB, f folio.Folio) string {
	t.Helper()
	data, _ := build(t, f)
	return solid(tool(t, data, "pdftotext", "-raw", "-enc", "UTF-8", "FILE", "-"))
}

// has checks that a text holds all of some parts.
func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, solid(part)) {
			t.Errorf("%q is missing", part)
		}
	}
}

// lacks checks that a text holds none of some parts.
func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, solid(part)) {
			t.Errorf("%q is there", part)
		}
	}
}

// A long list of what is missing goes on behind the cover, and the cover says
// where.
func TestManyMissingThings(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	for i := range 20 {
		c.folio.Missing = append(c.folio.Missing, fmt.Sprintf("缺少的第%d样材料。", i+1))
	}
	data, _ := build(t, c.seal())
	pages := textPages(t, data)
	cover := solid(pages[0])
	has(t, cover, "完整的卷宗还应有以下 25 项", "缺少的第6样材料", "其余 19 项见第 2 页")
	lacks(t, cover, "缺少的第7样材料")
	has(t, solid(pages[1]), "未齐备事项", "缺少的第1样材料", "缺少的第20样材料")
}

// The cover names some counterparts; every one of them has papers.
func TestManyCounterparts(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	for i := range recovery.MaxCounterparts - 1 {
		c.folio.Case.Counterparts = append(c.folio.Case.Counterparts, recovery.Counterpart{
			ID: recovery.CounterpartID(fmt.Sprint("cp", i)), Alias: fmt.Sprintf("领取者%d号", i), Claimed: 100, Answer: recovery.Promised,
		})
	}
	data, _ := build(t, c.seal())
	pages := textPages(t, data)
	has(t, solid(pages[0]), "领取者4号 等 100 人（全部见当事人表）")
	lacks(t, solid(pages[0]), "领取者5号")
	rest := solid(strings.Join(pages[2:], ""))
	for i := range recovery.MaxCounterparts - 1 {
		has(t, rest, fmt.Sprintf("领取者%d号", i))
	}
}

// What a request asks for is what has not come back.
func TestRequests(t *testing.T) {
	t.Parallel()
	for audience, want := range map[recovery.Audience]string{
		recovery.ForCourt:    "判令被告返还不当得利款 人民币 1,500.00 元（人民币壹仟伍佰元整）",
		recovery.ForOpponent: "请求返还人民币 1,500.00 元（人民币壹仟伍佰元整）",
		recovery.ForPlatform: "协助退回 人民币 1,500.00 元（人民币壹仟伍佰元整）",
		recovery.ForArchive:  "判令被告返还不当得利款 人民币 1,500.00 元（人民币壹仟伍佰元整）",
	} {
		text := textOf(t, newCase(t, audience).seal())
		has(t, text, want)
		if strings.Contains(text, "《民法典》第九百八十五条") == (audience == recovery.ForPlatform) {
			t.Errorf("%s: the grounds are out of place", audience)
		}
	}
}

func TestNothingOutstanding(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.folio.Case.Position = recovery.Position{
		Stage: recovery.Closed, WaitingOn: recovery.OnNobody, Outcome: recovery.RecoveredFull, Claim: 200_000, Recovered: 200_000,
	}
	text := textOf(t, c.seal())
	has(t, text, "款项已全部归还，无待返还金额", "已结案", "全部追回", "已追回 2,000.00 元", "尚未归还 0.00 元")
	lacks(t, text, "判令对方返还")
}

func TestStanding(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForArchive)
	c.folio.Case.Position = recovery.Position{
		Stage: recovery.Appeal, WaitingOn: recovery.OnPlatform, Claim: 200_000, Granted: 120_000, Appeal: recovery.AppealGranted,
	}
	c.folio.Case.Deadlines = []recovery.Deadline{
		{Kind: recovery.PayoutClock, DueAt: time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)},
		{Kind: recovery.DecisionClock, PausedBecause: "等待补充证据"},
	}
	has(t, textOf(t, c.seal()), "平台客服申诉", "支付平台", "平台同意退回 1,200.00 元", "平台退款期：2027-01-01 00:00:00 +08:00", "申诉审查期：已暂停（等待补充证据）")
}

// Facts that were not given are called so, and empty ones leave no row.
func TestSparseCase(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForArchive)
	c.folio.Entries = nil
	c.head = journal.NewHead()
	c.folio.Case = recovery.Case{
		Number: "R20261121-000001", Platform: recovery.QQ, Instrument: recovery.LuckyPacket, Amount: 66_66, SentAt: filedAt,
		Reason: recovery.WrongGroup, ClaimState: recovery.PartlyClaimed, Claimant: recovery.Claimant{Name: "王一"}, Pace: 1,
	}
	c.folio.Custodian, c.folio.Generator = "", ""
	text := textOf(t, c.seal())
	has(t, text, "交易单号未填", "QQ 钱包 拼手气红包", "发错群", "部分被领取", "人民币 66.66 元（人民币陆拾陆元陆角陆分）", "系统运行者未填", "共 0 条记录")
	lacks(t, text, "电子邮箱", "以下为申请人登记案件时的原话", "法律途径选择期")
}

// The story keeps its paragraphs and says whose words it is.
func TestStory(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForArchive)
	data, _ := build(t, c.seal())
	text := strings.Join(textPages(t, data), "")
	has(t, solid(text), "以下为申请人登记案件时的原话", "误转给了群里的“老𠮷王🧧”")
	if !regexp.MustCompile(`(?m)^\s+转账前后的聊天记录`).MatchString(text) {
		t.Error("the second paragraph does not begin a line")
	}
}

// The list of exhibits follows the facts, whatever came in first.
func TestExhibitsAreClassified(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	for i, kind := range []recovery.EvidenceKind{
		recovery.OtherEvidence, recovery.Agreement, recovery.Ticket, recovery.NoticeScreenshot, recovery.ChatExport, recovery.Statement, recovery.TransferScreenshot,
	} {
		c.exhibit(kind, "application/pdf", fmt.Sprintf("file-%d.pdf", i), "", []byte(kind))
	}
	text := textOf(t, c.seal())
	has(t, text, "共 7 件，依", "按待证事实分类编号", "第1组A付款事实", "第6组其他", "正本 1 份、副本 1 份")
	last := -1
	for _, want := range []string{
		"1-1账单导出文件", "1-2转账页面截图", "2-1聊天记录导出文件", "3-1群内说明的截图", "4-1客服工单", "5-1还款或和解协议", "6-1其他材料",
	} {
		at := strings.Index(text, "证据"+want)
		if at <= last {
			t.Errorf("%s is out of place", want)
		}
		last = at
	}
}

// A fact with fewer than two exhibits is flagged for those who prepare the case,
// and not for the other side.
func TestSupport(t *testing.T) {
	t.Parallel()
	for audience, shown := range map[recovery.Audience]bool{
		recovery.ForCourt: true, recovery.ForArchive: true, recovery.ForOpponent: false, recovery.ForPlatform: false,
	} {
		c := newCase(t, audience)
		c.exhibit(recovery.Statement, "text/csv", "a.csv", "", []byte("a"))
		c.exhibit(recovery.SealedReceipt, "application/pdf", "b.pdf", "", []byte("b"))
		text := textOf(t, c.seal())
		for _, want := range []string{
			"待证事实与证据对照", "A申请人付出该笔款项1-1、1-2相互独立2件", "C收款人即对方1-2仅有一件，宜再补一件独立来源的证据", "D对方已知道或应当知道误发无尚无证据，须补充",
			"E已向平台客服申诉无本案未主张", "G申请人受到的损失及其数额1-1、1-2相互独立2件",
		} {
			if strings.Contains(text, want) != shown {
				t.Errorf("%s: %q is there: %v", audience, want, !shown)
			}
		}
	}
}

func TestExhibitFacts(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.Ticket, "application/pdf", "工单.pdf", "客服受理单", []byte("%PDF"))
	c.folio.Exhibits[0].CapturedAt = nil
	e := c.folio.Exhibits[0]
	text := textOf(t, c.seal())
	has(t, text, "文件名工单.pdf", "说明客服受理单", "采集时间未记录", "PDF 文档，4 字节", "第 2 条 申请人", e.SHA256, "电子数据（文件）", "非图片文件，不在纸面显示")
}

// A bill of which fewer rows were read than it states has a note, unless only a part of it
// is shown anyway.
func TestABillWithMissingRows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		facts map[string]any
		copy  bool
		noted bool
	}{
		"two of four":     {map[string]any{"rows_stated": 4.0, "transactions": 2.0}, false, true},
		"all":             {map[string]any{"rows_stated": 2.0, "transactions": 2.0}, false, false},
		"no number":       {map[string]any{"transactions": 2.0}, false, false},
		"a part of a row": {map[string]any{"rows_stated": 4.0, "transactions": 2.0}, true, false},
	} {
		c := newCase(t, recovery.ForCourt)
		c.exhibit(recovery.Statement, "text/csv", "账单.csv", "", []byte("a,b\n"))
		maps.Copy(c.folio.Entries[1].Parsed.Facts, test.facts)
		if test.copy {
			c.folio.Exhibits[0].Copy = &folio.Copy{SHA256: strings.Repeat("0", 64), MediaType: "text/csv"}
		}
		text := textOf(t, c.seal())
		if strings.Contains(text, solid("账单写明共 4 笔，程序读到 2 笔")) != test.noted {
			t.Errorf("%s: noted %t", name, !test.noted)
		}
	}
}

// Personal values of an exhibit follow the entry that took it in.
func TestExhibitValuesAreMasked(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForPlatform)
	c.exhibit(recovery.Ticket, "application/pdf", "张三的工单.pdf", "张三的受理单", []byte("%PDF"))
	c.folio.Entries[1].Values = nil
	text := textOf(t, c.seal())
	lacks(t, text, "张三")
	has(t, text, "文件名〔已遮蔽〕", "说明〔已遮蔽〕")
}

func TestFormsOfExhibits(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	for media, name := range map[string]string{"video/mp4": "v", "audio/mpeg": "a", "text/plain": "t", "application/zip": "z", "font/ttf": "f", "": "n"} {
		c.exhibit(recovery.OtherEvidence, media, name, "", []byte(name))
	}
	has(t, textOf(t, c.seal()), "（视频）", "（录音）", "（文本）", "（文件）")
}

// Files too large to be opened, or claiming too many pixels, are listed with
// the reason.
func TestLargePictures(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.ChatScreenshot, "image/png", "large.png", "", asPNG(t, image.NewGray(image.Rect(0, 0, 9, 9))))
	c.folio.Exhibits[0].Size = 1 << 40
	huge := asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	copy(huge[16:], "\x00\x01\x00\x00\x00\x01\x00\x00") // 65,536 × 65,536; the checksum no longer holds
	c.exhibit(recovery.ChatScreenshot, "image/png", "huge.png", "", huge)
	c.exhibit(recovery.ChatScreenshot, "image/heic", "phone.heic", "", []byte("\x00\x00\x00\x18ftypheic"))
	data, report := build(t, c.seal())
	if report.Shown != 0 || report.Exhibits != 3 {
		t.Errorf("%+v", report)
	}
	has(t, solid(strings.Join(textPages(t, data), "")), "文件过大", "图片数据损坏", "不是可在纸面显示的图片格式")
}

func TestAnimationSaysSo(t *testing.T) {
	t.Parallel()
	moving := asGIF(t, image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.Black}))
	at := bytes.IndexByte(moving[13:], 0x2C) + 13 // the image descriptor
	loop := "\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.OtherEvidence, "image/gif", "m.gif", "", append(append(append([]byte{}, moving[:at]...), loop...), moving[at:]...))
	has(t, textOf(t, c.seal()), "动图只显示第一帧")
}

// The authenticity page answers each factor from the journal.
func TestAuthenticity(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForCourt)
	c.add(journal.Draft{Kind: recovery.EntryEvidenceViewed, Collector: journal.Collector{Tool: "recourse-desk", Version: "0.2.0"}})
	f := c.seal()
	text := textOf(t, f)
	has(t, text,
		"（一）", "recourse-web 0.1.0（iPhone 15, iOS 19.1）；recourse-desk 0.2.0", "记录由 recourse 0.1.0 写入",
		"（二）", fmt.Sprintf("共 %d 条记录", len(f.Entries)), "先后次序与记录编号一致", "日志未载设备自检结果",
		"（三）", fmt.Sprintf("%d 条记录的校验值与前值全部相符", len(f.Entries)), "检查点所签根值与重新计算的根值相符",
		"（四）", "打开文件 6 件", "与收件时的记录全部相符", "本卷共 2 次",
		"（五）", "平台导出或出具的材料 2 件，截图与录像 4 件，其他 0 件",
		"（六）", "申请人、系统、客服专员、法务", "示例客服中心的服务器保存", "保存者并非中立第三方",
		"（七）", "无可信时间戳，无公证",
	)
	lacks(t, text, "时间都不反映真实时间")
}

// Entries whose times run backwards are pointed out.
func TestTimesThatRunBackwards(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.at = c.at.Add(-time.Hour)
	c.add(journal.Draft{Kind: recovery.EntryAppealSubmitted})
	has(t, textOf(t, c.seal()), "其中有 1 处时间早于前一条记录")
}

func TestStepsPrintTheKeyAndTheCheckpoint(t *testing.T) {
	t.Parallel()
	f := newCase(t, recovery.ForCourt).seal()
	text := textOf(t, f)
	has(t, text, "R20261120-000042.zip", "sh verify.sh", "sha256sum manifest-sha256.txt", f.Key, f.Checkpoint, fingerprint, f.Root)
}

// Long journals flow over pages, each with the head of the table.
func TestLongTimeline(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForArchive)
	for i := range 200 {
		c.add(journal.Draft{
			Kind: recovery.EntryNoteAdded, Facts: map[string]any{"visibility": "shared"}, Actor: recovery.Actor{Role: recovery.RoleAgent},
			Personal: map[string]string{"text": fmt.Sprintf("第%d号备注", i) + strings.Repeat("，继续", i%90)},
		})
	}
	f := c.seal()
	text := textOf(t, f)
	for i := range 200 {
		has(t, text, fmt.Sprintf("（共享）：第%d号备注", i))
	}
	if n := strings.Count(text, "编号时间行为人内容校验值"); n < 8 {
		t.Errorf("the head of the table stands on %d pages", n)
	}
}

// The file carries its title, its language and fixed dates.
func TestFileInformation(t *testing.T) {
	t.Parallel()
	data, report := build(t, walked(t, recovery.ForCourt).seal())
	info := tool(t, data, "pdfinfo", "-isodates", "FILE")
	for _, want := range []string{
		"证据卷宗 R20261120-000042", "不当得利纠纷", "recourse 0.1.0", "2026-11-21T09:30:00", "A4", "PDF version:     1.4",
		fmt.Sprintf("Pages:           %d", report.Pages),
	} {
		if !strings.Contains(info, want) {
			t.Errorf("%q is missing in\n%s", want, info)
		}
	}
	if !bytes.Contains(data, []byte("/Lang (zh-CN)")) || !bytes.Contains(data, []byte("/Outlines")) || !bytes.Contains(data, []byte("/Subtype /Link")) {
		t.Error("language, bookmarks or links are missing")
	}
	if fonts := tool(t, data, "pdffonts", "FILE"); strings.Contains(fonts, " no ") && !strings.Contains(fonts, "yes") {
		t.Error(fonts)
	}
}

// The sub-fonts keep the file small: a dossier without pictures is a letter.
func TestFileIsSmall(t *testing.T) {
	t.Parallel()
	data, _ := build(t, newCase(t, recovery.ForCourt).seal())
	if len(data) > 400_000 {
		t.Errorf("%d bytes", len(data))
	}
}
