package activities_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"recourse/activities"
	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/folio"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/verify"
	"recourse/playbook"
	"recourse/recovery"
)

// plantedTexts are texts with personal data; nothing of the second part may reach
// another party. They are long or odd enough not to occur by chance.
var plantedTexts = [][2]string{
	{"我的电话13900001234", "13900001234"}, {"打 139 0000 1234 找我", "139 0000 1234"}, {"手机１３９０００１２３４５", "１３９０００１２３４５"},
	{"一三九零零零零一二三四是他的", "一三九零零零零一二三四"}, {"幺三九零零零零幺二三四", "幺三九零零零零幺二三四"}, {"+8613700005678", "13700005678"},
	{"家里座机0571-88151234", "0571-88151234"}, {"身份证110105196004080379", "110105196004080379"}, {"身份证号：11010519491231002x", "11010519491231002x"},
	{"护照E12345678", "E12345678"}, {"回乡证H12345678", "H12345678"}, {"永居证 USA110089010102", "USA110089010102"},
	{"转到6222 3878 9389 0658 698", "6222 3878"}, {"卡号6222021234567890123", "6222021234567890123"}, {"对公账户 3301040160001234567", "3301040160001234567"},
	{"统一社会信用代码91330106MA2CFTEST8", "91330106MA2CFTEST8"}, {"发到zhang.wei@example.com", "zhang.wei@example.com"}, {"zhangwei艾特qq点com", "zhangwei艾特"},
	{"微信号liuyang_666", "liuyang_666"}, {"wxid_8a7b6c5d4e", "wxid_8a7b6c5d4e"}, {"QQ 123456789", "QQ 123456789"}, {"支付宝账号lihua1990", "lihua1990"},
	{"抖音号dy77xiaoli", "dy77xiaoli"}, {"寄到上海市静安区延平路135弄8号602室", "延平路135弄"}, {"家住测试路9号", "测试路9号"}, {"翠湖小区", "翠湖小区"},
	{"人在5栋1203", "5栋1203"}, {"开的浙A12B34", "A12B34"}, {"定位30.274150,120.155150", "30.274150"}, {"1990年3月5日生的", "1990年3月5日"},
	{"他在杭州第二中学读书", "第二中学"}, {"毕业于浙江大学", "浙江大学"}, {"他在杭州明日科技有限公司上班", "明日科技"}, {"仁和医院的护士", "仁和医院"},
	{"航班MU5101", "MU5101"}, {"顺丰SF1234567890123", "SF1234567890123"}, {"他那笔单号4200001234202611210987654321", "4200001234202611210987654321"},
	{"登录IP 183.128.12.7", "183.128.12.7"}, {"网卡 3C:22:FB:0A:9D:11", "3C:22:FB"}, {"IMEI 861234567890123", "861234567890123"},
	{"看https://example.com/u/88?k=7，谢谢", "example.com/u/88"}, {"验证码是 482913", "482913"}, {"保单号 PICC20261234", "PICC20261234"},
	{"车架号 LSVAM4187C2184841", "LSVAM4187C2184841"}, {"我妈叫张桂兰", "张桂兰"}, {"证人赵铁柱看见了", "赵铁柱"}, {"阿卜杜拉·买买提收的", "买买提"},
	{"我妈确诊乳腺癌", "乳腺癌"}, {"海上明月也收到了", "海上明月"},
	{"\n2026-11-20 12:30 夜雨声烦：谁领了", "夜雨声烦"}, {"你让王芳转给我", "王芳"}, {"我住幸福里3号楼", "幸福里3号楼"},
}

// plantedMarks are marks in places that no other party gets at all.
var plantedMarks = []string{
	"plant-note", "plant-escalation", "plant-file-name", "plant-source", "plant-description", "plant-device", "PlantMaker", "PlantSoftware", "PlantArtist",
	"plant-complaint", "plant-answer-of-another", "plant-payer", "plant-film", "plant-workbook", "plant-police", "plant-receiver", "plant-remark", "plant-bank",
	"plant-alias", "plant-contact", "plant-counterpart-device",
}

