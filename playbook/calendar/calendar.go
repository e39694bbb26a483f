package calendar

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"go.yaml.in/yaml/v3"

	"recourse/recovery"
)

//go:embed data/*.yaml
var data embed.FS

// Calendar knows working days and rest days. It is immutable and safe for
// concurrent use.
type Calendar struct {
	notices map[int]Notice
	rest    map[Day]bool
	worked  map[Day]bool
}

// Notice is the official publication of the rest days of one year.
type Notice struct {
	Year      int    `json:"year"`
	Document  string `json:"document"` // number of the State Council office's notice
	Published Day    `json:"-"`
}

// notice is one file of data/.
type notice struct {
	Year      int       `yaml:"year"`
	Document  string    `yaml:"document"`
	Published string    `yaml:"published"`
	Holidays  []holiday `yaml:"holidays"`
}

type holiday struct {
	Name     string   `yaml:"name"`
	From     string   `yaml:"from"`
	To       string   `yaml:"to"`
	Workdays []string `yaml:"workdays"`
}

// LoadChina reads the embedded notices. Errors name the file.
func LoadChina() (*Calendar, error) { return LoadFrom(data) }

// LoadFrom reads data/*.yaml of a file tree, one notice per file.
func LoadFrom(tree fs.FS) (*Calendar, error) {
	names, err := fs.Glob(tree, "data/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the holiday notices: %w", err)
	}
	c := &Calendar{notices: map[int]Notice{}, rest: map[Day]bool{}, worked: map[Day]bool{}}
	for _, name := range names {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, fmt.Errorf("read the holiday notice: %w", err)
		}
		if err := c.addNotice(text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return c, nil
}

func (c *Calendar) addNotice(text []byte) error {
	var file notice
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return err
	}
	if _, twice := c.notices[file.Year]; twice {
		return fmt.Errorf("the year %d has two notices", file.Year)
	}
	published, err := ParseDay(file.Published)
	if err != nil {
		return fmt.Errorf("published: %w", err)
	}
	if file.Document == "" || len(file.Holidays) == 0 {
		return fmt.Errorf("the notice of %d has no number or no holidays", file.Year)
	}
	c.notices[file.Year] = Notice{file.Year, file.Document, published}
	for _, h := range file.Holidays {
		if err := c.addHoliday(file.Year, h); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	return nil
}

// longest exceeds the length of any holiday, to detect typing errors.
const longest = 15

func (c *Calendar) addHoliday(year int, h holiday) error {
	from, err := ParseDay(h.From)
	if err != nil {
		return err
	}
	to, err := ParseDay(h.To)
	if err != nil {
		return err
	}
	if to < from || to-from >= longest || from.Year() != year || to.Year() != year {
		return fmt.Errorf("%s to %s is no holiday of %d", from, to, year)
	}
	for day := from; day <= to; day++ {
		c.rest[day] = true
	}
	for _, text := range h.Workdays {
		day, err := ParseDay(text)
		if err != nil {
			return err
		}
		if day.Year() != year || !isWeekend(day) || c.rest[day] {
			return fmt.Errorf("%s is no make-up workday of %d", day, year)
		}
		c.worked[day] = true
	}
	return nil
}

// NoticeOf returns the notice of a year; false when none is known, so that only
// weekends and the fixed holidays count as rest days.
func (c *Calendar) NoticeOf(year int) (Notice, bool) {
	found, known := c.notices[year]
	return found, known
}

// IsRestDay reports whether a day is a statutory holiday or a weekend that is not
// worked.
func (c *Calendar) IsRestDay(day Day) bool {
	switch {
	case c.worked[day]:
		return false
	case c.IsHoliday(day):
		return true
	default:
		return isWeekend(day)
	}
}

func isWeekend(day Day) bool {
	weekday := day.Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}

// IsHoliday reports whether a day is a holiday: by the notice of its year, or for a
// year without one by the law itself.
func (c *Calendar) IsHoliday(day Day) bool {
	if _, published := c.notices[day.Year()]; published {
		return c.rest[day]
	}
	return isFixedHoliday(day)
}

// isFixedHoliday reports whether a day is a holiday every year, without a notice:
// 1 January, 1 and 2 May, 1 to 3 October (全国年节及纪念日放假办法 第2条, 2024 修订).
// The other days of the law follow the lunar calendar and are left to the notice.
func isFixedHoliday(day Day) bool {
	_, month, date := day.Start().In(recovery.Shanghai).Date()
	switch month {
	case time.January:
		return date == 1
	case time.May:
		return date <= 2
	case time.October:
		return date <= 3
	default:
		return false
	}
}
