package calendar_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"recourse/playbook/calendar"
)

// installed is where setup puts the npm package (see fetch-chinese-days.sh).
const installed = "../../.tools/npm/node_modules/chinese-days/dist/years"

// Our own notices say of every day what the npm package says.
func TestAgainstChineseDays(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(installed); errors.Is(err, fs.ErrNotExist) {
		t.Fatal("the package to compare with is missing: make setup-test installs it")
	}
	c := china(t)
	for _, year := range c.Years() {
		theirs := readYear(t, year)
		for d := day(t, fmt.Sprintf("%d-01-01", year)); d.Year() == year; d++ {
			if got, want := c.IsRestDay(d), theirs.rest(d); got != want {
				t.Errorf("%s: rest %v here, %v there", d, got, want)
			}
		}
	}
}

type chineseDays struct {
	Holidays map[string]string `json:"holidays"`
	Workdays map[string]string `json:"workdays"`
}

func readYear(t *testing.T, year int) chineseDays {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(installed, fmt.Sprintf("%d.json", year)))
	if err != nil {
		t.Fatal(err)
	}
	var read chineseDays
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Holidays) == 0 {
		t.Fatalf("%d: no holidays there", year)
	}
	return read
}

func (c chineseDays) rest(d calendar.Day) bool {
	if _, worked := c.Workdays[d.String()]; worked {
		return false
	}
	_, holiday := c.Holidays[d.String()]
	return holiday || d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}