func allPlanted() string {
	var texts []string
	for _, planted := range plantedTexts {
		texts = append(texts, planted[0])
	}
	return strings.Join(texts, "。\n") + "。"
}

// plantedCase is a case with personal data in every text, file and file name.
type plantedCase struct {
	*testing.T
	rig     *casetest.Fixture
	exports *activities.Exports
	c       recovery.Case
	view    casework.View
}

func newPlantedCase(t *testing.T) *plantedCase {
	t.Helper()
	rig := casetest.New(t)
	rig.SetNoon(0)
	loaded, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := &plantedCase{T: t, rig: rig, exports: &activities.Exports{
		Decoder: decode.NewLocalDecoder(),
		Archive: rig.Store, Originals: rig.Blobs, Checklist: activities.PinnedRules{Registry: playbooks}, Fonts: loaded, Dir: rig.ExportsDir, Now: rig.Now,
		Custody: folio.Custody{Version: "1.2.3", Custodian: "测试单位", Keys: rig.Keys},
	}}
	p.file()
	p.act()
	p.amend()
	p.upload()
	return p
}

func (p *plantedCase) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *plantedCase) as(role recovery.Role, device string) casework.Request {
	req := p.rig.As(role)
	req.Device = device
	return req
}

func (p *plantedCase) file() {
	p.Helper()
	filing := casetest.Filing()
	sent := p.rig.Now().Add(-2 * time.Hour).Truncate(time.Second)
	filing.SentAt, filing.Instrument, filing.TransactionNo = &sent, recovery.LuckyPacket, "1000050001202611200000000001"
	filing.Narrative, filing.Payer = allPlanted(), &recovery.Payer{Name: "plant-payer", Relation: "配偶"}
	filing.Claimant.Phone = "13600007788"
	filing.Counterparts = []recovery.FilingCounterpart{
		{Alias: "项目群老王", Contact: "plant-contact", Claimed: 120_000}, {Alias: "海上明月", Contact: "plant-contact", Claimed: 50_000},
		{Alias: "plant-alias", Claimed: 30_000},
	}
	filed, err := p.rig.File(p.Context(), p.as(recovery.RoleClaimant, "plant-device"), filing)
	p.must(err)
	p.view = filed.Value
	p.c, err = p.rig.Store.ReadCase(p.Context(), filed.Value.ID)
	p.must(err)
}

func (p *plantedCase) take(role recovery.Role, body recovery.ActionBody) {
	p.Helper()
	_, err := p.rig.TakeAction(p.Context(), p.as(role, "plant-device"), p.c.ID, body)
	p.must(err)
}

// act takes actions with personal data in every text, about all three counterparts.
func (p *plantedCase) act() {
	p.Helper()
	at, no := p.rig.Now().Add(-time.Hour), false
	reader, other := p.c.Counterparts[0].ID, p.c.Counterparts[1].ID
	text := allPlanted()
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.RecordContact, CounterpartID: reader, Channel: recovery.SMS, Text: text, SentAt: &at, InGroup: &no})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.RecordMediation, Text: text, At: &at})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.AddNote, Text: "plant-note " + text, Visibility: recovery.NoteShared})
	p.take(recovery.RoleAgent, recovery.ActionBody{Action: recovery.AddNote, Text: "plant-note " + text, Visibility: recovery.NoteInternal})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.RecordResponse, CounterpartID: reader, Kind: string(recovery.Refused), Refusal: recovery.ClaimsGift, Text: text, At: &at})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.RecordResponse, CounterpartID: other, Kind: string(recovery.Refused), Refusal: recovery.ClaimsGift, Text: "plant-answer-of-another " + text, At: &at})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.ReportHarassment, CounterpartID: other, Text: "plant-complaint " + text, At: &at})
	p.take(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.Escalate, To: recovery.Appeal, Reason: "plant-escalation " + text})
}

