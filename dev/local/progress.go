package local

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Progress tells the person at the terminal what is being waited for. Anything
// over two seconds shows itself; on a terminal its line counts the seconds.
type Progress struct {
	mu       sync.Mutex
	out      io.Writer
	terminal bool
	now      func() time.Time
	quiet    time.Duration
}

// NewProgress writes to out.
func NewProgress(out io.Writer, now func() time.Time) *Progress {
	return &Progress{out: out, terminal: isTerminal(out), now: now, quiet: 2 * time.Second}
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Sayf prints one line.
func (p *Progress) Sayf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

// Write lets a child's words pass between the lines.
func (p *Progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

// During runs work and shows how long it has been running.
func (p *Progress) During(what string, work func() error) error {
	began := p.now()
	done := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() { p.count(what, began, done) })
	err := work()
	close(done)
	shown.Wait()
	if err == nil {
		p.line(what, p.now().Sub(began))
	}
	return err
}

func (p *Progress) count(what string, began time.Time, done <-chan struct{}) {
	announce := time.NewTimer(p.quiet)
	defer announce.Stop()
	select {
	case <-done:
		return
	case <-announce.C:
	}
	if !p.terminal {
		p.Sayf("  … %s", what)
		return
	}
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		p.mu.Lock()
		_, _ = fmt.Fprintf(p.out, "\r  … %s (%d s)", what, int(p.now().Sub(began).Seconds()))
		p.mu.Unlock()
		select {
		case <-done:
			p.mu.Lock()
			_, _ = fmt.Fprint(p.out, "\r\x1b[K")
			p.mu.Unlock()
			return
		case <-second.C:
		}
	}
}

func (p *Progress) line(what string, took time.Duration) {
	if took < time.Second {
		p.Sayf("  ✓ %s", what)
		return
	}
	p.Sayf("  ✓ %s (%.1f s)", what, took.Seconds())
}
