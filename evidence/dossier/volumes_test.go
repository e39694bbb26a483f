package dossier_test

import (
	"bytes"
	"fmt"
	"image"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"recourse/evidence/dossier"
	"recourse/evidence/journal"
	"recourse/recovery"
)

var (
	volumeLine = regexp.MustCompile(`第(\d+)册：第(\d+)页至第(\d+)页`)
	volumeFoot = regexp.MustCompile(`第(\d+)册第(\d+)页/共(\d+)页`)
)

// TestVolumes: the volumes follow one another without a gap, none is longer than allowed,
// and every page names its volume.
func TestVolumes(t *testing.T) {
	t.Parallel()
	const limit = 30
	c := walked(t, recovery.ForCourt)
	for i := range 80 {
		c.exhibit(recovery.OtherEvidence, "image/png", strconv.Itoa(i), "", asPNG(t, image.NewGray(image.Rect(0, 0, 30+i, 40))))
	}
	checkVolumes(t, c, limit, 4)
}

// TestVolumesOfLongTimeline: a timeline of long notes is divided, too.
func TestVolumesOfLongTimeline(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForCourt)
	for range 60 {
		c.add(journal.Draft{
			Kind: recovery.EntryNoteAdded, Facts: map[string]any{"visibility": "shared"}, Actor: recovery.Actor{Role: recovery.RoleAgent},
			Personal: map[string]string{"text": strings.Repeat("核对付款记录。", 600)},
		})
	}
	checkVolumes(t, c, 70, 3)
}

// checkVolumes builds a dossier of at least least volumes of at most limit pages.
func checkVolumes(t *testing.T, c *caseOf, limit, least int) {
	t.Helper()
	var out bytes.Buffer
	report, err := dossier.Build(&out, c.seal(), dossier.Options{Fonts: mustFonts(t), Fingerprint: fingerprint, VolumePages: limit})
	if err != nil {
		t.Fatal(err)
	}
	pages := textPages(t, out.Bytes())
	lines := volumeLine.FindAllStringSubmatch(solid(strings.Join(pages, "\n")), -1)
	if len(lines) < least {
		t.Fatalf("%d volumes are listed for %d pages", len(lines), report.Pages)
	}
	next := 1
	for i, line := range lines {
		number, first, last := atoi(t, line[1]), atoi(t, line[2]), atoi(t, line[3])
		if number != i+1 || first != next || last-first+1 > limit {
			t.Errorf("volume %d after page %d: %v", i+1, next-1, line)
		}
		next = last + 1
		for page := first; page <= last; page++ {
			foot := volumeFoot.FindStringSubmatch(solid(pages[page-1]))
			if want := []string{line[1], strconv.Itoa(page), strconv.Itoa(report.Pages)}; foot == nil || fmt.Sprint(foot[1:]) != fmt.Sprint(want) {
				t.Errorf("page %d of volume %d: %v", page, number, foot)
			}
		}
		if sheet := solid(pages[first-1]); i > 0 && !strings.Contains(sheet, fmt.Sprintf("第%d册（共%d册）", number, len(lines))) {
			t.Errorf("volume %d begins with %s", number, sheet)
		}
	}
	if next-1 != report.Pages {
		t.Errorf("the volumes end on page %d of %d", next-1, report.Pages)
	}
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDossierOfOneVolume names no volume.
func TestDossierOfOneVolume(t *testing.T) {
	t.Parallel()
	data, _ := build(t, walked(t, recovery.ForCourt).seal())
	if text := solid(strings.Join(textPages(t, data), "\n")); volumeLine.MatchString(text) || volumeFoot.MatchString(text) {
		t.Error("a dossier of one volume names volumes")
	}
}

// TestPictureOfManyScreensIsCut: one picture fills a bounded number of pages, and the last
// of them says that there is more.
func TestPictureOfManyScreensIsCut(t *testing.T) {
	t.Parallel()
	pagesOf := func(height int) (int, string) {
		c := newCase(t, recovery.ForCourt)
		c.exhibit(recovery.ChatScreenshot, "image/png", "长图.png", "", asPNG(t, image.NewGray(image.Rect(0, 0, 100, height))))
		data, report := build(t, c.seal())
		return report.Pages, solid(strings.Join(textPages(t, data), "\n"))
	}
	short, text := pagesOf(200)
	if strings.Contains(text, "本卷宗只印前") {
		t.Error("a short picture is cut")
	}
	honest, text := pagesOf(6_000) // 28 screens of a phone
	if strings.Contains(text, "本卷宗只印前") || honest-short > 18 {
		t.Errorf("%d pages for 28 screens", honest-short)
	}
	tall, text := pagesOf(400_000)
	if !strings.Contains(text, "本卷宗只印前40幅") || tall-short > 22 {
		t.Errorf("%d pages: %t", tall-short, strings.Contains(text, "本卷宗只印前40幅"))
	}
}
