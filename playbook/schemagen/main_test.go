package main

import (
	"bytes"
	"os"
	"testing"
)

func TestVocabularyIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../" + vocabularyFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("playbook/%s is not what the domain says (%v): go generate ./playbook", vocabularyFile, err)
	}
}
