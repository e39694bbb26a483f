package web

import (
	"testing"
	"time"
)

func chinese(t testing.TB) *wording {
	t.Helper()
	all, err := loadWordings()
	if err != nil {
		t.Fatal(err)
	}
	return all[firstLanguage]
}

func TestLeft(t *testing.T) {
	t.Parallel()
	say := chinese(t)
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
		if got := say.left(now, now.Add(due)); got != want {
			t.Errorf("left(%v) = %q, want %q", due, got, want)
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 16, 30, 5, 0, time.UTC)
	for got, want := range map[string]string{
		clock(at): "2026-11-22 00:30:05 +08:00", minute(at): "11-22 00:30", inputTime(at): "2026-11-22T00:30:05",
		machineTime(at): "2026-11-22T00:30:05+08:00",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSizeAndFingerprint(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1 kB", 5 << 20: "5.0 MB", 200 << 20: "200.0 MB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
	if got := grouped("0123456789abcdef01"); got != "01234567 89abcdef 01" {
		t.Error(got)
	}
	if short("0123456789abcdef") != "0123456789ab" || short("01") != "01" {
		t.Error(short("01"))
	}
}
