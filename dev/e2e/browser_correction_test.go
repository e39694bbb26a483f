package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The walk of a mistyped return: two zeros too many close the case, the claimant
// corrects the entry, the case is open again, and statistics, dossier and bag say the
// right thing.
func TestBrowserCorrection(t *testing.T) {
	p := newTestStack(t)
	s := p.startRun(t, "--no-sample")
	s.awaitOutput(t, upMessage)
	base := "http://" + p.addr
	claimant := newVisitor(t, base, 390, 844)
	number := fileByHand(t, claimant)
	mistypeByHand(t, claimant, "/cases/"+number)
	correctByHand(t, claimant, "/cases/"+number)
	claimant.openPage("/cases/" + number + "/entries/1/correct")
	claimant.awaitText("main", "补充或更正事实")
	claimant.assertUsable("correction-refused")
	claimant.openPage("/cases/" + number + "/exports/preview")
	claimant.awaitText("main", "先看看对方会看到什么")
	claimant.assertUsable("export-preview")
	assertNothingClosed(t, p)
	assertCorrectedPapers(t, base, number)
	s.interrupt(t)
}

// mistypeByHand records a return of 200,000 instead of 2,000 yuan, and confirms it.
func mistypeByHand(t *testing.T, v *visitor, home string) {
	t.Helper()
	const form = "do-record_return"
	v.openPage(home + "?do=record_return#" + form)
	v.runSteps("fill the return", chromedp.WaitVisible(chromedp.CSS("#"+form)),
		v.setField(form, "amount_fen", "200,000.00"), v.setField(form, "channel", "wechat"))
	v.submitForm(form)
	v.awaitText("#"+form, "金额没写错吗")
	v.saveScreenshot("correction-question")
	v.runSteps("confirm the return", chromedp.Click(chromedp.CSS("#"+form+` button[name="confirm"]`)), chromedp.WaitVisible(chromedp.CSS(".flash")))
	v.awaitText("main", "已结案")
	v.saveScreenshot("correction-closed")
}

func correctByHand(t *testing.T, v *visitor, home string) {
	t.Helper()
	v.openPage(home)
	v.openPage(v.readValue(`document.querySelector('a[href$="/correct"]').getAttribute("href")`))
	v.assertUsable("correction-form")
	v.runSteps("fill the correction", v.setField("correct", "amount_fen", "20.00"), v.setField("correct", "correction_reason", "多打了四个零"))
	v.submitForm("correct")
	v.awaitText("#live-timeline", "已更正：见第")
	v.awaitText("#live-stages [aria-current]", "私下沟通")
	v.saveScreenshot("correction-open")
}

// assertNothingClosed expects no closed case in the statistics.
func assertNothingClosed(t *testing.T, p testStack) {
	t.Helper()
	var stats struct {
		Items []struct {
			Closed       int `json:"closed"`
			RecoveredFen int `json:"recovered_fen"`
		} `json:"items"`
	}
	p.getJSON(t, "supervisor", "/stats/outcomes", &stats)
	if len(stats.Items) == 0 {
		t.Error("the statistics do not have the case")
	}
	for _, row := range stats.Items {
		if row.Closed > 0 || row.RecoveredFen > 2_000 {
			t.Errorf("the statistics have %+v", row)
		}
	}
}

// assertCorrectedPapers builds the papers for a court: they print the right sum and say
// that it was corrected, and the bag verifies.
func assertCorrectedPapers(t *testing.T, base, number string) {
	t.Helper()
	legal := newVisitor(t, base, 1440, 900)
	legal.signIn("法务")
	legal.openPage("/desk/cases/" + number + "/export")
	legal.runSteps("request the export", legal.chooseOption("papers-form", "audience", "court"))
	legal.submitForm("papers-form")
	legal.runSteps("wait for the export", chromedp.WaitVisible(chromedp.CSS(`#live-papers a[href$="dossier.pdf"]`)))
	folder := t.TempDir()
	for _, name := range []string{"dossier.pdf", "bag.zip"} {
		if err := os.WriteFile(filepath.Join(folder, name), legal.downloadFile(`#live-papers a[href$="`+name+`"]`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", filepath.Join(folder, "dossier.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	printed := strings.Join(strings.Fields(string(text)), "")
	if !strings.Contains(printed, "更正于") || !strings.Contains(printed, "1,980.00") {
		t.Errorf("the dossier does not print the corrected sum or its note:\n%s", text)
	}
	if out, err := exec.CommandContext(t.Context(), "../../bin/recourse", "verify", filepath.Join(folder, "bag.zip")).CombinedOutput(); err != nil {
		t.Errorf("the bag: %v\n%s", err, out)
	}
}
