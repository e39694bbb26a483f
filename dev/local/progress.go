package local

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Progress shows at the terminal what is running. Work of over two seconds is
// announced; on a terminal its line counts the seconds.
type Progress struct {
	mu            sync.Mutex
	out           io.Writer
	terminal      bool
	now           func() time.Time
	announceAfter time.Duration
}

// NewProgress returns a Progress that writes to out.
func NewProgress(out io.Writer, now func() time.Time) *Progress {
	return &Progress{out: out, terminal: isTerminal(out), now: now, announceAfter: 2 * time.Second}
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Printf prints one line.
func (p *Progress) Printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

// Write prints the output of a child between the lines.
func (p *Progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

// During runs work and shows how long it takes.
func (p *Progress) During(what string, work func() error) error {
	started := p.now()
	done := make(chan struct{})
	var counting sync.WaitGroup
	counting.Go(func() { p.showElapsed(what, started, done) })
	err := work()
	close(done)
	counting.Wait()
	if err == nil {
		p.printDone(what, p.now().Sub(started))
	}
	return err
}

func (p *Progress) showElapsed(what string, started time.Time, done <-chan struct{}) {
	announce := time.NewTimer(p.announceAfter)
	defer announce.Stop()
	select {
	case <-done:
		return
	case <-announce.C:
	}
	if !p.terminal {
		p.Printf("  … %s", what)
		return
	}
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		p.mu.Lock()
		_, _ = fmt.Fprintf(p.out, "\r  … %s (%d s)", what, int(p.now().Sub(started).Seconds()))
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

func (p *Progress) printDone(what string, took time.Duration) {
	if took < time.Second {
		p.Printf("  ✓ %s", what)
		return
	}
	p.Printf("  ✓ %s (%.1f s)", what, took.Seconds())
}
