package dossier_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"recourse/evidence/dossier"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// outVariable names a folder to leave the sample dossiers in, for a look.
const outVariable = "DOSSIER_OUT"

func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestEveryAudience(t *testing.T) {
	t.Parallel()
	for _, audience := range recovery.Audiences {
		t.Run(string(audience), func(t *testing.T) {
			t.Parallel()
			f := walked(t, audience).seal()
			data, report := build(t, f)
			if dir := os.Getenv(outVariable); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, string(audience)+".pdf"), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			pages := textPages(t, data)
			if len(pages) != report.Pages || report.Exhibits != 6 || report.Shown != 4 {
				t.Errorf("%d pages of text, %+v", len(pages), report)
			}
			if out := tool(t, data, "qpdf", "--check", "FILE"); strings.Contains(out, "WARNING") {
				t.Error(out)
			}
			all := solid(strings.Join(pages, ""))
			for _, want := range []string{
				"R20261120-000042", "不当得利纠纷", "人民币2,000.00元（人民币贰仟元整）", "未齐备", "平台电子凭证（或说明不能取得的理由）",
				fingerprint, f.Root, "证据目录", "2026年11月20日19时40分",
				"图片数据不完整", "交易时间,交易类型",
			} {
				damagedTicket := want == "图片数据不完整" && audience == recovery.ForOpponent // tickets are not for the other side
				if !damagedTicket && !strings.Contains(all, want) {
					t.Errorf("%q is missing", want)
				}
			}
			if asks := strings.Contains(all, "提交前请自己核对；可以请律师、法律援助机构或者法院诉讼服务中心看一遍"); asks != (audience != recovery.ForOpponent) {
				t.Errorf("the sheet asks for a check: %v", asks)
			}
			full := audience != recovery.ForPlatform
			for _, want := range []string{"时间线", "小额诉讼", "真实性说明", "离线核验步骤", solid(f.Checkpoint), f.Key, "不是依法设立的电子认证机构", "没有外部时间来源"} {
				if strings.Contains(all, want) != full {
					t.Errorf("%q: there %v, wanted %v", want, !full, full)
				}
			}
		})
	}
}

// Every page but the cover is stamped with what it is part of, its number and
// the whole; exhibit pages with their group and number.
func TestPagesAreNumbered(t *testing.T) {
	t.Parallel()
	data, report := build(t, walked(t, recovery.ForCourt).seal())
	stamped := 0
	for i, page := range textPages(t, data) {
		want := fmt.Sprintf("第%d页/共%d页", i+1, report.Pages)
		if !strings.Contains(solid(page), want) {
			t.Errorf("page %d does not say %s", i+1, want)
		}
		if i > 0 && !strings.Contains(solid(page), "·"+want) {
			t.Errorf("page %d is not stamped", i+1)
		}
		if regexp.MustCompile(`证据\d+-\d+·` + want).MatchString(solid(page)) {
			stamped++
		}
	}
	if stamped < report.Exhibits {
		t.Errorf("%d pages are stamped for %d exhibits", stamped, report.Exhibits)
	}
}

// The page numbers in the list of contents are those the exhibits are on.
func TestPageNumbersAreTrue(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForCourt)
	for i := range 40 { // enough for numbers of two and three digits
		c.exhibit(recovery.OtherEvidence, "image/png", strconv.Itoa(i), "", asPNG(t, image.NewGray(image.Rect(0, 0, 30+i, 40))))
	}
	data, report := build(t, c.seal())
	pages := textPages(t, data)
	found := 0
	for _, m := range regexp.MustCompile(`(?m)^\s*证据 (\d+-\d+)\s+\S+\s+(\d+)\s*$`).FindAllStringSubmatch(strings.Join(pages[1:3], "\n"), -1) {
		found++
		var page int
		fmt.Sscan(m[2], &page)
		if page < 1 || page > len(pages) || !strings.Contains(solid(pages[page-1]), fmt.Sprintf("证据%s·第%d页", m[1], page)) {
			t.Errorf("exhibit %s is not on page %d", m[1], page)
		}
	}
	if found != report.Exhibits {
		t.Errorf("%d of %d exhibits found in the contents", found, report.Exhibits)
	}
	rows := regexp.MustCompile(`(?m)^\s+(\d+-\d+)\s+\S*截图.*?\s(\d+)(?:–(\d+))?\s*$`).FindAllStringSubmatch(strings.Join(pages, "\n"), -1)
	if len(rows) < 4 {
		t.Fatalf("%d rows of the catalogue found", len(rows))
	}
	for _, m := range rows {
		var page int
		fmt.Sscan(m[2], &page)
		if !strings.Contains(solid(pages[page-1]), "证据"+m[1]+"·") {
			t.Errorf("catalogue: exhibit %s is not on page %d", m[1], page)
		}
	}
}

