package dossier_test

import (
	"os"
	"testing"

	"recourse/recovery"
)

func TestBuildForLook(t *testing.T) {
	t.Parallel()
	for _, a := range recovery.Audiences {
		f := walked(t, a).seal()
		data, report := build(t, f)
		t.Log(a, report, len(data))
		os.WriteFile("/tmp/dossier-pages/"+string(a)+".pdf", data, 0o644)
	}
}