func (p *plantedCase) add(req casework.Request, kind recovery.EvidenceKind, data []byte) {
	p.Helper()
	file, err := p.rig.Receive(p.Context(), p.rig.Actor(recovery.RoleClaimant), "", p.c.ID, bytes.NewReader(data))
	p.must(err)
	_, err = p.rig.AddEvidence(p.Context(), req, p.c.ID, recovery.FileDescription{
		Kind: kind, FileName: "plant-file-name 13900001234.dat", Source: "plant-source", Description: "plant-description " + allPlanted(),
	}, file)
	p.must(err)
}

// upload adds a file of every type.
func (p *plantedCase) upload() {
	p.Helper()
	mine, text := p.as(recovery.RoleClaimant, "plant-device"), allPlanted()
	chat, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(strings.ReplaceAll(text, "⓪", "")))
	p.must(err)
	tags := append(slices.Clone(intaketest.ShenzhenTags), "-Make=PlantMaker", "-Model=plant-model", "-Software=PlantSoftware", "-Artist=PlantArtist")
	p.add(mine, recovery.ChatExport, []byte(text))
	p.add(mine, recovery.ChatExport, chat)
	p.add(mine, recovery.ChatExport, []byte("时间,发送人,内容\n2026-11-20,老王,\""+text+"\"\n"))
	p.add(mine, recovery.SealedReceipt, textPDF("Phone 13900001234 ID 110105196004080379 mail zhang.wei@example.com"))
	p.add(mine, recovery.ChatScreenshot, intaketest.Photo(p, "a.jpg", tags...))
	p.add(mine, recovery.TransferScreenshot, intaketest.Photo(p, "a.png", tags...))
	p.add(mine, recovery.PoliceReceipt, []byte("plant-police "+text))
	p.add(mine, recovery.Identity, intaketest.Photo(p, "b.jpg", "-Artist=PlantArtist", "-ImageDescription=110105196004080379"))
	p.add(mine, recovery.ScreenRecording, []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x10mdat plant-film 13900001234"))
	p.add(mine, recovery.OtherEvidence, workbook(p.T, "plant-workbook "+text))
	p.add(mine, recovery.Statement, p.bill())
	p.uploadContainers(mine)
	another := casework.Request{Actor: recovery.Actor{Role: recovery.RoleCounterpart, ID: recovery.UserID(p.c.Counterparts[1].ID)}, Device: "plant-counterpart-device"}
	issued, err := p.rig.IssueLink(p.Context(), p.rig.As(recovery.RoleClaimant), p.c.ID, p.c.Counterparts[1].ID, 0)
	p.must(err)
	link := issued.Value.Link
	file, err := p.rig.ReceiveCounterpartFile(p.Context(), link, "", strings.NewReader("plant-answer-of-another "+text))
	p.must(err)
	_, err = p.rig.AddCounterpartEvidence(p.Context(), another, link, recovery.FileDescription{Kind: recovery.ChatExport, FileName: "plant-file-name.txt"}, file)
	p.must(err)
}

// bill is a bill of WeChat whose second row is the payment of the case.
func (p *plantedCase) bill() []byte {
	var out strings.Builder
	out.WriteString("微信支付账单明细\n微信昵称：[plant-alias]\n\n交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n")
	row := func(at time.Time, who, goods, amount, no string) {
		fmt.Fprintf(&out, "%s,微信红包,%s,\"%s\",支出,¥%s,plant-bank(8013),支付成功,%s\t,%s\t,\"plant-remark\"\n",
			at.In(recovery.Shanghai).Format(time.DateTime), who, goods, amount, no, "9"+no)
	}
	row(p.c.SentAt.Add(-time.Hour), "plant-receiver", "买药", "12.00", "4200001234202611210987654321")
	row(p.c.SentAt, "项目群老王", "红包 plant-remark", "2000.00", p.c.TransactionNo)
	row(p.c.SentAt.Add(time.Hour), "plant-receiver", "电影票", "45.00", "4200001234202611210987654321")
	return []byte(out.String())
}

