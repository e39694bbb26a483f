//go:build !linux

package sandbox

import (
	"errors"
	"time"
)

// limitMemory does nothing: other systems count memory differently. The parent still
// ends a child that takes too long.
func limitMemory(uint64) error { return nil }

func lowerPriority() {}

func processorTime(int) (time.Duration, error) { return 0, errors.ErrUnsupported }
