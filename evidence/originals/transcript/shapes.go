package transcript

import (
	"regexp"
	"strconv"
	"strings"
)

// firstLoose is the first of heads that is no more than a time beside some words, which
// a message may be as well: "还款时间是 2026-12-01 10:00".
const firstLoose = 3

const (
	// maxSurveyed is the number of lines with a time that are compared.
	maxSurveyed = 2 * MaxLines
	// oftenSeen is the number of lines of a shape that an exporter wrote, beside others.
	oftenSeen = 5
)

var digits = regexp.MustCompile(`\d+`)

// shapeOf names the form of a line and of its time. All messages of an export have the same.
func shapeOf(form int, when string) string {
	return strconv.Itoa(form) + digits.ReplaceAllString(when, "0")
}

// looseShapes returns the shapes of lines that begin a message although only a time shows
// it: the most frequent ones of the text. Of others the line belongs to the message above,
// so that words of a message never become a sender.
func looseShapes(text string) map[string]bool {
	counts, most, surveyed := map[string]int{}, 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if len(line) > maxHead || !strings.ContainsAny(line, ":：时") {
			continue
		}
		if surveyed++; surveyed > maxSurveyed {
			break
		}
		for i, form := range heads {
			if found := form.FindStringSubmatch(line); found != nil {
				shape := shapeOf(i, found[form.SubexpIndex("when")])
				counts[shape]++
				most = max(most, counts[shape])
				break
			}
		}
	}
	loose := map[string]bool{}
	for shape, count := range counts {
		loose[shape] = count*2 > most || count >= oftenSeen
	}
	return loose
}
