package dossier_test

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"recourse/recovery"
)

// P6: pdftotext, asked for one page, finds there the exhibit that the contents
// name for it.
func TestEachNamedPageHoldsItsExhibit(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForCourt)
	for i := range 12 {
		c.exhibit(recovery.OtherEvidence, "image/png", strconv.Itoa(i), "", asPNG(t, image.NewGray(image.Rect(0, 0, 40+i, 50))))
	}
	data, report := build(t, c.seal())
	contents := tool(t, data, "pdftotext", "-f", "2", "-l", "3", "-layout", "-enc", "UTF-8", "FILE", "-")
	named := regexp.MustCompile(`(?m)^\s*证据 (\d+-\d+)\s+\S+\s+(\d+)\s*$`).FindAllStringSubmatch(contents, -1)
	if len(named) != report.Exhibits {
		t.Fatalf("%d of %d exhibits are in the contents", len(named), report.Exhibits)
	}
	for _, name := range named {
		page := solid(tool(t, data, "pdftotext", "-f", name[2], "-l", name[2], "-enc", "UTF-8", "FILE", "-"))
		if !strings.Contains(page, fmt.Sprintf("证据%s·第%s页", name[1], name[2])) {
			t.Errorf("exhibit %s is not on page %s", name[1], name[2])
		}
	}
}

// P9: what one dossier takes, as time tells of a process that builds it once: ten
// pages 0.3 s and 150 MB, a hundred screenshots 5 s and 1 GB. The memory is that
// of the whole process, fonts and test included. A busy machine may take longer
// once, not three times.
func TestTimeAndMemoryOfADossier(t *testing.T) {
	for bench, limit := range map[string]struct{ seconds, kilobytes float64 }{
		"BenchmarkTenPages": {0.3, 150_000}, "BenchmarkHundredScreenshots": {5, 1_000_000},
	} {
		best := limit.seconds + 1
		for try := 0; try < 3 && best > limit.seconds; try++ {
			seconds, kilobytes := timed(t, bench)
			best = min(best, seconds)
			if kilobytes > limit.kilobytes {
				t.Errorf("%s: %.0f kB", bench, kilobytes)
			}
			t.Logf("%s: %.3f s, %.0f MB", bench, seconds, kilobytes/1000)
		}
		if best > limit.seconds {
			t.Errorf("%s: %.3f s", bench, best)
		}
	}
}

// timed runs one benchmark of this program once, in a process of its own.
func timed(t *testing.T, bench string) (seconds, kilobytes float64) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "/usr/bin/time", "-v", os.Args[0],
		"-test.run", "^$", "-test.bench", "^"+bench+"$", "-test.benchtime", "1x").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	number := func(form string) float64 {
		found := regexp.MustCompile(form).FindSubmatch(out)
		if found == nil {
			t.Fatalf("no %s in: %s", form, out)
		}
		value, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	return number(`(\d+) ns/op`) / 1e9, number(`Maximum resident set size \(kbytes\): (\d+)`)
}