// The other side sees neither how to reach the claimant nor what the desk wrote
// for itself, even when the folio holds it.
func TestOpponentSeesNoContacts(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForOpponent)
	c.exhibit(recovery.Identity, "image/png", "身份证.png", "", asPNG(t, screenshot(t, 300, 200, "身份证")))
	data, report := build(t, c.seal())
	text := solid(strings.Join(textPages(t, data), ""))
	for _, secret := range []string{"13800001234", "xiaoyue@example.com", "wxid_7788", "对方曾有同类投诉", "广东省", "iPhone15"} {
		if strings.Contains(text, secret) || bytes.Contains(data, []byte(secret)) {
			t.Errorf("%q is in the papers", secret)
		}
	}
	if !strings.Contains(text, "〔已遮蔽〕") || !strings.Contains(text, "本卷不附此件") {
		t.Error("nothing says that something is masked")
	}
	if report.Shown != 4 {
		t.Errorf("%d pictures shown: the identity card is among them", report.Shown)
	}
}

func TestInternalNotesStayInTheArchive(t *testing.T) {
	t.Parallel()
	for _, audience := range recovery.Audiences {
		data, _ := build(t, walked(t, audience).seal())
		text := solid(strings.Join(textPages(t, data), ""))
		if got := strings.Contains(text, "对方曾有同类投诉"); got != (audience == recovery.ForArchive) {
			t.Errorf("%s: the note is there: %v", audience, got)
		}
	}
}

// Values that the folio leaves out are masked, or said to be deleted.
func TestMissingValues(t *testing.T) {
	t.Parallel()
	for audience, mark := range map[recovery.Audience]string{recovery.ForPlatform: "〔已遮蔽〕", recovery.ForArchive: "〔已依法删除〕"} {
		c := newCase(t, audience)
		for i, value := range c.folio.Entries[0].Values {
			if value.Path == "claimant.name" {
				c.folio.Entries[0].Values[i].Path = "gone"
			}
		}
		c.add(journal.Draft{
			Kind: recovery.EntryContactRecorded, Facts: map[string]any{"channel": "sms"}, Personal: map[string]string{"text": "你好"},
		}, "text")
		data, _ := build(t, c.seal())
		text := solid(strings.Join(textPages(t, data), ""))
		if strings.Contains(text, "晓玥") || !strings.Contains(text, "申请人（付款一方）"+mark) || !strings.Contains(text, "短信："+mark) {
			t.Errorf("%s: a value is not masked", audience)
		}
	}
}

func TestPaceIsOnEveryPage(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForArchive)
	c.folio.Case.Pace = 3600
	c.add(journal.Draft{Kind: recovery.EntryWithdrawn, Pace: 3600})
	data, _ := build(t, c.seal())
	for i, page := range textPages(t, data) {
		if !strings.Contains(solid(page), "以实际速度的3600倍运行") {
			t.Errorf("page %d does not say so", i+1)
		}
	}
}

func TestCompleteCaseHasNoWarning(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.folio.Papers = filled()
	data, report := build(t, c.seal())
	text := strings.Join(textPages(t, data), "")
	if len(report.Missing) > 0 || strings.Contains(text, "未齐备") || strings.Contains(text, "倍运行") || !strings.Contains(text, "本案尚无证据") {
		t.Error("a warning stands without a reason, or nothing says that there is no evidence")
	}
}

// The same bytes handed in twice are one exhibit with two entries.
func TestSameBytesTwice(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	file := asPNG(t, screenshot(t, 300, 500, "同一张"))
	c.exhibit(recovery.ChatScreenshot, "image/png", "a.png", "", file)
	c.exhibit(recovery.ChatScreenshot, "image/png", "b.png", "", file)
	data, report := build(t, c.seal())
	if report.Exhibits != 1 || !strings.Contains(solid(strings.Join(textPages(t, data), "")), "日志第2、3条") {
		t.Errorf("%+v", report)
	}
	if n := bytes.Count(data, []byte("/Subtype /Image")); n != 1 {
		t.Errorf("%d pictures in the file", n)
	}
}

// A file that is not the one that was taken in is not shown as if it were.
func TestChangedFileIsNamed(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.ChatScreenshot, "image/png", "a.png", "", asPNG(t, screenshot(t, 300, 500, "原件")))
	other := asPNG(t, screenshot(t, 300, 500, "改过"))
	c.folio.Exhibits[0].Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(other)), nil }
	data, report := build(t, c.seal())
	text := solid(strings.Join(textPages(t, data), ""))
	if report.Shown != 0 || !strings.Contains(text, "与收件时登记的SHA-256不符") || !strings.Contains(text, "有1件与记录不符") {
		t.Errorf("%+v", report)
	}
}

func TestUnreadableStoreIsAnError(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.ChatScreenshot, "image/png", "a.png", "", asPNG(t, image.NewGray(image.Rect(0, 0, 9, 9))))
	lost := errors.New("disk on fire")
	c.folio.Exhibits[0].Open = func() (io.ReadCloser, error) { return nil, lost }
	if _, err := dossier.Build(io.Discard, c.seal(), dossier.Options{Fonts: mustFonts(t), Fingerprint: fingerprint}); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
}

