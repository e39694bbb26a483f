package loop

import (
	"context"
	"fmt"
	"runtime"
	"strings"
)

// PanicError is a panic that was recovered.
type PanicError struct {
	// Cause is the text of a runtime error, else only the type of the value: a value may
	// contain personal data.
	Cause string
	Stack string // functions and lines below Protect, without arguments
}

// Error implements error.
func (p *PanicError) Error() string { return "panic: " + p.Cause }

// Protect calls fn and returns a panic as *PanicError. Panics are counted; one with the same
// stack as an earlier one gets no line.
func (m *Monitor) Protect(ctx context.Context, name string, fn func(context.Context) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			cause := newPanicError(value)
			m.countPanic(ctx, name, cause)
			err = cause
		}
	}()
	return fn(ctx)
}

func newPanicError(value any) *PanicError {
	cause := fmt.Sprintf("a value of type %T", value)
	if known, is := value.(runtime.Error); is {
		cause = known.Error()
	}
	return &PanicError{Cause: cause, Stack: readStack()}
}

func (m *Monitor) countPanic(ctx context.Context, name string, cause *PanicError) {
	if m == nil {
		return
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	r := m.loop(name)
	r.Panics++
	if r.stacks[cause.Stack] || len(r.stacks) >= maxStacks {
		return
	}
	r.stacks[cause.Stack] = true
	m.log.ErrorContext(ctx, "background work panicked", "loop", name, "panic", cause.Cause, "stack", cause.Stack)
}

// readStack returns the functions that were running at a panic, the innermost first, up to
// Protect. Unlike debug.Stack it has no arguments, whose numbers may be amounts.
func readStack() string {
	places := make([]uintptr, 32)
	frames := runtime.CallersFrames(places[:runtime.Callers(4, places)])
	var text strings.Builder
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, "loop.(*Monitor).Protect") {
			more = false
		} else if !strings.HasPrefix(frame.Function, "runtime.") && frame.Function != "" {
			fmt.Fprintf(&text, "%s:%d ", frame.Function, frame.Line)
		}
		if !more {
			return strings.TrimSpace(text.String())
		}
	}
}
