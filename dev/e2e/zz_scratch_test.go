package e2e_test

import (
	"os"
	"testing"
)

func TestScratchWalk(t *testing.T) { walkByHand(t, os.Getenv("RECOURSE_BASE_URL")) }