// textPDF is a PDF with one line of text.
func textPDF(text string) []byte {
	stream := "BT /F1 12 Tf 72 720 Td (" + text + ") Tj ET"
	return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"+
		"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n"+
		"4 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n"+
		"trailer\n<< /Root 1 0 R >>\n%%%%EOF\n", len(stream), stream)
}

// workbook is a workbook that is no bill.
func workbook(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>`},
		{"xl/sharedStrings.xml", "<sst><si><t>" + strings.ReplaceAll(text, "&", "&amp;") + "</t></si></sst>"},
	} {
		file, err := archive.Create(part[0])
		if err == nil {
			_, err = io.WriteString(file, part[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// containers returns everything in the files of an export, by container: each file as
// it is, PDFs also as text and unpacked, pictures also as exiftool reads them.
func (p *plantedCase) containers(export recovery.Export) map[string]string {
	p.Helper()
	found := map[string]string{}
	dir := p.TempDir()
	archive, err := zip.OpenReader(folio.ExportPath(p.rig.ExportsDir, export.ID, folio.BagFile))
	p.must(err)
	defer archive.Close()
	p.must(os.CopyFS(dir, archive))
	p.must(filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name := strings.TrimPrefix(path, dir)
		found[name] = name + string(data)
		return err
	}))
	pdf := folio.ExportPath(p.rig.ExportsDir, export.ID, folio.DossierFile)
	found["dossier text"] = p.output("pdftotext", "-layout", pdf, "-")
	found["dossier unpacked"] = p.output("qpdf", "--qdf", "--object-streams=disable", pdf, "-")
	found["dossier properties"] = p.output("exiftool", "-a", "-u", "-ee", pdf)
	found["metadata of files"] = p.output("exiftool", "-r", "-a", "-u", "-ee", filepath.Join(dir, string(p.c.Number), "data"))
	return found
}

func (p *plantedCase) output(program string, args ...string) string {
	p.Helper()
	out, err := exec.CommandContext(p.Context(), program, args...).Output()
	if err != nil && len(out) == 0 {
		p.Fatalf("%s: %v", program, err)
	}
	return string(out)
}

func (p *plantedCase) bagOf(export recovery.Export) string {
	return folio.ExportPath(p.rig.ExportsDir, export.ID, folio.BagFile)
}

// shows checks that the other side gets what it may have: its row of the bill, masked
// texts and pictures; and that the script in the bag accepts it.
func (p *plantedCase) shows(export recovery.Export) {
	p.Helper()
	found := p.containers(export)
	printed := strings.Join(strings.Fields(found["dossier text"]), "")
	for _, want := range []string{"催告函", "账单共3行", p.c.TransactionNo, "本条内容不向本卷读者提供", "已遮蔽〕"} {
		if !strings.Contains(printed, want) {
			p.Errorf("%q is not in the papers", want)
		}
	}
	ends := map[string]int{}
	for name, content := range found {
		if strings.Contains(name, "data/shown/") {
			ends[filepath.Ext(name)]++
		}
		if strings.HasSuffix(name, ".txt") && strings.Contains(name, "data/shown/") && !strings.Contains(content, "已遮蔽〕") {
			p.Errorf("%s is not masked", name)
		}
	}
	if ends[".json"] != 2 || ends[".txt"] < 3 || ends[".jpg"] < 1 {
		p.Errorf("copies: %v", ends)
	}
	dir := p.TempDir()
	archive, err := zip.OpenReader(p.bagOf(export))
	p.must(err)
	defer archive.Close()
	p.must(os.CopyFS(dir, archive))
	command := exec.CommandContext(p.Context(), "sh", "verify.sh")
	command.Dir = filepath.Join(dir, string(p.c.Number))
	if out, err := command.CombinedOutput(); err != nil {
		p.Errorf("verify.sh: %v\n%s", err, out)
	}
}

// leaks lists the planted data in the containers of an export.
func (p *plantedCase) leaks(export recovery.Export) []string {
	p.Helper()
	marks := slices.Concat(plantedMarks, plantedMarksOfFiles)
	for _, planted := range plantedTexts {
		marks = append(marks, planted[1])
	}
	var leaks []string
	for name, content := range p.containers(export) {
		dense := strings.Join(strings.Fields(content), "")
		for _, mark := range marks {
			if strings.Contains(content, mark) || strings.Contains(dense, strings.Join(strings.Fields(mark), "")) {
				leaks = append(leaks, name+": "+mark)
			}
		}
	}
	slices.Sort(leaks)
	return leaks
}

func (p *plantedCase) export(order recovery.Export) recovery.Export {
	p.Helper()
	asked, err := p.rig.RequestExport(p.Context(), p.rig.As(recovery.RoleLegal), p.c.ID, casework.ExportOrder{
		Audience: order.Audience, CounterpartID: order.CounterpartID, Confirm: true,
	})
	p.must(err)
	result, err := runBuild(p.exports, asked.Value)
	if err != nil || result.State != recovery.ExportReady {
		p.Fatalf("%+v: %+v, %v", order, result, err)
	}
	summary, err := verify.File(folio.ExportPath(p.rig.ExportsDir, asked.Value.ID, folio.BagFile))
	if err != nil {
		p.Fatalf("%+v: %v", order, err)
	}
	p.Logf("for %s: %+v", order.Audience, summary)
	return asked.Value
}

// Nothing planted reaches another party: not by the papers, not by any file of the bag.
func TestNothingPlantedReachesAnotherParty(t *testing.T) {
	t.Parallel()
	if len(plantedTexts)+len(plantedMarks) < 40 {
		t.Fatal("too few kinds of personal data")
	}
	p := newPlantedCase(t)
	var bags []recovery.Export
	for _, reader := range []int{0, 1} {
		bag := p.export(recovery.Export{Audience: recovery.ForOpponent, CounterpartID: p.c.Counterparts[reader].ID})
		bags = append(bags, bag)
		leaks := p.leaks(bag)
		own := func(leak string) bool { // what the reader wrote or is called
			return reader == 1 && (strings.HasSuffix(leak, "海上明月") || strings.HasSuffix(leak, "plant-complaint") || strings.HasSuffix(leak, "plant-answer-of-another"))
		}
		p.shows(bag)
		if leaks = slices.DeleteFunc(leaks, own); len(leaks) > 0 {
			t.Errorf("counterpart %d gets:\n%s", reader, strings.Join(leaks, "\n"))
		}
	}
	known := []string{"海上明月", "plant-alias", "plant-payer", "plant-police", "plant-answer-of-another", "plant-joined", "plant-renamed"} // the table lets the platform have them
	leaks := slices.DeleteFunc(p.leaks(p.export(recovery.Export{Audience: recovery.ForPlatform})), func(leak string) bool {
		return slices.ContainsFunc(known, func(one string) bool { return strings.HasSuffix(leak, ": "+one) })
	})
	if len(leaks) > 0 {
		t.Errorf("the platform gets:\n%s", strings.Join(leaks, "\n"))
	}
	whole := p.export(recovery.Export{Audience: recovery.ForArchive})
	for _, bag := range bags { // the whole journal contains what the others got
		if _, err := (verify.Options{}).SupersetOf(p.bagOf(whole), p.bagOf(bag)); err != nil {
			t.Error(err)
		}
	}
	archive := strings.Join(p.leaks(whole), "\n")
	for _, kept := range []string{"plant-note", "plant-note-reason", "plant-note-corrected"} {
		if !strings.Contains(archive, kept) {
			t.Errorf("the archive does not get %s", kept)
		}
	}
	court := strings.Join(p.leaks(p.export(recovery.Export{Audience: recovery.ForCourt})), "\n")
	for _, kept := range []string{"plant-receiver", "plant-complaint", "PlantMaker", "plant-film", "13900001234", "plant-contact", "plant-correction", "plant-xmp", "plant-iptc", "plant-xfa", "plant-renamed", "plant-why", "plant-number"} {
		if !strings.Contains(court, kept) {
			t.Errorf("the court does not get %s", kept)
		}
	}
}