// What does not hold is said: a changed entry, another root.
func TestBrokenJournalIsNamed(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForCourt)
	c.folio.Entries[4].Raw = append([]byte{}, c.folio.Entries[4].Raw...)
	c.folio.Entries[4].Raw[20] ^= 1
	f := c.seal()
	data, _ := build(t, f)
	text := solid(strings.Join(textPages(t, data), ""))
	if !strings.Contains(text, "重新计算发现不符：记录5、6、7") || !strings.Contains(text, "检查点所签根值与重新计算的根值不符") {
		t.Error("the papers do not say that the journal is broken")
	}
}

func TestSameFolioSameBytes(t *testing.T) {
	t.Parallel()
	f := walked(t, recovery.ForArchive).seal()
	first, _ := build(t, f)
	for range 3 {
		if again, _ := build(t, f); !bytes.Equal(first, again) {
			t.Fatal("two builds differ")
		}
	}
}

// Whatever kind an entry is of, the timeline names it, and no entry is left out.
func TestTimelineIsComplete(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForArchive)
	for _, kind := range recovery.EntryKinds {
		c.add(journal.Draft{Kind: kind, Actor: recovery.Actor{Role: recovery.RoleAgent}})
	}
	c.add(journal.Draft{Kind: "of_the_future"})
	f := c.seal()
	data, _ := build(t, f)
	text := solid(strings.Join(textPages(t, data), ""))
	for _, e := range f.Entries {
		if hash := hex.EncodeToString(e.Hash[:6]); !strings.Contains(text, hash) {
			t.Errorf("entry %d (%s) is not in the timeline", e.Parsed.Seq, e.Parsed.Kind)
		}
	}
	if n := strings.Count(text, "其他记录"); n != 1 || strings.Contains(text, "of_the_future") {
		t.Error("a kind has no words")
	}
}

// A picture is never enlarged: 96 dots to the inch at most.
func TestPicturesAreNotEnlarged(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.ChatScreenshot, "image/png", "small.png", "", asPNG(t, image.NewGray(image.Rect(0, 0, 96, 48))))
	data, report := build(t, c.seal())
	dir := t.TempDir()
	path := filepath.Join(dir, "a.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdfimages", "-list", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	if report.Shown != 1 || !regexp.MustCompile(`96\s+48\s+gray\s.*\s96\s+96\s`).Match(out) {
		t.Errorf("%s", out)
	}
}

// Long screenshots are printed in bands of which none is narrower than a phone.
func TestLongPictureIsBanded(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.ChatScreenshot, "image/png", "long.png", "", asPNG(t, screenshot(t, 720, 12_000, "长图")))
	data, _ := build(t, c.seal())
	text := solid(strings.Join(textPages(t, data), ""))
	if !strings.Contains(text, "长图分") || !strings.Contains(text, "（续）") {
		t.Error("the long picture is on one page")
	}
	if n := bytes.Count(data, []byte("/Subtype /Image")); n != 1 {
		t.Errorf("%d pictures in the file", n)
	}
}

func TestLoadFonts(t *testing.T) {
	t.Parallel()
	if _, err := dossier.LoadFonts(t.TempDir()); err == nil || !strings.Contains(err.Error(), "fetch-fonts.sh") || !strings.Contains(err.Error(), "NotoSerifSC") {
		t.Errorf("an empty folder: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "NotoSerifSC_400Regular.ttf"), []byte("another font"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := dossier.LoadFonts(dir); err == nil || !strings.Contains(err.Error(), "not the pinned file") {
		t.Errorf("another font: %v", err)
	}
}

// The script leaves what it finds in order alone.
func TestFetchFontsIsIdempotent(t *testing.T) {
	t.Parallel()
	dir, err := filepath.Abs(dossier.FindFonts("."))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "fetch-fonts.sh", dir).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "all present") || strings.Contains(string(out), "fetching") {
		t.Errorf("%v: %s", err, out)
	}
}

// The pictures of a page really show: the court's exhibit pages carry ink.
func TestExhibitPagesCarryInk(t *testing.T) {
	t.Parallel()
	data, report := build(t, walked(t, recovery.ForCourt).seal())
	dir := t.TempDir()
	path := filepath.Join(dir, "a.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("pdftoppm", "-r", "30", "-png", path, filepath.Join(dir, "p")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "p*.png"))
	if err != nil || len(files) != report.Pages {
		t.Fatalf("%d pages: %v", len(files), err)
	}
	for i, text := range textPages(t, data) {
		if strings.Contains(text, "原图") && green(t, files[i]) == 0 {
			t.Errorf("page %d shows no chat bubbles", i+1)
		}
	}
}

// green counts pixels in the colour of one's own bubbles.
func green(t *testing.T, path string) int {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if r, g, b, _ := img.At(x, y).RGBA(); g > 0xC000 && r < 0xB000 && b < 0x9000 {
				n++
			}
		}
	}
	return n
}
