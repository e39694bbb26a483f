package web

import (
	"testing"
	"time"
)

func chineseTexts(t testing.TB) *pageTexts {
	t.Helper()
	all, err := loadPageTexts()
	if err != nil {
		t.Fatal(err)
	}
	return all[defaultLanguage]
}

func TestFormatTimeLeft(t *testing.T) {
	t.Parallel()
	say := chineseTexts(t)
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for due, want := range map[time.Duration]string{
		200 * time.Millisecond:     "还有 1 秒",
		59 * time.Second:           "还有 59 秒",
		time.Minute:                "还有 1 分钟",
		time.Hour + 30*time.Second: "还有 1 小时",
		3*time.Hour + time.Minute:  "还有 3 小时 1 分钟",
		51*time.Hour + time.Minute: "还有 2 天 3 小时",
		-time.Second:               "已过 1 秒",
		-25 * time.Hour:            "已过 1 天 1 小时",
		0:                          "已过 1 秒",
	} {
		if got := say.formatTimeLeft(now, now.Add(due)); got != want {
			t.Errorf("left(%v) = %q, want %q", due, got, want)
		}
	}
}

func TestFormatTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 16, 30, 5, 0, time.UTC)
	for got, want := range map[string]string{
		formatTime(at): "2026-11-22 00:30:05 +08:00", formatMinute(at): "11-22 00:30", formatInputTime(at): "2026-11-22T00:30:05",
		formatRFC3339(at): "2026-11-22T00:30:05+08:00",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestFormatSizeAndHash(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1 kB", 5 << 20: "5.0 MB", 200 << 20: "200.0 MB"} {
		if got := formatSize(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
	if got := groupHash("0123456789abcdef01"); got != "01234567 89abcdef 01" {
		t.Error(got)
	}
	if shortenHash("0123456789abcdef") != "0123456789ab" || shortenHash("01") != "01" {
		t.Error(shortenHash("01"))
	}
}
